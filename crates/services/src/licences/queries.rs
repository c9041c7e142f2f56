//! The SQL of licences and seats. All of it runs as the system role, and all times are the database's.

use super::file::LicencePayload;
use chrono::{DateTime, Utc};
use domain::licences::Feature;
use domain::{LicenceId, UserId};
use sqlx::PgConnection;

/// Anything that may stand for "licences and seats change"; only its equality with itself matters.
const LOCK: i64 = 0x6c79_6365_756d_0002;
/// The same for "sessions begin and end because of seats".
const SESSIONS_LOCK: i64 = 0x6c79_6365_756d_0005;

/// Held until the transaction ends: counting seats and taking one are one act. [`hold_sessions`] or [`lock_sessions`] comes before.
pub(super) async fn lock(connection: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("SELECT pg_advisory_xact_lock($1)", LOCK).execute(connection).await?;
    Ok(())
}

/// Held until the transaction ends, by many at once: a session begins, by what is known of seats from now on.
pub(super) async fn hold_sessions(connection: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("SELECT pg_advisory_xact_lock_shared($1)", SESSIONS_LOCK).execute(connection).await?;
    Ok(())
}

/// Held until the transaction ends, alone: sessions that were beginning are there by now, and later ones wait to see what became of seats.
pub(super) async fn lock_sessions(connection: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("SELECT pg_advisory_xact_lock($1)", SESSIONS_LOCK).execute(connection).await?;
    Ok(())
}

/// By the clock that decides when a licence is over.
pub(super) async fn now(connection: &mut PgConnection) -> sqlx::Result<DateTime<Utc>> {
    sqlx::query_scalar!(r#"SELECT now() AS "now!""#).fetch_one(connection).await
}

pub(super) async fn is_over(connection: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"SELECT licence_is_over() AS "is_over!""#).fetch_one(connection).await
}

pub(super) async fn includes(connection: &mut PgConnection, feature: Feature) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"SELECT licence_includes($1) AS "is_included!""#, feature.as_str()).fetch_one(connection).await
}

/// The licence in force, and the moment it was looked at.
pub(super) struct LicenceRow {
    pub number: String,
    pub customer: String,
    pub tier: String,
    pub seats: i32,
    pub features: Vec<String>,
    pub issued_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub now: DateTime<Utc>,
}

pub(super) async fn find_in_force(connection: &mut PgConnection) -> sqlx::Result<Option<LicenceRow>> {
    sqlx::query_as!(
        LicenceRow,
        r#"SELECT number, customer, tier, seats, features, issued_at, expires_at, now() AS "now!"
           FROM licences WHERE replaced_at IS NULL"#
    )
    .fetch_optional(connection)
    .await
}

/// Ends the licence in force, if there is one.
pub(super) async fn replace(connection: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("UPDATE licences SET replaced_at = now() WHERE replaced_at IS NULL").execute(connection).await?;
    Ok(())
}

pub(super) async fn insert(
    connection: &mut PgConnection,
    id: LicenceId,
    payload: &LicencePayload,
    document: &str,
    installed_by: UserId,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO licences (id, number, customer, tier, seats, features, issued_at, expires_at, document, installed_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        id.as_uuid(),
        payload.id,
        payload.customer,
        payload.tier,
        i32::try_from(payload.seats).expect("checked when it was read"),
        &payload.features,
        payload.issued_at,
        payload.expires_at,
        document,
        installed_by.as_uuid()
    )
    .execute(connection)
    .await?;
    Ok(())
}

// ---- seats -----------------------------------------------------------------------------------------------------

/// How somebody stands to the licence in force; none where there is no licence, or it is over.
pub(super) struct Standing {
    pub seats: i32,
    pub has_seat: bool,
    pub is_system_administrator: bool,
}

pub(super) async fn standing(connection: &mut PgConnection, user: UserId) -> sqlx::Result<Option<Standing>> {
    sqlx::query_as!(
        Standing,
        r#"SELECT licences.seats, EXISTS (SELECT FROM seats WHERE user_id = $1) AS "has_seat!",
                  coalesce((SELECT is_system_administrator FROM users WHERE id = $1), false) AS "is_system_administrator!"
           FROM licences WHERE replaced_at IS NULL AND expires_at > now()"#,
        user.as_uuid()
    )
    .fetch_optional(connection)
    .await
}

