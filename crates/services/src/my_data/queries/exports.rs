//! The SQL of my data. What is asked for by a person runs in their `TeamTx`; putting an export together looks across teams, and
//! takes the person first in every statement.

use chrono::{DateTime, Utc};
use domain::my_data::{ExportStatus, ExportSummary};
use domain::{ExportId, UserId};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

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

/// What the database holds of the person and their account, one JSON value per noun. Of teams they are in only.
pub(in crate::my_data) async fn account(tx: &mut PgConnection, person: UserId) -> sqlx::Result<[(&'static str, Value); 9]> {
    let row = sqlx::query!(
        r#"WITH own_teams AS (
               SELECT t.id, t.name, m.roles, m.created_at, t.created_by = $1 AS made_by_you,
                      t.id IS NOT DISTINCT FROM u.last_team_id AS worked_in_last
               FROM memberships m JOIN teams t ON t.id = m.team_id JOIN users u ON u.id = m.user_id
               WHERE m.user_id = $1 AND m.suspended_at IS NULL AND t.deleted_at IS NULL)
           SELECT (SELECT to_jsonb(x) FROM (
                       SELECT u.id, u.email, u.first_name, u.last_name, u.tone, u.about, u.answer_language, u.answer_tone,
                              u.single_key_shortcuts, u.created_at, u.is_system_administrator, u.suspended_at,
                              u.deletion_requested_at,
                              coalesce(u.deletion_ordered_at = u.deletion_requested_at, false) AS deletion_requested_by_administrator,
                              s.taken_at AS seat_taken_at,
                              o.dismissed_at AS guide_dismissed_at, coalesce(o.keeps_model, false) AS keeps_built_in_model
                       FROM users u LEFT JOIN seats s ON s.user_id = u.id LEFT JOIN onboarding o ON o.user_id = u.id
                       WHERE u.id = $1) x) AS "profile!",
                  coalesce((SELECT jsonb_agg(to_jsonb(t) ORDER BY t.name) FROM own_teams t), '[]') AS "teams!",
                  coalesce((SELECT jsonb_agg(to_jsonb(x)) FROM (
                       SELECT g.name, t.name AS team FROM group_members m JOIN groups g ON g.id = m.group_id JOIN own_teams t ON t.id = m.team_id
                       WHERE m.user_id = $1 ORDER BY g.name) x), '[]') AS "groups!",
                  coalesce((SELECT jsonb_agg(to_jsonb(x)) FROM (
                       SELECT created_at, last_seen_at, ip AS last_ip, user_agent AS last_user_agent, expires_at
                       FROM sessions WHERE user_id = $1 ORDER BY sessions.created_at) x), '[]')
                      AS "sessions!",
                  coalesce((SELECT jsonb_agg(to_jsonb(x)) FROM (
                       SELECT succeeded, method, provider, reason, ip, user_agent, created_at FROM sign_ins WHERE user_id = $1 ORDER BY created_at) x), '[]') AS "sign_ins!",
                  (SELECT jsonb_build_object(
                              'is_on', s.user_id IS NOT NULL, 'on_since', s.confirmed_at,
                              'by', CASE WHEN s.by_mail THEN 'Mail' WHEN NOT s.by_mail THEN 'App' END,
                              'recovery_codes_left', (SELECT count(*) FROM recovery_codes r WHERE r.user_id = u.id AND r.used_at IS NULL))
                   FROM users u LEFT JOIN two_step s ON s.user_id = u.id AND s.confirmed_at IS NOT NULL
                   WHERE u.id = $1) AS "two_step!",
                  coalesce((SELECT jsonb_agg(to_jsonb(x)) FROM (
                       SELECT name, created_at, last_used_at FROM passkeys WHERE user_id = $1 ORDER BY created_at) x), '[]') AS "passkeys!",
                  coalesce((SELECT jsonb_agg(to_jsonb(x)) FROM (
                       SELECT p.name AS provider, i.issuer, i.subject, i.linked_at, i.last_used_at
                       FROM identities i JOIN identity_providers p ON p.id = i.provider_id WHERE i.user_id = $1 ORDER BY i.linked_at) x), '[]')
                      AS "identities!",
                  coalesce((SELECT jsonb_agg(to_jsonb(x)) FROM (
                       SELECT k.name, t.name AS team, 'lyc_' || k.selector AS prefix, k.scopes, k.created_at, k.last_used_at, k.expires_at
                       FROM api_keys k JOIN own_teams t ON t.id = k.team_id WHERE k.user_id = $1 ORDER BY k.created_at) x), '[]')
                      AS "api_keys!""#,
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
        ("two_step", row.two_step),
        ("passkeys", row.passkeys),
        ("identities", row.identities),
        ("api_keys", row.api_keys),
    ])
}

