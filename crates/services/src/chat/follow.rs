//! Follow: the events of a run as they are committed, from any number on, on whichever server.
//!
//! On the server that writes the answer they come from its log; elsewhere from the table, on a hint or twice a second.

use super::conversations::{leave_passage_to_document, record_opened};
use super::live::Live;
use super::queries::generations::{self, FollowRow};
use super::{Chat, event_json, parse_event};
use crate::{Error, Result, Services, Viewer};
use domain::chat::ChatEvent;
use domain::{GenerationId, Permission};
use futures::stream::{self, BoxStream, StreamExt};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast;

/// How often the table is looked at without a hint.
const LOOK: Duration = Duration::from_millis(500);
/// Most events read at once.
const MOST_EVENTS: i64 = 500;

/// One committed event.
#[derive(Clone, Debug)]
pub struct StoredEvent {
    /// Its number, from 1, without gaps.
    pub seq: i64,
    /// A `ChatEvent` as JSON, in one line.
    pub json: Arc<str>,
}

impl StoredEvent {
    /// The event itself.
    pub fn event(&self) -> Result<ChatEvent> {
        parse_event(&self.json)
    }

    fn is_last(&self) -> bool {
        // Deltas are nearly all events, and parsing each only to see that more will come is not worth it.
        !self.json.contains("\"Delta\"") && self.event().is_ok_and(|event| event.is_last())
    }

    /// The same as it is told in a view.
    fn in_view(self) -> Self {
        let Ok(ChatEvent::Source(mut citation)) = self.event() else { return self };
        leave_passage_to_document(&mut citation);
        Self { json: event_json(&ChatEvent::Source(citation)).into(), ..self }
    }
}

/// Events in order; ends after the last one, or when the database went away.
pub type EventStream = BoxStream<'static, StoredEvent>;

enum Origin {
    Log(Arc<Live>),
    Table(broadcast::Receiver<GenerationId>),
}

struct Follower {
    services: Services,
    viewer: Viewer,
    id: GenerationId,
    after: i64,
    origin: Origin,
    ready: VecDeque<StoredEvent>,
    is_over: bool,
}

impl Chat<'_> {
    /// Follows a run of the viewer after the event number `after`. `None` when the run has ended and nothing follows. An owner who sees the
    /// team as somebody else opens its chat by that, which is told first.
    pub async fn follow(&self, viewer: &Viewer, id: GenerationId, after: i64) -> Result<Option<EventStream>> {
        viewer.require(Permission::ViewChats)?;
        let is_view = viewer.seen_by.is_some();
        if is_view {
            let mut tx = self.services.parts.db.opening_tx(viewer).await?;
            let chat = generations::find_conversation(&mut tx, id, viewer.user_id).await?.ok_or(Error::NotFound)?;
            record_opened(tx, viewer, chat).await?;
        }
        let after = after.max(0);
        let log = self.runtime().live(id).filter(|live| live.belongs_to(viewer));
        let origin = log.map_or_else(|| Origin::Table(self.runtime().hints()), Origin::Log);
        let is_local = matches!(origin, Origin::Log(_));
        let services = self.services.clone();
        let mut follower = Follower { services, viewer: viewer.clone(), id, after, origin, ready: VecDeque::new(), is_over: false };
        if !is_local {
            follower.read_table().await?;
            if follower.is_over && follower.ready.is_empty() {
                return Ok(None);
            }
        }
        let events = stream::unfold(follower, |mut follower| async move {
            let event = follower.next().await?;
            Some((event, follower))
        });
        Ok(Some(if is_view { events.map(StoredEvent::in_view).boxed() } else { events.boxed() }))
    }
}

impl Follower {
    async fn next(&mut self) -> Option<StoredEvent> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                self.is_over |= event.is_last();
                return Some(event);
            }
            if self.is_over {
                return None;
            }
            self.wait().await?;
        }
    }

    /// Waits for something to happen; `None` when nothing can be learned any more.
    async fn wait(&mut self) -> Option<()> {
        match &mut self.origin {
            Origin::Log(live) => {
                let events = live.after(usize::try_from(self.after).unwrap_or(usize::MAX)).await;
                if events.is_empty() {
                    // The run left this server without an end: the table knows how it goes on.
                    self.origin = Origin::Table(self.services.chat_runtime.hints());
                }
                for json in events {
                    self.push(json);
                }
            }
            Origin::Table(hints) => {
                wait_for_hint(hints, self.id).await;
                self.read_table().await.ok()?;
            }
        }
        Some(())
    }

    fn push(&mut self, json: Arc<str>) {
        self.after += 1;
        self.ready.push_back(StoredEvent { seq: self.after, json });
    }

    async fn read_table(&mut self) -> Result<()> {
        let mut tx = self.services.parts.db.team_tx(&self.viewer).await?;
        let rows = generations::follow(&mut tx, self.id, self.viewer.user_id, self.after, MOST_EVENTS).await?;
        drop(tx);
        let is_running = rows.first().ok_or(Error::NotFound)?.status.is_running();
        let mut found = false;
        for FollowRow { seq, payload, .. } in rows {
            if let (Some(seq), Some(payload)) = (seq, payload) {
                found = true;
                self.after = seq;
                self.ready.push_back(StoredEvent { seq, json: payload.into() });
            }
        }
        // A finished run without further events: they were all seen, or were cleared away.
        self.is_over = !is_running && !found;
        Ok(())
    }
}

/// Returns on a hint about this run, or after a while.
async fn wait_for_hint(hints: &mut broadcast::Receiver<GenerationId>, id: GenerationId) {
    let hinted = async {
        loop {
            match hints.recv().await {
                Ok(hint) if hint != id => {}
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => return,
                Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
            }
        }
    };
    // Running out of time is as good a reason to look as a hint.
    let _ = tokio::time::timeout(LOOK, hinted).await;
}
