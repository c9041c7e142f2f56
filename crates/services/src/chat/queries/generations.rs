//! Runs of one person: their rows and their events.

use domain::chat::MessageStatus;
use domain::{ConversationId, GenerationId, MessageId, ModelId, TeamId, UserId};
use sqlx::PgConnection;

/// One stored event; its payload is the JSON of a `ChatEvent`.
pub(in crate::chat) struct EventRow {
    pub seq: i64,
    pub payload: String,
}

/// What a follower finds: where the run is, and at most one of its events.
pub(in crate::chat) struct FollowRow {
    pub status: MessageStatus,
    pub seq: Option<i64>,
    pub payload: Option<String>,
}

/// How many runs there are already, what the person wants said about them, and how many requests a minute the team takes.
pub(in crate::chat) struct RunningRow {
    pub in_team: i64,
    pub in_conversation: i64,
    pub tone: String,
    pub about: String,
    pub answer_language: String,
    pub answer_tone: String,
    pub requests_per_minute: Option<i32>,
}

/// An unfinished run, and what answers in it.
pub(in crate::chat) struct UnfinishedRow {
    pub id: GenerationId,
    pub message_id: MessageId,
    pub is_stop_requested: bool,
    pub model_id: ModelId,
    /// Its name for people, with its provider.
    pub model: String,
}

/// What a run leaves behind.
pub(in crate::chat) struct Ending<'a> {
    pub generation: GenerationId,
    pub fence: i64,
    pub status: MessageStatus,
    pub content: &'a str,
    pub trouble: Option<&'a str>,
}

/// Runs of the team, and of one conversation, that are not finished; the person who asks, and the limit of the team.
pub(in crate::chat) async fn count_running(
    tx: &mut PgConnection,
    conversation: ConversationId,
    person: UserId,
    team: TeamId,
) -> sqlx::Result<RunningRow> {
    sqlx::query_as!(
        RunningRow,
        r#"SELECT in_team AS "in_team!", in_conversation AS "in_conversation!", tone AS "tone!", about AS "about!",
                  answer_language AS "answer_language!", answer_tone AS "answer_tone!", requests_per_minute AS "requests_per_minute?"
           FROM asking($1, $2, $3)"#,
        conversation.as_uuid(),
        person.as_uuid(),
        team.as_uuid()
    )
    .fetch_one(tx)
    .await
}

/// Starts another run for an answer whose earlier run is finished and forgotten.
pub(in crate::chat) async fn replace(
    tx: &mut PgConnection,
    id: GenerationId,
    conversation: ConversationId,
    message: MessageId,
    model: ModelId,
) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM generations WHERE message_id = $1", message.as_uuid()).execute(&mut *tx).await?;
    sqlx::query!(
        "INSERT INTO generations (id, team_id, user_id, conversation_id, message_id, model_id, fence, lease_expires_at)
         VALUES ($1, current_team(), viewing_user(), $2, $3, $4, 1, now() + interval '60 seconds')",
        id.as_uuid(),
        conversation.as_uuid(),
        message.as_uuid(),
        model.as_uuid()
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Adds events with consecutive numbers from `first` while the run still holds its fence. Adding the same events again
/// changes nothing, so that an unclear commit can be repeated. How many were added.
pub(in crate::chat) async fn append_events(
    tx: &mut PgConnection,
    id: GenerationId,
    fence: i64,
    first: i64,
    payloads: &[String],
) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "WITH run AS (
             SELECT id, team_id FROM generations WHERE id = $1 AND fence = $2 AND status IN ('Pending', 'InProgress') FOR SHARE)
         INSERT INTO generation_events (generation_id, seq, team_id, payload)
         SELECT run.id, $3 + place - 1, run.team_id, event.payload::jsonb
         FROM run, unnest($4::text[]) WITH ORDINALITY AS event (payload, place)
         ON CONFLICT (generation_id, seq) DO NOTHING",
        id.as_uuid(),
        fence,
        first,
        payloads
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected())
}

/// [`append_events`] as a call of its own, outside a transaction: one trip to the database for each batch of a stream. The
/// batch is visible at once and durable within a second, without waiting for the disk: the end of the run repeats the text.
/// Whether the run still holds its fence.
pub(in crate::chat) async fn append_soon(
    connection: &mut PgConnection,
    (team, person): (TeamId, UserId),
    id: GenerationId,
    fence: i64,
    first: i64,
    payloads: &[String],
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT append_generation_events($1, $2, $3, $4, $5, $6) AS "is_held!""#,
        team.as_uuid(),
        person.as_uuid(),
        id.as_uuid(),
        fence,
        first,
        payloads
    )
    .fetch_one(connection)
    .await
}

