//! The SQL of the trail. There is no statement that changes an event: the database would refuse it. Words about a person are erased by the
//! function `forget_person`.

use super::filter::Filter;
use super::opened::Opened;
use chrono::{DateTime, Utc};
use domain::audit::{Action, Event, Via};
use domain::{TeamId, UserId};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// An event that is about to be stored.
pub(super) struct NewEventRow<'a> {
    pub team: Option<TeamId>,
    pub actor: Option<UserId>,
    pub via: Via,
    pub ip: String,
    pub event: &'a Event,
    pub details: Value,
}

/// What somebody opened in a team, about to be stored.
pub(super) struct NewEventRows<'a> {
    pub team: TeamId,
    pub actor: UserId,
    pub via: Via,
    pub ip: String,
    pub details: Value,
    pub opened: &'a [Opened<'a>],
}

/// An owner's view of their team as one of its members.
#[derive(Clone, Copy)]
pub(super) struct View {
    pub team: TeamId,
    pub owner: UserId,
    pub subject: UserId,
}

/// A stored event.
pub(super) struct EventRow {
    pub position: i64,
    pub team: Option<String>,
    /// The id of the team, or zeros for the installation.
    pub chain: Uuid,
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub actor_id: Option<Uuid>,
    pub actor_name: String,
    pub via: String,
    pub ip: String,
    pub action: String,
    pub target_type: String,
    pub target_id: Option<Uuid>,
    pub target_name: String,
    pub details: Value,
    pub is_erased: bool,
    pub previous_hash: Vec<u8>,
    pub hash: Vec<u8>,
}

/// The last event of a chain.
pub(super) struct HeadRow {
    pub seq: i64,
    pub hash: Vec<u8>,
}

/// A person, under the name they have, or had last.
pub(super) struct PersonRow {
    pub id: UserId,
    pub name: String,
}

/// What the database found in one chain.
pub(super) struct ChainRow {
    pub team: Option<String>,
    pub events: i64,
    pub last_hash: Option<Vec<u8>>,
    pub broken_at: Option<i64>,
    pub fault: Option<String>,
}

/// Adds an event; its number, time, name and hashes are the database's.
pub(super) async fn insert(connection: &mut PgConnection, row: NewEventRow<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO audit_events (team_id, actor_id, via, action, target_type, target_id, target_name, ip, details)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        row.team.map(TeamId::as_uuid),
        row.actor.map(UserId::as_uuid),
        row.via.as_str(),
        row.event.action.as_str(),
        row.event.action.target().as_str(),
        row.event.target_id,
        row.event.target_name,
        row.ip,
        row.details
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Adds an event for each thing that was opened, in their order; number, time, name and hashes are the database's, row by row.
pub(super) async fn insert_opened(connection: &mut PgConnection, rows: NewEventRows<'_>) -> sqlx::Result<()> {
    let (actions, ids) = actions_and_ids(rows.opened);
    let kinds: Vec<String> = rows.opened.iter().map(|(action, ..)| action.target().as_str().to_owned()).collect();
    let names: Vec<String> = rows.opened.iter().map(|(_, _, name)| (*name).to_owned()).collect();
    sqlx::query!(
        "INSERT INTO audit_events (team_id, actor_id, via, action, target_type, target_id, target_name, ip, details)
         SELECT $1::uuid, $2::uuid, $3::text, o.action, o.kind, o.id, o.name, $4::text, $5::jsonb
         FROM unnest($6::text[], $7::text[], $8::uuid[], $9::text[]) WITH ORDINALITY AS o (action, kind, id, name, place)
         ORDER BY o.place",
        rows.team.as_uuid(),
        rows.actor.as_uuid(),
        rows.via.as_str(),
        rows.ip,
        rows.details,
        &actions,
        &kinds,
        &ids,
        &names
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The things that an owner's view of the team as somebody has not told of yet. It began with the latest event that says so.
pub(super) async fn list_untold<'a>(connection: &mut PgConnection, view: View, opened: &[Opened<'a>]) -> sqlx::Result<Vec<Opened<'a>>> {
    let (actions, ids) = actions_and_ids(opened);
    let places = sqlx::query_scalar!(
        r#"SELECT o.place AS "place!"
           FROM unnest($4::text[], $5::uuid[]) WITH ORDINALITY AS o (action, id, place)
           WHERE NOT EXISTS (
               SELECT FROM audit_events e
               WHERE e.team_id = $1 AND e.actor_id = $2 AND e.action = o.action AND e.target_id = o.id
                 AND e.details ->> 'viewed_as' = $3::uuid::text
                 AND e.position > coalesce((SELECT max(b.position) FROM audit_events b
                                            WHERE b.team_id = $1 AND b.actor_id = $2 AND b.target_id = $3::uuid AND b.action = $6), 0))
           ORDER BY o.place"#,
        view.team.as_uuid(),
        view.owner.as_uuid(),
        view.subject.as_uuid(),
        &actions,
        &ids,
        Action::MemberViewStarted.as_str()
    )
    .fetch_all(connection)
    .await?;
    Ok(places.into_iter().filter_map(|place| opened.get(usize::try_from(place - 1).ok()?).copied()).collect())
}

