//! Run: the task that writes one answer: retrieve, pack, stream, end.
//!
//! The invariant: whatever happens, the run either ends with a last event and the final message in one transaction, or
//! leaves a lease behind that the sweeper finds. Next: `writer`, which owns the order of the events.

use super::context;
use super::live::{Cut, Live};
use super::runtime::Runtime;
use super::setup::{Background, Setup};
use super::writer::{End, Lost, Writer};
use crate::{Error, Result, Services, Viewer};
use domain::chat::{Citation, Usage};
use domain::{GenerationId, MessageId, RequestId};
use futures::StreamExt;
use llm::{ChatDelta, DeltaStream};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tracing::Instrument;

/// Text is committed and shown in batches of this length; the first piece goes out at once.
const BATCH: Duration = Duration::from_millis(80);
/// The longest answer, in bytes of text.
const MOST_TEXT: usize = 1024 * 1024;
/// The longest time one answer may take.
const MOST_TIME: Duration = Duration::from_mins(30);

/// Everything a run needs; nothing of it is read again.
pub(super) struct Plan {
    pub generation_id: GenerationId,
    pub message_id: MessageId,
    pub viewer: Viewer,
    pub question: String,
    /// What the answer goes on from.
    pub kept: Option<Kept>,
    pub setup: Setup,
    pub background: Background,
}

/// The part of an answer that stays while the model goes on.
#[derive(Clone)]
pub(super) struct Kept {
    pub text: String,
    pub citations: Vec<Citation>,
}

impl Plan {
    /// Makes the run known to followers and to Stop, before its task starts.
    pub fn enter(&self, runtime: &Runtime) -> Arc<Live> {
        let live = Arc::new(Live::new(&self.viewer));
        runtime.enter(self.generation_id, Arc::clone(&live));
        live
    }
}

/// Writes the answer of a plan to its end.
pub(super) async fn run(services: &Services, plan: Plan, live: Arc<Live>) {
    let span = tracing::info_span!("generation", id = %plan.generation_id);
    async {
        let _entered = Entered { services, id: plan.generation_id, live: &live };
        let mut writer = Writer::new(services, &plan, Arc::clone(&live));
        let answer = tokio::time::timeout(MOST_TIME, answer(services, &plan, &mut writer));
        let end = tokio::select! {
            biased;
            reason = live.is_cut() => match reason {
                Cut::Stopped => Ok(End::Stopped),
                Cut::Leaving => Ok(End::Interrupted),
                Cut::Lost => Err(Lost),
            },
            answer = answer => answer.unwrap_or_else(|_| Ok(End::Failed("The answer took longer than 30 minutes and was ended.".to_owned()))),
        };
        let ended = match end {
            Ok(end) => writer.finish(end).await,
            Err(Lost) => Err(Lost),
        };
        if let Ok(status) = ended { metrics::counter!("lyceum_generations_total", "status" => status.as_str()).increment(1) } else { tracing::warn!("the run lost its lease and writes nothing more") }
    }
    .instrument(span)
    .await;
}

/// Takes the run out of the map and sends its followers away, also when the task panics.
struct Entered<'a> {
    services: &'a Services,
    id: GenerationId,
    live: &'a Live,
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.services.chat_runtime.leave(self.id);
        self.live.close();
    }
}

/// Retrieves, packs and streams; how it ended, unless the fence was lost.
async fn answer(services: &Services, plan: &Plan, writer: &mut Writer<'_>) -> Result<End, Lost> {
    let started = Instant::now();
    let packed = match retrieve(services, plan).await {
        Ok(chunks) => context::pack(plan, &chunks),
        Err(error) => return Ok(End::Failed(sentence(&error))),
    };
    writer.estimate_prompt(packed.prompt_tokens);
    let has_sources = !packed.offered.is_empty();
    for citation in packed.offered {
        writer.offer(citation);
    }
    writer.call(plan.message_id);
    let call = plan.setup.model.model.stream(packed.request);
    // Sources are shown while the model is called; without any, "started" travels with the first words.
    let stream = if has_sources {
        let (shown, stream) = tokio::join!(writer.flush(), call);
        shown?;
        stream
    } else {
        call.await
    };
    match stream {
        Ok(stream) => copy(stream, writer, started).await,
        Err(error) => Ok(End::Failed(error.sentence())),
    }
}

async fn retrieve(services: &Services, plan: &Plan) -> Result<Vec<domain::datasets::RankedChunk>> {
    let draft = &plan.setup.draft;
    if draft.dataset_ids.is_empty() || draft.max_chunks == 0 {
        return Ok(Vec::new());
    }
    let found = services.search().hybrid(&plan.viewer, &draft.dataset_ids, &plan.question, draft.max_chunks).await?;
    Ok(found.chunks)
}

/// Copies the model's stream into events, in batches.
async fn copy(mut stream: DeltaStream, writer: &mut Writer<'_>, started: Instant) -> Result<End, Lost> {
    let due = tokio::time::sleep(Duration::ZERO);
    tokio::pin!(due);
    let mut is_first = true;
    loop {
        tokio::select! {
            biased;
            () = &mut due, if writer.has_text() => {
                writer.flush().await?;
                due.as_mut().reset(Instant::now() + BATCH);
            }
            delta = stream.next() => match delta {
                Some(Ok(ChatDelta::Text(text))) => writer.text(&text),
                Some(Ok(ChatDelta::Usage { prompt_tokens, completion_tokens })) => writer.usage(Usage { prompt_tokens, completion_tokens }),
                Some(Ok(ChatDelta::Finished(_))) => return Ok(End::Finished),
                Some(Err(error)) => return Ok(End::Failed(error.sentence())),
                None => return Ok(End::Failed("The model hung up before its answer was complete.".to_owned())),
            },
        }
        if is_first && writer.has_text() {
            // Somebody is waiting for exactly this: no timer in between.
            is_first = false;
            metrics::histogram!("lyceum_first_delta_seconds").record(started.elapsed().as_secs_f64());
            writer.flush().await?;
            due.as_mut().reset(Instant::now() + BATCH);
        }
        if writer.length() > MOST_TEXT {
            return Ok(End::Failed("The answer grew beyond one megabyte of text and was ended.".to_owned()));
        }
    }
}

/// What the person learns when the search before the answer fails; the log has the rest.
fn sentence(error: &Error) -> String {
    match error {
        Error::Conflict(sentence) => sentence.clone(),
        Error::Unavailable(cause) => {
            crate::report_unavailable(cause);
            "Lyceum could not reach its database to search your datasets. Try again in a moment.".to_owned()
        }
        other => {
            let request_id = RequestId::new();
            crate::report(other, request_id);
            format!("Your datasets could not be searched. Tell your administrator: request {request_id}.")
        }
    }
}
