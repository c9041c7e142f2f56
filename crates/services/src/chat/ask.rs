//! Ask: everything is stored and committed before a model is called.

use super::queries::messages::{NewExchange, PersonRow};
use super::queries::{conversations, generations, messages};
use super::run::Plan;
use super::runtime::Seat;
use super::setup::{Background, Setup, history};
use super::{Chat, MOST_RUNNING_PER_TEAM, RETRY_AFTER_S};
use crate::{Error, Result, TeamTx, Viewer};
use chrono::{DateTime, Utc};
use domain::answers::AnswerPreferences;
use domain::chat::{Asked, MessageRole, MessageStatus, MessageView, NewQuestion};
use domain::text::Question;
use domain::{ConversationId, GenerationId, MessageId, Permission};

impl Chat<'_> {
    /// Stores a question with its empty answer and starts a task that writes it. The answer's `generation_id` is what to
    /// follow. Refuses while another answer of the conversation is being written, and when too many are.
    pub async fn ask(&self, viewer: &Viewer, question: NewQuestion) -> Result<Asked> {
        viewer.require(Permission::ManageChats)?;
        let text = Question::parse(&question.text)?.into_string();
        let seat = self.runtime().seat()?;
        let setup = self.setup(viewer, question.prompt_id, question.model_id).await?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let (conversation_id, title) = conversation_for(&mut tx, viewer, &question, &text).await?;
        let person = admit(&mut tx, viewer, conversation_id).await?;
        let history = match question.conversation_id {
            Some(id) => history(&mut tx, id, i32::MAX, &setup).await?,
            None => Vec::new(),
        };
        let known = Background { person, history };
        let new = NewExchange {
            conversation: conversation_id,
            question: MessageId::new(),
            answer: MessageId::new(),
            generation: GenerationId::new(),
            model: setup.model.id,
            text: &text,
        };
        let created_at = messages::insert_exchange(&mut tx, &new).await?;
        tx.commit().await?;
        let asked = asked(&new, title, &setup, created_at);
        let (generation_id, message_id) = (new.generation, new.answer);
        let plan = Plan { generation_id, message_id, viewer: viewer.clone(), question: text, kept: None, setup, background: known };
        self.start(plan, seat);
        Ok(asked)
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

/// The conversation of a question: a new one with its title, or the one named, which must be the viewer's.
async fn conversation_for(tx: &mut TeamTx, viewer: &Viewer, question: &NewQuestion, text: &str) -> Result<(ConversationId, String)> {
    let (prompt, model) = (question.prompt_id, question.model_id);
    if let Some(id) = question.conversation_id {
        let row = conversations::lock(tx, id, viewer.user_id).await?.ok_or(Error::NotFound)?;
        conversations::touch(tx, id, prompt, model).await?;
        return Ok((id, row.title));
    }
    let id = ConversationId::new();
    let title = retrieval::title::from_question(text);
    conversations::insert(tx, id, &title, prompt, model).await?;
    Ok((id, title))
}

/// Refuses a second answer at a time in one conversation, and more than a team's share; who asks, as they describe themselves.
pub(super) async fn admit(tx: &mut TeamTx, viewer: &Viewer, conversation: ConversationId) -> Result<PersonRow> {
    let running = generations::count_running(tx, conversation, viewer.user_id).await?;
    if running.in_conversation > 0 {
        return Err(Error::Conflict("An answer is still being written in this chat. Wait for it, or stop it first.".to_owned()));
    }
    if running.in_team >= MOST_RUNNING_PER_TEAM {
        return Err(Error::Busy { retry_after_s: RETRY_AFTER_S });
    }
    let answers = AnswerPreferences::from_words(&running.answer_language, &running.answer_tone);
    Ok(PersonRow { tone: running.tone, about: running.about, answers })
}

fn asked(new: &NewExchange<'_>, title: String, setup: &Setup, created_at: DateTime<Utc>) -> Asked {
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
        created_at,
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
    Asked { conversation_id: new.conversation, title, question, answer }
}
