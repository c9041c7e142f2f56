//! Ask: everything is stored and committed before a model is called.

use super::queries::exchanges::{self, NewExchange};
use super::queries::generations::RunningRow;
use super::queries::messages::{HistoryRow, PersonRow};
use super::run::Plan;
use super::runtime::Seat;
use super::setup::{Background, Setup, turns};
use super::{Chat, MOST_RUNNING_PER_TEAM, RETRY_AFTER_S};
use crate::{Error, Result, Viewer};
use chrono::{DateTime, Utc};
use domain::answers::AnswerPreferences;
use domain::chat::{Asked, MessageRole, MessageStatus, MessageView, NewQuestion};
use domain::text::Question;
use domain::{ConversationId, GenerationId, MessageId, Permission};
use tracing::Instrument as _;

/// A question that was stored.
struct Stored {
    at: DateTime<Utc>,
    title: String,
    person: PersonRow,
    /// Newest first.
    history: Vec<HistoryRow>,
}

impl Chat<'_> {
    /// Stores a question with its empty answer and starts a task that writes it. The answer's `generation_id` is what to
    /// follow. Refuses while another answer of the conversation is being written, and when too many are; and a model that is
    /// named by somebody who may not choose one.
    pub async fn ask(&self, viewer: &Viewer, question: NewQuestion) -> Result<Asked> {
        viewer.require(Permission::ManageChats)?;
        viewer.require_own_eyes()?;
        if question.model_id.is_some() {
            viewer.require(Permission::ViewModels)?;
        }
        let text = Question::parse(&question.text)?.into_string();
        let seat = self.runtime().seat()?;
        let setup = self.setup(viewer, question.prompt_id, question.model_id).await?;
        // Goes on when nobody waits for it any more: a question that is stored has somebody who answers it.
        let (services, viewer) = (self.services.clone(), viewer.clone());
        let exchange = async move { services.chat().exchange(viewer, question, text, (setup, seat)).await };
        tokio::spawn(exchange.in_current_span()).await.map_err(Error::internal)?
    }

    async fn exchange(&self, viewer: Viewer, question: NewQuestion, text: String, (setup, seat): (Setup, Seat)) -> Result<Asked> {
        let title = retrieval::title::from_question(&text);
        let new = NewExchange {
            person: viewer.user_id,
            team: viewer.team_id,
            conversation: question.conversation_id.unwrap_or_else(ConversationId::new),
            new_title: question.conversation_id.is_none().then_some(title.as_str()),
            prompt: question.prompt_id,
            choice: question.model_id,
            question: MessageId::new(),
            answer: MessageId::new(),
            generation: GenerationId::new(),
            model: setup.model.id,
            text: &text,
            most_in_team: MOST_RUNNING_PER_TEAM,
            most_before: i64::from(setup.draft.max_history_items),
        };
        let stored = self.store(&viewer, &new).await?;
        let asked = asked(&new, &stored, &setup);
        let (generation_id, message_id) = (new.generation, new.answer);
        let background = Background { person: stored.person, history: turns(stored.history) };
        self.start(Plan { generation_id, message_id, viewer, question: text, kept: None, setup, background }, seat);
        Ok(asked)
    }

    /// Stores an exchange, unless it is refused. Where the team limits its requests it is counted once nothing that is known by then
    /// refuses it.
    async fn store(&self, viewer: &Viewer, new: &NewExchange<'_>) -> Result<Stored> {
        let mut is_counted = viewer.api_key.is_some();
        loop {
            let mut connection = self.services.parts.db.app_call().await?;
            let row = exchanges::store(&mut connection, new, is_counted).await?.ok_or(Error::NotFound)?;
            drop(connection);
            let per_minute = row.running.requests_per_minute;
            let person = admit(row.running)?;
            if let Some(at) = row.stored_at {
                return Ok(Stored { at, title: row.title, person, history: row.history });
            }
            if is_counted {
                return Err(Error::internal("a question was neither stored nor refused"));
            }
            self.count(viewer, per_minute).await?;
            is_counted = true;
        }
    }

    /// Counts what a model is asked among the requests of a team that limits them, once nothing else refuses it. A program's call was
    /// counted when its key let it in.
    pub(super) async fn count(&self, viewer: &Viewer, per_minute: Option<i32>) -> Result<()> {
        if viewer.api_key.is_some() {
            return Ok(());
        }
        self.services.team().count_request(viewer.team_id, per_minute).await
    }

    /// Hands a stored run to a task of the server.
    pub(super) fn start(&self, plan: Plan, seat: Seat) {
        let live = plan.enter(self.runtime());
        let services = self.services.clone();
        self.runtime().spawn(async move {
            super::run::run(&services, plan, live).await;
            drop(seat);
        });
    }
}

/// Refuses a second answer at a time in one conversation, and more than a team's share; who asks, as they describe themselves.
pub(super) fn admit(running: RunningRow) -> Result<PersonRow> {
    if running.in_conversation > 0 {
        return Err(Error::Conflict("An answer is still being written in this chat. Wait for it, or stop it first.".to_owned()));
    }
    if running.in_team >= MOST_RUNNING_PER_TEAM {
        return Err(Error::Busy { retry_after_s: RETRY_AFTER_S });
    }
    let answers = AnswerPreferences::from_words(&running.answer_language, &running.answer_tone);
    Ok(PersonRow { tone: running.tone, about: running.about, answers })
}

fn asked(new: &NewExchange<'_>, stored: &Stored, setup: &Setup) -> Asked {
    let question = MessageView {
        id: new.question,
        role: MessageRole::User,
        status: MessageStatus::Success,
        content: new.text.to_owned(),
        trouble: None,
        model: None,
        citations: Vec::new(),
        generation_id: None,
        last_seq: 0,
        usage: None,
        created_at: stored.at,
    };
    let answer = MessageView {
        id: new.answer,
        role: MessageRole::Assistant,
        status: MessageStatus::Pending,
        content: String::new(),
        model: Some(setup.model.name.clone()),
        generation_id: Some(new.generation),
        ..question.clone()
    };
    Asked { conversation_id: new.conversation, title: stored.title.clone(), question, answer }
}
