//! The SQL of the end of an account. It runs across teams, in a `SystemTx`, and takes the person first; what removes them takes the ends
//! before ([`lock_ends`]).

use chrono::{DateTime, Utc};
use domain::people::TeamHeir;
use domain::team::Belongings;
use domain::{ExportId, TeamId, UserId};
use sqlx::PgConnection;

/// Anything that may stand for "an account is removed"; only its equality with itself matters.
const ENDS_LOCK: i64 = 0x6c79_6365_756d_0006;

/// Held until the transaction ends: accounts are removed one after the other, since each reaches for the teams and heirs of others.
pub(in crate::my_data) async fn lock_ends(tx: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("SELECT pg_advisory_xact_lock($1)", ENDS_LOCK).execute(tx).await?;
    Ok(())
}

pub(in crate::my_data) async fn requested_at(tx: &mut PgConnection, person: UserId) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar!("SELECT deletion_requested_at FROM users WHERE id = $1", person.as_uuid()).fetch_one(tx).await
}

/// Holds an account until the transaction ends. Those who count on its person hold it too (`team::queries::members::hold_accounts`).
pub(in crate::my_data) async fn lock_person(tx: &mut PgConnection, person: UserId) -> sqlx::Result<()> {
    sqlx::query!("SELECT id FROM users WHERE id = $1 FOR NO KEY UPDATE", person.as_uuid()).fetch_one(tx).await?;
    Ok(())
}

/// Whoever asks again does not begin anew.
pub(in crate::my_data) async fn request(tx: &mut PgConnection, person: UserId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE users SET deletion_requested_at = coalesce(deletion_requested_at, $2), deletion_ordered_at = NULL WHERE id = $1",
        person.as_uuid(),
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The same for an administrator. Whether nobody had asked before.
pub(in crate::my_data) async fn order(tx: &mut PgConnection, person: UserId, now: DateTime<Utc>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE users SET deletion_requested_at = $2, deletion_ordered_at = $2 WHERE id = $1 AND deletion_requested_at IS NULL",
        person.as_uuid(),
        now
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether it was an administrator who asked for what is asked for now.
pub(in crate::my_data) async fn is_ordered(tx: &mut PgConnection, person: UserId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT coalesce(deletion_ordered_at = deletion_requested_at, false) AS "is_ordered!" FROM users WHERE id = $1"#,
        person.as_uuid()
    )
    .fetch_one(tx)
    .await
}

/// Whether there was something to call off that was asked for after `until`.
pub(in crate::my_data) async fn call_off(tx: &mut PgConnection, person: UserId, until: DateTime<Utc>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE users SET deletion_requested_at = NULL, deletion_ordered_at = NULL WHERE id = $1 AND deletion_requested_at > $2",
        person.as_uuid(),
        until
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether the account is to go and cannot be kept any more, or is gone already.
pub(in crate::my_data) async fn is_past_keeping(tx: &mut PgConnection, person: UserId, until: DateTime<Utc>) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT NOT EXISTS (SELECT FROM users WHERE id = $1 AND (deletion_requested_at IS NULL OR deletion_requested_at > $2))
                  AS "is_past_keeping!""#,
        person.as_uuid(),
        until
    )
    .fetch_one(tx)
    .await
}

