//! Memberships: who is in a team, as what.

use chrono::{DateTime, Utc};
use domain::team::TeamSummary;
use domain::text::EmailAddress;
use domain::{Role, TeamId, UserId};
use sqlx::PgConnection;

/// A member with their name.
pub(in crate::team) struct MemberRow {
    pub user_id: UserId,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub roles: Vec<String>,
    pub joined_at: DateTime<Utc>,
    pub suspended_at: Option<DateTime<Utc>>,
}

impl MemberRow {
    /// Their name, or their address where they gave none.
    pub(in crate::team) fn called(&self) -> String {
        let name = format!("{} {}", self.first_name, self.last_name).trim().to_owned();
        if name.is_empty() { self.email.clone() } else { name }
    }
}

/// What somebody may do in a team at this moment.
pub(in crate::team) struct ActorRow {
    pub roles: Vec<String>,
    pub manages_members: bool,
}

pub(in crate::team) async fn list(connection: &mut PgConnection, team: TeamId) -> sqlx::Result<Vec<MemberRow>> {
    sqlx::query_as!(
        MemberRow,
        r#"SELECT users.id AS "user_id: UserId", first_name, last_name, email, roles, memberships.created_at AS joined_at,
                  memberships.suspended_at
           FROM memberships JOIN users ON users.id = memberships.user_id
           WHERE memberships.team_id = $1 ORDER BY memberships.created_at, users.id"#,
        team.as_uuid()
    )
    .fetch_all(connection)
    .await
}

pub(in crate::team) async fn find(connection: &mut PgConnection, team: TeamId, user: UserId) -> sqlx::Result<Option<MemberRow>> {
    sqlx::query_as!(
        MemberRow,
        r#"SELECT users.id AS "user_id: UserId", first_name, last_name, email, roles, memberships.created_at AS joined_at,
                  memberships.suspended_at
           FROM memberships JOIN users ON users.id = memberships.user_id
           WHERE memberships.team_id = $1 AND memberships.user_id = $2"#,
        team.as_uuid(),
        user.as_uuid()
    )
    .fetch_optional(connection)
    .await
}

/// Holds the team's people as they are until the transaction ends: who changes members comes one after the other.
pub(in crate::team) async fn lock_team(connection: &mut PgConnection, team: TeamId) -> sqlx::Result<()> {
    sqlx::query!("SELECT id FROM teams WHERE id = $1 FOR NO KEY UPDATE", team.as_uuid()).fetch_optional(connection).await?;
    Ok(())
}

/// Holds the accounts of a member and of the team's owners as they are until the transaction ends: who asks for the deletion of one waits,
/// or is waited for. It comes before [`lock_team`]: whoever holds an account may wait for those who wait for the team.
pub(in crate::team) async fn hold_accounts(connection: &mut PgConnection, team: TeamId, user: UserId) -> sqlx::Result<()> {
    sqlx::query!(
        "SELECT users.id FROM memberships JOIN users ON users.id = memberships.user_id
         WHERE memberships.team_id = $1 AND (memberships.user_id = $2 OR 'Owner' = ANY (memberships.roles)) FOR SHARE OF users",
        team.as_uuid(),
        user.as_uuid()
    )
    .fetch_all(connection)
    .await?;
    Ok(())
}

/// Holds a membership as it is until the transaction ends: a change of its roles waits, or is seen by what is read afterwards.
pub(in crate::team) async fn hold_membership(connection: &mut PgConnection, team: TeamId, user: UserId) -> sqlx::Result<()> {
    sqlx::query!("SELECT user_id FROM memberships WHERE team_id = $1 AND user_id = $2 FOR SHARE", team.as_uuid(), user.as_uuid())
        .fetch_optional(connection)
        .await?;
    Ok(())
}

/// The roles of somebody who may come in, and whether they let them change members.
pub(in crate::team) async fn find_actor(connection: &mut PgConnection, team: TeamId, user: UserId) -> sqlx::Result<Option<ActorRow>> {
    sqlx::query_as!(
        ActorRow,
        r#"SELECT roles, EXISTS (SELECT FROM roles_permissions p
                                 WHERE p.role = ANY (memberships.roles) AND p.permission = 'ManageMembers') AS "manages_members!"
           FROM memberships WHERE team_id = $1 AND user_id = $2 AND suspended_at IS NULL"#,
        team.as_uuid(),
        user.as_uuid()
    )
    .fetch_optional(connection)
    .await
}