/// Ends a run with its message; `false` when the fence was lost.
pub(in crate::chat) async fn finish(tx: &mut PgConnection, ending: &Ending<'_>) -> sqlx::Result<bool> {
    let ended = sqlx::query!(
        r#"WITH done AS (
               UPDATE generations SET status = $3, finished_at = now()
               WHERE id = $1 AND fence = $2 AND status IN ('Pending', 'InProgress') RETURNING message_id, conversation_id),
             written AS (
               UPDATE messages m SET status = $3, content = $4, trouble = $5 FROM done WHERE m.id = done.message_id),
             moved AS (
               UPDATE conversations c SET updated_at = now() FROM done WHERE c.id = done.conversation_id)
           SELECT count(*) AS "count!" FROM done"#,
        ending.generation.as_uuid(),
        ending.fence,
        ending.status.as_str(),
        ending.content,
        ending.trouble
    )
    .fetch_one(tx)
    .await?;
    Ok(ended.count > 0)
}

/// Whether the run of a finished transaction ended in this very way: an unclear commit may be asked about.
pub(in crate::chat) async fn ended_as(tx: &mut PgConnection, id: GenerationId, fence: i64, status: MessageStatus) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM generations WHERE id = $1 AND fence = $2 AND status = $3) AS "ended!""#,
        id.as_uuid(),
        fence,
        status.as_str()
    )
    .fetch_one(tx)
    .await
}

/// The events of a run, in order.
pub(in crate::chat) async fn events(tx: &mut PgConnection, id: GenerationId) -> sqlx::Result<Vec<EventRow>> {
    sqlx::query_as!(
        EventRow,
        r#"SELECT seq, payload::text AS "payload!" FROM generation_events WHERE generation_id = $1 ORDER BY seq"#,
        id.as_uuid()
    )
    .fetch_all(tx)
    .await
}

/// The conversation that a run of the person is in.
pub(in crate::chat) async fn find_conversation(
    tx: &mut PgConnection,
    id: GenerationId,
    person: UserId,
) -> sqlx::Result<Option<ConversationId>> {
    sqlx::query_scalar!(
        r#"SELECT conversation_id AS "id: ConversationId" FROM generations WHERE id = $1 AND user_id = $2"#,
        id.as_uuid(),
        person.as_uuid()
    )
    .fetch_optional(tx)
    .await
}

/// Where a run of the person is and its next events; no row when the run is not theirs.
pub(in crate::chat) async fn follow(
    tx: &mut PgConnection,
    id: GenerationId,
    person: UserId,
    after: i64,
    limit: i64,
) -> sqlx::Result<Vec<FollowRow>> {
    sqlx::query_as!(
        FollowRow,
        r#"SELECT g.status AS "status: MessageStatus", e.seq AS "seq?", e.payload::text AS payload
           FROM generations g LEFT JOIN generation_events e ON e.generation_id = g.id AND e.seq > $3
           WHERE g.id = $1 AND g.user_id = $2
           ORDER BY e.seq LIMIT $4"#,
        id.as_uuid(),
        person.as_uuid(),
        after,
        limit
    )
    .fetch_all(tx)
    .await
}

/// Asks a run of the person to stop; `false` when it is not theirs.
pub(in crate::chat) async fn request_stop(tx: &mut PgConnection, id: GenerationId, person: UserId) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE generations SET stop_requested_at = coalesce(stop_requested_at, now()) WHERE id = $1 AND user_id = $2",
        id.as_uuid(),
        person.as_uuid()
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The person's unfinished runs of a conversation, locked: whoever ends a run locks it before its conversation, and so must others.
pub(in crate::chat) async fn lock_running(
    tx: &mut PgConnection,
    conversation: ConversationId,
    person: UserId,
) -> sqlx::Result<Vec<UnfinishedRow>> {
    sqlx::query_as!(
        UnfinishedRow,
        r#"SELECT g.id AS "id: GenerationId", g.message_id AS "message_id: MessageId",
                  g.stop_requested_at IS NOT NULL AS "is_stop_requested!", g.model_id AS "model_id: ModelId",
                  mo.name || ' · ' || p.name AS "model!"
           FROM generations g JOIN models mo ON mo.id = g.model_id JOIN providers p ON p.id = mo.provider_id
           WHERE g.conversation_id = $1 AND g.user_id = $2 AND g.status IN ('Pending', 'InProgress') FOR UPDATE OF g"#,
        conversation.as_uuid(),
        person.as_uuid()
    )
    .fetch_all(tx)
    .await
}

/// Asks everything to stop that is being written for a person in a team.
pub(in crate::chat) async fn request_stop_of_all(tx: &mut PgConnection, team: TeamId, person: UserId) -> sqlx::Result<Vec<GenerationId>> {
    sqlx::query_scalar!(
        r#"UPDATE generations SET stop_requested_at = coalesce(stop_requested_at, now())
           WHERE team_id = $1 AND user_id = $2 AND status IN ('Pending', 'InProgress') RETURNING id AS "id: GenerationId""#,
        team.as_uuid(),
        person.as_uuid()
    )
    .fetch_all(tx)
    .await
}