pub(in crate::my_data) async fn list_gone(tx: &mut PgConnection, until: DateTime<Utc>) -> sqlx::Result<Vec<UserId>> {
    sqlx::query_scalar!(r#"SELECT id AS "id: UserId" FROM users WHERE deletion_requested_at <= $1 ORDER BY id"#, until).fetch_all(tx).await
}

/// Whether the account still is to go; its person changes nothing of it and adds nothing to it until the transaction ends.
pub(in crate::my_data) async fn lock_gone(tx: &mut PgConnection, person: UserId, until: DateTime<Utc>) -> sqlx::Result<bool> {
    let row = sqlx::query!("SELECT id FROM users WHERE id = $1 AND deletion_requested_at <= $2 FOR UPDATE", person.as_uuid(), until)
        .fetch_optional(tx)
        .await?;
    Ok(row.is_some())
}

/// Living teams that the person alone owns while others are in them, each with whom [`hand_over`] gives it to. Who is about to leave too
/// counts for nobody.
pub(in crate::my_data) async fn solely_owned(tx: &mut PgConnection, person: UserId) -> sqlx::Result<Vec<TeamHeir>> {
    sqlx::query_as!(
        TeamHeir,
        r#"SELECT t.name AS "team!",
                  (SELECT coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.email)
                   FROM memberships o JOIN users u ON u.id = o.user_id
                   WHERE o.team_id = m.team_id AND o.user_id <> $1
                   ORDER BY (o.suspended_at IS NULL AND u.suspended_at IS NULL AND u.deletion_requested_at IS NULL) DESC,
                            'Owner' = ANY (o.roles) DESC, 'TeamManager' = ANY (o.roles) DESC, o.created_at, o.user_id
                   LIMIT 1) AS "heir!"
           FROM memberships m JOIN teams t ON t.id = m.team_id
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

/// Teams that nobody but the person is in, deleted ones and those they made and left to nobody included. Nobody joins them until the
/// transaction ends.
pub(in crate::my_data) async fn lonely_teams(tx: &mut PgConnection, person: UserId) -> sqlx::Result<Vec<TeamId>> {
    sqlx::query_scalar!(
        r#"SELECT t.id AS "id: TeamId" FROM teams t
           WHERE (t.created_by = $1 OR EXISTS (SELECT FROM memberships m WHERE m.team_id = t.id AND m.user_id = $1))
             AND NOT EXISTS (SELECT FROM memberships o WHERE o.team_id = t.id AND o.user_id <> $1)
           ORDER BY t.id FOR UPDATE OF t"#,
        person.as_uuid()
    )
    .fetch_all(tx)
    .await
}

/// A team that went with the person.
pub(in crate::my_data) struct EndedTeamRow {
    pub name: String,
    /// Keys of its documents' files.
    pub files: Vec<String>,
}

/// What it was, if it went: somebody who had joined when it was held keeps it.
pub(in crate::my_data) async fn delete_lonely_team(
    tx: &mut PgConnection,
    team: TeamId,
    person: UserId,
) -> sqlx::Result<Option<EndedTeamRow>> {
    sqlx::query_as!(
        EndedTeamRow,
        r#"WITH ended AS (
               DELETE FROM teams t
               WHERE t.id = $1 AND NOT EXISTS (SELECT FROM memberships o WHERE o.team_id = t.id AND o.user_id <> $2)
               RETURNING t.id, t.name)
           SELECT e.name AS "name!", ARRAY(SELECT d.object_key FROM documents d WHERE d.team_id = e.id) AS "files!" FROM ended e"#,
        team.as_uuid(),
        person.as_uuid()
    )
    .fetch_optional(tx)
    .await
}

/// Holds the people of the person's teams as they are until the transaction ends, as everything does that changes members.
pub(in crate::my_data) async fn lock_teams(tx: &mut PgConnection, person: UserId) -> sqlx::Result<()> {
    sqlx::query!(
        "SELECT t.id FROM teams t JOIN memberships m ON m.team_id = t.id WHERE m.user_id = $1 ORDER BY t.id FOR NO KEY UPDATE OF t",
        person.as_uuid()
    )
    .fetch_all(tx)
    .await?;
    Ok(())
}

/// The team of the installation that lives longest.
pub(in crate::my_data) async fn find_oldest_team(tx: &mut PgConnection) -> sqlx::Result<Option<TeamId>> {
    sqlx::query_scalar!(r#"SELECT id AS "id: TeamId" FROM teams WHERE deleted_at IS NULL ORDER BY created_at, id LIMIT 1"#)
        .fetch_optional(tx)
        .await
}

fn belongings([prompts, datasets, chats]: [i64; 3]) -> Belongings {
    let whole = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    Belongings { prompts: whole(prompts), datasets: whole(datasets), chats: whole(chats) }
}

/// What is the person's alone, in each of their teams that go on. What they share with colleagues is not.
pub(in crate::my_data) async fn count_private(tx: &mut PgConnection, person: UserId) -> sqlx::Result<Vec<(TeamId, Belongings)>> {
    let rows = sqlx::query!(
        r#"SELECT m.team_id AS "team_id!: TeamId",
                  (SELECT count(*) FROM prompts p
                   WHERE p.team_id = m.team_id AND p.created_by = $1 AND p.visibility = 'Private'
                     AND NOT EXISTS (SELECT FROM shares s WHERE s.team_id = p.team_id AND s.prompt_id = p.id)) AS "prompts!",
                  (SELECT count(*) FROM datasets d
                   WHERE d.team_id = m.team_id AND d.created_by = $1 AND d.visibility = 'Private'
                     AND NOT EXISTS (SELECT FROM shares s WHERE s.team_id = d.team_id AND s.dataset_id = d.id)) AS "datasets!",
                  (SELECT count(*) FROM conversations c WHERE c.team_id = m.team_id AND c.user_id = $1) AS "chats!"
           FROM memberships m
           WHERE m.user_id = $1 AND EXISTS (SELECT FROM memberships o WHERE o.team_id = m.team_id AND o.user_id <> $1)
           ORDER BY m.team_id"#,
        person.as_uuid()
    )
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.team_id, belongings([row.prompts, row.datasets, row.chats]))).collect())
}