fn actions_and_ids(opened: &[Opened<'_>]) -> (Vec<String>, Vec<Uuid>) {
    opened.iter().map(|(action, id, _)| (action.as_str().to_owned(), *id)).unzip()
}

/// Makes the running transaction another person's, in the same team, and the only one that adds to its chain until it ends: under the lock
/// that the trigger of the chain takes (the migration `audit`).
pub(super) async fn go_on_as(connection: &mut PgConnection, team: TeamId, person: UserId) -> sqlx::Result<()> {
    sqlx::query!(
        "SELECT set_viewer($1, $2), pg_advisory_xact_lock(hashtextextended('audit ' || $1::uuid, 0))",
        team.as_uuid(),
        person.as_uuid()
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Events that a filter asks for, the latest first, of one team or of all chains.
pub(super) async fn list(
    connection: &mut PgConnection,
    team: Option<TeamId>,
    filter: &Filter,
    before: Option<i64>,
    limit: i64,
) -> sqlx::Result<Vec<EventRow>> {
    sqlx::query_as!(
        EventRow,
        r#"SELECT e.position, t.name AS "team?", e.chain, e.seq, e.at, e.actor_id, e.actor_name, e.via, e.ip, e.action,
                  e.target_type, e.target_id, e.target_name, e.details,
                  (e.salt IS NULL AND (e.salts IS NULL OR array_position(e.salts, NULL) IS NOT NULL)) AS "is_erased!", e.previous_hash, e.hash
           FROM audit_events e LEFT JOIN teams t ON t.id = e.team_id
           WHERE ($1::uuid IS NULL OR e.team_id = $1)
             AND ($2::bigint IS NULL OR e.position < $2)
             AND ($3::uuid IS NULL OR e.actor_id = $3)
             AND ($4::text IS NULL OR e.action = $4 OR starts_with(e.action, $4 || '.'))
             AND ($5::text IS NULL OR e.target_type = $5)
             AND ($6::timestamptz IS NULL OR e.at >= $6)
             AND ($7::timestamptz IS NULL OR e.at < $7)
             AND ($8::text IS NULL OR e.actor_name ILIKE $8 OR e.target_name ILIKE $8 OR e.details::text ILIKE $8)
             AND ($10::uuid IS NULL OR e.target_id = $10)
             AND ($11::text IS NULL OR e.via = $11)
           ORDER BY e.position DESC LIMIT $9"#,
        team.map(TeamId::as_uuid),
        before,
        filter.person.map(UserId::as_uuid),
        filter.action.as_deref(),
        filter.target.map(domain::audit::TargetType::as_str),
        filter.from,
        filter.until,
        filter.pattern.as_deref(),
        limit,
        filter.about,
        filter.via.map(Via::as_str)
    )
    .fetch_all(connection)
    .await
}

/// What a thing of a trail was called last, or how a person of it is called: as they are now, and who is not in the team any more as this
/// trail called them last. `others` are the actions whose name is not that of their target.
pub(super) async fn find_target_name(
    connection: &mut PgConnection,
    team: Option<TeamId>,
    target: Uuid,
    others: &[&str],
) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        r#"SELECT coalesce(
               (SELECT coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.email) FROM users u
                WHERE u.id = $2
                  AND ($1::uuid IS NULL OR EXISTS (SELECT FROM memberships m WHERE m.team_id = $1 AND m.user_id = u.id))
                  AND EXISTS (SELECT FROM audit_events p
                              WHERE p.target_id = u.id AND p.target_type = 'Person' AND ($1::uuid IS NULL OR p.team_id = $1))),
               (SELECT e.target_name FROM audit_events e
                WHERE e.target_id = $2 AND e.target_name <> '' AND e.action <> ALL ($3::text[])
                  AND ($1::uuid IS NULL OR e.team_id = $1)
                ORDER BY e.position DESC LIMIT 1)) AS "name?""#,
        team.map(TeamId::as_uuid),
        target,
        others as _
    )
    .fetch_one(connection)
    .await
}

