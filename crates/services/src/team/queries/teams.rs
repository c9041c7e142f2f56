//! The team itself: its name, address and settings, its deletion.

use chrono::{DateTime, Utc};
use domain::team::{TeamSlug, TeamSummary};
use domain::text::TeamName;
use domain::{ModelId, TeamId, UserId};
use sqlx::PgConnection;
use sqlx::postgres::types::PgInterval;
use uuid::Uuid;

/// How long a day is, also where the clocks are changed.
const DAY: PgInterval = PgInterval { months: 0, days: 0, microseconds: 86_400_000_000 };

/// A team with what it sets for itself.
pub(in crate::team) struct TeamRow {
    pub name: String,
    pub slug: String,
    pub max_upload_bytes: Option<i64>,
    pub default_model_id: Option<ModelId>,
    pub chat_retention_days: Option<i32>,
    pub requests_per_minute: Option<i32>,
    pub allowed_origins: Vec<String>,
}

/// What a team sets for itself from now on.
pub(in crate::team) struct NewSettings {
    pub max_upload_bytes: Option<i64>,
    pub default_model_id: Option<ModelId>,
    pub chat_retention_days: Option<i32>,
    pub requests_per_minute: Option<i32>,
    pub allowed_origins: Vec<String>,
}

pub(in crate::team) async fn get(connection: &mut PgConnection, team: TeamId) -> sqlx::Result<TeamRow> {
    sqlx::query_as!(
        TeamRow,
        r#"SELECT name, slug, max_upload_bytes, default_model_id AS "default_model_id: ModelId", chat_retention_days,
                  requests_per_minute, allowed_origins
           FROM teams WHERE id = $1"#,
        team.as_uuid()
    )
    .fetch_one(connection)
    .await
}

/// How many teams that live the person has made.
pub(in crate::team) async fn count_made_by(connection: &mut PgConnection, user: UserId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"SELECT count(*) AS "count!" FROM teams WHERE created_by = $1 AND deleted_at IS NULL"#, user.as_uuid())
        .fetch_one(connection)
        .await
}

/// Makes a team under this address; `false` when the address is taken.
pub(in crate::team) async fn insert(
    connection: &mut PgConnection,
    id: TeamId,
    name: &TeamName,
    slug: &TeamSlug,
    maker: UserId,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO teams (id, name, slug, created_by) VALUES ($1, $2, $3, $4) ON CONFLICT (slug) DO NOTHING",
        id.as_uuid(),
        name.as_str(),
        slug.as_str(),
        maker.as_uuid()
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(in crate::team) async fn rename(connection: &mut PgConnection, team: TeamId, name: &TeamName, slug: &TeamSlug) -> sqlx::Result<()> {
    sqlx::query!("UPDATE teams SET name = $2, slug = $3 WHERE id = $1", team.as_uuid(), name.as_str(), slug.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

pub(in crate::team) async fn update_settings(connection: &mut PgConnection, team: TeamId, new: &NewSettings) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE teams SET max_upload_bytes = $2, default_model_id = $3, chat_retention_days = $4, requests_per_minute = $5,
                          allowed_origins = $6
         WHERE id = $1",
        team.as_uuid(),
        new.max_upload_bytes,
        new.default_model_id.map(ModelId::as_uuid),
        new.chat_retention_days,
        new.requests_per_minute,
        &new.allowed_origins
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether any team that lives lets pages of this origin call with its keys.
pub(in crate::team) async fn any_lists_origin(connection: &mut PgConnection, origin: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM teams WHERE allowed_origins @> ARRAY[$1::text] AND deleted_at IS NULL) AS "is_listed!""#,
        origin
    )
    .fetch_one(connection)
    .await
}

/// The team's default model, as long as it can answer.
pub(in crate::team) async fn usable_default_model(connection: &mut PgConnection, team: TeamId) -> sqlx::Result<Option<ModelId>> {
    sqlx::query_scalar!(
        r#"SELECT models.id AS "id: ModelId" FROM teams JOIN models ON models.id = teams.default_model_id
           WHERE teams.id = $1 AND models.removed_at IS NULL AND models.model_type = 'LLM'"#,
        team.as_uuid()
    )
    .fetch_optional(connection)
    .await
}

/// The team at an address, for who may work in it.
pub(in crate::team) async fn find_by_slug(connection: &mut PgConnection, slug: &str, user: UserId) -> sqlx::Result<Option<TeamSummary>> {
    sqlx::query_as!(
        TeamSummary,
        r#"SELECT teams.id AS "id: TeamId", teams.name, (teams.is_personal AND teams.created_by = $2) AS "is_personal!"
           FROM memberships JOIN teams ON teams.id = memberships.team_id
           WHERE teams.slug = $1 AND memberships.user_id = $2 AND memberships.suspended_at IS NULL AND teams.deleted_at IS NULL"#,
        slug,
        user.as_uuid()
    )
    .fetch_optional(connection)
    .await
}

/// Marks the team as deleted; whether it lived.
pub(in crate::team) async fn mark_deleted(connection: &mut PgConnection, team: TeamId, now: DateTime<Utc>) -> sqlx::Result<bool> {
    let done = sqlx::query!("UPDATE teams SET deleted_at = $2 WHERE id = $1 AND deleted_at IS NULL", team.as_uuid(), now)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Everybody in the team, suspended or not.
pub(in crate::team) async fn list_people(connection: &mut PgConnection, team: TeamId) -> sqlx::Result<Vec<UserId>> {
    sqlx::query_scalar!(r#"SELECT user_id AS "id: UserId" FROM memberships WHERE team_id = $1 ORDER BY user_id"#, team.as_uuid())
        .fetch_all(connection)
        .await
}

/// A deleted team of an owner.
pub(in crate::team) struct DeletedRow {
    pub id: TeamId,
    pub name: String,
    pub deleted_at: DateTime<Utc>,
}

pub(in crate::team) async fn list_deleted(
    connection: &mut PgConnection,
    owner: UserId,
    since: DateTime<Utc>,
) -> sqlx::Result<Vec<DeletedRow>> {
    sqlx::query_as!(
        DeletedRow,
        r#"SELECT teams.id AS "id: TeamId", teams.name, teams.deleted_at AS "deleted_at!"
           FROM memberships JOIN teams ON teams.id = memberships.team_id
           WHERE memberships.user_id = $1 AND 'Owner' = ANY (memberships.roles) AND memberships.suspended_at IS NULL
             AND teams.deleted_at > $2
           ORDER BY teams.deleted_at DESC, teams.id"#,
        owner.as_uuid(),
        since
    )
    .fetch_all(connection)
    .await
}

/// Lets an owner's team live again that was deleted after `since`; its name, if there was one.
pub(in crate::team) async fn restore(
    connection: &mut PgConnection,
    team: TeamId,
    owner: UserId,
    since: DateTime<Utc>,
) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "UPDATE teams SET deleted_at = NULL FROM memberships
         WHERE teams.id = $1 AND teams.deleted_at > $3 AND memberships.team_id = teams.id AND memberships.user_id = $2
           AND 'Owner' = ANY (memberships.roles) AND memberships.suspended_at IS NULL
         RETURNING teams.name",
        team.as_uuid(),
        owner.as_uuid(),
        since
    )
    .fetch_optional(connection)
    .await
}

/// Gives teams up whose time to be restored is over, unless the licence is: they count as deleted in 1970 from then on, so that nobody
/// restores what is being removed.
pub(in crate::team) async fn give_up(connection: &mut PgConnection, until: DateTime<Utc>) -> sqlx::Result<Vec<TeamId>> {
    sqlx::query_scalar!(
        r#"UPDATE teams SET deleted_at = 'epoch'
           WHERE id IN (SELECT id FROM teams WHERE deleted_at <= $1 ORDER BY deleted_at LIMIT 100) AND deleted_at <= $1
             AND NOT licence_is_over()
           RETURNING id AS "id: TeamId""#,
        until
    )
    .fetch_all(connection)
    .await
}

/// Deletes the rows of such a team with everything that hangs on it; its name, if there was one.
pub(in crate::team) async fn delete_gone(
    connection: &mut PgConnection,
    team: TeamId,
    until: DateTime<Utc>,
) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("DELETE FROM teams WHERE id = $1 AND deleted_at <= $2 RETURNING name", team.as_uuid(), until)
        .fetch_optional(connection)
        .await
}

