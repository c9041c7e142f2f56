//! Groups inside a team.

use domain::team::GroupSummary;
use domain::text::GroupName;
use domain::{GroupId, TeamId, UserId};
use sqlx::PgConnection;
use uuid::Uuid;

/// The groups of a team by name; with an id only that one.
pub(in crate::team) async fn list(connection: &mut PgConnection, team: TeamId, id: Option<GroupId>) -> sqlx::Result<Vec<GroupSummary>> {
    sqlx::query_as!(
        GroupSummary,
        r#"SELECT g.id AS "id: GroupId", g.name,
                  ARRAY(SELECT m.user_id FROM group_members m WHERE m.team_id = $1 AND m.group_id = g.id ORDER BY m.user_id)
                      AS "members!: Vec<UserId>"
           FROM groups g WHERE g.team_id = $1 AND ($2::uuid IS NULL OR g.id = $2) ORDER BY lower(g.name), g.id"#,
        team.as_uuid(),
        id.map(GroupId::as_uuid)
    )
    .fetch_all(connection)
    .await
}

pub(in crate::team) async fn count(connection: &mut PgConnection, team: TeamId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"SELECT count(*) AS "count!" FROM groups WHERE team_id = $1"#, team.as_uuid()).fetch_one(connection).await
}

pub(in crate::team) async fn insert(connection: &mut PgConnection, team: TeamId, id: GroupId, name: &GroupName) -> sqlx::Result<()> {
    sqlx::query!("INSERT INTO groups (id, team_id, name) VALUES ($2, $1, $3)", team.as_uuid(), id.as_uuid(), name.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

pub(in crate::team) async fn rename(connection: &mut PgConnection, team: TeamId, id: GroupId, name: &GroupName) -> sqlx::Result<bool> {
    let done = sqlx::query!("UPDATE groups SET name = $3 WHERE team_id = $1 AND id = $2", team.as_uuid(), id.as_uuid(), name.as_str())
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Deletes a group; its name, if there was one.
pub(in crate::team) async fn delete(connection: &mut PgConnection, team: TeamId, id: GroupId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("DELETE FROM groups WHERE team_id = $1 AND id = $2 RETURNING name", team.as_uuid(), id.as_uuid())
        .fetch_optional(connection)
        .await
}

/// Holds the group as it is until the transaction ends; whether there is one.
pub(in crate::team) async fn lock(connection: &mut PgConnection, team: TeamId, id: GroupId) -> sqlx::Result<bool> {
    let row = sqlx::query!("SELECT id FROM groups WHERE team_id = $1 AND id = $2 FOR UPDATE", team.as_uuid(), id.as_uuid())
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some())
}

/// Takes everybody but these people out of a group; whom.
pub(in crate::team) async fn clear(connection: &mut PgConnection, team: TeamId, id: GroupId, but: &[Uuid]) -> sqlx::Result<Vec<UserId>> {
    sqlx::query_scalar!(
        r#"DELETE FROM group_members WHERE team_id = $1 AND group_id = $2 AND user_id <> ALL ($3::uuid[])
           RETURNING user_id AS "user_id: UserId""#,
        team.as_uuid(),
        id.as_uuid(),
        but
    )
    .fetch_all(connection)
    .await
}

/// Puts people into a group; whom that were not in it. Who is not in the team is refused by a constraint.
pub(in crate::team) async fn fill(connection: &mut PgConnection, team: TeamId, id: GroupId, people: &[Uuid]) -> sqlx::Result<Vec<UserId>> {
    sqlx::query_scalar!(
        r#"INSERT INTO group_members (group_id, user_id, team_id) SELECT $2, person, $1 FROM unnest($3::uuid[]) AS person
           ON CONFLICT (group_id, user_id) DO NOTHING RETURNING user_id AS "user_id: UserId""#,
        team.as_uuid(),
        id.as_uuid(),
        people
    )
    .fetch_all(connection)
    .await
}
