//! The SQL of using invitations; `services::team` makes them. One can be used as long as its maker could still make it (`may_invite`).

use chrono::{DateTime, Utc};
use domain::text::EmailAddress;
use domain::{InvitationId, TeamId};
use sqlx::PgConnection;

pub(crate) struct OpenInvitation {
    pub id: InvitationId,
    pub team_name: String,
    pub email: String,
    pub role: String,
    pub first_name: String,
    pub last_name: String,
    pub verifier_hash: Vec<u8>,
    /// Of the link that was mailed; none of invitations from before there were two.
    pub mailed_verifier_hash: Option<Vec<u8>>,
}

/// An invitation that can still be used.
pub(crate) async fn find_open_invitation(
    connection: &mut PgConnection,
    selector: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<OpenInvitation>> {
    sqlx::query_as!(
        OpenInvitation,
        r#"SELECT invitations.id AS "id: InvitationId", teams.name AS team_name, email, role, first_name, last_name,
                  verifier_hash, mailed_verifier_hash
           FROM invitations JOIN teams ON teams.id = invitations.team_id AND teams.deleted_at IS NULL
           WHERE selector = $1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $2
             AND may_invite(invitations.team_id, invitations.created_by, invitations.role)"#,
        selector,
        now
    )
    .fetch_optional(connection)
    .await
}

/// One that can still be used, whose link was used before.
pub(super) async fn find_invitation(
    connection: &mut PgConnection,
    id: InvitationId,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<OpenInvitation>> {
    sqlx::query_as!(
        OpenInvitation,
        r#"SELECT invitations.id AS "id: InvitationId", teams.name AS team_name, email, role, first_name, last_name,
                  verifier_hash, mailed_verifier_hash
           FROM invitations JOIN teams ON teams.id = invitations.team_id AND teams.deleted_at IS NULL
           WHERE invitations.id = $1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $2
             AND may_invite(invitations.team_id, invitations.created_by, invitations.role)"#,
        id.as_uuid(),
        now
    )
    .fetch_optional(connection)
    .await
}

/// The latest invitation of an address that can still be used.
pub(super) async fn find_latest_invitation(
    connection: &mut PgConnection,
    email: &EmailAddress,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<OpenInvitation>> {
    sqlx::query_as!(
        OpenInvitation,
        r#"SELECT invitations.id AS "id: InvitationId", teams.name AS team_name, email, role, first_name, last_name,
                  verifier_hash, mailed_verifier_hash
           FROM invitations JOIN teams ON teams.id = invitations.team_id AND teams.deleted_at IS NULL
           WHERE email = $1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $2
             AND may_invite(invitations.team_id, invitations.created_by, invitations.role)
           ORDER BY invitations.created_at DESC, invitations.id DESC
           LIMIT 1"#,
        email.as_str(),
        now
    )
    .fetch_optional(connection)
    .await
}

/// Uses an invitation up; of several that try at once, one gets the team.
pub(crate) async fn use_invitation(
    connection: &mut PgConnection,
    id: InvitationId,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<(TeamId, String)>> {
    let used = sqlx::query!(
        r#"UPDATE invitations SET used_at = $2
           WHERE id = $1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $2
             AND may_invite(team_id, created_by, role)
           RETURNING team_id AS "team_id: TeamId", role"#,
        id.as_uuid(),
        now
    )
    .fetch_optional(connection)
    .await?;
    Ok(used.map(|row| (row.team_id, row.role)))
}