/// What the person made in teams they are in, and what is shared by them and with them there, one JSON value per noun. Of the
/// datasets a prompt searches those are named that the person may read.
pub(in crate::my_data) async fn made(tx: &mut PgConnection, person: UserId) -> sqlx::Result<[(&'static str, Value); 6]> {
    let row = sqlx::query!(
        r#"WITH own_teams AS (
               SELECT t.id, t.name FROM memberships m JOIN teams t ON t.id = m.team_id
               WHERE m.user_id = $1 AND m.suspended_at IS NULL AND t.deleted_at IS NULL),
           shared AS (
               SELECT s.id, s.dataset_id, t.name AS team, CASE WHEN s.dataset_id IS NULL THEN 'Prompt' ELSE 'Dataset' END AS kind,
                      coalesce(d.name, p.name) AS name, u.email AS with_person, g.name AS with_group, s.level, s.created_at,
                      coalesce(d.created_by, p.created_by) = $1 AS is_by_you,
                      (s.user_id IS NOT DISTINCT FROM $1
                       OR EXISTS (SELECT FROM group_members m WHERE m.group_id = s.group_id AND m.user_id = $1)) AS is_with_you
               FROM shares s JOIN own_teams t ON t.id = s.team_id
               LEFT JOIN datasets d ON d.id = s.dataset_id LEFT JOIN prompts p ON p.id = s.prompt_id
               LEFT JOIN users u ON u.id = s.user_id LEFT JOIN groups g ON g.id = s.group_id)
           SELECT coalesce((SELECT jsonb_agg(to_jsonb(x)) FROM (
                       SELECT d.id, t.name AS team, d.name, d.description, d.visibility, m.name AS embedding_model, d.created_at
                       FROM datasets d JOIN own_teams t ON t.id = d.team_id LEFT JOIN models m ON m.id = d.embedding_model_id
                       WHERE d.created_by = $1 ORDER BY d.created_at) x), '[]') AS "datasets!",
                  coalesce((SELECT jsonb_agg(to_jsonb(x)) FROM (
                       SELECT p.id, t.name AS team, p.name, p.description, p.instructions, p.visibility, m.name AS model,
                              (SELECT coalesce(jsonb_agg(d.name ORDER BY d.name), '[]')
                               FROM prompt_datasets pd JOIN datasets d ON d.id = pd.dataset_id
                               WHERE pd.prompt_id = p.id
                                 AND (d.created_by = $1 OR (d.team_id = p.team_id AND d.visibility = 'Team')
                                      OR (d.visibility = 'Company'
                                          AND EXISTS (SELECT FROM teams l WHERE l.id = d.team_id AND l.deleted_at IS NULL))
                                      OR EXISTS (SELECT FROM shared s WHERE s.dataset_id = d.id AND s.is_with_you))) AS datasets,
                              p.temperature, p.max_chunks, p.max_history_items, p.max_completion_tokens, p.trim_ratio, p.examples,
                              p.created_at, p.updated_at
                       FROM prompts p JOIN own_teams t ON t.id = p.team_id LEFT JOIN models m ON m.id = p.model_id
                       WHERE p.created_by = $1 ORDER BY p.created_at) x), '[]') AS "prompts!",
                  coalesce((SELECT jsonb_agg(to_jsonb(x)) FROM (
                       SELECT d.id, t.name AS team, s.name AS dataset, d.name, d.media_type, d.size_bytes, d.page_count, d.created_at
                       FROM documents d JOIN datasets s ON s.id = d.dataset_id JOIN own_teams t ON t.id = d.team_id
                       WHERE d.created_by = $1 ORDER BY d.created_at) x), '[]') AS "documents!",
                  coalesce((SELECT jsonb_agg(to_jsonb(x)) FROM (
                       SELECT team, kind, name, with_person, with_group, level, created_at FROM shared
                       WHERE is_by_you ORDER BY created_at, id) x), '[]') AS "shared_by_you!",
                  coalesce((SELECT jsonb_agg(to_jsonb(x)) FROM (
                       SELECT team, kind, name, with_group AS through_group, level, created_at FROM shared
                       WHERE is_with_you AND NOT is_by_you ORDER BY created_at, id) x), '[]') AS "shared_with_you!",
                  coalesce((SELECT jsonb_agg(to_jsonb(x)) FROM (
                       SELECT i.email, i.first_name, i.last_name, i.role, t.name AS team, i.created_at, i.expires_at, i.used_at,
                              i.revoked_at
                       FROM invitations i JOIN own_teams t ON t.id = i.team_id
                       WHERE i.created_by = $1 ORDER BY i.created_at) x), '[]') AS "invitations!""#,
        person.as_uuid()
    )
    .fetch_one(tx)
    .await?;
    Ok([
        ("datasets", row.datasets),
        ("prompts", row.prompts),
        ("documents", row.documents),
        ("shared_by_you", row.shared_by_you),
        ("shared_with_you", row.shared_with_you),
        ("invitations", row.invitations),
    ])
}

