//! Invitations: who is asked to join a team.

use crate::{Result, Viewer};
use chrono::{DateTime, Utc};
use domain::team::InvitationSummary;
use domain::{InvitationId, Role, TeamId, UserId};
use sqlx::PgConnection;

/// An invitation that was neither used nor revoked.
pub(in crate::team) struct InvitationRow {
    pub id: InvitationId,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub role: String,
    pub expires_at: DateTime<Utc>,
    /// Whether its maker could make it at this moment; otherwise its link leads nowhere.
    pub stands: bool,
}

impl InvitationRow {
    /// As it crosses the wire.
    pub(in crate::team) fn summary(self, now: DateTime<Utc>) -> Result<InvitationSummary> {
        Ok(InvitationSummary {
            id: self.id,
            email: self.email,
            name: format!("{} {}", self.first_name, self.last_name).trim().to_owned(),
            role: self.role.parse()?,
            expires_at: self.expires_at,
            is_expired: self.expires_at <= now,
            is_void: !self.stands,
        })
    }
}

/// What is stored of an invitation's links: where they find it, and the hashes of what proves the right to it, handed over or mailed.
pub(in crate::team) struct LinkSecret {
    pub selector: String,
    pub verifier_hash: Vec<u8>,
    pub mailed_verifier_hash: Vec<u8>,
}

/// An invitation that is about to be stored.
pub(in crate::team) struct NewInvitationRow<'a> {
    pub summary: &'a InvitationSummary,
    pub names: (&'a str, &'a str),
    pub secret: &'a LinkSecret,
    pub now: DateTime<Utc>,
}

/// Those whose link works, and those whose link stopped working after `since`.
pub(in crate::team) async fn list(connection: &mut PgConnection, team: TeamId, since: DateTime<Utc>) -> sqlx::Result<Vec<InvitationRow>> {
    sqlx::query_as!(
        InvitationRow,
        r#"SELECT id AS "id: InvitationId", email, first_name, last_name, role, expires_at,
                  may_invite(team_id, created_by, role) AS "stands!"
           FROM invitations
           WHERE team_id = $1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $2
           ORDER BY created_at DESC, id DESC"#,
        team.as_uuid(),
        since
    )
    .fetch_all(connection)
    .await
}

/// One that was neither used nor revoked.
pub(in crate::team) async fn find(connection: &mut PgConnection, team: TeamId, id: InvitationId) -> sqlx::Result<Option<InvitationRow>> {
    sqlx::query_as!(
        InvitationRow,
        r#"SELECT id AS "id: InvitationId", email, first_name, last_name, role, expires_at,
                  may_invite(team_id, created_by, role) AS "stands!"
           FROM invitations
           WHERE team_id = $1 AND id = $2 AND used_at IS NULL AND revoked_at IS NULL"#,
        team.as_uuid(),
        id.as_uuid()
    )
    .fetch_optional(connection)
    .await
}

/// [`find`], held as it is until the transaction ends.
pub(in crate::team) async fn lock(connection: &mut PgConnection, team: TeamId, id: InvitationId) -> sqlx::Result<Option<InvitationRow>> {
    sqlx::query_as!(
        InvitationRow,
        r#"SELECT id AS "id: InvitationId", email, first_name, last_name, role, expires_at,
                  may_invite(team_id, created_by, role) AS "stands!"
           FROM invitations
           WHERE team_id = $1 AND id = $2 AND used_at IS NULL AND revoked_at IS NULL FOR UPDATE"#,
        team.as_uuid(),
        id.as_uuid()
    )
    .fetch_optional(connection)
    .await
}

/// One that takes room in its team.
pub(in crate::team) struct OpenRow {
    pub email: String,
    /// Whether its link works.
    pub stands: bool,
}

/// Those whose time is not over.
pub(in crate::team) async fn list_open(connection: &mut PgConnection, team: TeamId, now: DateTime<Utc>) -> sqlx::Result<Vec<OpenRow>> {
    sqlx::query_as!(
        OpenRow,
        r#"SELECT email, may_invite(team_id, created_by, role) AS "stands!" FROM invitations
           WHERE team_id = $1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $2"#,
        team.as_uuid(),
        now
    )
    .fetch_all(connection)
    .await
}

pub(in crate::team) async fn count_open(connection: &mut PgConnection, team: TeamId, now: DateTime<Utc>) -> sqlx::Result<usize> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM invitations
           WHERE team_id = $1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $2"#,
        team.as_uuid(),
        now
    )
    .fetch_one(connection)
    .await?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

