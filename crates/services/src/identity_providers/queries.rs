//! The SQL of identity providers and identities. It runs as the system role: both belong to the installation.

use chrono::{DateTime, Utc};
use domain::identity_providers::{LinkedIdentity, WayIn};
use domain::{IdentityId, IdentityProviderId, Role, SignInFlowId, TeamId, UserId};
use serde_json::Value;
use sqlx::PgConnection;

/// A provider with its sealed secret.
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own that an administrator makes")]
pub(super) struct ProviderRow {
    pub id: IdentityProviderId,
    pub name: String,
    pub issuer: String,
    pub client_id: String,
    pub sealed_client_secret: Option<Vec<u8>>,
    pub scopes: String,
    pub email_domains: Vec<String>,
    pub role_claim: String,
    pub role_rules: Value,
    /// None also when the team was deleted.
    pub default_team_id: Option<TeamId>,
    pub default_role: Role,
    pub updates_roles: bool,
    pub creates_accounts: bool,
    /// Counts only where domains are named: a server of the version before may have taken them away.
    pub trusts_addresses: bool,
    pub is_enabled: bool,
    pub people: i64,
}

impl ProviderRow {
    /// Whether an address counts as verified where the provider says nothing about that.
    pub(super) fn trusts_silence(&self) -> bool {
        self.trusts_addresses && !self.email_domains.is_empty()
    }
}

pub(super) async fn list(tx: &mut PgConnection) -> sqlx::Result<Vec<ProviderRow>> {
    sqlx::query_as!(
        ProviderRow,
        r#"SELECT p.id AS "id: IdentityProviderId", p.name, p.issuer, p.client_id, p.sealed_client_secret, p.scopes, p.email_domains,
                  p.role_claim, p.role_rules, t.id AS "default_team_id?: TeamId", p.default_role AS "default_role: Role",
                  p.updates_roles, p.creates_accounts, p.trusts_addresses, p.is_enabled,
                  (SELECT count(DISTINCT user_id) FROM identities WHERE provider_id = p.id) AS "people!"
           FROM identity_providers p LEFT JOIN teams t ON t.id = p.default_team_id AND t.deleted_at IS NULL
           ORDER BY lower(p.name), p.id"#
    )
    .fetch_all(tx)
    .await
}

pub(super) async fn find(tx: &mut PgConnection, id: IdentityProviderId) -> sqlx::Result<Option<ProviderRow>> {
    sqlx::query_as!(
        ProviderRow,
        r#"SELECT p.id AS "id: IdentityProviderId", p.name, p.issuer, p.client_id, p.sealed_client_secret, p.scopes, p.email_domains,
                  p.role_claim, p.role_rules, t.id AS "default_team_id?: TeamId", p.default_role AS "default_role: Role",
                  p.updates_roles, p.creates_accounts, p.trusts_addresses, p.is_enabled,
                  (SELECT count(DISTINCT user_id) FROM identities WHERE provider_id = p.id) AS "people!"
           FROM identity_providers p LEFT JOIN teams t ON t.id = p.default_team_id AND t.deleted_at IS NULL
           WHERE p.id = $1"#,
        id.as_uuid()
    )
    .fetch_optional(tx)
    .await
}

/// Those that are on, and whether each makes accounts.
pub(super) async fn list_enabled(tx: &mut PgConnection) -> sqlx::Result<Vec<(WayIn, bool)>> {
    let rows = sqlx::query!(
        r#"SELECT id AS "id: IdentityProviderId", name, creates_accounts FROM identity_providers WHERE is_enabled ORDER BY lower(name), id"#
    )
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|row| (WayIn { id: row.id, name: row.name }, row.creates_accounts)).collect())
}

