//! The SQL of the end of an account. It runs across teams, in a `SystemTx`, and takes the person first.

use chrono::{DateTime, Utc};
use domain::team::Belongings;
use domain::{ExportId, TeamId, UserId};
use sqlx::PgConnection;

pub(in crate::my_data) async fn requested_at(tx: &mut PgConnection, person: UserId) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar!("SELECT deletion_requested_at FROM users WHERE id = $1", person.as_uuid()).fetch_one(tx).await
}

/// Whoever asks again does not begin anew.
pub(in crate::my_data) async fn request(tx: &mut PgConnection, person: UserId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("UPDATE users SET deletion_requested_at = coalesce(deletion_requested_at, $2) WHERE id = $1", person.as_uuid(), now)
        .execute(tx)
        .await?;
    Ok(())
}

/// Whether there was something to call off.
pub(in crate::my_data) async fn call_off(tx: &mut PgConnection, person: UserId) -> sqlx::Result<bool> {
    let done =
        sqlx::query!("UPDATE users SET deletion_requested_at = NULL WHERE id = $1 AND deletion_requested_at IS NOT NULL", person.as_uuid())
            .execute(tx)
            .await?;
    Ok(done.rows_affected() == 1)
}

pub(in crate::my_data) async fn list_gone(tx: &mut PgConnection, until: DateTime<Utc>) -> sqlx::Result<Vec<UserId>> {
    sqlx::query_scalar!(r#"SELECT id AS "id: UserId" FROM users WHERE deletion_requested_at <= $1 ORDER BY id"#, until).fetch_all(tx).await
}

/// Whether the account still is to go; it cannot be kept any more until the transaction ends.
pub(in crate::my_data) async fn lock_gone(tx: &mut PgConnection, person: UserId, until: DateTime<Utc>) -> sqlx::Result<bool> {
    let row = sqlx::query!("SELECT id FROM users WHERE id = $1 AND deletion_requested_at <= $2 FOR UPDATE", person.as_uuid(), until)
        .fetch_optional(tx)
        .await?;
    Ok(row.is_some())
}

/// Names of living teams that the person alone owns while others are in them. Who is about to leave too counts for nobody.
pub(in crate::my_data) async fn solely_owned(tx: &mut PgConnection, person: UserId) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"SELECT t.name FROM memberships m JOIN teams t ON t.id = m.team_id
           WHERE m.user_id = $1 AND 'Owner' = ANY (m.roles) AND m.suspended_at IS NULL AND t.deleted_at IS NULL
             AND EXISTS (SELECT FROM memberships o JOIN users u ON u.id = o.user_id AND u.deletion_requested_at IS NULL
                         WHERE o.team_id = m.team_id AND o.user_id <> $1)
             AND NOT EXISTS (SELECT FROM memberships o
                             JOIN users u ON u.id = o.user_id AND u.suspended_at IS NULL AND u.deletion_requested_at IS NULL
                             WHERE o.team_id = m.team_id AND o.user_id <> $1 AND 'Owner' = ANY (o.roles) AND o.suspended_at IS NULL)
           ORDER BY lower(t.name), t.id"#,
        person.as_uuid()
    )
    .fetch_all(tx)
    .await
}

/// Living teams that nobody but the person is in, or others who are about to leave too.
pub(in crate::my_data) async fn names_of_lonely_teams(tx: &mut PgConnection, person: UserId) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"SELECT t.name FROM memberships m JOIN teams t ON t.id = m.team_id
           WHERE m.user_id = $1 AND t.deleted_at IS NULL
             AND NOT EXISTS (SELECT FROM memberships o JOIN users u ON u.id = o.user_id AND u.deletion_requested_at IS NULL
                             WHERE o.team_id = t.id AND o.user_id <> $1)
           ORDER BY lower(t.name), t.id"#,
        person.as_uuid()
    )
    .fetch_all(tx)
    .await
}

/// Teams that nobody but the person is in, deleted ones and those they made and left to nobody included.
pub(in crate::my_data) async fn lonely_teams(tx: &mut PgConnection, person: UserId) -> sqlx::Result<Vec<TeamId>> {
    sqlx::query_scalar!(
        r#"SELECT t.id AS "id: TeamId" FROM teams t
           WHERE (t.created_by = $1 OR EXISTS (SELECT FROM memberships m WHERE m.team_id = t.id AND m.user_id = $1))
             AND NOT EXISTS (SELECT FROM memberships o WHERE o.team_id = t.id AND o.user_id <> $1)
           ORDER BY t.id"#,
        person.as_uuid()
    )
    .fetch_all(tx)
    .await
}

/// Its name, if it went: somebody who has joined meanwhile keeps it.
pub(in crate::my_data) async fn delete_lonely_team(tx: &mut PgConnection, team: TeamId, person: UserId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "DELETE FROM teams t WHERE t.id = $1 AND NOT EXISTS (SELECT FROM memberships o WHERE o.team_id = t.id AND o.user_id <> $2)
         RETURNING t.name",
        team.as_uuid(),
        person.as_uuid()
    )
    .fetch_optional(tx)
    .await
}