/// Who did something, by name.
pub(super) async fn list_people(connection: &mut PgConnection, team: Option<TeamId>, most: i64) -> sqlx::Result<Vec<PersonRow>> {
    sqlx::query_as!(
        PersonRow,
        r#"SELECT id AS "id!: UserId", name AS "name!" FROM (
               SELECT DISTINCT ON (actor_id) actor_id AS id, actor_name AS name FROM audit_events
               WHERE actor_id IS NOT NULL AND ($1::uuid IS NULL OR team_id = $1)
               ORDER BY actor_id, position DESC) AS people
           ORDER BY lower(name), id LIMIT $2"#,
        team.map(TeamId::as_uuid),
        most
    )
    .fetch_all(connection)
    .await
}

/// What people are called of whom a trail speaks by their ids alone. As in [`find_target_name`], it is as they are now, and who is not in
/// the team any more as this trail called them last: what they call themselves later is nothing for those they left. Who is gone is not
/// among them.
pub(super) async fn list_names(
    connection: &mut PgConnection,
    team: Option<TeamId>,
    people: &[Uuid],
    others: &[&str],
) -> sqlx::Result<Vec<PersonRow>> {
    sqlx::query_as!(
        PersonRow,
        r#"SELECT asked.id AS "id!: UserId", called.name AS "name!"
           FROM (SELECT DISTINCT unnest($2::uuid[]) AS id) AS asked
           CROSS JOIN LATERAL (SELECT coalesce(
               (SELECT coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.email) FROM users u
                WHERE u.id = asked.id
                  AND ($1::uuid IS NULL OR EXISTS (SELECT FROM memberships m WHERE m.team_id = $1 AND m.user_id = u.id))),
               (SELECT e.target_name FROM audit_events e
                WHERE e.target_id = asked.id AND e.target_name <> '' AND e.action <> ALL ($3::text[])
                  AND ($1::uuid IS NULL OR e.team_id = $1)
                ORDER BY e.position DESC LIMIT 1)) AS name) AS called
           WHERE called.name IS NOT NULL"#,
        team.map(TeamId::as_uuid),
        people,
        others as _
    )
    .fetch_all(connection)
    .await
}

/// Erases the words about a person whose account is about to go; their id stays.
pub(super) async fn forget(connection: &mut PgConnection, person: UserId) -> sqlx::Result<()> {
    sqlx::query!(r#"SELECT forget_person(id, email)::text AS "nothing" FROM users WHERE id = $1"#, person.as_uuid())
        .fetch_optional(connection)
        .await?;
    Ok(())
}

/// The last event of a team's chain.
pub(super) async fn find_head(connection: &mut PgConnection, team: TeamId) -> sqlx::Result<Option<HeadRow>> {
    sqlx::query_as!(HeadRow, "SELECT seq, hash FROM audit_events WHERE chain = $1 ORDER BY seq DESC LIMIT 1", team.as_uuid())
        .fetch_optional(connection)
        .await
}

/// Looks through the chain of one team, or through all chains; those with a fault come first.
pub(super) async fn verify(connection: &mut PgConnection, team: Option<TeamId>) -> sqlx::Result<Vec<ChainRow>> {
    sqlx::query_as!(
        ChainRow,
        r#"SELECT t.name AS "team?", v.events AS "events!", v.last_hash, v.broken_at, v.fault
           FROM (SELECT DISTINCT chain FROM audit_events WHERE $1::uuid IS NULL OR team_id = $1) AS chains
           CROSS JOIN LATERAL verify_audit_chain(chains.chain) AS v
           LEFT JOIN teams t ON t.id = chains.chain
           ORDER BY v.fault IS NULL, chains.chain"#,
        team.map(TeamId::as_uuid)
    )
    .fetch_all(connection)
    .await
}
