//! Work: what keeps runs honest: leases, requests to stop from other servers, sweeps, hints.
//!
//! The invariant: time is the database's. A lease is extended every 15 s and lasts 60 s; a run whose lease ran out is ended
//! as interrupted, with its text, by whichever server finds it.

use super::conversations::catch_up;
use super::live::Cut;
use super::queries::generations::{self, Ending};
use super::queries::leases::{self, ExpiredRow, HeldRow};
use super::queries::messages;
use super::writer::cited;
use super::{Chat, event_json, parse_event, trail};
use crate::audit::{self, Author};
use crate::{Error, Result, SystemTx};
use chrono::DateTime;
use domain::chat::{ChatEvent, Citation, MessageRole, MessageStatus, MessageView};
use domain::{GenerationId, RequestId};
use sqlx::PgConnection;
use sqlx::postgres::PgListener;
use std::collections::HashSet;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// The channel that tells servers to look at a run; a hint only.
const CHANNEL: &str = "lyceum_generations";
/// What a hint begins with when it is about a request to stop, not about new events.
pub(super) const STOP: &str = "stop ";
/// How often requests to stop are looked for without a hint.
const LOOK_FOR_STOPS: Duration = Duration::from_secs(1);
/// How often leases are extended.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often expired leases are looked for.
const SWEEP: Duration = Duration::from_secs(10);
/// How often events that nobody follows any more are cleared away.
const CLEAR: Duration = Duration::from_hours(1);
/// How long hints are gathered before they are sent.
const GATHER: Duration = Duration::from_millis(100);

impl Chat<'_> {
    /// Keeps this server's runs leased, sweeps those of servers that went away, and exchanges hints, until `stop`.
    pub async fn work(&self, stop: CancellationToken) {
        let all = async {
            tokio::join!(
                self.every(LOOK_FOR_STOPS, "looking for stops", || self.look_for_stops()),
                self.every(HEARTBEAT, "extending leases", || self.extend_leases()),
                self.every(SWEEP, "sweeping", || async { self.sweep().await.map(|_| ()) }),
                self.every(CLEAR, "clearing old events", || self.clear_old_events()),
                self.tell_others(),
                self.listen(),
            );
        };
        stop.run_until_cancelled(all).await;
    }

    /// Ends every run whose lease ran out, with the text it had: interrupted, or stopped where the person asked for that.
    /// How many there were.
    pub async fn sweep(&self) -> Result<usize> {
        let mut swept = 0;
        loop {
            let mut tx = self.services.parts.db.system_tx().await?;
            let Some(expired) = leases::claim_expired(&mut tx).await? else { return Ok(swept) };
            end_expired(&mut tx, &expired).await?;
            leases::announce(&mut tx, &[expired.id.to_string()]).await?;
            tx.commit().await?;
            tracing::warn!(generation = %expired.id, "the server of this answer went away; it is interrupted");
            swept += 1;
        }
    }

    /// Takes no more questions and ends what runs: within `patience` by itself, after that as interrupted.
    pub async fn shutdown(&self, patience: Duration) {
        self.runtime().close(patience).await;
    }

    /// Extends the leases of this server's runs; those that are not ours any more stop writing.
    pub(super) async fn extend_leases(&self) -> Result<()> {
        let running = self.runtime().running();
        if running.is_empty() {
            return Ok(());
        }
        let mut tx = self.services.parts.db.system_tx().await?;
        let held = leases::extend(&mut tx, &uuids(&running)).await?;
        tx.commit().await?;
        self.obey(&running, &held);
        Ok(())
    }

    /// Stops what was asked to stop on another server.
    pub(super) async fn look_for_stops(&self) -> Result<()> {
        let running = self.runtime().running();
        if running.is_empty() {
            return Ok(());
        }
        let mut tx = self.services.parts.db.system_tx().await?;
        let held = leases::list_held(&mut tx, &uuids(&running)).await?;
        self.obey(&running, &held);
        Ok(())
    }

    fn obey(&self, running: &[GenerationId], held: &[HeldRow]) {
        let kept: HashSet<GenerationId> = held.iter().map(|row| row.id).collect();
        for row in held.iter().filter(|row| row.is_stop_requested) {
            self.runtime().cut(row.id, Cut::Stopped);
        }
        for id in running.iter().filter(|id| !kept.contains(id)) {
            self.runtime().cut(*id, Cut::Lost);
        }
    }

    async fn clear_old_events(&self) -> Result<()> {
        let mut tx = self.services.parts.db.system_tx().await?;
        leases::delete_old_events(&mut tx).await?;
        tx.commit().await
    }

    /// Does something now and then; trouble is logged and it goes on.
    async fn every<F>(&self, period: Duration, what: &str, act: impl Fn() -> F)
    where
        F: Future<Output = Result<()>>,
    {
        let mut ticks = interval(period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            match act().await {
                Ok(()) => {}
                Err(Error::Unavailable(cause)) => crate::report_unavailable(&cause),
                Err(error) => {
                    tracing::error!(what, "chat housekeeping failed");
                    crate::report(&error, RequestId::new());
                }
            }
        }
    }

    /// Tells other servers which runs have new events, in bundles: a NOTIFY inside the commits of events would make them
    /// wait for each other.
    async fn tell_others(&self) {
        loop {
            let ids: Vec<String> = self.runtime().take_fresh().await.iter().map(GenerationId::to_string).collect();
            if !ids.is_empty() && self.announce(&ids).await.is_err() {
                // They look by themselves; the outage is reported by whoever needs the database more.
                tracing::debug!("hints could not be sent");
            }
            tokio::time::sleep(GATHER).await;
        }
    }

    async fn announce(&self, ids: &[String]) -> Result<()> {
        let mut tx = self.services.parts.db.system_tx().await?;
        leases::announce(&mut tx, ids).await?;
        tx.commit().await
    }

    /// Listens for hints on a connection of its own, again and again while the database comes and goes.
    async fn listen(&self) {
        let pool = self.services.parts.db.for_listening();
        loop {
            if let Err(error) = self.pass_hints_on(&pool).await {
                tracing::debug!(%error, "not listening for hints");
            }
            tokio::time::sleep(LOOK_FOR_STOPS).await;
        }
    }

    async fn pass_hints_on(&self, pool: &sqlx::PgPool) -> sqlx::Result<()> {
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(CHANNEL).await?;
        loop {
            let hint = listener.recv().await?;
            if hint.payload().starts_with(STOP) {
                // Should this fail, the next look comes in a second.
                let _ = self.look_for_stops().await;
            } else if let Ok(id) = hint.payload().parse() {
                self.runtime().hint(id);
            }
        }
    }
}

