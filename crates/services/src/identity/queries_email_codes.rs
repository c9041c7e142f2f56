//! The SQL of mailed codes. All of it runs as the system role.

use chrono::{DateTime, Utc};
use domain::UserId;
use sqlx::PgConnection;

pub(super) struct NewCode<'a> {
    pub address_hash: &'a [u8],
    pub purpose: &'a str,
    pub token_hash: &'a [u8],
    pub code_hash: &'a [u8],
    pub user: Option<UserId>,
    pub expires_at: DateTime<Utc>,
}

/// Keeps a code in the place of the one that the token had.
pub(super) async fn keep(connection: &mut PgConnection, code: NewCode<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO email_codes (address_hash, purpose, token_hash, code_hash, user_id, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (token_hash) DO UPDATE
         SET address_hash = $1, purpose = $2, code_hash = $4, user_id = $5, expires_at = $6, tries = 0, used_at = NULL",
        code.address_hash,
        code.purpose,
        code.token_hash,
        code.code_hash,
        code.user.map(UserId::as_uuid),
        code.expires_at
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What a token is about.
pub(super) struct Subject {
    /// The address the code was asked for, as a hash.
    pub address_hash: Vec<u8>,
    /// Whose it is; none when nobody has it.
    pub user_id: Option<UserId>,
}

pub(super) async fn find_subject(connection: &mut PgConnection, token_hash: &[u8], purpose: &str) -> sqlx::Result<Option<Subject>> {
    sqlx::query_as!(
        Subject,
        r#"SELECT address_hash, user_id AS "user_id: UserId" FROM email_codes WHERE token_hash = $1 AND purpose = $2"#,
        token_hash,
        purpose
    )
    .fetch_optional(connection)
    .await
}

pub(super) struct TriedCode {
    pub user_id: Option<UserId>,
    pub code_hash: Vec<u8>,
}

/// Counts a try; nothing when there is no code any more, or it was tried as often as it may be.
pub(super) async fn count_try(
    connection: &mut PgConnection,
    token_hash: &[u8],
    purpose: &str,
    most: i32,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<TriedCode>> {
    sqlx::query_as!(
        TriedCode,
        r#"UPDATE email_codes SET tries = tries + 1
           WHERE token_hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $4 AND tries < $3
           RETURNING user_id AS "user_id: UserId", code_hash"#,
        token_hash,
        purpose,
        most,
        now
    )
    .fetch_optional(connection)
    .await
}

/// Uses a code up; of several that try at once, one is told true.
pub(super) async fn use_up(connection: &mut PgConnection, token_hash: &[u8], code_hash: &[u8], now: DateTime<Utc>) -> sqlx::Result<bool> {
    let used = sqlx::query_scalar!(
        "UPDATE email_codes SET used_at = $3 WHERE token_hash = $1 AND code_hash = $2 AND used_at IS NULL AND expires_at > $3 RETURNING tries",
        token_hash,
        code_hash,
        now
    )
    .fetch_optional(connection)
    .await?;
    Ok(used.is_some())
}

/// Makes all codes of a person worthless.
pub(super) async fn delete_of(connection: &mut PgConnection, user: UserId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM email_codes WHERE user_id = $1", user.as_uuid()).execute(connection).await?;
    Ok(())
}

pub(super) async fn delete_expired(connection: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM email_codes WHERE expires_at <= $1", now).execute(connection).await?;
    Ok(())
}
