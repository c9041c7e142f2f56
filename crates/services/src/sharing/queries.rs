//! The SQL of sharing. Every statement runs in a `TeamTx`.

use domain::sharing::{Share, ShareChoice, ShareLevel, ShareWith, Shared};
use domain::{ApiKeyId, GroupId, ModelId, Permission, Role, TeamId, UserId};
use sqlx::PgConnection;
use uuid::Uuid;

/// Somebody in the team, as the rules see them.
pub(super) struct PersonRow {
    pub user_id: UserId,
    pub name: String,
    /// Those of their roles that may see such things.
    pub view_roles: Vec<String>,
    pub may_manage: bool,
    pub is_owner: bool,
    pub is_administrator: bool,
    pub share: Option<ShareLevel>,
}

/// A group that something is shared with, once for each person in it.
pub(super) struct GroupShareRow {
    pub user_id: UserId,
    pub name: String,
    pub level: ShareLevel,
}

/// The two columns of what is shared, one of them filled.
fn columns(thing: Shared) -> (Option<Uuid>, Option<Uuid>) {
    match thing {
        Shared::Dataset(id) => (Some(id.as_uuid()), None),
        Shared::Prompt(id) => (None, Some(id.as_uuid())),
    }
}

/// The two columns of with whom, one of them filled.
fn subject(with: ShareWith) -> (Option<Uuid>, Option<Uuid>) {
    match with {
        ShareWith::Person(id) => (Some(id.as_uuid()), None),
        ShareWith::Group(id) => (None, Some(id.as_uuid())),
    }
}

fn with(user: Option<Uuid>, group: Option<Uuid>) -> Option<ShareWith> {
    user.map(|id| ShareWith::Person(id.into())).or_else(|| group.map(|id| ShareWith::Group(id.into())))
}

/// What a thing of the team is called.
pub(super) async fn name(tx: &mut PgConnection, team: TeamId, thing: Shared) -> sqlx::Result<Option<String>> {
    let (dataset, prompt) = columns(thing);
    sqlx::query_scalar!(
        r#"SELECT name AS "name!" FROM datasets WHERE team_id = $1 AND id = $2
           UNION ALL SELECT name FROM prompts WHERE team_id = $1 AND id = $3"#,
        team.as_uuid(),
        dataset,
        prompt
    )
    .fetch_optional(tx)
    .await
}

/// With whom a thing is shared: groups first, each by name.
pub(super) async fn list(tx: &mut PgConnection, team: TeamId, thing: Shared) -> sqlx::Result<Vec<Share>> {
    let (dataset, prompt) = columns(thing);
    let rows = sqlx::query!(
        r#"SELECT s.user_id, s.group_id, s.level AS "level: ShareLevel",
                  coalesce(g.name, concat_ws(' ', nullif(u.first_name, ''), nullif(u.last_name, ''), '(' || u.email || ')')) AS "name!"
           FROM shares s
           LEFT JOIN groups g ON g.team_id = s.team_id AND g.id = s.group_id
           LEFT JOIN users u ON u.id = s.user_id
           WHERE s.team_id = $1 AND (s.dataset_id = $2 OR s.prompt_id = $3)
           ORDER BY s.user_id IS NOT NULL, lower(coalesce(g.name, u.first_name || u.last_name)), s.id"#,
        team.as_uuid(),
        dataset,
        prompt
    )
    .fetch_all(tx)
    .await?;
    let share = |user, group, name, level| Some(Share { with: with(user, group)?, name, level });
    Ok(rows.into_iter().filter_map(|row| share(row.user_id, row.group_id, row.name, row.level)).collect())
}

/// The groups of the team and its people who may come in, without who made the thing.
pub(super) async fn choices(tx: &mut PgConnection, team: TeamId, maker: UserId) -> sqlx::Result<Vec<ShareChoice>> {
    let rows = sqlx::query!(
        r#"SELECT user_id AS "user_id?", group_id AS "group_id?", name AS "name!"
           FROM (SELECT NULL::uuid AS user_id, g.id AS group_id, g.name FROM groups g WHERE g.team_id = $1
                 UNION ALL
                 SELECT m.user_id, NULL, concat_ws(' ', nullif(u.first_name, ''), nullif(u.last_name, ''), '(' || u.email || ')')
                 FROM memberships m JOIN users u ON u.id = m.user_id
                 WHERE m.team_id = $1 AND m.suspended_at IS NULL AND m.user_id <> $2) AS everybody
           ORDER BY user_id IS NOT NULL, lower(name), user_id, group_id"#,
        team.as_uuid(),
        maker.as_uuid()
    )
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().filter_map(|row| Some(ShareChoice { with: with(row.user_id, row.group_id)?, name: row.name })).collect())
}

