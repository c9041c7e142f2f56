//! Delete: a conversation goes, with its messages, its runs and their events.
//!
//! The invariant: what a model was sent is told before the rows that know of it go, once. A run tells it itself, as it ends; so
//! it is stopped first and waited for. For one that does not end, because its server went away, the deletion tells what the
//! table knows, as a sweep would.

use super::live::Cut;
use super::queries::generations::{self, UnfinishedRow};
use super::queries::{conversations, leases};
use super::work::sent_to_model;
use super::{Chat, trail};
use crate::{Error, Result, TeamTx, Viewer, audit};
use domain::audit::{Action, Event};
use domain::chat::MessageStatus;
use domain::{ConversationId, GenerationId, Permission};
use std::time::Duration;
use tokio::time::Instant;

/// How long a run may take to end: a request to stop reaches every server within 2 s.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often it is looked at meanwhile.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

impl Chat<'_> {
    /// Deletes a conversation of the viewer; an answer that is being written is stopped.
    pub async fn delete(&self, viewer: &Viewer, id: ConversationId) -> Result<()> {
        viewer.require(Permission::ManageChats)?;
        let begun = Instant::now();
        loop {
            let mut tx = self.services.parts.db.team_tx(viewer).await?;
            let running = generations::lock_running(&mut tx, id, viewer.user_id).await?;
            if !running.is_empty() && begun.elapsed() < PATIENCE {
                self.stop_held(tx, viewer, &running).await?;
            } else if delete_with(&mut tx, viewer, id, &running).await? {
                tx.commit().await?;
                for run in running {
                    self.runtime().cut(run.id, Cut::Lost);
                }
                return Ok(());
            } else {
                // A question was asked in between; its run takes its turn.
                drop(tx);
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }
}

/// Deletes a conversation together with the given runs of it, and tells of both; `false` when another run has begun.
async fn delete_with(tx: &mut TeamTx, viewer: &Viewer, id: ConversationId, running: &[UnfinishedRow]) -> Result<bool> {
    // From here on no run begins: a question locks its conversation, too.
    if !conversations::lock(tx, id, viewer.user_id).await? {
        return Err(Error::NotFound);
    }
    let mut events = Vec::with_capacity(running.len() + 1);
    for run in running {
        let sent = sent_to_model(tx, run.id).await?;
        events.push(trail::answered(run.message_id, (run.model_id, &run.model), MessageStatus::Cancelled, &sent));
    }
    // A title is made of the question, so it is not told.
    events.push(Event::new(Action::ChatDeleted, id.as_uuid(), ""));
    let runs: Vec<GenerationId> = running.iter().map(|run| run.id).collect();
    if !conversations::delete(tx, id, viewer.user_id, &runs).await? {
        return Ok(false);
    }
    let hints: Vec<String> = runs.iter().map(GenerationId::to_string).collect();
    leases::announce(tx, &hints).await?;
    for event in events {
        audit::record(tx, viewer, event).await?;
    }
    Ok(true)
}