/// Invitations of the person, without who invited. Those they accepted are told in full, under whichever address, and their team is named
/// while they are in it. Of those to the address they have, which may be nobody's confirmed one, it is told only that they came and when;
/// what somebody else accepted who had the address before is not theirs.
pub(in crate::my_data) async fn invitations_to(tx: &mut PgConnection, person: UserId) -> sqlx::Result<Value> {
    sqlx::query_scalar!(
        r#"SELECT coalesce(jsonb_agg(x.told ORDER BY x.created_at, x.id), '[]') AS "invitations!" FROM (
               SELECT i.created_at, i.id, jsonb_build_object(
                          'team', t.name, 'email', i.email, 'first_name', i.first_name, 'last_name', i.last_name, 'role', i.role,
                          'created_at', i.created_at, 'expires_at', i.expires_at, 'used_at', i.used_at, 'revoked_at', i.revoked_at) AS told
               FROM audit_events e JOIN invitations i ON i.id = e.target_id
               LEFT JOIN memberships m ON m.team_id = i.team_id AND m.user_id = $1 AND m.suspended_at IS NULL
               LEFT JOIN teams t ON t.id = m.team_id AND t.deleted_at IS NULL
               WHERE e.actor_id = $1 AND e.action = 'invitation.accepted'
               UNION ALL
               SELECT i.created_at, i.id, jsonb_build_object(
                          'email', i.email, 'created_at', i.created_at, 'expires_at', i.expires_at, 'revoked_at', i.revoked_at) AS told
               FROM users u JOIN invitations i ON i.email = u.email
               WHERE u.id = $1
                 AND NOT EXISTS (SELECT FROM audit_events e WHERE e.target_id = i.id AND e.action = 'invitation.accepted')) x"#,
        person.as_uuid()
    )
    .fetch_one(tx)
    .await
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

/// Where a page of rows ended. They are in the order of time and id, so that a row that goes meanwhile moves no other.
pub(in crate::my_data) type Place = (DateTime<Utc>, Uuid);

/// A row of a page, and the place of it.
pub(in crate::my_data) struct PlacedRow {
    pub created_at: DateTime<Utc>,
    pub id: Uuid,
    pub content: Value,
}

impl PlacedRow {
    /// What comes next is after this.
    pub(in crate::my_data) fn place(&self) -> Place {
        (self.created_at, self.id)
    }
}

/// Some of the person's chats with everything said in them, the oldest first, of teams they are in. A prompt is named while the person
/// may use it.
pub(in crate::my_data) async fn chats(
    tx: &mut PgConnection,
    person: UserId,
    limit: i64,
    after: Option<Place>,
) -> sqlx::Result<Vec<PlacedRow>> {
    sqlx::query_as!(
        PlacedRow,
        r#"SELECT c.created_at AS "created_at!", c.id AS "id!", jsonb_build_object(
                      'id', c.id, 'team', t.name, 'title', c.title, 'prompt', p.name, 'model', o.name, 'created_at', c.created_at,
                      'messages', (
                      SELECT coalesce(jsonb_agg(jsonb_build_object(
                                 'role', m.role, 'status', m.status, 'content', m.content, 'model', a.name, 'created_at', m.created_at,
                                 'citations', (
                                     SELECT coalesce(jsonb_agg(jsonb_build_object('number', i.number, 'document_name', i.document_name,
                                                'page', i.page, 'excerpt', i.excerpt) ORDER BY i.number), '[]')
                                     FROM message_citations i WHERE i.message_id = m.id)) ORDER BY m.position), '[]')
                      FROM messages m LEFT JOIN models a ON a.id = m.model_id WHERE m.conversation_id = c.id)) AS "content!"
           FROM conversations c JOIN memberships b ON b.team_id = c.team_id JOIN teams t ON t.id = c.team_id
           LEFT JOIN models o ON o.id = c.model_id
           LEFT JOIN prompts p ON p.id = c.prompt_id
                AND (p.created_by = $1 OR (p.team_id = c.team_id AND p.visibility = 'Team')
                     OR (p.visibility = 'Company' AND EXISTS (SELECT FROM teams l WHERE l.id = p.team_id AND l.deleted_at IS NULL))
                     OR EXISTS (SELECT FROM shares s WHERE s.team_id = c.team_id AND s.prompt_id = p.id
                                AND (s.user_id = $1 OR s.group_id IN (SELECT g.group_id FROM group_members g WHERE g.user_id = $1))))
           WHERE c.user_id = $1 AND b.user_id = $1 AND b.suspended_at IS NULL AND t.deleted_at IS NULL
             AND ($3::timestamptz IS NULL OR (c.created_at, c.id) > ($3::timestamptz, $4::uuid))
           ORDER BY c.created_at, c.id LIMIT $2"#,
        person.as_uuid(),
        limit,
        after.map(|(at, _)| at),
        after.map(|(_, id)| id)
    )
    .fetch_all(tx)
    .await
}

