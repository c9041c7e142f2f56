//! Runs of all teams: leases, requests to stop, sweeps. For the system role.

use domain::{GenerationId, MessageId, ModelId, TeamId, UserId};
use sqlx::PgConnection;
use uuid::Uuid;

/// A run that may go on, and whether its person wants it to.
pub(in crate::chat) struct HeldRow {
    pub id: GenerationId,
    pub is_stop_requested: bool,
}

/// A run whose server went away.
pub(in crate::chat) struct ExpiredRow {
    pub id: GenerationId,
    pub fence: i64,
    pub message_id: MessageId,
    pub content: String,
    pub is_stop_requested: bool,
    pub team_id: TeamId,
    pub user_id: UserId,
    pub model_id: ModelId,
    /// Its name for people, with its provider.
    pub model: String,
}

/// Extends the leases of the given runs by 60 s; those that are not returned are lost.
pub(in crate::chat) async fn extend(tx: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Vec<HeldRow>> {
    sqlx::query_as!(
        HeldRow,
        r#"UPDATE generations SET lease_expires_at = now() + interval '60 seconds'
           WHERE id = ANY ($1) AND status IN ('Pending', 'InProgress')
           RETURNING id AS "id: GenerationId", stop_requested_at IS NOT NULL AS "is_stop_requested!""#,
        ids
    )
    .fetch_all(tx)
    .await
}

/// Those of the given runs that may go on.
pub(in crate::chat) async fn list_held(tx: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Vec<HeldRow>> {
    sqlx::query_as!(
        HeldRow,
        r#"SELECT id AS "id: GenerationId", stop_requested_at IS NOT NULL AS "is_stop_requested!"
           FROM generations WHERE id = ANY ($1) AND status IN ('Pending', 'InProgress')"#,
        ids
    )
    .fetch_all(tx)
    .await
}

/// Takes one run whose lease ran out, fenced off from whoever held it.
pub(in crate::chat) async fn claim_expired(tx: &mut PgConnection) -> sqlx::Result<Option<ExpiredRow>> {
    sqlx::query_as!(
        ExpiredRow,
        r#"UPDATE generations g SET fence = g.fence + 1
           FROM messages m, models mo, providers p
           WHERE m.id = g.message_id AND mo.id = g.model_id AND p.id = mo.provider_id AND g.id = (
               SELECT id FROM generations WHERE status IN ('Pending', 'InProgress') AND lease_expires_at < now()
               ORDER BY lease_expires_at LIMIT 1 FOR UPDATE SKIP LOCKED)
           RETURNING g.id AS "id: GenerationId", g.fence, g.message_id AS "message_id: MessageId", m.content,
                     g.stop_requested_at IS NOT NULL AS "is_stop_requested!", g.team_id AS "team_id: TeamId",
                     g.user_id AS "user_id: UserId", g.model_id AS "model_id: ModelId", mo.name || ' · ' || p.name AS "model!""#
    )
    .fetch_optional(tx)
    .await
}

/// Asks everything to stop that is being written for a person, in all of their teams.
pub(in crate::chat) async fn request_stop_of(tx: &mut PgConnection, person: UserId) -> sqlx::Result<Vec<GenerationId>> {
    sqlx::query_scalar!(
        r#"UPDATE generations SET stop_requested_at = coalesce(stop_requested_at, now())
           WHERE user_id = $1 AND status IN ('Pending', 'InProgress') RETURNING id AS "id: GenerationId""#,
        person.as_uuid()
    )
    .fetch_all(tx)
    .await
}

/// Tells all servers that there is something new about these runs; a hint, never the news itself.
pub(in crate::chat) async fn announce(tx: &mut PgConnection, ids: &[String]) -> sqlx::Result<()> {
    sqlx::query!(r#"SELECT pg_notify('lyceum_generations', id)::text AS "nothing" FROM unnest($1::text[]) AS id"#, ids)
        .fetch_all(tx)
        .await?;
    Ok(())
}

/// Forgets the events of runs that ended over an hour ago: their messages hold everything.
pub(in crate::chat) async fn delete_old_events(tx: &mut PgConnection) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "DELETE FROM generation_events e USING generations g
         WHERE g.id = e.generation_id AND g.finished_at < now() - interval '1 hour'"
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected())
}
