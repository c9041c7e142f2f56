//! Exchanges: a question is stored with its empty answer and the run that will write it, in one call to the database.

use super::generations::RunningRow;
use super::messages::HistoryRow;
use chrono::{DateTime, Utc};
use domain::chat::MessageRole;
use domain::{ConversationId, GenerationId, MessageId, ModelId, PromptId, TeamId, UserId};
use sqlx::PgConnection;

/// A question with its empty answer and the run that will write it.
pub(in crate::chat) struct NewExchange<'a> {
    pub person: UserId,
    pub team: TeamId,
    pub conversation: ConversationId,
    /// What the conversation is called that begins with the question; none where there is one already.
    pub new_title: Option<&'a str>,
    /// What was chosen to answer.
    pub prompt: Option<PromptId>,
    /// What was chosen to answer, where no prompt was.
    pub choice: Option<ModelId>,
    pub question: MessageId,
    pub answer: MessageId,
    pub generation: GenerationId,
    /// What answers.
    pub model: ModelId,
    pub text: &'a str,
    /// How many answers may be written in the team at a time.
    pub most_in_team: i64,
    /// How much of what was said before is wanted.
    pub most_before: i64,
}

/// What the database says to a question.
pub(in crate::chat) struct ExchangeRow {
    /// When it was stored; none when it was not, for what `running` says.
    pub stored_at: Option<DateTime<Utc>>,
    /// What the conversation is called.
    pub title: String,
    /// What ran before.
    pub running: RunningRow,
    /// What was said before, newest first.
    pub history: Vec<HistoryRow>,
}

/// Stores a question, its empty answer and the run, leased for 60 s, outside a transaction: it is durable afterwards. No row when
/// the conversation is not the person's. In a team that limits its requests nothing is stored unless this one was counted.
pub(in crate::chat) async fn store(
    connection: &mut PgConnection,
    new: &NewExchange<'_>,
    is_counted: bool,
) -> sqlx::Result<Option<ExchangeRow>> {
    let row = sqlx::query!(
        r#"SELECT stored_at AS "stored_at?", called AS "called!", in_team AS "in_team!", in_conversation AS "in_conversation!",
                  tone AS "tone!", about AS "about!", answer_language AS "answer_language!", answer_tone AS "answer_tone!",
                  requests_per_minute AS "requests_per_minute?", coalesce(roles, '{}') AS "roles!",
                  coalesce(contents, '{}') AS "contents!"
           FROM store_exchange($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"#,
        new.team.as_uuid(),
        new.person.as_uuid(),
        new.conversation.as_uuid(),
        new.new_title,
        new.prompt.map(PromptId::as_uuid),
        new.choice.map(ModelId::as_uuid),
        new.question.as_uuid(),
        new.answer.as_uuid(),
        new.generation.as_uuid(),
        new.model.as_uuid(),
        new.text,
        new.most_in_team,
        is_counted,
        new.most_before
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let said = |(role, content): (String, String)| {
        let role: MessageRole = role.parse().map_err(|unknown| sqlx::Error::Decode(Box::new(unknown)))?;
        Ok(HistoryRow { role, content })
    };
    Ok(Some(ExchangeRow {
        stored_at: row.stored_at,
        title: row.called,
        running: RunningRow {
            in_team: row.in_team,
            in_conversation: row.in_conversation,
            tone: row.tone,
            about: row.about,
            answer_language: row.answer_language,
            answer_tone: row.answer_tone,
            requests_per_minute: row.requests_per_minute,
        },
        history: row.roles.into_iter().zip(row.contents).map(said).collect::<sqlx::Result<_>>()?,
    }))
}
