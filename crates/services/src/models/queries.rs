//! The SQL of providers and models.

use domain::models::{ModelType, ProviderKind};
use domain::{ModelId, ProviderId, TeamId};
use sqlx::PgConnection;

/// A model joined with its provider; no key.
pub(super) struct ModelRow {
    pub id: ModelId,
    pub provider_id: ProviderId,
    pub provider: String,
    pub kind: ProviderKind,
    pub base_url: String,
    pub name: String,
    pub model_type: ModelType,
    pub context_size: i32,
    pub dimensions: Option<i32>,
    pub is_default: bool,
    pub has_key: bool,
    pub is_removed: bool,
}

/// What calling a model takes: its provider's address and sealed key with it.
pub(super) struct UsableRow {
    pub id: ModelId,
    pub provider_id: ProviderId,
    pub provider: String,
    pub kind: ProviderKind,
    pub base_url: String,
    pub sealed_api_key: Option<Vec<u8>>,
    pub name: String,
    pub model_type: ModelType,
    pub context_size: i32,
    pub dimensions: Option<i32>,
    pub is_removed: bool,
}

/// A provider with its sealed key.
pub(super) struct ProviderRow {
    pub id: ProviderId,
    pub name: String,
    pub kind: ProviderKind,
    pub base_url: String,
    pub sealed_api_key: Option<Vec<u8>>,
}

/// A provider that is about to be stored.
pub(super) struct NewProviderRow<'a> {
    pub id: ProviderId,
    pub name: &'a str,
    pub kind: ProviderKind,
    pub base_url: &'a str,
    pub sealed_api_key: Option<&'a [u8]>,
}

/// A model that is about to be stored.
pub(super) struct NewModelRow<'a> {
    pub id: ModelId,
    pub provider_id: ProviderId,
    pub name: &'a str,
    pub model_type: ModelType,
    pub context_size: i32,
    pub dimensions: Option<i32>,
}

/// Models that are not removed, of one type or of both; grouped by provider, built-in ones first.
pub(super) async fn list(tx: &mut PgConnection, model_type: Option<ModelType>) -> sqlx::Result<Vec<ModelRow>> {
    sqlx::query_as!(
        ModelRow,
        r#"SELECT m.id AS "id: ModelId", p.id AS "provider_id: ProviderId", p.name AS provider, p.kind AS "kind: ProviderKind",
                  p.base_url, m.name, m.model_type AS "model_type: ModelType", m.context_size, m.dimensions, m.is_default,
                  p.sealed_api_key IS NOT NULL AS "has_key!", m.removed_at IS NOT NULL AS "is_removed!"
           FROM models m JOIN providers p ON p.id = m.provider_id
           WHERE m.removed_at IS NULL AND ($1::text IS NULL OR m.model_type = $1)
           ORDER BY p.kind <> 'BuiltIn', lower(p.name), p.id, m.model_type DESC, lower(m.name)"#,
        model_type.map(ModelType::as_str)
    )
    .fetch_all(tx)
    .await
}

/// One model, removed or not.
pub(super) async fn find(tx: &mut PgConnection, id: ModelId) -> sqlx::Result<Option<ModelRow>> {
    sqlx::query_as!(
        ModelRow,
        r#"SELECT m.id AS "id: ModelId", p.id AS "provider_id: ProviderId", p.name AS provider, p.kind AS "kind: ProviderKind",
                  p.base_url, m.name, m.model_type AS "model_type: ModelType", m.context_size, m.dimensions, m.is_default,
                  p.sealed_api_key IS NOT NULL AS "has_key!", m.removed_at IS NOT NULL AS "is_removed!"
           FROM models m JOIN providers p ON p.id = m.provider_id
           WHERE m.id = $1"#,
        id.as_uuid()
    )
    .fetch_optional(tx)
    .await
}

/// The model of this id, removed or not; without an id the default of the team as long as it can be used, else of the
/// installation. Of this type only.
pub(super) async fn find_usable(
    connection: &mut PgConnection,
    id: Option<ModelId>,
    team: Option<TeamId>,
    wanted: ModelType,
) -> sqlx::Result<Option<UsableRow>> {
    sqlx::query_as!(
        UsableRow,
        r#"SELECT m.id AS "id: ModelId", p.id AS "provider_id: ProviderId", p.name AS provider, p.kind AS "kind: ProviderKind",
                  p.base_url, p.sealed_api_key, m.name, m.model_type AS "model_type: ModelType", m.context_size, m.dimensions,
                  m.removed_at IS NOT NULL AS "is_removed!"
           FROM models m JOIN providers p ON p.id = m.provider_id
           WHERE m.model_type = $3
             AND m.id = coalesce($1,
                   (SELECT t.default_model_id FROM teams t JOIN models d ON d.id = t.default_model_id
                    WHERE t.id = $2 AND d.removed_at IS NULL AND d.model_type = $3),
                   (SELECT d.id FROM models d WHERE d.is_default AND d.removed_at IS NULL AND d.model_type = $3))"#,
        id.map(ModelId::as_uuid),
        team.map(TeamId::as_uuid),
        wanted.as_str()
    )
    .fetch_optional(connection)
    .await
}