pub(in crate::my_data) async fn list_exports(tx: &mut PgConnection, person: UserId) -> sqlx::Result<Vec<ExportId>> {
    sqlx::query_scalar!(r#"SELECT id AS "id: ExportId" FROM exports WHERE user_id = $1"#, person.as_uuid()).fetch_all(tx).await
}

/// Files of documents that are gone.
pub(in crate::my_data) struct FilesRow {
    pub team_id: TeamId,
    pub keys: Vec<String>,
}

/// Private datasets and prompts that are shared with nobody, with everything in them; the files that are left of it. Chats go with the
/// person.
pub(in crate::my_data) async fn delete_private(tx: &mut PgConnection, person: UserId) -> sqlx::Result<Vec<FilesRow>> {
    sqlx::query!(
        "DELETE FROM prompts p WHERE p.created_by = $1 AND p.visibility = 'Private'
           AND NOT EXISTS (SELECT FROM shares s WHERE s.team_id = p.team_id AND s.prompt_id = p.id)",
        person.as_uuid()
    )
    .execute(&mut *tx)
    .await?;
    // One statement: the files are those of the datasets that went, and of no others.
    sqlx::query_as!(
        FilesRow,
        r#"WITH gone AS (
               DELETE FROM datasets d WHERE d.created_by = $1 AND d.visibility = 'Private'
                 AND NOT EXISTS (SELECT FROM shares s WHERE s.team_id = d.team_id AND s.dataset_id = d.id)
               RETURNING d.id)
           SELECT o.team_id AS "team_id!: TeamId", array_agg(o.object_key) AS "keys!"
           FROM documents o JOIN gone ON gone.id = o.dataset_id GROUP BY o.team_id"#,
        person.as_uuid()
    )
    .fetch_all(tx)
    .await
}

/// A team that goes on without the person.
pub(in crate::my_data) struct PartingRow {
    pub team_id: TeamId,
    pub heir: UserId,
    pub heir_name: String,
    /// What went to the heir.
    pub prompts: i64,
    pub datasets: i64,
    /// Whether the heir owns the team from then on and did not before.
    pub is_promoted: bool,
}

impl PartingRow {
    pub(in crate::my_data) fn handed_over(&self) -> Belongings {
        belongings([self.prompts, self.datasets, 0])
    }
}