/// Whether a member may come in: neither the team nor this server keeps them out.
pub(in crate::team) async fn comes_in(connection: &mut PgConnection, team: TeamId, user: UserId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM memberships m JOIN users u ON u.id = m.user_id
                          WHERE m.team_id = $1 AND m.user_id = $2 AND m.suspended_at IS NULL AND u.suspended_at IS NULL) AS "comes_in!""#,
        team.as_uuid(),
        user.as_uuid()
    )
    .fetch_one(connection)
    .await
}

/// Whether somebody may come in to this server, and is not about to leave it. Whose account is held ([`hold_accounts`]) stays so.
pub(in crate::team) async fn stays(connection: &mut PgConnection, user: UserId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM users WHERE id = $1 AND suspended_at IS NULL AND deletion_requested_at IS NULL) AS "stays!""#,
        user.as_uuid()
    )
    .fetch_one(connection)
    .await
}

/// Whether an owner beside this person may come in and stays; that one does until the transaction ends. Nobody is waited for under the lock
/// of the team: whose account is being changed at this moment does not count, unless it is held already ([`hold_accounts`]).
pub(in crate::team) async fn hold_another_owner(connection: &mut PgConnection, team: TeamId, user: UserId) -> sqlx::Result<bool> {
    let held = sqlx::query!(
        "SELECT users.id FROM memberships
         JOIN users ON users.id = memberships.user_id AND users.suspended_at IS NULL AND users.deletion_requested_at IS NULL
         WHERE memberships.team_id = $1 AND memberships.user_id <> $2 AND 'Owner' = ANY (memberships.roles)
           AND memberships.suspended_at IS NULL
         LIMIT 1 FOR SHARE OF users SKIP LOCKED",
        team.as_uuid(),
        user.as_uuid()
    )
    .fetch_optional(connection)
    .await?;
    Ok(held.is_some())
}

pub(in crate::team) async fn set_roles(connection: &mut PgConnection, team: TeamId, user: UserId, roles: &[Role]) -> sqlx::Result<()> {
    let words: Vec<String> = roles.iter().map(Role::to_string).collect();
    sqlx::query!("UPDATE memberships SET roles = $3 WHERE team_id = $1 AND user_id = $2", team.as_uuid(), user.as_uuid(), &words)
        .execute(connection)
        .await?;
    Ok(())
}

/// Keeps somebody out from `since` on, or lets them in again.
pub(in crate::team) async fn set_suspended(
    connection: &mut PgConnection,
    team: TeamId,
    user: UserId,
    since: Option<DateTime<Utc>>,
) -> sqlx::Result<()> {
    sqlx::query!("UPDATE memberships SET suspended_at = $3 WHERE team_id = $1 AND user_id = $2", team.as_uuid(), user.as_uuid(), since)
        .execute(connection)
        .await?;
    Ok(())
}

pub(in crate::team) async fn delete(connection: &mut PgConnection, team: TeamId, user: UserId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM memberships WHERE team_id = $1 AND user_id = $2", team.as_uuid(), user.as_uuid()).execute(connection).await?;
    Ok(())
}

pub(in crate::team) async fn list_teams_of(connection: &mut PgConnection, user: UserId) -> sqlx::Result<Vec<TeamSummary>> {
    sqlx::query_as!(
        TeamSummary,
        r#"SELECT teams.id AS "id: TeamId", teams.name, (teams.is_personal AND teams.created_by = $1) AS "is_personal!"
           FROM memberships JOIN teams ON teams.id = memberships.team_id
           WHERE memberships.user_id = $1 AND memberships.suspended_at IS NULL AND teams.deleted_at IS NULL
           ORDER BY (teams.is_personal AND teams.created_by = $1) DESC, lower(teams.name), teams.id"#,
        user.as_uuid()
    )
    .fetch_all(connection)
    .await
}

pub(in crate::team) async fn has_address(connection: &mut PgConnection, team: TeamId, email: &EmailAddress) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM memberships JOIN users ON users.id = memberships.user_id
                          WHERE memberships.team_id = $1 AND users.email = $2) AS "is_member!""#,
        team.as_uuid(),
        email.as_str()
    )
    .fetch_one(connection)
    .await
}

pub(in crate::team) async fn email_of(connection: &mut PgConnection, user: UserId) -> sqlx::Result<String> {
    sqlx::query_scalar!("SELECT email FROM users WHERE id = $1", user.as_uuid()).fetch_one(connection).await
}