/// Makes a provider, or changes the one of this id. Whether one that is there is on is changed by [`set_enabled`] alone.
pub(super) async fn save(tx: &mut PgConnection, row: &ProviderRow) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO identity_providers (id, name, issuer, client_id, sealed_client_secret, scopes, email_domains, role_claim, role_rules,
                                         default_team_id, default_role, creates_accounts, is_enabled, updates_roles, trusts_addresses)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         ON CONFLICT (id) DO UPDATE SET name = $2, issuer = $3, client_id = $4, sealed_client_secret = $5, scopes = $6, email_domains = $7,
             role_claim = $8, role_rules = $9, default_team_id = $10, default_role = $11, creates_accounts = $12, updates_roles = $14,
             trusts_addresses = $15",
        row.id.as_uuid(),
        row.name,
        row.issuer,
        row.client_id,
        row.sealed_client_secret,
        row.scopes,
        &row.email_domains,
        row.role_claim,
        row.role_rules,
        row.default_team_id.map(TeamId::as_uuid),
        row.default_role.as_str(),
        row.creates_accounts,
        row.is_enabled,
        row.updates_roles,
        row.trusts_addresses
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub(super) async fn set_enabled(tx: &mut PgConnection, id: IdentityProviderId, is_enabled: bool) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("UPDATE identity_providers SET is_enabled = $2 WHERE id = $1 RETURNING name", id.as_uuid(), is_enabled)
        .fetch_optional(tx)
        .await
}

pub(super) async fn remove(tx: &mut PgConnection, id: IdentityProviderId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("DELETE FROM identity_providers WHERE id = $1 RETURNING name", id.as_uuid()).fetch_optional(tx).await
}

/// Teams that live, by name.
pub(super) async fn list_teams(tx: &mut PgConnection) -> sqlx::Result<Vec<(TeamId, String)>> {
    let rows = sqlx::query!(
        r#"SELECT id AS "id: TeamId", name FROM teams WHERE deleted_at IS NULL ORDER BY is_personal, lower(name), id LIMIT 1000"#
    )
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

pub(super) async fn has_team(tx: &mut PgConnection, team: TeamId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM teams WHERE id = $1 AND deleted_at IS NULL) AS "exists!""#, team.as_uuid())
        .fetch_one(tx)
        .await
}

/// The name of a team that lives.
pub(super) async fn find_team_name(tx: &mut PgConnection, team: TeamId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("SELECT name FROM teams WHERE id = $1 AND deleted_at IS NULL", team.as_uuid()).fetch_optional(tx).await
}

/// What a person is called, with their address: for those who manage the installation.
pub(super) async fn get_person(tx: &mut PgConnection, user: UserId) -> sqlx::Result<String> {
    sqlx::query_scalar!(
        r#"SELECT concat_ws(' · ', nullif(trim(first_name || ' ' || last_name), ''), email) AS "person!" FROM users WHERE id = $1"#,
        user.as_uuid()
    )
    .fetch_one(tx)
    .await
}

// ---- sign-ins that are under way ---------------------------------------------------------------------------------

pub(super) struct NewFlow<'a> {
    pub id: SignInFlowId,
    pub token_hash: &'a [u8],
    pub provider: IdentityProviderId,
    pub sealed: &'a [u8],
    pub expires_at: DateTime<Utc>,
}