/// The living teams that keep chats for a limited time. A deleted one keeps what it has as long as it may be restored, and its trail, which
/// is sealed when it is removed, has no more events then.
pub(in crate::team) async fn list_with_retention(connection: &mut PgConnection) -> sqlx::Result<Vec<TeamId>> {
    sqlx::query_scalar!(r#"SELECT id AS "id: TeamId" FROM teams WHERE chat_retention_days IS NOT NULL AND deleted_at IS NULL ORDER BY id"#)
        .fetch_all(connection)
        .await
}

/// For how many days a living team keeps chats. It is not removed for good until the transaction ends.
pub(in crate::team) async fn hold_retention(connection: &mut PgConnection, team: TeamId) -> sqlx::Result<Option<i32>> {
    sqlx::query_scalar!(
        r#"SELECT chat_retention_days AS "days!" FROM teams
           WHERE id = $1 AND chat_retention_days IS NOT NULL AND deleted_at IS NULL FOR KEY SHARE"#,
        team.as_uuid()
    )
    .fetch_optional(connection)
    .await
}

/// How many chats of a team were not used for so many days, but for those that are being answered: what [`lock_old_chats`] would find.
pub(in crate::team) async fn count_old_chats(
    connection: &mut PgConnection,
    team: TeamId,
    days: i32,
    now: DateTime<Utc>,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM conversations c
           WHERE c.team_id = $1 AND c.updated_at < $2::timestamptz - $3::integer * $4::interval
             AND NOT EXISTS (SELECT FROM generations g WHERE g.conversation_id = c.id AND g.status IN ('Pending', 'InProgress'))"#,
        team.as_uuid(),
        now,
        days,
        DAY
    )
    .fetch_one(connection)
    .await
}

/// Locks chats of a team that were not used for so many days, as long as it keeps chats for so long and no longer, but for those that are
/// being answered and those in which something happens at this moment.
pub(in crate::team) async fn lock_old_chats(
    connection: &mut PgConnection,
    team: TeamId,
    days: i32,
    now: DateTime<Utc>,
    most: i64,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "SELECT c.id FROM conversations c JOIN teams t ON t.id = c.team_id
         WHERE t.id = $1 AND t.chat_retention_days = $2 AND c.updated_at < $3::timestamptz - $2::integer * $4::interval
           AND NOT EXISTS (SELECT FROM generations g WHERE g.conversation_id = c.id AND g.status IN ('Pending', 'InProgress'))
         ORDER BY c.updated_at LIMIT $5 FOR UPDATE OF c SKIP LOCKED",
        team.as_uuid(),
        days,
        now,
        DAY,
        most
    )
    .fetch_all(connection)
    .await
}

/// Deletes chats that are locked, but for those in which an answer began to be written before they were; how many.
pub(in crate::team) async fn delete_resting_chats(connection: &mut PgConnection, locked: &[Uuid]) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "DELETE FROM conversations c
         WHERE c.id = ANY ($1)
           AND NOT EXISTS (SELECT FROM generations g WHERE g.conversation_id = c.id AND g.status IN ('Pending', 'InProgress'))",
        locked
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}
