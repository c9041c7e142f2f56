//! The SQL of Lyceum's own ways to sign in: a setting each, which is missing as long as nobody has turned the way off; and of the rule
//! of two-step sign-in, a setting that is missing as long as it is required of nobody.

use domain::UserId;
use domain::identity_providers::{OwnWay, TwoStepRequirement};
use sqlx::PgConnection;

/// Anything that may stand for "which ways there are changes"; only its equality with itself matters.
const WAYS_LOCK: i64 = 0x6c79_6365_756d_0004;

fn key(way: OwnWay) -> String {
    format!("sign-in.{way}")
}

/// Held until the transaction ends: whoever takes a way away does it one after the other, so that one is left.
pub(super) async fn lock_ways(tx: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("SELECT pg_advisory_xact_lock($1)", WAYS_LOCK).execute(tx).await?;
    Ok(())
}

pub(super) async fn is_allowed(tx: &mut PgConnection, way: OwnWay) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"SELECT NOT EXISTS (SELECT FROM settings WHERE key = $1 AND value = 'off') AS "is_allowed!""#, key(way))
        .fetch_one(tx)
        .await
}

/// Sets it; whether that changed anything.
pub(super) async fn set(tx: &mut PgConnection, way: OwnWay, is_allowed: bool) -> sqlx::Result<bool> {
    let done = if is_allowed {
        sqlx::query!("DELETE FROM settings WHERE key = $1", key(way)).execute(tx).await?
    } else {
        sqlx::query!("INSERT INTO settings (key, value) VALUES ($1, 'off') ON CONFLICT (key) DO NOTHING", key(way)).execute(tx).await?
    };
    Ok(done.rows_affected() == 1)
}

/// Locks a person until the transaction ends; whether they have a password.
pub(super) async fn lock_person(tx: &mut PgConnection, user: UserId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"SELECT password_hash <> '' AS "has_password!" FROM users WHERE id = $1 FOR UPDATE"#, user.as_uuid())
        .fetch_one(tx)
        .await
}

/// Whether people can sign in with any provider.
pub(super) async fn has_enabled_provider(tx: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM identity_providers WHERE is_enabled) AS "exists!""#).fetch_one(tx).await
}

/// Whether a person can sign in with a provider: what they have at an issuer that it left opens nothing.
pub(super) async fn has_open_identity(tx: &mut PgConnection, user: UserId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM identities i
                          JOIN identity_providers p ON p.id = i.provider_id AND p.issuer = i.issuer AND p.is_enabled
                          WHERE i.user_id = $1) AS "exists!""#,
        user.as_uuid()
    )
    .fetch_one(tx)
    .await
}

/// The word of whom a second step is required; none where it is of nobody.
pub(super) async fn find_two_step_requirement(tx: &mut PgConnection) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("SELECT value FROM settings WHERE key = 'sign-in.two-step-required'").fetch_optional(tx).await
}

/// Sets it; whether that changed anything.
pub(super) async fn require_two_step(tx: &mut PgConnection, required_of: TwoStepRequirement) -> sqlx::Result<bool> {
    let done = if required_of == TwoStepRequirement::Nobody {
        sqlx::query!("DELETE FROM settings WHERE key = 'sign-in.two-step-required'").execute(tx).await?
    } else {
        sqlx::query!(
            "INSERT INTO settings AS kept (key, value) VALUES ('sign-in.two-step-required', $1)
             ON CONFLICT (key) DO UPDATE SET value = $1 WHERE kept.value <> $1",
            required_of.as_str()
        )
        .execute(tx)
        .await?
    };
    Ok(done.rows_affected() == 1)
}
