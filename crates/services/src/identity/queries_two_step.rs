//! The SQL of two-step sign-in. All of it runs as the system role.

use chrono::{DateTime, Utc};
use domain::sign_ins::SignInMethod;
use domain::{SessionId, UserId};
use sqlx::PgConnection;

pub(super) async fn is_on(connection: &mut PgConnection, user: UserId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM two_step WHERE user_id = $1 AND confirmed_at IS NOT NULL) AS "is_on!""#,
        user.as_uuid()
    )
    .fetch_one(connection)
    .await
}

/// Whether the second step of a person is a code that is mailed.
pub(super) async fn is_mailed(connection: &mut PgConnection, user: UserId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM two_step WHERE user_id = $1 AND confirmed_at IS NOT NULL AND by_mail) AS "is_mailed!""#,
        user.as_uuid()
    )
    .fetch_one(connection)
    .await
}

/// Whether a person has a second step, or their session began with what counts as both.
pub(super) async fn has_both_factors(connection: &mut PgConnection, user: UserId, session: Option<SessionId>) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM two_step WHERE user_id = $1 AND confirmed_at IS NOT NULL)
               OR EXISTS (SELECT FROM sessions WHERE id = $2::uuid AND by_both_factors) AS "has_both!""#,
        user.as_uuid(),
        session.map(SessionId::as_uuid)
    )
    .fetch_one(connection)
    .await
}

pub(super) struct StateRow {
    pub since: DateTime<Utc>,
    pub codes_left: i64,
    pub by_mail: bool,
}

pub(super) async fn find_state(connection: &mut PgConnection, user: UserId) -> sqlx::Result<Option<StateRow>> {
    sqlx::query_as!(
        StateRow,
        r#"SELECT confirmed_at AS "since!", by_mail,
                  (SELECT count(*) FROM recovery_codes WHERE recovery_codes.user_id = $1 AND used_at IS NULL) AS "codes_left!"
           FROM two_step WHERE user_id = $1 AND confirmed_at IS NOT NULL"#,
        user.as_uuid()
    )
    .fetch_optional(connection)
    .await
}

/// Keeps a secret that is not in use yet; false where one is.
pub(super) async fn begin(connection: &mut PgConnection, user: UserId, sealed: &[u8], now: DateTime<Utc>) -> sqlx::Result<bool> {
    let begun = sqlx::query_scalar!(
        "INSERT INTO two_step AS kept (user_id, sealed_secret, started_at) VALUES ($1, $2, $3)
         ON CONFLICT (user_id) DO UPDATE SET sealed_secret = $2, started_at = $3 WHERE kept.confirmed_at IS NULL
         RETURNING user_id",
        user.as_uuid(),
        sealed,
        now
    )
    .fetch_optional(connection)
    .await?;
    Ok(begun.is_some())
}

/// Has the second step mailed from now on; false where there is one already.
pub(super) async fn turn_on_by_mail(connection: &mut PgConnection, user: UserId, now: DateTime<Utc>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO two_step AS kept (user_id, sealed_secret, started_at, confirmed_at, by_mail) VALUES ($1, '', $2, $2, true)
         ON CONFLICT (user_id) DO UPDATE SET sealed_secret = '', started_at = $2, confirmed_at = $2, last_step = 0, by_mail = true
         WHERE kept.confirmed_at IS NULL",
        user.as_uuid(),
        now
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The secret that is being set up, held until the transaction ends.
pub(super) async fn lock_begun(connection: &mut PgConnection, user: UserId, since: DateTime<Utc>) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar!(
        "SELECT sealed_secret FROM two_step WHERE user_id = $1 AND confirmed_at IS NULL AND started_at > $2 FOR UPDATE",
        user.as_uuid(),
        since
    )
    .fetch_optional(connection)
    .await
}

pub(super) async fn confirm(connection: &mut PgConnection, user: UserId, step: i64, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("UPDATE two_step SET confirmed_at = $3, last_step = $2 WHERE user_id = $1", user.as_uuid(), step, now)
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) struct SecretRow {
    pub sealed_secret: Vec<u8>,
    pub last_step: i64,
    pub by_mail: bool,
}

/// The secret in use, held until the transaction ends: of two who come with one code, one is second.
pub(super) async fn lock(connection: &mut PgConnection, user: UserId) -> sqlx::Result<Option<SecretRow>> {
    sqlx::query_as!(
        SecretRow,
        "SELECT sealed_secret, last_step, by_mail FROM two_step WHERE user_id = $1 AND confirmed_at IS NOT NULL FOR UPDATE",
        user.as_uuid()
    )
    .fetch_optional(connection)
    .await
}

