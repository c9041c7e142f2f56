//! The SQL of mails. All times are the database's.

use chrono::{DateTime, Utc};
use domain::MailId;
use sqlx::PgConnection;

/// Also run by the app role, which may write mails and not read them.
pub(super) async fn insert(connection: &mut PgConnection, id: MailId, kind: &str, sealed: &[u8]) -> sqlx::Result<()> {
    sqlx::query!("INSERT INTO mails (id, kind, sealed) VALUES ($1, $2, $3)", id.as_uuid(), kind, sealed).execute(connection).await?;
    Ok(())
}

/// The sealed content of a mail that was neither sent nor given up.
pub(super) async fn find_open(connection: &mut PgConnection, id: MailId) -> sqlx::Result<Option<Vec<u8>>> {
    let row = sqlx::query_scalar!("SELECT sealed FROM mails WHERE id = $1 AND sent_at IS NULL AND failed_at IS NULL", id.as_uuid())
        .fetch_optional(connection)
        .await?;
    Ok(row.flatten())
}

pub(super) async fn set_sent(connection: &mut PgConnection, id: MailId) -> sqlx::Result<()> {
    sqlx::query!("UPDATE mails SET sent_at = now(), sealed = NULL, failure = NULL WHERE id = $1", id.as_uuid()).execute(connection).await?;
    Ok(())
}

/// Notes what the mail server said last.
pub(super) async fn set_failure(connection: &mut PgConnection, id: MailId, failure: &str) -> sqlx::Result<()> {
    sqlx::query!("UPDATE mails SET failure = $2 WHERE id = $1", id.as_uuid(), failure).execute(connection).await?;
    Ok(())
}

/// Gives a mail up, with what was noted last.
pub(super) async fn set_failed(connection: &mut PgConnection, id: MailId) -> sqlx::Result<()> {
    sqlx::query!("UPDATE mails SET failed_at = now(), sealed = NULL WHERE id = $1 AND sent_at IS NULL", id.as_uuid())
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn count_waiting(connection: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"SELECT count(*) AS "count!" FROM mails WHERE sent_at IS NULL AND failed_at IS NULL"#).fetch_one(connection).await
}

/// A mail that was given up.
pub(super) struct FailedRow {
    pub kind: String,
    pub failed_at: DateTime<Utc>,
    pub failure: String,
}

pub(super) async fn list_failed(connection: &mut PgConnection) -> sqlx::Result<Vec<FailedRow>> {
    sqlx::query_as!(
        FailedRow,
        r#"SELECT kind, failed_at AS "failed_at!", coalesce(failure, 'It was tried too often.') AS "failure!"
           FROM mails WHERE failed_at IS NOT NULL ORDER BY failed_at DESC, id DESC LIMIT 20"#
    )
    .fetch_all(connection)
    .await
}

pub(super) async fn delete_old(connection: &mut PgConnection) -> sqlx::Result<u64> {
    let done = sqlx::query!("DELETE FROM mails WHERE created_at < now() - interval '30 days'").execute(connection).await?;
    Ok(done.rows_affected())
}
