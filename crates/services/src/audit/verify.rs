//! Verify: asks the database whether a chain is whole. It is the database that knows the canonical form; see the migration.

use super::queries::{self, ChainRow};
use super::{Audit, begin, require_managing};
use crate::written::hex;
use crate::{Result, Viewer};
use domain::audit::{AuditScope, ChainReport};

impl Audit<'_> {
    /// Whether every event of a trail is there and as it was written, and where not.
    pub async fn verify(&self, viewer: &Viewer, scope: AuditScope) -> Result<ChainReport> {
        let (mut tx, team) = begin(self.services, viewer, scope).await?;
        require_managing(viewer, scope)?;
        let chains = queries::verify(tx.connection(), team).await?;
        tx.commit().await?;
        Ok(report(&chains, scope))
    }
}

fn report(chains: &[ChainRow], scope: AuditScope) -> ChainReport {
    if let Some(sentence) = chains.iter().find_map(|chain| broken(chain, scope)) {
        return ChainReport { is_whole: false, sentence };
    }
    let events: i64 = chains.iter().map(|chain| chain.events).sum();
    let sentence = match chains {
        [] => "Nothing was recorded yet.".to_owned(),
        [chain] => {
            let hash = hex(chain.last_hash.as_deref().unwrap_or_default());
            format!("The chain is whole: {}, the last with the hash {hash}.", counted(events, "event"))
        }
        _ => format!("All {} chains are whole: {} together.", chains.len(), counted(events, "event")),
    };
    ChainReport { is_whole: true, sentence }
}

fn counted(count: i64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

fn broken(chain: &ChainRow, scope: AuditScope) -> Option<String> {
    let fault = chain.fault.as_deref()?;
    let what = match fault {
        "missing" => "this event is missing",
        "unlinked" => "this event does not follow from the one before it",
        "renamed" => "the names or the address in this event are not those that were written",
        _ => "this event is not as it was written",
    };
    let whose = match (scope, &chain.team) {
        (AuditScope::Team, _) => String::new(),
        (AuditScope::Installation, Some(team)) => format!(" of the team “{team}”"),
        (AuditScope::Installation, None) => " of the installation".to_owned(),
    };
    Some(format!("The chain{whose} is broken at number {}: {what}.", chain.broken_at.unwrap_or_default()))
}
