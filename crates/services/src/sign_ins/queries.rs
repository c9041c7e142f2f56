//! The SQL of the record of sign-ins. It runs as the system role: people belong to no team.

use super::Attempt;
use chrono::{DateTime, Utc};
use domain::{SignInId, UserId};
use sqlx::PgConnection;

/// One try; whose it was, by name and address, as long as they have an account.
pub(super) struct SignInRow {
    pub id: SignInId,
    pub created_at: DateTime<Utc>,
    pub person: Option<String>,
    pub method: String,
    pub provider: String,
    pub succeeded: bool,
    pub reason: Option<String>,
    pub ip: String,
    pub user_agent: String,
}

pub(super) async fn insert(
    connection: &mut PgConnection,
    attempt: &Attempt<'_>,
    origin: (&str, &str),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO sign_ins (id, user_id, email_hash, method, provider, succeeded, reason, ip, user_agent, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        SignInId::new().as_uuid(),
        attempt.user.map(UserId::as_uuid),
        attempt.address_hash.as_deref(),
        attempt.method.as_str(),
        attempt.provider,
        attempt.reason.is_none(),
        attempt.reason.map(domain::sign_ins::SignInReason::as_str),
        origin.0,
        origin.1,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether tries like this one, for the account, for the address or from its network, were refused for their number since then.
pub(super) async fn has_recent_refusal(
    connection: &mut PgConnection,
    attempt: &Attempt<'_>,
    network: &str,
    since: DateTime<Utc>,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM sign_ins
                          WHERE created_at > $3 AND reason = 'too-many-tries'
                            AND (email_hash = $1 OR user_id = $4 OR nullif(ip, '')::inet <<= $2::text::inet)) AS "is_there!""#,
        attempt.address_hash.as_deref(),
        network,
        since,
        attempt.user.map(UserId::as_uuid)
    )
    .fetch_one(connection)
    .await
}

/// Where somebody came in, and with what.
pub(super) struct OriginRow {
    pub ip: String,
    pub user_agent: String,
}

/// Each pair once.
pub(super) async fn list_origins(connection: &mut PgConnection, user: UserId) -> sqlx::Result<Vec<OriginRow>> {
    sqlx::query_as!(OriginRow, "SELECT DISTINCT ip, user_agent FROM sign_ins WHERE user_id = $1 AND succeeded", user.as_uuid())
        .fetch_all(connection)
        .await
}

pub(super) async fn list_of(connection: &mut PgConnection, user: UserId, limit: i64) -> sqlx::Result<Vec<SignInRow>> {
    sqlx::query_as!(
        SignInRow,
        r#"SELECT id AS "id: SignInId", created_at, NULL::text AS person, method, provider, succeeded, reason, ip, user_agent
           FROM sign_ins WHERE user_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2"#,
        user.as_uuid(),
        limit
    )
    .fetch_all(connection)
    .await
}

/// Of everybody, or of an address: as it is the address of an account, and as it was tried.
pub(super) async fn list(
    connection: &mut PgConnection,
    person: (Option<&str>, Option<&[u8]>),
    succeeded: Option<bool>,
    before: Option<SignInId>,
    limit: i64,
) -> sqlx::Result<Vec<SignInRow>> {
    sqlx::query_as!(
        SignInRow,
        r#"SELECT s.id AS "id: SignInId", s.created_at, nullif(concat_ws(' · ', nullif(trim(u.first_name || ' ' || u.last_name), ''), u.email), '') AS person,
                  s.method, s.provider, s.succeeded, s.reason, s.ip, s.user_agent
           FROM sign_ins s LEFT JOIN users u ON u.id = s.user_id
           WHERE ($1::text IS NULL OR u.email = $1 OR s.email_hash = $2)
             AND ($3::boolean IS NULL OR s.succeeded = $3)
             AND ($4::uuid IS NULL OR s.id < $4)
           ORDER BY s.id DESC LIMIT $5"#,
        person.0,
        person.1,
        succeeded,
        before.map(SignInId::as_uuid),
        limit
    )
    .fetch_all(connection)
    .await
}

pub(super) async fn delete_before(connection: &mut PgConnection, moment: DateTime<Utc>) -> sqlx::Result<u64> {
    let done = sqlx::query!("DELETE FROM sign_ins WHERE created_at < $1", moment).execute(connection).await?;
    Ok(done.rows_affected())
}