/// What is the person's alone, in teams that go on.
pub(in crate::my_data) async fn count_private(tx: &mut PgConnection, person: UserId) -> sqlx::Result<Belongings> {
    let row = sqlx::query!(
        r#"WITH going_on AS (SELECT DISTINCT team_id FROM memberships WHERE user_id <> $1)
           SELECT (SELECT count(*) FROM prompts JOIN going_on USING (team_id) WHERE created_by = $1 AND visibility = 'Private') AS "prompts!",
                  (SELECT count(*) FROM datasets JOIN going_on USING (team_id) WHERE created_by = $1 AND visibility = 'Private') AS "datasets!",
                  (SELECT count(*) FROM conversations JOIN going_on USING (team_id) WHERE user_id = $1) AS "chats!""#,
        person.as_uuid()
    )
    .fetch_one(tx)
    .await?;
    let whole = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(Belongings { prompts: whole(row.prompts), datasets: whole(row.datasets), chats: whole(row.chats) })
}

/// Keys of the files in the person's private datasets.
pub(in crate::my_data) async fn private_files(tx: &mut PgConnection, person: UserId) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "SELECT o.object_key FROM documents o JOIN datasets d ON d.id = o.dataset_id WHERE d.created_by = $1 AND d.visibility = 'Private'",
        person.as_uuid()
    )
    .fetch_all(tx)
    .await
}

pub(in crate::my_data) async fn list_exports(tx: &mut PgConnection, person: UserId) -> sqlx::Result<Vec<ExportId>> {
    sqlx::query_scalar!(r#"SELECT id AS "id: ExportId" FROM exports WHERE user_id = $1"#, person.as_uuid()).fetch_all(tx).await
}

/// Private datasets and prompts, with everything in them. Chats go with the person.
pub(in crate::my_data) async fn delete_private(tx: &mut PgConnection, person: UserId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM datasets WHERE created_by = $1 AND visibility = 'Private'", person.as_uuid()).execute(&mut *tx).await?;
    sqlx::query!("DELETE FROM prompts WHERE created_by = $1 AND visibility = 'Private'", person.as_uuid()).execute(tx).await?;
    Ok(())
}

/// What is a team's goes to an owner of it: of several the one who is there longest. Where no owner is left any more, whoever
/// stands highest becomes one.
pub(in crate::my_data) async fn hand_over(tx: &mut PgConnection, person: UserId) -> sqlx::Result<()> {
    sqlx::query!(
        r#"WITH heirs AS (
               SELECT DISTINCT ON (m.team_id) m.team_id, m.user_id
               FROM memberships m JOIN users u ON u.id = m.user_id
               WHERE m.user_id <> $1
               ORDER BY m.team_id, (m.suspended_at IS NULL AND u.suspended_at IS NULL) DESC, 'Owner' = ANY (m.roles) DESC,
                        'TeamManager' = ANY (m.roles) DESC, m.created_at, m.user_id),
           of_datasets AS (UPDATE datasets x SET created_by = h.user_id FROM heirs h WHERE x.team_id = h.team_id AND x.created_by = $1),
           of_documents AS (UPDATE documents x SET created_by = h.user_id FROM heirs h WHERE x.team_id = h.team_id AND x.created_by = $1),
           of_prompts AS (UPDATE prompts x SET created_by = h.user_id FROM heirs h WHERE x.team_id = h.team_id AND x.created_by = $1),
           of_invitations AS (UPDATE invitations x SET created_by = h.user_id FROM heirs h WHERE x.team_id = h.team_id AND x.created_by = $1),
           of_teams AS (UPDATE teams x SET created_by = h.user_id, is_personal = false FROM heirs h WHERE x.id = h.team_id AND x.created_by = $1)
           UPDATE memberships m SET roles = array_append(m.roles, 'Owner') FROM heirs h
           WHERE m.team_id = h.team_id AND m.user_id = h.user_id
             AND EXISTS (SELECT FROM memberships o WHERE o.team_id = m.team_id AND o.user_id = $1 AND 'Owner' = ANY (o.roles))
             AND NOT EXISTS (SELECT FROM memberships o WHERE o.team_id = m.team_id AND o.user_id <> $1 AND 'Owner' = ANY (o.roles))"#,
        person.as_uuid()
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The person, and invitations sent to their address. Sign-ins stay without them, under the hash of the address.
pub(in crate::my_data) async fn delete_person(tx: &mut PgConnection, person: UserId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM invitations WHERE email = (SELECT email FROM users WHERE id = $1)", person.as_uuid())
        .execute(&mut *tx)
        .await?;
    sqlx::query!("DELETE FROM users WHERE id = $1", person.as_uuid()).execute(tx).await?;
    Ok(())
}