pub(super) async fn set_last_step(connection: &mut PgConnection, user: UserId, step: i64) -> sqlx::Result<()> {
    sqlx::query!("UPDATE two_step SET last_step = $2 WHERE user_id = $1", user.as_uuid(), step).execute(connection).await?;
    Ok(())
}

/// Gives a person these recovery codes in place of all they had.
pub(super) async fn replace_codes(connection: &mut PgConnection, user: UserId, hashes: &[Vec<u8>]) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM recovery_codes WHERE user_id = $1", user.as_uuid()).execute(&mut *connection).await?;
    sqlx::query!(
        "INSERT INTO recovery_codes (user_id, code_hash) SELECT $1, hash FROM unnest($2::bytea[]) AS hash",
        user.as_uuid(),
        hashes
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Uses a recovery code up; of several that try at once, one is told true.
pub(super) async fn use_code(connection: &mut PgConnection, user: UserId, hash: &[u8], now: DateTime<Utc>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE recovery_codes SET used_at = $3 WHERE user_id = $1 AND code_hash = $2 AND used_at IS NULL",
        user.as_uuid(),
        hash,
        now
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Turns it off; whether it was on.
pub(super) async fn delete(connection: &mut PgConnection, user: UserId) -> sqlx::Result<bool> {
    sqlx::query!("DELETE FROM recovery_codes WHERE user_id = $1", user.as_uuid()).execute(&mut *connection).await?;
    let deleted = sqlx::query!("DELETE FROM two_step WHERE user_id = $1", user.as_uuid()).execute(connection).await?;
    Ok(deleted.rows_affected() == 1)
}

// ---- between password and code --------------------------------------------------------------------------------------

pub(super) async fn insert_step(
    connection: &mut PgConnection,
    token_hash: &[u8],
    user: UserId,
    method: SignInMethod,
    expires_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO sign_in_steps (token_hash, user_id, method, expires_at) VALUES ($1, $2, $3, $4)",
        token_hash,
        user.as_uuid(),
        method.as_str(),
        expires_at
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Notes when whoever vouches for a person last asked them who they are: what comes of the step is confirmed since then.
pub(super) async fn set_proved(connection: &mut PgConnection, token_hash: &[u8], at: Option<DateTime<Utc>>) -> sqlx::Result<()> {
    sqlx::query!("UPDATE sign_in_steps SET proved_at = $2 WHERE token_hash = $1", token_hash, at).execute(connection).await?;
    Ok(())
}

pub(super) struct StepRow {
    pub user_id: UserId,
    /// What the whole sign-in will have been.
    pub method: SignInMethod,
    pub by_mail: bool,
    /// When the first half was proved, as far as that is known.
    pub proved_at: Option<DateTime<Utc>>,
}

/// Who has typed their password, and may come in.
pub(super) async fn find_step(connection: &mut PgConnection, token_hash: &[u8], now: DateTime<Utc>) -> sqlx::Result<Option<StepRow>> {
    sqlx::query_as!(
        StepRow,
        r#"SELECT s.user_id AS "user_id: UserId", s.method AS "method: SignInMethod", coalesce(t.by_mail, false) AS "by_mail!", s.proved_at
           FROM sign_in_steps s JOIN users u ON u.id = s.user_id AND u.suspended_at IS NULL
           LEFT JOIN two_step t ON t.user_id = s.user_id AND t.confirmed_at IS NOT NULL
           WHERE s.token_hash = $1 AND s.expires_at > $2"#,
        token_hash,
        now
    )
    .fetch_optional(connection)
    .await
}

/// Uses the half sign-in up; of several that try at once, one is told true.
pub(super) async fn use_step(connection: &mut PgConnection, token_hash: &[u8]) -> sqlx::Result<bool> {
    let done = sqlx::query!("DELETE FROM sign_in_steps WHERE token_hash = $1", token_hash).execute(connection).await?;
    Ok(done.rows_affected() == 1)
}

/// Ends all half sign-ins of a person.
pub(super) async fn delete_steps_of(connection: &mut PgConnection, user: UserId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM sign_in_steps WHERE user_id = $1", user.as_uuid()).execute(connection).await?;
    Ok(())
}

pub(super) async fn delete_expired(connection: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM sign_in_steps WHERE expires_at <= $1", now).execute(connection).await?;
    Ok(())
}
