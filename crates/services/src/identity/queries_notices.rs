//! The SQL of notices. It runs as the system role.

use domain::SessionId;
use sqlx::PgConnection;

/// From where a session was used last, which is where a request in it comes from.
pub(super) struct SessionOriginRow {
    pub ip: String,
    pub user_agent: String,
}

pub(super) async fn find_session(connection: &mut PgConnection, id: SessionId) -> sqlx::Result<Option<SessionOriginRow>> {
    sqlx::query_as!(SessionOriginRow, "SELECT ip, user_agent FROM sessions WHERE id = $1", id.as_uuid()).fetch_optional(connection).await
}
