//! The SQL of forgotten passwords. All of it runs as the system role.

use chrono::{DateTime, Utc};
use domain::UserId;
use sqlx::PgConnection;

pub(super) struct NewReset<'a> {
    pub selector: &'a str,
    pub verifier_hash: &'a [u8],
    pub user: UserId,
    pub now: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

pub(super) async fn insert(connection: &mut PgConnection, reset: NewReset<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO password_resets (selector, verifier_hash, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
        reset.selector,
        reset.verifier_hash,
        reset.user.as_uuid(),
        reset.now,
        reset.expires_at
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) struct OpenReset {
    pub user_id: UserId,
    pub verifier_hash: Vec<u8>,
}

/// A link that can still be used, by somebody who may come in.
pub(super) async fn find_open(connection: &mut PgConnection, selector: &str, now: DateTime<Utc>) -> sqlx::Result<Option<OpenReset>> {
    sqlx::query_as!(
        OpenReset,
        r#"SELECT user_id AS "user_id: UserId", verifier_hash
           FROM password_resets JOIN users ON users.id = user_id AND users.suspended_at IS NULL
           WHERE selector = $1 AND used_at IS NULL AND expires_at > $2"#,
        selector,
        now
    )
    .fetch_optional(connection)
    .await
}

/// Uses a link up; of several that try at once, one is told true.
pub(super) async fn use_up(connection: &mut PgConnection, selector: &str, now: DateTime<Utc>) -> sqlx::Result<bool> {
    let used = sqlx::query_scalar!(
        r#"UPDATE password_resets SET used_at = $2 WHERE selector = $1 AND used_at IS NULL AND expires_at > $2 RETURNING user_id"#,
        selector,
        now
    )
    .fetch_optional(connection)
    .await?;
    Ok(used.is_some())
}

/// Makes all links of a person lead nowhere.
pub(super) async fn delete_of(connection: &mut PgConnection, user: UserId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM password_resets WHERE user_id = $1", user.as_uuid()).execute(connection).await?;
    Ok(())
}

pub(super) async fn delete_expired(connection: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM password_resets WHERE expires_at <= $1", now).execute(connection).await?;
    Ok(())
}
