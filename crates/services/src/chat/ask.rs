//! Ask: everything is stored and committed before a model is called.

use super::queries::generations::RunningRow;
use super::queries::messages::{NewConversation, NewExchange, PersonRow};
use super::queries::{conversations, messages};
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
        let (conversation, title, history) = match question.conversation_id {
            Some(id) => {
                let title = take_up(&mut tx, viewer, id, &question).await?;
                (id, title, history(&mut tx, id, i32::MAX, &setup).await?)
            }
            None => (ConversationId::new(), retrieval::title::from_question(&text), Vec::new()),
        };
        let begins = NewConversation { title: &title, prompt: question.prompt_id, model: question.model_id };
        let new = NewExchange {
            person: viewer.user_id,
            team: viewer.team_id,
            conversation,
            begins: question.conversation_id.is_none().then_some(begins),
            question: MessageId::new(),
            answer: MessageId::new(),
            generation: GenerationId::new(),
            model: setup.model.id,
            text: &text,
        };
        let stored = messages::insert_exchange(&mut tx, &new).await?;
        // Refusing drops the transaction and with it what was stored.
        let per_minute = stored.running.requests_per_minute;
        let known = Background { person: admit(stored.running)?, history };
        self.count(viewer, per_minute).await?;
        tx.commit().await?;
        let (generation_id, message_id) = (new.generation, new.answer);
        let asked = asked(&new, &title, &setup, stored.created_at);
        let plan = Plan { generation_id, message_id, viewer: viewer.clone(), question: text, kept: None, setup, background: known };
        self.start(plan, seat);
        Ok(asked)
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

/// Goes on in a conversation, which must be the viewer's; what it is called.
async fn take_up(tx: &mut TeamTx, viewer: &Viewer, id: ConversationId, question: &NewQuestion) -> Result<String> {
    let row = conversations::lock(tx, id, viewer.user_id).await?.ok_or(Error::NotFound)?;
    conversations::touch(tx, id, question.prompt_id, question.model_id).await?;
    Ok(row.title)
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

fn asked(new: &NewExchange<'_>, title: &str, setup: &Setup, created_at: DateTime<Utc>) -> Asked {
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
    Asked { conversation_id: new.conversation, title: title.to_owned(), question, answer }
}
