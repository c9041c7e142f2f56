//! The SQL of changing one's address. All of it runs as the system role.

use chrono::{DateTime, Utc};
use domain::UserId;
use domain::text::EmailAddress;
use sqlx::PgConnection;

pub(super) struct NewChange<'a> {
    pub selector: &'a str,
    pub verifier_hash: &'a [u8],
    pub user: UserId,
    pub email: &'a EmailAddress,
    pub now: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

pub(super) async fn insert(connection: &mut PgConnection, change: NewChange<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO email_changes (selector, verifier_hash, user_id, email, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
        change.selector,
        change.verifier_hash,
        change.user.as_uuid(),
        change.email.as_str(),
        change.now,
        change.expires_at
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) struct OpenChange {
    pub user_id: UserId,
    pub email: String,
    pub verifier_hash: Vec<u8>,
}

/// A link that can still be used, of somebody who may come in.
pub(super) async fn find_open(connection: &mut PgConnection, selector: &str, now: DateTime<Utc>) -> sqlx::Result<Option<OpenChange>> {
    sqlx::query_as!(
        OpenChange,
        r#"SELECT user_id AS "user_id: UserId", email_changes.email, verifier_hash
           FROM email_changes JOIN users ON users.id = user_id AND users.suspended_at IS NULL
           WHERE selector = $1 AND expires_at > $2"#,
        selector,
        now
    )
    .fetch_optional(connection)
    .await
}

/// Makes a link, and all others of its person, lead nowhere; of several that try at once, one is told true.
pub(super) async fn use_up(connection: &mut PgConnection, selector: &str, user: UserId) -> sqlx::Result<bool> {
    let done = sqlx::query!("DELETE FROM email_changes WHERE selector = $1", selector).execute(&mut *connection).await?;
    delete_of(connection, user).await?;
    Ok(done.rows_affected() == 1)
}

/// Makes all links of a person lead nowhere.
pub(super) async fn delete_of(connection: &mut PgConnection, user: UserId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM email_changes WHERE user_id = $1", user.as_uuid()).execute(connection).await?;
    Ok(())
}

pub(super) async fn set_email(connection: &mut PgConnection, user: UserId, email: &str) -> sqlx::Result<()> {
    sqlx::query!("UPDATE users SET email = $2 WHERE id = $1", user.as_uuid(), email).execute(connection).await?;
    Ok(())
}

pub(super) async fn delete_expired(connection: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM email_changes WHERE expires_at <= $1", now).execute(connection).await?;
    Ok(())
}
