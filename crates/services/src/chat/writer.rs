//! Writer: the events of one run, numbered, committed in batches, and its end.
//!
//! The invariant: a batch keeps its numbers until it is known to be committed, so that repeating it changes nothing; after
//! the fence is lost nothing is written.

use super::event_json;
use super::live::Live;
use super::queries::generations::{self, Ending};
use super::queries::messages;
use super::run::Plan;
use super::trail;
use crate::{Error, Result, Services, TeamTx, audit};
use domain::MessageId;
use domain::chat::{ChatEvent, Citation, MessageStatus, Usage};
use retrieval::citation::cited_numbers;
use retrieval::tokens;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// The fence of a run's first and only holder; a sweep takes the next.
pub(super) const FENCE: i64 = 1;
/// How long a run waits for the database to come back: less than its lease.
const PATIENCE: Duration = Duration::from_secs(45);
/// How often it looks meanwhile.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Somebody else holds the run, or the database stayed away for too long.
#[derive(Debug)]
pub(super) struct Lost;

/// How a run ends.
#[derive(Debug)]
pub(super) enum End {
    /// The model was done.
    Finished,
    /// The person pressed Stop.
    Stopped,
    /// The model failed; a sentence.
    Failed(String),
    /// This server goes away.
    Interrupted,
}

/// The events of one run on their way to the table and to the followers.
pub(super) struct Writer<'a> {
    services: &'a Services,
    plan: &'a Plan,
    live: Arc<Live>,
    /// The whole answer, what was kept included.
    content: String,
    /// Text that is in `content` but in no event yet.
    unsent: String,
    /// Events without a commit, starting at number `next_seq`.
    pending: Vec<String>,
    next_seq: i64,
    offered: Vec<Citation>,
    /// Passages before the model, and whether it was called at all.
    sent: Vec<Citation>,
    is_called: bool,
    estimated_prompt: u32,
    usage: Option<Usage>,
}

impl<'a> Writer<'a> {
    pub fn new(services: &'a Services, plan: &'a Plan, live: Arc<Live>) -> Self {
        let kept = plan.kept.clone();
        let (content, offered) = kept.map(|kept| (kept.text, kept.citations)).unwrap_or_default();
        let (unsent, pending) = (String::new(), Vec::new());
        Self {
            services,
            plan,
            live,
            content,
            unsent,
            pending,
            next_seq: 1,
            offered,
            sent: Vec::new(),
            is_called: false,
            estimated_prompt: 0,
            usage: None,
        }
    }

    /// Takes a passage that may be cited.
    pub fn offer(&mut self, citation: Citation) {
        self.event(&ChatEvent::Source(citation.clone()));
        self.sent.push(citation.clone());
        if self.offered.iter().all(|known| known.number != citation.number) {
            self.offered.push(citation);
        }
    }

    /// The model is being called, with what was offered.
    pub fn call(&mut self, message: MessageId) {
        self.is_called = true;
        self.event(&ChatEvent::Started(message));
    }

    /// Takes an event.
    pub fn event(&mut self, event: &ChatEvent) {
        self.pending.push(event_json(event));
    }

    /// Takes text. Postgres stores no NUL.
    pub fn text(&mut self, text: &str) {
        for piece in text.split('\0') {
            self.unsent.push_str(piece);
            self.content.push_str(piece);
        }
    }

    pub fn has_text(&self) -> bool {
        !self.unsent.is_empty()
    }

    pub fn length(&self) -> usize {
        self.content.len()
    }

    pub fn estimate_prompt(&mut self, tokens: u32) {
        self.estimated_prompt = tokens;
    }

    pub fn usage(&mut self, usage: Usage) {
        self.usage = Some(usage);
    }

    /// Text becomes an event.
    fn gather(&mut self) {
        if self.has_text() {
            let text = std::mem::take(&mut self.unsent);
            self.event(&ChatEvent::Delta(text));
        }
    }

    /// Commits everything taken so far, then shows it to the followers. Waits while the database is away.
    pub async fn flush(&mut self) -> Result<(), Lost> {
        self.gather();
        if self.pending.is_empty() {
            return Ok(());
        }
        let is_held = patiently(|| self.append()).await?;
        if !is_held {
            return Err(Lost);
        }
        self.publish();
        Ok(())
    }

