//! The SQL of what people prefer. It runs as the system role: people belong to no team.

use domain::UserId;
use domain::answers::AnswerPreferences;
use sqlx::PgConnection;

/// How somebody likes to be answered.
pub(super) struct AnswersRow {
    pub email: String,
    pub answer_language: String,
    pub answer_tone: String,
}

pub(super) async fn get_answers(connection: &mut PgConnection, user: UserId) -> sqlx::Result<AnswersRow> {
    sqlx::query_as!(AnswersRow, "SELECT email, answer_language, answer_tone FROM users WHERE id = $1", user.as_uuid())
        .fetch_one(connection)
        .await
}

pub(super) async fn set_answers(connection: &mut PgConnection, user: UserId, wanted: AnswerPreferences) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE users SET answer_language = $2, answer_tone = $3 WHERE id = $1",
        user.as_uuid(),
        wanted.language.as_str(),
        wanted.tone.as_str()
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Returns the person's address.
pub(super) async fn set_single_key_shortcuts(connection: &mut PgConnection, user: UserId, are_on: bool) -> sqlx::Result<String> {
    sqlx::query_scalar!("UPDATE users SET single_key_shortcuts = $2 WHERE id = $1 RETURNING email", user.as_uuid(), are_on)
        .fetch_one(connection)
        .await
}
