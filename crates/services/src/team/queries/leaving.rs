//! What happens around somebody who leaves a team: their own things, their sessions, and where they go on.

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