/// The model that is taken when none is named.
pub(super) async fn find_default(tx: &mut PgConnection, model_type: ModelType) -> sqlx::Result<Option<ModelId>> {
    sqlx::query_scalar!(
        r#"SELECT id AS "id: ModelId" FROM models WHERE is_default AND removed_at IS NULL AND model_type = $1"#,
        model_type.as_str()
    )
    .fetch_optional(tx)
    .await
}

/// Adds a model.
pub(super) async fn insert(tx: &mut PgConnection, model: &NewModelRow<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO models (id, provider_id, name, model_type, context_size, dimensions) VALUES ($1, $2, $3, $4, $5, $6)",
        model.id.as_uuid(),
        model.provider_id.as_uuid(),
        model.name,
        model.model_type.as_str(),
        model.context_size,
        model.dimensions
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes a model out of the lists; the row stays for what names it. Whether there was one to remove.
pub(super) async fn remove(tx: &mut PgConnection, id: ModelId) -> sqlx::Result<bool> {
    let done = sqlx::query!("UPDATE models SET removed_at = now() WHERE id = $1 AND removed_at IS NULL AND NOT is_default", id.as_uuid())
        .execute(tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Leaves no default for the type; first half of changing it.
pub(super) async fn clear_default(tx: &mut PgConnection, model_type: ModelType) -> sqlx::Result<()> {
    sqlx::query!("UPDATE models SET is_default = false WHERE is_default AND model_type = $1", model_type.as_str()).execute(tx).await?;
    Ok(())
}

/// Makes one model the default; second half of changing it. Whether it is still there.
pub(super) async fn set_default(tx: &mut PgConnection, id: ModelId) -> sqlx::Result<bool> {
    let done = sqlx::query!("UPDATE models SET is_default = true WHERE id = $1 AND removed_at IS NULL", id.as_uuid()).execute(tx).await?;
    Ok(done.rows_affected() == 1)
}

/// Makes the vector index of an embedding model unless it is there.
pub(super) async fn make_index(tx: &mut PgConnection, model: ModelId) -> sqlx::Result<()> {
    sqlx::query!(r#"SELECT make_embedding_index($1::uuid)::text AS "nothing""#, model.as_uuid()).fetch_one(tx).await?;
    Ok(())
}

/// One provider with its sealed key.
pub(super) async fn find_provider(tx: &mut PgConnection, id: ProviderId) -> sqlx::Result<Option<ProviderRow>> {
    sqlx::query_as!(
        ProviderRow,
        r#"SELECT id AS "id: ProviderId", name, kind AS "kind: ProviderKind", base_url, sealed_api_key
           FROM providers WHERE id = $1"#,
        id.as_uuid()
    )
    .fetch_optional(tx)
    .await
}

/// The provider of a name at an address, locked until the transaction ends.
pub(super) async fn find_provider_at(tx: &mut PgConnection, name: &str, base_url: &str) -> sqlx::Result<Option<ProviderRow>> {
    sqlx::query_as!(
        ProviderRow,
        r#"SELECT id AS "id: ProviderId", name, kind AS "kind: ProviderKind", base_url, sealed_api_key
           FROM providers WHERE name = $1 AND base_url = $2 FOR UPDATE"#,
        name,
        base_url
    )
    .fetch_optional(tx)
    .await
}

/// Adds a provider.
pub(super) async fn insert_provider(tx: &mut PgConnection, provider: &NewProviderRow<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO providers (id, name, kind, base_url, sealed_api_key) VALUES ($1, $2, $3, $4, $5)",
        provider.id.as_uuid(),
        provider.name,
        provider.kind.as_str(),
        provider.base_url,
        provider.sealed_api_key
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Changes a provider's address and key together.
pub(super) async fn update_provider(
    tx: &mut PgConnection,
    id: ProviderId,
    base_url: &str,
    sealed_api_key: Option<&[u8]>,
) -> sqlx::Result<()> {
    sqlx::query!("UPDATE providers SET base_url = $2, sealed_api_key = $3 WHERE id = $1", id.as_uuid(), base_url, sealed_api_key)
        .execute(tx)
        .await?;
    Ok(())
}

/// A setting of the installation.
pub(super) async fn find_setting(tx: &mut PgConnection, key: &str) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("SELECT value FROM settings WHERE key = $1", key).fetch_optional(tx).await
}

/// Sets a setting that is not set yet.
pub(super) async fn insert_setting(tx: &mut PgConnection, key: &str, value: &str) -> sqlx::Result<()> {
    sqlx::query!("INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING", key, value).execute(tx).await?;
    Ok(())
}