/// Shares, or changes the level. Who is not in the team is refused by a constraint.
pub(super) async fn upsert(tx: &mut PgConnection, team: TeamId, thing: Shared, with: ShareWith, level: ShareLevel) -> sqlx::Result<()> {
    let ((dataset, prompt), (user, group)) = (columns(thing), subject(with));
    sqlx::query!(
        "INSERT INTO shares (id, team_id, dataset_id, prompt_id, user_id, group_id, level) VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT ON CONSTRAINT shares_once DO UPDATE SET level = excluded.level",
        Uuid::now_v7(),
        team.as_uuid(),
        dataset,
        prompt,
        user,
        group,
        level.as_str()
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Whether it was shared with them.
pub(super) async fn delete(tx: &mut PgConnection, team: TeamId, thing: Shared, with: ShareWith) -> sqlx::Result<bool> {
    let ((dataset, prompt), (user, group)) = (columns(thing), subject(with));
    let done = sqlx::query!(
        "DELETE FROM shares WHERE team_id = $1 AND (dataset_id = $2 OR prompt_id = $3) AND (user_id = $4 OR group_id = $5)",
        team.as_uuid(),
        dataset,
        prompt,
        user,
        group
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The people of the team who may come in, with what their roles allow and how the thing, if it can be shared, is shared with themselves.
pub(super) async fn people(
    tx: &mut PgConnection,
    team: TeamId,
    thing: Option<Shared>,
    view: Permission,
    manage: Permission,
) -> sqlx::Result<Vec<PersonRow>> {
    let (dataset, prompt) = thing.map(columns).unwrap_or_default();
    sqlx::query_as!(
        PersonRow,
        r#"SELECT m.user_id AS "user_id: UserId",
                  coalesce(nullif(concat_ws(' ', nullif(u.first_name, ''), nullif(u.last_name, '')), ''), u.email) AS "name!",
                  ARRAY(SELECT p.role FROM roles_permissions p WHERE p.role = ANY (m.roles) AND p.permission = $4
                        ORDER BY array_position(m.roles, p.role)) AS "view_roles!",
                  EXISTS (SELECT FROM roles_permissions p WHERE p.role = ANY (m.roles) AND p.permission = $5) AS "may_manage!",
                  $6 = ANY (m.roles) AS "is_owner!", u.is_system_administrator AS is_administrator,
                  (SELECT s.level FROM shares s
                   WHERE s.team_id = $1 AND s.user_id = m.user_id AND (s.dataset_id = $2 OR s.prompt_id = $3)) AS "share?: ShareLevel"
           FROM memberships m JOIN users u ON u.id = m.user_id
           WHERE m.team_id = $1 AND m.suspended_at IS NULL AND u.suspended_at IS NULL
           ORDER BY lower(u.first_name || ' ' || u.last_name), u.email"#,
        team.as_uuid(),
        dataset,
        prompt,
        view.as_str(),
        manage.as_str(),
        Role::Owner.as_str()
    )
    .fetch_all(tx)
    .await
}

/// Through which groups a thing is shared with whom.
pub(super) async fn group_shares(tx: &mut PgConnection, team: TeamId, thing: Shared) -> sqlx::Result<Vec<GroupShareRow>> {
    let (dataset, prompt) = columns(thing);
    sqlx::query_as!(
        GroupShareRow,
        r#"SELECT m.user_id AS "user_id: UserId", g.name, s.level AS "level: ShareLevel"
           FROM shares s
           JOIN groups g ON g.team_id = s.team_id AND g.id = s.group_id
           JOIN group_members m ON m.team_id = g.team_id AND m.group_id = g.id
           WHERE s.team_id = $1 AND (s.dataset_id = $2 OR s.prompt_id = $3)
           ORDER BY lower(g.name), g.id"#,
        team.as_uuid(),
        dataset,
        prompt
    )
    .fetch_all(tx)
    .await
}

/// The name of a group of the team.
pub(super) async fn find_group(tx: &mut PgConnection, team: TeamId, id: GroupId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("SELECT name FROM groups WHERE team_id = $1 AND id = $2", team.as_uuid(), id.as_uuid()).fetch_optional(tx).await
}

/// Whose API key of the team it is.
pub(super) async fn find_key_owner(tx: &mut PgConnection, team: TeamId, id: ApiKeyId) -> sqlx::Result<Option<UserId>> {
    sqlx::query_scalar!(r#"SELECT user_id AS "user_id: UserId" FROM api_keys WHERE team_id = $1 AND id = $2"#, team.as_uuid(), id.as_uuid())
        .fetch_optional(tx)
        .await
}

/// The name of a model that is not removed.
pub(super) async fn find_model(tx: &mut PgConnection, id: ModelId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("SELECT name FROM models WHERE id = $1 AND removed_at IS NULL", id.as_uuid()).fetch_optional(tx).await
}
