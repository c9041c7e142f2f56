//! The SQL of confirming sessions. All of it runs as the system role. “Just now” is the time of the database.

use chrono::{DateTime, Utc};
use domain::SessionId;
use sqlx::PgConnection;

/// Whether the person of a session proved within ten minutes who they are.
pub(super) async fn is_recent(connection: &mut PgConnection, id: SessionId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM sessions WHERE id = $1 AND confirmed_at > now() - interval '10 minutes') AS "is_recent!""#,
        id.as_uuid()
    )
    .fetch_one(connection)
    .await
}

/// Notes that the person of a session proved just now who they are.
pub(super) async fn confirm(connection: &mut PgConnection, id: SessionId) -> sqlx::Result<()> {
    sqlx::query!("UPDATE sessions SET confirmed_at = now() WHERE id = $1", id.as_uuid()).execute(connection).await?;
    Ok(())
}

/// The same for a person who typed their password, unless they sign in with a code besides.
pub(super) async fn confirm_by_password(connection: &mut PgConnection, id: SessionId) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE sessions SET confirmed_at = now()
         WHERE id = $1 AND NOT EXISTS (SELECT FROM two_step WHERE two_step.user_id = sessions.user_id AND two_step.confirmed_at IS NOT NULL)",
        id.as_uuid()
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Notes when the person of a session that begins proved who they are; none where nobody said.
pub(super) async fn set_confirmed(connection: &mut PgConnection, token_hash: &[u8], at: Option<DateTime<Utc>>) -> sqlx::Result<()> {
    sqlx::query!("UPDATE sessions SET confirmed_at = $2 WHERE token_hash = $1", token_hash, at).execute(connection).await?;
    Ok(())
}
