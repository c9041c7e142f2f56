//! Again: sending mails again that were given up.
//!
//! The invariant: none goes whose link was used, replaced or taken back meanwhile; those are not offered either.

use super::{Envelope, Mails, enqueue, not_set_up, place_of, queries};
use crate::identity::list_open_links;
use crate::identity::token::SplitToken;
use crate::{Error, Result, SystemTx, Viewer};
use domain::MailId;
use std::collections::{HashMap, HashSet};

impl Mails<'_> {
    /// Sends a mail again that was given up, or all of them, as far as they are kept and their links work; how many. Their jobs are those
    /// of the viewer's team.
    pub async fn send_again(&self, viewer: &Viewer, id: Option<MailId>) -> Result<u32> {
        viewer.require_system_administrator()?;
        self.mailer().ok_or_else(not_set_up)?;
        let mut tx = self.services.parts.db.system_tx().await?; // what was accepted needs no licence to be sent
        let useful: Vec<MailId> = self.list_useful(&mut tx, id).await?.into_iter().collect();
        let reopened = queries::reopen(&mut tx, &useful).await?;
        if let Some(id) = id
            && reopened.is_empty()
        {
            return Err(if queries::is_given_up(&mut tx, id).await? { of_no_use() } else { Error::NotFound });
        }
        for id in &reopened {
            enqueue(&mut tx, viewer.team_id, *id).await?;
        }
        tx.commit().await?;
        Ok(u32::try_from(reopened.len()).unwrap_or(u32::MAX))
    }

    /// Which of the mails that were given up, or of this one, can be sent again: what they say is kept, and their links work.
    pub(super) async fn list_useful(&self, tx: &mut SystemTx, id: Option<MailId>) -> Result<HashSet<MailId>> {
        let mut useful = HashSet::new();
        let mut by_selector = HashMap::new();
        for kept in queries::list_kept(tx, id).await? {
            // What no key opens any more, or a later version wrote, cannot be sent.
            let Ok(content) = self.services.parts.keyring.open(&kept.sealed, &place_of(kept.id)) else { continue };
            let Ok(Envelope { mail, .. }) = serde_json::from_slice(&content) else { continue };
            let Some(link) = mail.link() else {
                useful.insert(kept.id);
                continue;
            };
            if let Some(selector) = selector_of(link) {
                by_selector.insert(selector, kept.id);
            }
        }
        let selectors: Vec<String> = by_selector.keys().cloned().collect();
        let open = list_open_links(tx, &selectors, self.services.parts.clock.now()).await?;
        useful.extend(open.iter().filter_map(|selector| by_selector.get(selector)).copied());
        Ok(useful)
    }
}

/// What finds a link among those of its kind.
fn selector_of(link: &str) -> Option<String> {
    let (_, token) = link.rsplit_once('=')?;
    Some(SplitToken::parse(token)?.selector)
}

fn of_no_use() -> Error {
    let sentence = "This mail was not sent again: what it leads to is over, or what it says is not kept any more.";
    Error::Conflict(sentence.to_owned())
}