pub(super) async fn count_seats(connection: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"SELECT count(*) AS "count!" FROM seats"#).fetch_one(connection).await
}

/// Returns the person's address.
pub(super) async fn insert_seat(connection: &mut PgConnection, user: UserId) -> sqlx::Result<String> {
    let statement = sqlx::query_scalar!(
        r#"INSERT INTO seats (user_id) VALUES ($1) RETURNING (SELECT email FROM users WHERE id = user_id) AS "email!""#,
        user.as_uuid()
    );
    statement.fetch_one(connection).await
}

pub(super) async fn delete_seat(connection: &mut PgConnection, user: UserId) -> sqlx::Result<bool> {
    let done = sqlx::query!("DELETE FROM seats WHERE user_id = $1", user.as_uuid()).execute(connection).await?;
    Ok(done.rows_affected() > 0)
}

pub(super) async fn seat_administrators(connection: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("INSERT INTO seats (user_id) SELECT id FROM users WHERE is_system_administrator ON CONFLICT DO NOTHING")
        .execute(connection)
        .await?;
    Ok(())
}

/// Seats those who are signed in, who was seen last first, as far as there are seats.
pub(super) async fn seat_signed_in(connection: &mut PgConnection, seats: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO seats (user_id)
         SELECT user_id FROM sessions WHERE expires_at > now() AND user_id NOT IN (SELECT user_id FROM seats)
         GROUP BY user_id ORDER BY max(last_seen_at) DESC, user_id
         LIMIT greatest($1 - (SELECT count(*) FROM seats), 0)",
        seats
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// How many people that signed out.
pub(super) async fn end_sessions_without_seat(connection: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"WITH ended AS (DELETE FROM sessions WHERE user_id NOT IN (SELECT user_id FROM seats) RETURNING user_id, expires_at)
           SELECT count(DISTINCT user_id) FILTER (WHERE expires_at > now()) AS "count!" FROM ended"#
    )
    .fetch_one(connection)
    .await
}

pub(super) async fn end_sessions_of(connection: &mut PgConnection, user: UserId) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM sessions WHERE user_id = $1", user.as_uuid()).execute(connection).await?;
    Ok(())
}

pub(super) async fn find_email(connection: &mut PgConnection, user: UserId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("SELECT email FROM users WHERE id = $1", user.as_uuid()).fetch_optional(connection).await
}

/// A person of the installation.
pub(super) struct PersonRow {
    pub user_id: UserId,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub is_system_administrator: bool,
    pub suspended_at: Option<DateTime<Utc>>,
    pub last_seen_at: Option<DateTime<Utc>>,
    pub seated_at: Option<DateTime<Utc>>,
}

/// Those with a seat first, of them whoever is suspended, and then who was not seen for longest; the others by name. Seen are people as in
/// the list of `people`.
pub(super) async fn list_people(connection: &mut PgConnection, words: &str, limit: i64) -> sqlx::Result<Vec<PersonRow>> {
    sqlx::query_as!(
        PersonRow,
        r#"SELECT u.id AS "user_id!: UserId", u.first_name AS "first_name!", u.last_name AS "last_name!", u.email AS "email!",
                  u.is_system_administrator AS "is_system_administrator!", u.suspended_at AS "suspended_at?",
                  seen.last_at AS "last_seen_at?", seats.taken_at AS "seated_at?"
           FROM users u LEFT JOIN seats ON seats.user_id = u.id
           CROSS JOIN LATERAL (SELECT greatest(
               (SELECT max(s.last_seen_at) FROM sessions s WHERE s.user_id = u.id),
               (SELECT max(i.created_at) FROM sign_ins i WHERE i.user_id = u.id AND i.succeeded),
               (SELECT max(k.last_used_at) FROM api_keys k WHERE k.user_id = u.id)) AS last_at) AS seen
           WHERE position(lower($1) IN lower(u.first_name || ' ' || u.last_name || ' ' || u.email)) > 0
           ORDER BY seats.taken_at IS NULL, seats.taken_at IS NOT NULL AND u.suspended_at IS NULL,
                    CASE WHEN seats.taken_at IS NOT NULL THEN seen.last_at END NULLS FIRST,
                    lower(u.first_name), lower(u.last_name), u.id LIMIT $2"#,
        words,
        limit
    )
    .fetch_all(connection)
    .await
}