    fn publish(&mut self) {
        self.next_seq += i64::try_from(self.pending.len()).expect("a batch is small");
        self.live.publish(self.pending.drain(..));
        self.services.chat_runtime.note_fresh(self.plan.generation_id);
    }

    async fn tx(&self) -> Result<TeamTx> {
        self.services.parts.db.ongoing_tx(&self.plan.viewer).await
    }

    /// The end of the run commits the whole answer and waits for the disk; what streams meanwhile need not.
    async fn append(&self) -> Result<bool> {
        let (viewer, id) = (&self.plan.viewer, self.plan.generation_id);
        let mut connection = self.services.parts.db.app_call().await?;
        Ok(generations::append_soon(&mut connection, (viewer.team_id, viewer.user_id), id, FENCE, self.next_seq, &self.pending).await?)
    }

    /// Commits the last event together with the final message, its citations, its tokens, and what the trail tells of it.
    pub async fn finish(&mut self, end: End) -> Result<MessageStatus, Lost> {
        self.gather();
        let usage = self
            .usage
            .unwrap_or_else(|| Usage { prompt_tokens: self.estimated_prompt, completion_tokens: tokens::estimate(&self.content) });
        let (event, status, trouble) = match end {
            End::Finished => (ChatEvent::Finished(usage), MessageStatus::Success, None),
            End::Stopped => (ChatEvent::Stopped, MessageStatus::Cancelled, None),
            End::Failed(sentence) => (ChatEvent::Failed(sentence.clone()), MessageStatus::Error, Some(sentence)),
            End::Interrupted => (ChatEvent::Interrupted, MessageStatus::Interrupted, None),
        };
        self.event(&event);
        let is_held = patiently(|| self.commit_end(status, trouble.as_deref(), usage)).await?;
        if !is_held {
            return Err(Lost);
        }
        self.publish();
        Ok(status)
    }

    async fn commit_end(&self, status: MessageStatus, trouble: Option<&str>, usage: Usage) -> Result<bool> {
        let (generation, message) = (self.plan.generation_id, self.plan.message_id);
        let mut tx = self.tx().await?;
        generations::append_events(&mut tx, generation, FENCE, self.next_seq, &self.pending).await?;
        let ending = Ending { generation, fence: FENCE, status, content: &self.content, trouble };
        if !generations::finish(&mut tx, &ending).await? {
            return Ok(generations::ended_as(&mut tx, generation, FENCE, status).await?);
        }
        let cited = cited(&self.content, &self.offered);
        if !cited.is_empty() {
            messages::insert_citations(&mut tx, message, &cited).await?;
        }
        messages::insert_usage(&mut tx, message, self.plan.setup.model.id, usage).await?;
        if self.is_called {
            let model = &self.plan.setup.model;
            let event = trail::answered(message, (model.id, &model.display), status, &self.sent);
            audit::record(&mut tx, &self.plan.viewer, event).await?;
        }
        tx.commit().await?;
        Ok(true)
    }
}

/// Those of the offered passages that the text cites.
pub(super) fn cited(text: &str, offered: &[Citation]) -> Vec<Citation> {
    let available: Vec<u32> = offered.iter().map(|citation| citation.number).collect();
    let numbers = cited_numbers(text, &available);
    offered.iter().filter(|citation| numbers.contains(&citation.number)).cloned().collect()
}

/// Does it until it works: a database that restarts loses no answer.
async fn patiently<F, T>(attempt: impl Fn() -> F) -> Result<T, Lost>
where
    F: Future<Output = Result<T>>,
{
    let begun = Instant::now();
    loop {
        match attempt().await {
            Ok(done) => return Ok(done),
            Err(Error::Unavailable(_)) if begun.elapsed() < PATIENCE => tokio::time::sleep(LOOK_AGAIN).await,
            Err(error) => {
                crate::report(&error, domain::RequestId::new());
                return Err(Lost);
            }
        }
    }
}