/// Some of what the person's questions and answers cost in tokens, the oldest first. A team is named while they are in it.
pub(in crate::my_data) async fn token_usage(
    tx: &mut PgConnection,
    person: UserId,
    limit: i64,
    after: Option<Place>,
) -> sqlx::Result<Vec<PlacedRow>> {
    sqlx::query_as!(
        PlacedRow,
        r#"SELECT u.created_at AS "created_at!", u.id AS "id!", jsonb_build_object(
                      'team', t.name, 'model', m.name, 'kind', u.kind, 'tokens', u.tokens, 'created_at', u.created_at) AS "content!"
           FROM token_usage u JOIN models m ON m.id = u.model_id
           LEFT JOIN memberships b ON b.team_id = u.team_id AND b.user_id = $1 AND b.suspended_at IS NULL
           LEFT JOIN teams t ON t.id = b.team_id AND t.deleted_at IS NULL
           WHERE u.user_id = $1
             AND ($3::timestamptz IS NULL OR (u.created_at, u.id) > ($3::timestamptz, $4::uuid))
           ORDER BY u.created_at, u.id LIMIT $2"#,
        person.as_uuid(),
        limit,
        after.map(|(at, _)| at),
        after.map(|(_, id)| id)
    )
    .fetch_all(tx)
    .await
}

/// An event of the trail, and its place there.
pub(in crate::my_data) struct TrailRow {
    pub position: i64,
    pub event: Value,
}

/// Some of what the trail holds of the person, the earliest first: what they did, what others did to them, what others shared with them,
/// the groups that others put them into or took them out of, and what an owner opened who saw the team as they do, where only the details
/// name them (`domain::audit::Details`). The address is told of their own acts alone: the other one is somebody else's. Of teams they are
/// not in any more no name is told. What others shared is named while the person may see it, a group while they are in it.
pub(in crate::my_data) async fn trail(tx: &mut PgConnection, person: UserId, limit: i64, after: i64) -> sqlx::Result<Vec<TrailRow>> {
    sqlx::query_as!(
        TrailRow,
        r#"SELECT e.position AS "position!", jsonb_build_object(
                      'at', e.at, 'team', t.name, 'by_you', coalesce(e.actor_id = $1, false), 'via', e.via, 'action', e.action,
                      'target_type', e.target_type, 'target_id', e.target_id,
                      'target', CASE WHEN e.target_id = $1 OR (e.actor_id = $1 AND (e.team_id IS NULL OR t.id IS NOT NULL))
                                  OR EXISTS (SELECT FROM (SELECT id, team_id, created_by, visibility FROM datasets
                                                          UNION ALL SELECT id, team_id, created_by, visibility FROM prompts) x
                                             WHERE x.id = e.target_id AND x.team_id = t.id
                                               AND (x.created_by = $1 OR x.visibility <> 'Private'
                                                    OR EXISTS (SELECT FROM shares s
                                                               WHERE s.team_id = t.id AND x.id IN (s.dataset_id, s.prompt_id)
                                                                 AND (s.user_id = $1
                                                                      OR s.group_id IN (SELECT g.group_id FROM group_members g
                                                                                        WHERE g.user_id = $1)))))
                                  OR EXISTS (SELECT FROM group_members g
                                             WHERE g.group_id = e.target_id AND g.team_id = t.id AND g.user_id = $1)
                                  THEN e.target_name END,
                      'ip', CASE WHEN e.actor_id = $1 THEN e.ip END) AS "event!"
           FROM audit_events e
           LEFT JOIN memberships b ON b.team_id = e.team_id AND b.user_id = $1 AND b.suspended_at IS NULL
           LEFT JOIN teams t ON t.id = b.team_id AND t.deleted_at IS NULL
           WHERE (e.actor_id = $1 OR e.target_id = $1
                  OR (e.target_type IN ('Dataset', 'Prompt') AND e.details #>> '{shared,with,Person}' = $1::uuid::text)
                  OR (e.target_type IN ('Chat', 'Document', 'Prompt') AND e.details ->> 'viewed_as' = $1::uuid::text)
                  OR (e.target_type = 'Group'
                      AND ((e.details -> 'added') @> to_jsonb($1::uuid) OR (e.details -> 'removed') @> to_jsonb($1::uuid))))
             AND e.position > $3
           ORDER BY e.position LIMIT $2"#,
        person.as_uuid(),
        limit,
        after
    )
    .fetch_all(tx)
    .await
}
