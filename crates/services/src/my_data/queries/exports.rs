//! The SQL of my data. What is asked for by a person runs in their `TeamTx`; putting an export together looks across the teams
//! they are in, and takes the person first in every statement.

use chrono::{DateTime, Utc};
use domain::my_data::{ExportStatus, ExportSummary};
use domain::{ExportId, UserId};
use serde_json::Value;
use sqlx::PgConnection;

struct ExportRow {
    id: ExportId,
    status: ExportStatus,
    size_bytes: Option<i64>,
    requested_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl From<ExportRow> for ExportSummary {
    fn from(row: ExportRow) -> Self {
        let size_bytes = row.size_bytes.and_then(|size| u64::try_from(size).ok());
        Self { id: row.id, status: row.status, size_bytes, requested_at: row.requested_at, expires_at: row.expires_at }
    }
}

pub(in crate::my_data) async fn insert(
    tx: &mut PgConnection,
    id: ExportId,
    person: UserId,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO exports (id, user_id, requested_at, expires_at) VALUES ($1, $2, $3, $4)",
        id.as_uuid(),
        person.as_uuid(),
        now,
        expires_at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The person's exports whose time is not over, the newest first.
pub(in crate::my_data) async fn list(tx: &mut PgConnection, person: UserId, now: DateTime<Utc>) -> sqlx::Result<Vec<ExportSummary>> {
    let rows = sqlx::query_as!(
        ExportRow,
        r#"SELECT id AS "id: ExportId", status AS "status: ExportStatus", size_bytes, requested_at, expires_at
           FROM exports WHERE user_id = $1 AND expires_at > $2 ORDER BY requested_at DESC, id DESC"#,
        person.as_uuid(),
        now
    )
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(ExportSummary::from).collect())
}

/// One export of the person whose time is not over.
pub(in crate::my_data) async fn find(
    tx: &mut PgConnection,
    id: ExportId,
    person: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<ExportSummary>> {
    let row = sqlx::query_as!(
        ExportRow,
        r#"SELECT id AS "id: ExportId", status AS "status: ExportStatus", size_bytes, requested_at, expires_at
           FROM exports WHERE id = $1 AND user_id = $2 AND expires_at > $3"#,
        id.as_uuid(),
        person.as_uuid(),
        now
    )
    .fetch_optional(tx)
    .await?;
    Ok(row.map(ExportSummary::from))
}

/// Whether the export was still wanted.
pub(in crate::my_data) async fn finish(tx: &mut PgConnection, id: ExportId, size: i64) -> sqlx::Result<bool> {
    let done =
        sqlx::query!("UPDATE exports SET status = 'Ready', size_bytes = $2 WHERE id = $1 AND status <> 'Failed'", id.as_uuid(), size)
            .execute(tx)
            .await?;
    Ok(done.rows_affected() == 1)
}

pub(in crate::my_data) async fn fail(tx: &mut PgConnection, id: ExportId) -> sqlx::Result<()> {
    sqlx::query!("UPDATE exports SET status = 'Failed' WHERE id = $1 AND status = 'Waiting'", id.as_uuid()).execute(tx).await?;
    Ok(())
}

pub(in crate::my_data) async fn fail_lost(tx: &mut PgConnection, since: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("UPDATE exports SET status = 'Failed' WHERE status = 'Waiting' AND requested_at < $1", since).execute(tx).await?;
    Ok(())
}

pub(in crate::my_data) async fn list_expired(tx: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<Vec<ExportId>> {
    sqlx::query_scalar!(r#"SELECT id AS "id: ExportId" FROM exports WHERE expires_at <= $1 ORDER BY id"#, now).fetch_all(tx).await
}

pub(in crate::my_data) async fn delete(tx: &mut PgConnection, id: ExportId) -> sqlx::Result<bool> {
    let done = sqlx::query!("DELETE FROM exports WHERE id = $1", id.as_uuid()).execute(tx).await?;
    Ok(done.rows_affected() == 1)
}

/// What the database holds of the person, one JSON value per noun. Of teams they are in only.
pub(in crate::my_data) async fn nouns(tx: &mut PgConnection, person: UserId) -> sqlx::Result<[(&'static str, Value); 11]> {
    let row = sqlx::query!(
        r#"WITH own_teams AS (
               SELECT t.id, t.name, m.roles, m.created_at FROM memberships m JOIN teams t ON t.id = m.team_id
               WHERE m.user_id = $1 AND m.suspended_at IS NULL AND t.deleted_at IS NULL)
           SELECT (SELECT to_jsonb(x) FROM (
                       SELECT id, email, first_name, last_name, tone, about, answer_language, answer_tone, single_key_shortcuts, created_at FROM users WHERE id = $1) x) AS "profile!",
                  coalesce((SELECT jsonb_agg(to_jsonb(t) ORDER BY t.name) FROM own_teams t), '[]') AS "teams!",
                  coalesce((SELECT jsonb_agg(to_jsonb(x)) FROM (
                       SELECT g.name, t.name AS team FROM group_members m JOIN groups g ON g.id = m.group_id JOIN own_teams t ON t.id = m.team_id
                       WHERE m.user_id = $1 ORDER BY g.name) x), '[]') AS "groups!",
                  coalesce((SELECT jsonb_agg(to_jsonb(x)) FROM (
                       SELECT ip, user_agent, created_at, last_seen_at, expires_at FROM sessions WHERE user_id = $1 ORDER BY created_at) x), '[]')
                      AS "sessions!",
                  coalesce((SELECT jsonb_agg(to_jsonb(x)) FROM (
                       SELECT succeeded, method, provider, reason, ip, user_agent, created_at FROM sign_ins WHERE user_id = $1 ORDER BY created_at) x), '[]') AS "sign_ins!",
                  coalesce((SELECT jsonb_agg(to_jsonb(x)) FROM (
                       SELECT name, created_at, last_used_at FROM passkeys WHERE user_id = $1 ORDER BY created_at) x), '[]') AS "passkeys!",
                  coalesce((SELECT jsonb_agg(to_jsonb(x)) FROM (
                       SELECT p.name AS provider, i.issuer, i.subject, i.linked_at, i.last_used_at
                       FROM identities i JOIN identity_providers p ON p.id = i.provider_id WHERE i.user_id = $1 ORDER BY i.linked_at) x), '[]')
                      AS "identities!",
                  coalesce((SELECT jsonb_agg(to_jsonb(x)) FROM (
                       SELECT k.name, t.name AS team, 'lyc_' || k.selector AS prefix, k.scopes, k.created_at, k.last_used_at, k.expires_at
                       FROM api_keys k JOIN own_teams t ON t.id = k.team_id WHERE k.user_id = $1 ORDER BY k.created_at) x), '[]')
                      AS "api_keys!",
                  coalesce((SELECT jsonb_agg(to_jsonb(x)) FROM (
                       SELECT d.id, t.name AS team, d.name, d.description, d.visibility, d.created_at
                       FROM datasets d JOIN own_teams t ON t.id = d.team_id WHERE d.created_by = $1 ORDER BY d.created_at) x), '[]')
                      AS "datasets!",
                  coalesce((SELECT jsonb_agg(to_jsonb(x)) FROM (
                       SELECT p.id, t.name AS team, p.name, p.description, p.instructions, p.visibility, p.temperature, p.max_chunks,
                              p.max_history_items, p.max_completion_tokens, p.trim_ratio, p.examples, p.created_at, p.updated_at
                       FROM prompts p JOIN own_teams t ON t.id = p.team_id WHERE p.created_by = $1 ORDER BY p.created_at) x), '[]')
                      AS "prompts!",
                  coalesce((SELECT jsonb_agg(to_jsonb(x)) FROM (
                       SELECT d.id, t.name AS team, s.name AS dataset, d.name, d.media_type, d.size_bytes, d.page_count, d.created_at
                       FROM documents d JOIN datasets s ON s.id = d.dataset_id JOIN own_teams t ON t.id = d.team_id
                       WHERE d.created_by = $1 ORDER BY d.created_at) x), '[]') AS "documents!""#,
        person.as_uuid()
    )
    .fetch_one(tx)
    .await?;
    Ok([
        ("profile", row.profile),
        ("teams", row.teams),
        ("groups", row.groups),
        ("sessions", row.sessions),
        ("sign_ins", row.sign_ins),
        ("passkeys", row.passkeys),
        ("identities", row.identities),
        ("api_keys", row.api_keys),
        ("datasets", row.datasets),
        ("prompts", row.prompts),
        ("documents", row.documents),
    ])
}

/// The files the person uploaded, in teams they are in: `id`, `name`, `object_key`.
pub(in crate::my_data) async fn documents(tx: &mut PgConnection, person: UserId) -> sqlx::Result<Vec<Value>> {
    sqlx::query_scalar!(
        r#"SELECT jsonb_build_object('id', d.id, 'name', d.name, 'object_key', d.object_key) AS "document!"
           FROM documents d JOIN memberships m ON m.team_id = d.team_id JOIN teams t ON t.id = d.team_id
           WHERE d.created_by = $1 AND m.user_id = $1 AND m.suspended_at IS NULL AND t.deleted_at IS NULL
           ORDER BY d.created_at, d.id"#,
        person.as_uuid()
    )
    .fetch_all(tx)
    .await
}

/// Some of the person's chats with everything said in them, the oldest first, of teams they are in.
pub(in crate::my_data) async fn chats(tx: &mut PgConnection, person: UserId, limit: i64, offset: i64) -> sqlx::Result<Vec<Value>> {
    sqlx::query_scalar!(
        r#"SELECT jsonb_build_object('id', c.id, 'team', t.name, 'title', c.title, 'created_at', c.created_at, 'messages', (
                      SELECT coalesce(jsonb_agg(jsonb_build_object(
                                 'role', m.role, 'status', m.status, 'content', m.content, 'created_at', m.created_at, 'citations', (
                                     SELECT coalesce(jsonb_agg(jsonb_build_object('number', i.number, 'document_name', i.document_name,
                                                'page', i.page, 'excerpt', i.excerpt) ORDER BY i.number), '[]')
                                     FROM message_citations i WHERE i.message_id = m.id)) ORDER BY m.position), '[]')
                      FROM messages m WHERE m.conversation_id = c.id)) AS "chat!"
           FROM conversations c JOIN memberships b ON b.team_id = c.team_id JOIN teams t ON t.id = c.team_id
           WHERE c.user_id = $1 AND b.user_id = $1 AND b.suspended_at IS NULL AND t.deleted_at IS NULL
           ORDER BY c.created_at, c.id LIMIT $2 OFFSET $3"#,
        person.as_uuid(),
        limit,
        offset
    )
    .fetch_all(tx)
    .await
}
