//! The SQL of mails. All times are the database's.

use chrono::{DateTime, Utc};
use domain::{MailId, UserId};
use sqlx::PgConnection;
use uuid::Uuid;

/// A mail to be accepted.
pub(super) struct NewMail<'a> {
    pub id: MailId,
    pub kind: &'a str,
    pub sealed: &'a [u8],
    /// As much of the address as tells an administrator whose it is.
    pub recipient: &'a str,
    pub address_hash: &'a [u8],
    /// Until when what it says is kept once it was given up.
    pub keep_until: Option<DateTime<Utc>>,
}

/// Also run by the app role, which may write mails and not read them.
pub(super) async fn insert(connection: &mut PgConnection, mail: NewMail<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO mails (id, kind, sealed, recipient, address_hash, keep_until) VALUES ($1, $2, $3, $4, $5, $6)",
        mail.id.as_uuid(),
        mail.kind,
        mail.sealed,
        mail.recipient,
        mail.address_hash,
        mail.keep_until
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A mail that was neither sent nor given up.
pub(super) struct OpenRow {
    pub sealed: Vec<u8>,
    /// Why the last try failed.
    pub failure: Option<String>,
}

pub(super) async fn find_open(connection: &mut PgConnection, id: MailId) -> sqlx::Result<Option<OpenRow>> {
    sqlx::query_as!(
        OpenRow,
        r#"SELECT sealed AS "sealed!", failure FROM mails
           WHERE id = $1 AND sent_at IS NULL AND failed_at IS NULL AND sealed IS NOT NULL"#,
        id.as_uuid()
    )
    .fetch_optional(connection)
    .await
}

/// Of a mail that is sent nothing stays but that it was.
pub(super) async fn set_sent(connection: &mut PgConnection, id: MailId) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE mails SET sent_at = now(), sealed = NULL, failure = NULL, recipient = NULL, address_hash = NULL, keep_until = NULL,
                tried_at = NULL
         WHERE id = $1",
        id.as_uuid()
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Notes what the mail server said last.
pub(super) async fn set_failure(connection: &mut PgConnection, id: MailId, failure: &str) -> sqlx::Result<()> {
    sqlx::query!("UPDATE mails SET failure = $2, tried_at = now() WHERE id = $1", id.as_uuid(), failure).execute(connection).await?;
    Ok(())
}

/// Gives a mail up, with what was noted last. What it says is wiped unless it is of use for longer.
pub(super) async fn set_failed(connection: &mut PgConnection, id: MailId) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE mails SET failed_at = now(), sealed = CASE WHEN keep_until > now() THEN sealed END WHERE id = $1 AND sent_at IS NULL",
        id.as_uuid()
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What waits to be sent.
pub(super) struct WaitingRow {
    pub count: i64,
    /// What the last try of one of them that failed was told.
    pub last_failure: Option<String>,
}

pub(super) async fn get_waiting(connection: &mut PgConnection) -> sqlx::Result<WaitingRow> {
    sqlx::query_as!(
        WaitingRow,
        r#"SELECT count(*) AS "count!",
                  (array_agg(failure ORDER BY tried_at DESC NULLS LAST) FILTER (WHERE failure IS NOT NULL))[1] AS "last_failure?"
           FROM mails WHERE sent_at IS NULL AND failed_at IS NULL"#
    )
    .fetch_one(connection)
    .await
}

/// A mail that was given up.
pub(super) struct FailedRow {
    pub id: MailId,
    pub kind: String,
    pub recipient: String,
    pub failed_at: DateTime<Utc>,
    pub failure: String,
}

pub(super) async fn list_failed(connection: &mut PgConnection) -> sqlx::Result<Vec<FailedRow>> {
    sqlx::query_as!(
        FailedRow,
        r#"SELECT id AS "id: MailId", kind, coalesce(recipient, '') AS "recipient!", failed_at AS "failed_at!",
                  coalesce(failure, 'It was tried too often.') AS "failure!"
           FROM mails WHERE failed_at IS NOT NULL ORDER BY failed_at DESC, id DESC LIMIT 20"#
    )
    .fetch_all(connection)
    .await
}

/// What is kept of a mail that was given up.
pub(super) struct KeptRow {
    pub id: MailId,
    pub sealed: Vec<u8>,
}

/// What is kept of those that were given up, or of this one.
pub(super) async fn list_kept(connection: &mut PgConnection, id: Option<MailId>) -> sqlx::Result<Vec<KeptRow>> {
    sqlx::query_as!(
        KeptRow,
        r#"SELECT id AS "id: MailId", sealed AS "sealed!" FROM mails
           WHERE failed_at IS NOT NULL AND sealed IS NOT NULL AND keep_until > now() AND ($1::uuid IS NULL OR id = $1)"#,
        id.map(MailId::as_uuid)
    )
    .fetch_all(connection)
    .await
}

pub(super) async fn is_given_up(connection: &mut PgConnection, id: MailId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM mails WHERE id = $1 AND failed_at IS NOT NULL) AS "is_given_up!""#, id.as_uuid())
        .fetch_one(connection)
        .await
}

/// Takes those of these back that were given up and are kept.
pub(super) async fn reopen(connection: &mut PgConnection, ids: &[MailId]) -> sqlx::Result<Vec<MailId>> {
    let ids: Vec<Uuid> = ids.iter().copied().map(MailId::as_uuid).collect();
    sqlx::query_scalar!(
        r#"UPDATE mails SET failed_at = NULL, failure = NULL, tried_at = NULL
           WHERE failed_at IS NOT NULL AND sealed IS NOT NULL AND keep_until > now() AND id = ANY ($1)
           RETURNING id AS "id: MailId""#,
        &ids
    )
    .fetch_all(connection)
    .await
}

/// Wipes what those say that were given up and are of no use any more.
pub(super) async fn wipe_useless(connection: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("UPDATE mails SET sealed = NULL WHERE failed_at IS NOT NULL AND sealed IS NOT NULL AND keep_until <= now()")
        .execute(connection)
        .await?;
    Ok(())
}

/// Mails of these kinds to somebody's address that were not sent.
pub(super) async fn delete_unsent(connection: &mut PgConnection, person: UserId, kinds: &[&str]) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM mails m USING users u
         WHERE u.id = $1 AND m.address_hash = sha256(convert_to(u.email, 'UTF8')) AND m.kind = ANY ($2) AND m.sent_at IS NULL",
        person.as_uuid(),
        kinds as &[&str]
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Mails to somebody's address, and to those which the trail knows as formerly theirs and nobody else has by now.
pub(super) async fn delete_to(connection: &mut PgConnection, person: UserId) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM mails m WHERE m.address_hash IN (
             SELECT sha256(convert_to(u.email, 'UTF8')) FROM users u WHERE u.id = $1
             UNION
             SELECT sha256(convert_to(lower(e.target_name), 'UTF8')) FROM audit_events e
             WHERE e.target_id = $1 AND e.action IN ('account.created', 'account.email-changed')
               AND NOT EXISTS (SELECT FROM users o WHERE o.id <> $1 AND o.email = lower(e.target_name)))",
        person.as_uuid()
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn delete_old(connection: &mut PgConnection) -> sqlx::Result<u64> {
    let done = sqlx::query!("DELETE FROM mails WHERE created_at < now() - interval '30 days'").execute(connection).await?;
    Ok(done.rows_affected())
}