pub(super) async fn insert_flow(tx: &mut PgConnection, flow: NewFlow<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO sign_in_flows (id, token_hash, provider_id, sealed, expires_at) VALUES ($1, $2, $3, $4, $5)",
        flow.id.as_uuid(),
        flow.token_hash,
        flow.provider.as_uuid(),
        flow.sealed,
        flow.expires_at
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub(super) struct FlowRow {
    pub id: SignInFlowId,
    pub provider_id: IdentityProviderId,
    pub sealed: Vec<u8>,
}

/// Uses a flow up; of several that try at once, one gets it.
pub(super) async fn take_flow(tx: &mut PgConnection, token_hash: &[u8], now: DateTime<Utc>) -> sqlx::Result<Option<FlowRow>> {
    sqlx::query_as!(
        FlowRow,
        r#"DELETE FROM sign_in_flows WHERE token_hash = $1 AND expires_at > $2
           RETURNING id AS "id: SignInFlowId", provider_id AS "provider_id: IdentityProviderId", sealed"#,
        token_hash,
        now
    )
    .fetch_optional(tx)
    .await
}

pub(super) async fn find_flow(tx: &mut PgConnection, token_hash: &[u8], now: DateTime<Utc>) -> sqlx::Result<Option<FlowRow>> {
    sqlx::query_as!(
        FlowRow,
        r#"SELECT id AS "id: SignInFlowId", provider_id AS "provider_id: IdentityProviderId", sealed
           FROM sign_in_flows WHERE token_hash = $1 AND expires_at > $2"#,
        token_hash,
        now
    )
    .fetch_optional(tx)
    .await
}

// ---- identities ---------------------------------------------------------------------------------------------------

pub(super) struct IdentityRow {
    pub id: IdentityId,
    pub user_id: UserId,
    pub is_suspended: bool,
}

pub(super) async fn find_identity(tx: &mut PgConnection, issuer: &str, subject: &str) -> sqlx::Result<Option<IdentityRow>> {
    sqlx::query_as!(
        IdentityRow,
        r#"SELECT i.id AS "id: IdentityId", i.user_id AS "user_id: UserId", u.suspended_at IS NOT NULL AS "is_suspended!"
           FROM identities i JOIN users u ON u.id = i.user_id WHERE i.issuer = $1 AND i.subject = $2"#,
        issuer,
        subject
    )
    .fetch_optional(tx)
    .await
}

/// Links an identity, which has just been used.
pub(super) async fn insert_identity(
    tx: &mut PgConnection,
    user: UserId,
    provider: IdentityProviderId,
    identity: (&str, &str),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO identities (id, user_id, provider_id, issuer, subject, linked_at, last_used_at) VALUES ($1, $2, $3, $4, $5, $6, $6)",
        IdentityId::new().as_uuid(),
        user.as_uuid(),
        provider.as_uuid(),
        identity.0,
        identity.1,
        now
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Notes the use of an identity, through the provider it came by.
pub(super) async fn touch_identity(
    tx: &mut PgConnection,
    id: IdentityId,
    provider: IdentityProviderId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!("UPDATE identities SET last_used_at = $3, provider_id = $2 WHERE id = $1", id.as_uuid(), provider.as_uuid(), now)
        .execute(tx)
        .await?;
    Ok(())
}

pub(super) async fn list_linked(tx: &mut PgConnection, user: UserId) -> sqlx::Result<Vec<LinkedIdentity>> {
    sqlx::query_as!(
        LinkedIdentity,
        r#"SELECT i.id AS "id: IdentityId", p.name AS provider, i.linked_at, i.last_used_at
           FROM identities i JOIN identity_providers p ON p.id = i.provider_id WHERE i.user_id = $1 ORDER BY i.linked_at, i.id"#,
        user.as_uuid()
    )
    .fetch_all(tx)
    .await
}

/// Providers that are on and that the person has no identity of by the issuer they have now.
pub(super) async fn list_linkable(tx: &mut PgConnection, user: UserId) -> sqlx::Result<Vec<WayIn>> {
    sqlx::query_as!(
        WayIn,
        r#"SELECT p.id AS "id: IdentityProviderId", p.name FROM identity_providers p
           WHERE p.is_enabled
             AND NOT EXISTS (SELECT FROM identities i WHERE i.provider_id = p.id AND i.issuer = p.issuer AND i.user_id = $1)
           ORDER BY lower(p.name), p.id"#,
        user.as_uuid()
    )
    .fetch_all(tx)
    .await
}

/// Ends a link of the person; the name of the provider.
pub(super) async fn delete_identity(tx: &mut PgConnection, user: UserId, id: IdentityId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "DELETE FROM identities i USING identity_providers p WHERE i.id = $2 AND i.user_id = $1 AND p.id = i.provider_id RETURNING p.name",
        user.as_uuid(),
        id.as_uuid()
    )
    .fetch_optional(tx)
    .await
}

/// Ends all links to a provider; whose they were.
pub(super) async fn delete_identities_at(tx: &mut PgConnection, provider: IdentityProviderId) -> sqlx::Result<Vec<UserId>> {
    sqlx::query_scalar!(
        r#"WITH ended AS (DELETE FROM identities WHERE provider_id = $1 RETURNING user_id)
           SELECT DISTINCT user_id AS "user_id!: UserId" FROM ended ORDER BY 1"#,
        provider.as_uuid()
    )
    .fetch_all(tx)
    .await
}

/// Ends all links of a person; the providers they were to.
pub(super) async fn delete_identities_of(tx: &mut PgConnection, user: UserId) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "DELETE FROM identities i USING identity_providers p WHERE i.user_id = $1 AND p.id = i.provider_id RETURNING p.name",
        user.as_uuid()
    )
    .fetch_all(tx)
    .await
}
