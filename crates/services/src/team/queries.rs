//! The SQL of team. Lists run as the app role under row-level security and name the team as well.

use crate::{Result, Viewer};
use chrono::{DateTime, Utc};
use domain::team::{InvitationSummary, TeamSummary};
use domain::text::EmailAddress;
use domain::{InvitationId, TeamId, UserId};
use sqlx::PgConnection;

pub(super) struct MemberRow {
    pub user_id: UserId,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub roles: Vec<String>,
    pub joined_at: DateTime<Utc>,
}

pub(super) async fn list_members(connection: &mut PgConnection, team: TeamId) -> sqlx::Result<Vec<MemberRow>> {
    sqlx::query_as!(
        MemberRow,
        r#"SELECT users.id AS "user_id: UserId", first_name, last_name, email, roles, memberships.created_at AS joined_at
           FROM memberships JOIN users ON users.id = memberships.user_id
           WHERE memberships.team_id = $1 ORDER BY memberships.created_at, users.id"#,
        team.as_uuid()
    )
    .fetch_all(connection)
    .await
}

pub(super) async fn list_teams_of(connection: &mut PgConnection, user: UserId) -> sqlx::Result<Vec<TeamSummary>> {
    sqlx::query_as!(
        TeamSummary,
        r#"SELECT teams.id AS "id: TeamId", teams.name, (teams.is_personal AND teams.created_by = $1) AS "is_personal!"
           FROM memberships JOIN teams ON teams.id = memberships.team_id
           WHERE memberships.user_id = $1
           ORDER BY (teams.is_personal AND teams.created_by = $1) DESC, lower(teams.name), teams.id"#,
        user.as_uuid()
    )
    .fetch_all(connection)
    .await
}

pub(super) async fn roles_of(connection: &mut PgConnection, team: TeamId, user: UserId) -> sqlx::Result<Vec<String>> {
    let roles = sqlx::query_scalar!("SELECT roles FROM memberships WHERE team_id = $1 AND user_id = $2", team.as_uuid(), user.as_uuid())
        .fetch_optional(connection)
        .await?;
    Ok(roles.unwrap_or_default())
}

pub(super) async fn is_member(connection: &mut PgConnection, team: TeamId, email: &EmailAddress) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM memberships JOIN users ON users.id = memberships.user_id
                          WHERE memberships.team_id = $1 AND users.email = $2) AS "is_member!""#,
        team.as_uuid(),
        email.as_str()
    )
    .fetch_one(connection)
    .await
}

pub(super) async fn email_of(connection: &mut PgConnection, user: UserId) -> sqlx::Result<String> {
    sqlx::query_scalar!("SELECT email FROM users WHERE id = $1", user.as_uuid()).fetch_one(connection).await
}

pub(super) struct InvitationRow {
    id: InvitationId,
    email: String,
    role: String,
    expires_at: DateTime<Utc>,
}

impl InvitationRow {
    /// As it crosses the wire.
    pub(super) fn summary(self) -> Result<InvitationSummary> {
        Ok(InvitationSummary { id: self.id, email: self.email, role: self.role.parse()?, expires_at: self.expires_at })
    }
}

pub(super) async fn list_invitations(connection: &mut PgConnection, team: TeamId, now: DateTime<Utc>) -> sqlx::Result<Vec<InvitationRow>> {
    sqlx::query_as!(
        InvitationRow,
        r#"SELECT id AS "id: InvitationId", email, role, expires_at FROM invitations
           WHERE team_id = $1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $2
           ORDER BY created_at DESC, id DESC"#,
        team.as_uuid(),
        now
    )
    .fetch_all(connection)
    .await
}

pub(super) async fn count_open(connection: &mut PgConnection, team: TeamId, now: DateTime<Utc>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM invitations
           WHERE team_id = $1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $2"#,
        team.as_uuid(),
        now
    )
    .fetch_one(connection)
    .await
}

pub(super) async fn insert_invitation(
    connection: &mut PgConnection,
    viewer: &Viewer,
    invitation: &InvitationSummary,
    selector: &str,
    verifier_hash: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO invitations (id, team_id, email, role, selector, verifier_hash, created_by, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        invitation.id.as_uuid(),
        viewer.team_id.as_uuid(),
        invitation.email,
        invitation.role.as_str(),
        selector,
        verifier_hash,
        viewer.user_id.as_uuid(),
        now,
        invitation.expires_at
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn revoke(connection: &mut PgConnection, team: TeamId, id: InvitationId, now: DateTime<Utc>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE invitations SET revoked_at = $3 WHERE team_id = $1 AND id = $2 AND used_at IS NULL AND revoked_at IS NULL",
        team.as_uuid(),
        id.as_uuid(),
        now
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn revoke_open_of(
    connection: &mut PgConnection,
    team: TeamId,
    email: &EmailAddress,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE invitations SET revoked_at = $3 WHERE team_id = $1 AND email = $2 AND used_at IS NULL AND revoked_at IS NULL",
        team.as_uuid(),
        email.as_str(),
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}