fn uuids(ids: &[GenerationId]) -> Vec<Uuid> {
    ids.iter().map(|id| id.as_uuid()).collect()
}

/// The passages a run put before its model, as far as its server came to say so.
pub(super) async fn sent_to_model(tx: &mut PgConnection, id: GenerationId) -> Result<Vec<Citation>> {
    let mut sent = Vec::new();
    for event in generations::events(tx, id).await? {
        // An event that a later version wrote tells of nothing that this one knows, and must not keep the run from ending.
        if let Ok(ChatEvent::Source(citation)) = parse_event(&event.payload) {
            sent.push(citation);
        }
    }
    Ok(sent)
}

/// Writes the end of a run that its server left behind, and what the trail tells of it.
async fn end_expired(tx: &mut SystemTx, expired: &ExpiredRow) -> Result<()> {
    let citations = messages::citations_of(tx, expired.message_id).await?;
    let mut message = MessageView {
        id: expired.message_id,
        role: MessageRole::Assistant,
        status: MessageStatus::Pending,
        content: expired.content.clone(),
        trouble: None,
        model: None,
        citations: citations.into_iter().map(Citation::from).collect(),
        generation_id: Some(expired.id),
        last_seq: 0,
        usage: None,
        created_at: DateTime::default(),
    };
    catch_up(tx, &mut message, expired.id).await?;
    let (event, status) = if expired.is_stop_requested {
        (ChatEvent::Stopped, MessageStatus::Cancelled)
    } else {
        (ChatEvent::Interrupted, MessageStatus::Interrupted)
    };
    generations::append_events(tx, expired.id, expired.fence, message.last_seq + 1, &[event_json(&event)]).await?;
    let ending = Ending { generation: expired.id, fence: expired.fence, status, content: &message.content, trouble: None };
    generations::finish(tx, &ending).await?;
    let cited = cited(&message.content, &message.citations);
    messages::insert_citations(tx, expired.message_id, &cited).await?;
    let sent = sent_to_model(tx, expired.id).await?;
    let event = trail::answered(expired.message_id, (expired.model_id, &expired.model), status, &sent);
    audit::record_in(tx, Some(expired.team_id), Author::in_the_name_of(expired.user_id), event).await
}
