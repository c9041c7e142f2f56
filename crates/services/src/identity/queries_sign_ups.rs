//! The SQL of signing up by mail. All of it runs as the system role.

use chrono::{DateTime, Utc};
use domain::text::EmailAddress;
use domain::{InvitationId, TeamId};
use sqlx::PgConnection;

pub(super) struct NewSignUp<'a> {
    pub email: &'a EmailAddress,
    pub selector: &'a str,
    pub verifier_hash: &'a [u8],
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub password_hash: &'a str,
    pub invitation: Option<InvitationId>,
    pub now: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// Keeps who asks for an account, beside whoever else asks for the same address.
pub(super) async fn keep(connection: &mut PgConnection, sign_up: NewSignUp<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO sign_ups (selector, verifier_hash, email, first_name, last_name, password_hash, invitation_id, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        sign_up.selector,
        sign_up.verifier_hash,
        sign_up.email.as_str(),
        sign_up.first_name,
        sign_up.last_name,
        sign_up.password_hash,
        sign_up.invitation.map(InvitationId::as_uuid),
        sign_up.now,
        sign_up.expires_at
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) struct OpenSignUp {
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub password_hash: String,
    pub verifier_hash: Vec<u8>,
    pub invitation_id: Option<InvitationId>,
}

/// A link that can still be used.
pub(super) async fn find_open(connection: &mut PgConnection, selector: &str, now: DateTime<Utc>) -> sqlx::Result<Option<OpenSignUp>> {
    sqlx::query_as!(
        OpenSignUp,
        r#"SELECT email, first_name, last_name, password_hash, verifier_hash, invitation_id AS "invitation_id: InvitationId"
           FROM sign_ups WHERE selector = $1 AND expires_at > $2"#,
        selector,
        now
    )
    .fetch_optional(connection)
    .await
}

/// Uses a link up, and with it the others of its address; of several that try at once, one does.
pub(super) async fn use_up(connection: &mut PgConnection, selector: &str, email: &str, now: DateTime<Utc>) -> sqlx::Result<bool> {
    let done =
        sqlx::query!("DELETE FROM sign_ups WHERE selector = $1 AND expires_at > $2", selector, now).execute(&mut *connection).await?;
    sqlx::query!("DELETE FROM sign_ups WHERE email = $1", email).execute(connection).await?;
    Ok(done.rows_affected() > 0)
}

/// The team under which mail to strangers is sent, because every job is a team's: the oldest there is.
pub(super) async fn find_oldest_team(connection: &mut PgConnection) -> sqlx::Result<Option<TeamId>> {
    sqlx::query_scalar!(r#"SELECT id AS "id: TeamId" FROM teams WHERE deleted_at IS NULL ORDER BY id LIMIT 1"#)
        .fetch_optional(connection)
        .await
}

pub(super) async fn delete_expired(connection: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM sign_ups WHERE expires_at <= $1", now).execute(connection).await?;
    Ok(())
}
