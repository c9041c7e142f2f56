//! Answers: in which language and tone one likes to be answered. `services::chat` tells the models.

use super::{Identity, queries_preferences};
use crate::{Result, Viewer, audit};
use domain::answers::AnswerPreferences;
use domain::audit::{Action, Event};

impl Identity<'_> {
    /// How the viewer likes to be answered.
    pub async fn answer_preferences(&self, viewer: &Viewer) -> Result<AnswerPreferences> {
        let mut tx = self.services.parts.db.system_tx().await?;
        let row = queries_preferences::get_answers(&mut tx, viewer.user_id).await?;
        Ok(AnswerPreferences::from_words(&row.answer_language, &row.answer_tone))
    }

    /// Changes how the viewer likes to be answered, from their next question on.
    pub async fn update_answer_preferences(&self, viewer: &Viewer, wanted: AnswerPreferences) -> Result<AnswerPreferences> {
        let mut tx = self.services.parts.db.installation_tx().await?;
        let row = queries_preferences::get_answers(&mut tx, viewer.user_id).await?;
        let before = AnswerPreferences::from_words(&row.answer_language, &row.answer_tone);
        queries_preferences::set_answers(&mut tx, viewer.user_id, wanted).await?;
        let changed = [(before.language != wanted.language, "language of answers"), (before.tone != wanted.tone, "tone of answers")];
        let event = Event::new(Action::AccountProfileChanged, viewer.user_id.as_uuid(), row.email);
        audit::record_in(&mut tx, None, viewer, event.with_changes(&audit::those_that_hold(changed))).await?;
        tx.commit().await?;
        Ok(wanted)
    }
}
