//! The SQL of API keys. Tables of them are read in a `TeamTx`; who comes in with one is found across teams, as sessions are.

use chrono::{DateTime, Utc};
use domain::api_keys::{ApiKeySummary, ApiScope};
use domain::licences::Feature;
use domain::{ApiKeyId, TeamId, UserId};
use sqlx::PgConnection;

/// A key with its owner's name, or their address where they gave none.
pub(super) struct ApiKeyRow {
    pub id: ApiKeyId,
    pub name: String,
    pub selector: String,
    pub scopes: Vec<String>,
    pub owner: String,
    pub created_at: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub expires_at: Option<DateTime<Utc>>,
}

/// A key that is about to be stored.
pub(super) struct NewApiKeyRow<'a> {
    pub summary: &'a ApiKeySummary,
    pub selector: &'a str,
    pub secret_hash: &'a [u8],
}

/// Who asks for another key.
pub(super) struct OwnerRow {
    pub name: String,
    /// How many they have in the team.
    pub keys: i64,
}

/// As whom a key lets a program in, and what its team says of such calls.
pub(super) struct BearerRow {
    pub id: ApiKeyId,
    pub user_id: UserId,
    pub team_id: TeamId,
    pub secret_hash: Vec<u8>,
    pub scopes: Vec<String>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub permissions: Vec<String>,
    /// Whether its time is not over and its person may work in the team.
    pub lets_in: bool,
    /// Whether the licence lets programs in at all.
    pub is_included: bool,
    /// Whether its person has a seat, where seats are counted and the licence is not over.
    pub has_seat: bool,
    pub requests_per_minute: Option<i32>,
    pub allowed_origins: Vec<String>,
}

pub(super) async fn list(connection: &mut PgConnection, team: TeamId, owner: Option<UserId>) -> sqlx::Result<Vec<ApiKeyRow>> {
    sqlx::query_as!(
        ApiKeyRow,
        r#"SELECT k.id AS "id: ApiKeyId", k.name, k.selector, k.scopes,
                  coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.email) AS "owner!",
                  k.created_at, k.last_used_at, k.expires_at
           FROM api_keys k JOIN users u ON u.id = k.user_id
           WHERE k.team_id = $1 AND ($2::uuid IS NULL OR k.user_id = $2)
           ORDER BY k.created_at DESC, k.id DESC LIMIT 1000"#,
        team.as_uuid(),
        owner.map(UserId::as_uuid)
    )
    .fetch_all(connection)
    .await
}

pub(super) async fn owner(connection: &mut PgConnection, team: TeamId, user: UserId) -> sqlx::Result<OwnerRow> {
    sqlx::query_as!(
        OwnerRow,
        r#"SELECT coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.email) AS "name!",
                  (SELECT count(*) FROM api_keys k WHERE k.team_id = $1 AND k.user_id = u.id) AS "keys!"
           FROM users u WHERE u.id = $2"#,
        team.as_uuid(),
        user.as_uuid()
    )
    .fetch_one(connection)
    .await
}

pub(super) async fn insert(connection: &mut PgConnection, team: TeamId, owner: UserId, row: &NewApiKeyRow<'_>) -> sqlx::Result<()> {
    let scopes: Vec<String> = row.summary.scopes.iter().map(ApiScope::to_string).collect();
    sqlx::query!(
        "INSERT INTO api_keys (id, team_id, user_id, name, selector, secret_hash, scopes, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        row.summary.id.as_uuid(),
        team.as_uuid(),
        owner.as_uuid(),
        row.summary.name,
        row.selector,
        row.secret_hash,
        &scopes,
        row.summary.created_at,
        row.summary.expires_at
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes a key of the team away, of one person if given; its name, if there was one.
pub(super) async fn delete(
    connection: &mut PgConnection,
    team: TeamId,
    id: ApiKeyId,
    owner: Option<UserId>,
) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "DELETE FROM api_keys WHERE team_id = $1 AND id = $2 AND ($3::uuid IS NULL OR user_id = $3) RETURNING name",
        team.as_uuid(),
        id.as_uuid(),
        owner.map(UserId::as_uuid)
    )
    .fetch_optional(connection)
    .await
}

pub(super) struct TakenKey {
    pub id: ApiKeyId,
    pub team_id: TeamId,
    pub name: String,
}

/// Takes all keys of a person away, in all teams; which they were, in the order of their teams.
pub(super) async fn delete_of(connection: &mut PgConnection, person: UserId) -> sqlx::Result<Vec<TakenKey>> {
    sqlx::query_as!(
        TakenKey,
        r#"WITH gone AS (DELETE FROM api_keys WHERE user_id = $1 RETURNING id, team_id, name)
           SELECT id AS "id!: ApiKeyId", team_id AS "team_id!: TeamId", name AS "name!" FROM gone ORDER BY team_id, id"#,
        person.as_uuid()
    )
    .fetch_all(connection)
    .await
}

/// The key with this selector in a team that lives, and whether it lets anybody in.
pub(super) async fn find_bearer(connection: &mut PgConnection, selector: &str, now: DateTime<Utc>) -> sqlx::Result<Option<BearerRow>> {
    sqlx::query_as!(
        BearerRow,
        r#"SELECT k.id AS "id: ApiKeyId", k.user_id AS "user_id: UserId", k.team_id AS "team_id: TeamId", k.secret_hash, k.scopes,
                  k.last_used_at,
                  ARRAY(SELECT DISTINCT permission FROM roles_permissions WHERE role = ANY (m.roles)) AS "permissions!",
                  (u.suspended_at IS NULL AND m.suspended_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2)) AS "lets_in!",
                  licence_includes($3) AS "is_included!", licence_admits(k.user_id) AS "has_seat!", t.requests_per_minute, t.allowed_origins
           FROM api_keys k
           JOIN users u ON u.id = k.user_id
           JOIN memberships m ON m.team_id = k.team_id AND m.user_id = k.user_id
           JOIN teams t ON t.id = k.team_id AND t.deleted_at IS NULL
           WHERE k.selector = $1"#,
        selector,
        now,
        Feature::Api.as_str()
    )
    .fetch_optional(connection)
    .await
}

/// Whether a key stands, its time is not over, its person may work in its team and has a seat where one is needed, and the licence lets
/// programs in.
pub(super) async fn lets_in(connection: &mut PgConnection, id: ApiKeyId, now: DateTime<Utc>) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM api_keys k
                          JOIN users u ON u.id = k.user_id AND u.suspended_at IS NULL
                          JOIN memberships m ON m.team_id = k.team_id AND m.user_id = k.user_id AND m.suspended_at IS NULL
                          JOIN teams t ON t.id = k.team_id AND t.deleted_at IS NULL
                          WHERE k.id = $1 AND (k.expires_at IS NULL OR k.expires_at > $2) AND licence_admits(k.user_id))
                  AND licence_includes($3) AS "lets_in!""#,
        id.as_uuid(),
        now,
        Feature::Api.as_str()
    )
    .fetch_one(connection)
    .await
}

pub(super) async fn touch(connection: &mut PgConnection, id: ApiKeyId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("UPDATE api_keys SET last_used_at = $2 WHERE id = $1", id.as_uuid(), now).execute(connection).await?;
    Ok(())
}

/// The words of the database as scopes; what this version does not know is left out.
pub(super) fn scopes(words: &[String]) -> Vec<ApiScope> {
    words.iter().filter_map(|word| word.parse().ok()).collect()
}
