//! The SQL of passkeys. All of it runs as the system role.

use chrono::{DateTime, Utc};
use domain::passkeys::PasskeySummary;
use domain::{PasskeyId, UserId};
use serde_json::Value;
use sqlx::PgConnection;

pub(super) async fn list(connection: &mut PgConnection, user: UserId) -> sqlx::Result<Vec<PasskeySummary>> {
    sqlx::query_as!(
        PasskeySummary,
        r#"SELECT id AS "id: PasskeyId", name, created_at, last_used_at FROM passkeys WHERE user_id = $1 ORDER BY created_at, id"#,
        user.as_uuid()
    )
    .fetch_all(connection)
    .await
}

pub(super) async fn list_credential_ids(connection: &mut PgConnection, user: UserId) -> sqlx::Result<Vec<Vec<u8>>> {
    sqlx::query_scalar!("SELECT credential_id FROM passkeys WHERE user_id = $1", user.as_uuid()).fetch_all(connection).await
}

/// What the passkeys of a person are checked with.
pub(super) async fn list_credentials(connection: &mut PgConnection, user: UserId) -> sqlx::Result<Vec<Value>> {
    sqlx::query_scalar!("SELECT credential FROM passkeys WHERE user_id = $1 ORDER BY created_at, id", user.as_uuid())
        .fetch_all(connection)
        .await
}

pub(super) struct NewPasskey<'a> {
    pub id: PasskeyId,
    pub user: UserId,
    pub name: &'a str,
    pub credential_id: &'a [u8],
    pub credential: &'a Value,
    pub now: DateTime<Utc>,
}

pub(super) async fn insert(connection: &mut PgConnection, passkey: NewPasskey<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO passkeys (id, user_id, name, credential_id, credential, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        passkey.id.as_uuid(),
        passkey.user.as_uuid(),
        passkey.name,
        passkey.credential_id,
        passkey.credential,
        passkey.now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) struct KnownPasskey {
    pub id: PasskeyId,
    pub user_id: UserId,
    pub credential: Value,
    pub email: String,
    pub is_suspended: bool,
}

/// Whose passkey a credential is.
pub(super) async fn find_owner(connection: &mut PgConnection, credential_id: &[u8]) -> sqlx::Result<Option<UserId>> {
    sqlx::query_scalar!(r#"SELECT user_id AS "user_id: UserId" FROM passkeys WHERE credential_id = $1"#, credential_id)
        .fetch_optional(connection)
        .await
}

/// The passkey of a credential, held until the transaction ends: its counter only grows.
pub(super) async fn lock_by_credential(connection: &mut PgConnection, credential_id: &[u8]) -> sqlx::Result<Option<KnownPasskey>> {
    sqlx::query_as!(
        KnownPasskey,
        r#"SELECT p.id AS "id: PasskeyId", p.user_id AS "user_id: UserId", p.credential, u.email, u.suspended_at IS NOT NULL AS "is_suspended!"
           FROM passkeys p JOIN users u ON u.id = p.user_id WHERE p.credential_id = $1 FOR UPDATE OF p"#,
        credential_id
    )
    .fetch_optional(connection)
    .await
}

/// Notes that a passkey was used, and its counter.
pub(super) async fn touch(connection: &mut PgConnection, id: PasskeyId, credential: &Value, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("UPDATE passkeys SET credential = $2, last_used_at = $3 WHERE id = $1", id.as_uuid(), credential, now)
        .execute(connection)
        .await?;
    Ok(())
}

/// Removes a passkey of the person; its name.
pub(super) async fn delete(connection: &mut PgConnection, user: UserId, id: PasskeyId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("DELETE FROM passkeys WHERE id = $2 AND user_id = $1 RETURNING name", user.as_uuid(), id.as_uuid())
        .fetch_optional(connection)
        .await
}

/// Removes all passkeys of a person; their names.
pub(super) async fn delete_of(connection: &mut PgConnection, user: UserId) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!("DELETE FROM passkeys WHERE user_id = $1 RETURNING name", user.as_uuid()).fetch_all(connection).await
}

/// Whether the person has any.
pub(super) async fn has_any(connection: &mut PgConnection, user: UserId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM passkeys WHERE user_id = $1) AS "exists!""#, user.as_uuid())
        .fetch_one(connection)
        .await
}

// ---- ceremonies ---------------------------------------------------------------------------------------------------

pub(super) async fn insert_ceremony(
    connection: &mut PgConnection,
    token_hash: &[u8],
    user: Option<UserId>,
    state: &Value,
    expires_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO passkey_ceremonies (token_hash, user_id, state, expires_at) VALUES ($1, $2, $3, $4)",
        token_hash,
        user.map(UserId::as_uuid),
        state,
        expires_at
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Uses a ceremony up; of several that try at once, one gets it.
pub(super) async fn take_ceremony(
    connection: &mut PgConnection,
    token_hash: &[u8],
    user: Option<UserId>,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Value>> {
    sqlx::query_scalar!(
        "UPDATE passkey_ceremonies SET used_at = $3
         WHERE token_hash = $1 AND user_id IS NOT DISTINCT FROM $2::uuid AND used_at IS NULL AND expires_at > $3
         RETURNING state",
        token_hash,
        user.map(UserId::as_uuid),
        now
    )
    .fetch_optional(connection)
    .await
}

/// Forgets ceremonies that took too long.
pub(crate) async fn delete_expired(connection: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM passkey_ceremonies WHERE expires_at <= $1", now).execute(connection).await?;
    Ok(())
}
