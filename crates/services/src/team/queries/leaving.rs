//! What happens around somebody who leaves a team: their own things and who gets them, their sessions, and where they go on.

use domain::team::Belongings;
use domain::{TeamId, UserId};
use sqlx::PgConnection;

pub(in crate::team) async fn count_belongings(connection: &mut PgConnection, team: TeamId, user: UserId) -> sqlx::Result<Belongings> {
    let row = sqlx::query!(
        r#"SELECT (SELECT count(*) FROM prompts WHERE team_id = $1 AND created_by = $2 AND visibility = 'Private') AS "prompts!",
                  (SELECT count(*) FROM datasets WHERE team_id = $1 AND created_by = $2 AND visibility = 'Private') AS "datasets!",
                  (SELECT count(*) FROM conversations WHERE team_id = $1 AND user_id = $2) AS "chats!""#,
        team.as_uuid(),
        user.as_uuid()
    )
    .fetch_one(connection)
    .await?;
    let whole = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(Belongings { prompts: whole(row.prompts), datasets: whole(row.datasets), chats: whole(row.chats) })
}

/// Whether somebody may come in to a team that lives.
pub(in crate::team) async fn works_in(connection: &mut PgConnection, team: TeamId, user: UserId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM memberships m JOIN teams t ON t.id = m.team_id AND t.deleted_at IS NULL
                          WHERE m.team_id = $1 AND m.user_id = $2 AND m.suspended_at IS NULL) AS "works_in!""#,
        team.as_uuid(),
        user.as_uuid()
    )
    .fetch_one(connection)
    .await
}

/// Who gets what somebody leaves to a team.
pub(in crate::team) struct HeirRow {
    pub user_id: UserId,
    pub name: String,
    pub is_owner: bool,
}

/// Of those who may come in and stay whoever stands highest, an owner above all, and of several the one who is in the team longest; one of
/// the others where all are kept out or about to go. None where nobody else is in it.
pub(in crate::team) async fn find_heir(connection: &mut PgConnection, team: TeamId, user: UserId) -> sqlx::Result<Option<HeirRow>> {
    sqlx::query_as!(
        HeirRow,
        r#"SELECT u.id AS "user_id: UserId", coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.email) AS "name!",
                  'Owner' = ANY (m.roles) AS "is_owner!"
           FROM memberships m JOIN users u ON u.id = m.user_id
           WHERE m.team_id = $1 AND m.user_id <> $2
           ORDER BY (m.suspended_at IS NULL AND u.suspended_at IS NULL AND u.deletion_requested_at IS NULL) DESC,
                    'Owner' = ANY (m.roles) DESC, 'TeamManager' = ANY (m.roles) DESC, m.created_at, m.user_id
           LIMIT 1"#,
        team.as_uuid(),
        user.as_uuid()
    )
    .fetch_optional(connection)
    .await
}

/// Private prompts, private datasets and chats get another owner; runs follow their chats.
pub(in crate::team) async fn hand_over(connection: &mut PgConnection, team: TeamId, from: UserId, to: UserId) -> sqlx::Result<()> {
    let (team, from, to) = (team.as_uuid(), from.as_uuid(), to.as_uuid());
    sqlx::query!("UPDATE prompts SET created_by = $3 WHERE team_id = $1 AND created_by = $2 AND visibility = 'Private'", team, from, to)
        .execute(&mut *connection)
        .await?;
    sqlx::query!("UPDATE datasets SET created_by = $3 WHERE team_id = $1 AND created_by = $2 AND visibility = 'Private'", team, from, to)
        .execute(&mut *connection)
        .await?;
    sqlx::query!("UPDATE conversations SET user_id = $3 WHERE team_id = $1 AND user_id = $2", team, from, to)
        .execute(&mut *connection)
        .await?;
    sqlx::query!("UPDATE generations SET user_id = $3 WHERE team_id = $1 AND user_id = $2", team, from, to).execute(connection).await?;
    Ok(())
}

/// Ends the person's sessions in the team of the transaction.
pub(in crate::team) async fn end_sessions(connection: &mut PgConnection, user: UserId) -> sqlx::Result<()> {
    sqlx::query!(r#"SELECT end_team_sessions($1)::text AS "nothing""#, user.as_uuid()).fetch_one(connection).await?;
    Ok(())
}

/// A team of their own for whoever is in none any more.
pub(in crate::team) async fn give_home(connection: &mut PgConnection, user: UserId, new_team: TeamId) -> sqlx::Result<()> {
    sqlx::query!(r#"SELECT give_home($1, $2) AS "needed!""#, user.as_uuid(), new_team.as_uuid()).fetch_one(connection).await?;
    Ok(())
}

/// A team that its maker leaves is nobody's own any more.
pub(in crate::team) async fn clear_personal(connection: &mut PgConnection, team: TeamId, maker: UserId) -> sqlx::Result<()> {
    sqlx::query!("UPDATE teams SET is_personal = false WHERE id = $1 AND created_by = $2 AND is_personal", team.as_uuid(), maker.as_uuid())
        .execute(connection)
        .await?;
    Ok(())
}
