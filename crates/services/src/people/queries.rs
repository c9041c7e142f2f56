//! The SQL of people. All of it runs as the system role: they belong to no team.

use chrono::{DateTime, Utc};
use domain::{PageRequest, UserId};
use sqlx::PgConnection;

/// Anything that may stand for "who manages the installation changes"; only its equality with itself matters.
const ADMINISTRATORS_LOCK: i64 = 0x6c79_6365_756d_0003;

/// Held until the transaction ends: whoever changes who manages the installation, or whether those may come in, does it one after the
/// other.
pub(crate) async fn lock_administrators(connection: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("SELECT pg_advisory_xact_lock($1)", ADMINISTRATORS_LOCK).execute(connection).await?;
    Ok(())
}

/// Whether somebody manages the installation and nobody else does who may come in and stays.
pub(crate) async fn is_last_administrator(connection: &mut PgConnection, person: UserId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT (is_system_administrator AND NOT EXISTS (
                      SELECT FROM users o WHERE o.id <> $1 AND o.is_system_administrator AND o.suspended_at IS NULL
                                            AND o.deletion_requested_at IS NULL)) AS "is_last!"
           FROM users WHERE id = $1"#,
        person.as_uuid()
    )
    .fetch_one(connection)
    .await
}

/// Whether somebody manages the installation and may come in.
pub(super) async fn administers(connection: &mut PgConnection, person: UserId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM users WHERE id = $1 AND is_system_administrator AND suspended_at IS NULL) AS "administers!""#,
        person.as_uuid()
    )
    .fetch_one(connection)
    .await
}

/// Somebody who is to be changed.
pub(super) struct SubjectRow {
    pub email: String,
    pub is_administrator: bool,
    pub is_suspended: bool,
}

/// Holds an account until the transaction ends; a sign-in that holds it comes first, and a later one sees what became of it.
pub(super) async fn lock_person(connection: &mut PgConnection, person: UserId) -> sqlx::Result<Option<SubjectRow>> {
    sqlx::query_as!(
        SubjectRow,
        r#"SELECT email, is_system_administrator AS is_administrator, suspended_at IS NOT NULL AS "is_suspended!"
           FROM users WHERE id = $1 FOR NO KEY UPDATE"#,
        person.as_uuid()
    )
    .fetch_optional(connection)
    .await
}

/// Keeps somebody out from `since` on, or lets them in again.
pub(super) async fn set_suspended(connection: &mut PgConnection, person: UserId, since: Option<DateTime<Utc>>) -> sqlx::Result<()> {
    sqlx::query!("UPDATE users SET suspended_at = $2 WHERE id = $1", person.as_uuid(), since).execute(connection).await?;
    Ok(())
}

pub(super) async fn set_administrator(connection: &mut PgConnection, person: UserId, administers: bool) -> sqlx::Result<()> {
    sqlx::query!("UPDATE users SET is_system_administrator = $2 WHERE id = $1", person.as_uuid(), administers).execute(connection).await?;
    Ok(())
}

/// Whether there is a licence, under which people have seats.
pub(super) async fn has_licence(connection: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM licences WHERE replaced_at IS NULL) AS "has_licence!""#).fetch_one(connection).await
}

/// A person of the installation.
pub(super) struct PersonRow {
    pub user_id: UserId,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub is_system_administrator: bool,
    pub suspended_at: Option<DateTime<Utc>>,
    pub teams: i64,
    pub has_two_step: bool,
    pub last_seen_at: Option<DateTime<Utc>>,
    pub seated_at: Option<DateTime<Utc>>,
    pub deletion_requested_at: Option<DateTime<Utc>>,
    pub can_be_kept: bool,
}

/// Sessions that ended are gone, so that somebody without one was last seen when they last signed in. A program with their key is seen
/// as they are.
pub(super) async fn list(connection: &mut PgConnection, words: &str, page: PageRequest) -> sqlx::Result<Vec<PersonRow>> {
    sqlx::query_as!(
        PersonRow,
        r#"SELECT u.id AS "user_id: UserId", u.first_name, u.last_name, u.email, u.is_system_administrator, u.suspended_at,
                  (SELECT count(*) FROM memberships m JOIN teams t ON t.id = m.team_id AND t.deleted_at IS NULL
                   WHERE m.user_id = u.id) AS "teams!",
                  EXISTS (SELECT FROM two_step s WHERE s.user_id = u.id AND s.confirmed_at IS NOT NULL) AS "has_two_step!",
                  greatest((SELECT max(s.last_seen_at) FROM sessions s WHERE s.user_id = u.id),
                           (SELECT max(i.created_at) FROM sign_ins i WHERE i.user_id = u.id AND i.succeeded),
                           (SELECT max(k.last_used_at) FROM api_keys k WHERE k.user_id = u.id)) AS "last_seen_at?",
                  seats.taken_at AS "seated_at?", u.deletion_requested_at,
                  coalesce(u.deletion_ordered_at = u.deletion_requested_at, false) AS "can_be_kept!"
           FROM users u LEFT JOIN seats ON seats.user_id = u.id
           WHERE position(lower($1) IN lower(u.first_name || ' ' || u.last_name || ' ' || u.email)) > 0
           ORDER BY lower(u.first_name), lower(u.last_name), u.id LIMIT $2 OFFSET $3"#,
        words,
        page.limit(),
        page.offset()
    )
    .fetch_all(connection)
    .await
}

/// How many people [`list`] has on all pages.
pub(super) async fn count(connection: &mut PgConnection, words: &str) -> sqlx::Result<u64> {
    let people = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM users
           WHERE position(lower($1) IN lower(first_name || ' ' || last_name || ' ' || email)) > 0"#,
        words
    )
    .fetch_one(connection)
    .await?;
    Ok(u64::try_from(people).unwrap_or_default())
}