/// What is a team's goes to an owner of it who may come in and stays: of several the one who is there longest. Where none is left any
/// more, whoever stands highest of those who do becomes one. The teams that the person is in, in their order.
pub(in crate::my_data) async fn hand_over(tx: &mut PgConnection, person: UserId) -> sqlx::Result<Vec<PartingRow>> {
    sqlx::query_as!(
        PartingRow,
        r#"WITH heirs AS (
               SELECT DISTINCT ON (m.team_id) m.team_id, m.user_id,
                      coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.email) AS name
               FROM memberships m JOIN users u ON u.id = m.user_id
               WHERE m.user_id <> $1
               ORDER BY m.team_id, (m.suspended_at IS NULL AND u.suspended_at IS NULL AND u.deletion_requested_at IS NULL) DESC,
                        'Owner' = ANY (m.roles) DESC, 'TeamManager' = ANY (m.roles) DESC, m.created_at, m.user_id),
           of_datasets AS (
               UPDATE datasets x SET created_by = h.user_id FROM heirs h WHERE x.team_id = h.team_id AND x.created_by = $1
               RETURNING x.team_id),
           of_documents AS (UPDATE documents x SET created_by = h.user_id FROM heirs h WHERE x.team_id = h.team_id AND x.created_by = $1),
           of_prompts AS (
               UPDATE prompts x SET created_by = h.user_id FROM heirs h WHERE x.team_id = h.team_id AND x.created_by = $1
               RETURNING x.team_id),
           of_invitations AS (UPDATE invitations x SET created_by = h.user_id FROM heirs h WHERE x.team_id = h.team_id AND x.created_by = $1),
           of_teams AS (UPDATE teams x SET created_by = h.user_id, is_personal = false FROM heirs h WHERE x.id = h.team_id AND x.created_by = $1),
           promoted AS (
               UPDATE memberships m SET roles = array_append(m.roles, 'Owner') FROM heirs h
               WHERE m.team_id = h.team_id AND m.user_id = h.user_id AND NOT 'Owner' = ANY (m.roles)
                 AND EXISTS (SELECT FROM memberships o WHERE o.team_id = m.team_id AND o.user_id = $1 AND 'Owner' = ANY (o.roles))
               RETURNING m.team_id)
           SELECT h.team_id AS "team_id!: TeamId", h.user_id AS "heir!: UserId", h.name AS "heir_name!",
                  (SELECT count(*) FROM of_prompts p WHERE p.team_id = h.team_id) AS "prompts!",
                  (SELECT count(*) FROM of_datasets d WHERE d.team_id = h.team_id) AS "datasets!",
                  EXISTS (SELECT FROM promoted p WHERE p.team_id = h.team_id) AS "is_promoted!"
           FROM heirs h JOIN memberships own ON own.team_id = h.team_id AND own.user_id = $1
           ORDER BY h.team_id"#,
        person.as_uuid()
    )
    .fetch_all(tx)
    .await
}

/// Invitations sent to the person's address; and of those to their [`former_addresses`] the ones that lead nowhere any more: another may
/// have such an address by now.
pub(in crate::my_data) async fn delete_invitations(
    tx: &mut PgConnection,
    person: UserId,
    former: &[String],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM invitations i
         WHERE i.email = (SELECT u.email FROM users u WHERE u.id = $1)
            OR ((i.used_at IS NOT NULL OR i.revoked_at IS NOT NULL OR i.expires_at <= $2) AND i.email = ANY ($3))",
        person.as_uuid(),
        now,
        former
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The addresses that the trail knows as somebody's, until it forgets them.
pub(in crate::my_data) async fn former_addresses(tx: &mut PgConnection, person: UserId) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"SELECT DISTINCT lower(target_name) AS "address!" FROM audit_events
           WHERE (target_id = $1 AND action IN ('account.created', 'account.email-changed'))
              OR (actor_id = $1 AND action = 'invitation.accepted')"#,
        person.as_uuid()
    )
    .fetch_all(tx)
    .await
}

/// Sign-ins stay without a word about the person, under a hash of their id; so do tries with their address that were nobody's.
pub(in crate::my_data) async fn blank_sign_ins(tx: &mut PgConnection, person: UserId) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE sign_ins s SET ip = '', user_agent = '', email_hash = sha256(convert_to(u.id::text, 'UTF8'))
         FROM users u
         WHERE u.id = $1 AND (s.user_id = u.id OR (s.user_id IS NULL AND s.email_hash = sha256(convert_to(u.email, 'UTF8'))))",
        person.as_uuid()
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The person, with everything that is nobody else's.
pub(in crate::my_data) async fn delete_person(tx: &mut PgConnection, person: UserId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM users WHERE id = $1", person.as_uuid()).execute(tx).await?;
    Ok(())
}