pub(in crate::team) async fn insert(connection: &mut PgConnection, viewer: &Viewer, row: &NewInvitationRow<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO invitations (id, team_id, email, first_name, last_name, role, selector, verifier_hash, mailed_verifier_hash, created_by,
                                  created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        row.summary.id.as_uuid(),
        viewer.team_id.as_uuid(),
        row.summary.email,
        row.names.0,
        row.names.1,
        row.summary.role.as_str(),
        row.secret.selector,
        row.secret.verifier_hash,
        row.secret.mailed_verifier_hash,
        viewer.user_id.as_uuid(),
        row.now,
        row.summary.expires_at
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Gives an invitation another link; the one before leads nowhere from then on. The viewer, who has the new one, counts as its maker.
pub(in crate::team) async fn renew(
    connection: &mut PgConnection,
    viewer: &Viewer,
    id: InvitationId,
    secret: &LinkSecret,
    expires_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE invitations SET selector = $3, verifier_hash = $4, mailed_verifier_hash = $5, expires_at = $6, created_by = $7
         WHERE team_id = $1 AND id = $2",
        viewer.team_id.as_uuid(),
        id.as_uuid(),
        secret.selector,
        secret.verifier_hash,
        secret.mailed_verifier_hash,
        expires_at,
        viewer.user_id.as_uuid()
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes an invitation back; its address, if it was open.
pub(in crate::team) async fn revoke(
    connection: &mut PgConnection,
    team: TeamId,
    id: InvitationId,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "UPDATE invitations SET revoked_at = $3 WHERE team_id = $1 AND id = $2 AND used_at IS NULL AND revoked_at IS NULL RETURNING email",
        team.as_uuid(),
        id.as_uuid(),
        now
    )
    .fetch_optional(connection)
    .await
}

/// One that was taken back because of the address it is for.
pub(in crate::team) struct ReplacedRow {
    pub id: InvitationId,
    pub expires_at: DateTime<Utc>,
}

/// Takes back those of an address that were neither used nor revoked, also where their time is over.
pub(in crate::team) async fn revoke_open_of(
    connection: &mut PgConnection,
    team: TeamId,
    email: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<ReplacedRow>> {
    sqlx::query_as!(
        ReplacedRow,
        r#"UPDATE invitations SET revoked_at = $3
           WHERE team_id = $1 AND email = $2 AND used_at IS NULL AND revoked_at IS NULL
           RETURNING id AS "id: InvitationId", expires_at"#,
        team.as_uuid(),
        email,
        now
    )
    .fetch_all(connection)
    .await
}

/// One that was taken back.
pub(in crate::team) struct RevokedRow {
    pub id: InvitationId,
    pub email: String,
}

/// Takes back what somebody made whose link works, but for these roles.
pub(in crate::team) async fn revoke_open_by(
    connection: &mut PgConnection,
    team: TeamId,
    maker: UserId,
    kept: &[Role],
) -> sqlx::Result<Vec<RevokedRow>> {
    let kept: Vec<String> = kept.iter().map(Role::to_string).collect();
    sqlx::query_as!(
        RevokedRow,
        r#"UPDATE invitations SET revoked_at = now()
           WHERE team_id = $1 AND created_by = $2 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > now() AND role <> ALL ($3)
           RETURNING id AS "id: InvitationId", email"#,
        team.as_uuid(),
        maker.as_uuid(),
        &kept
    )
    .fetch_all(connection)
    .await
}

/// An invitation that was taken back, of whichever team.
pub(in crate::team) struct RevokedAnywhereRow {
    pub id: InvitationId,
    pub team_id: TeamId,
    pub email: String,
}

/// Takes back whatever somebody invited to that is still open.
pub(in crate::team) async fn revoke_all_open_by(connection: &mut PgConnection, maker: UserId) -> sqlx::Result<Vec<RevokedAnywhereRow>> {
    sqlx::query_as!(
        RevokedAnywhereRow,
        r#"UPDATE invitations SET revoked_at = now()
           WHERE created_by = $1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > now()
           RETURNING id AS "id: InvitationId", team_id AS "team_id: TeamId", email"#,
        maker.as_uuid()
    )
    .fetch_all(connection)
    .await
}

/// Takes back what these addresses ask somebody into whose team it is already, also where its time is over.
pub(in crate::team) async fn revoke_open_in_teams_of(
    connection: &mut PgConnection,
    person: UserId,
    emails: &[String],
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<RevokedAnywhereRow>> {
    sqlx::query_as!(
        RevokedAnywhereRow,
        r#"UPDATE invitations i SET revoked_at = $3 FROM memberships m
           WHERE m.team_id = i.team_id AND m.user_id = $1 AND i.email = ANY ($2) AND i.used_at IS NULL AND i.revoked_at IS NULL
           RETURNING i.id AS "id: InvitationId", i.team_id AS "team_id: TeamId", i.email"#,
        person.as_uuid(),
        emails,
        now
    )
    .fetch_all(connection)
    .await
}

/// Who invites, and into which team, as the mail says it.
pub(in crate::team) struct InviterRow {
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub team_name: String,
}

pub(in crate::team) async fn inviter(connection: &mut PgConnection, team: TeamId, user: UserId) -> sqlx::Result<InviterRow> {
    sqlx::query_as!(
        InviterRow,
        "SELECT users.first_name, users.last_name, users.email, teams.name AS team_name
         FROM users JOIN teams ON teams.id = $1 WHERE users.id = $2",
        team.as_uuid(),
        user.as_uuid()
    )
    .fetch_one(connection)
    .await
}
