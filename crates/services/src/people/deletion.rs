//! Deletion: the end of an account for somebody who cannot ask for it any more. What goes and who gets the rest, `my_data` knows.

use super::People;
use super::standing::{judge, keep_an_administrator};
use crate::mails::SecurityAct;
use crate::{Error, Result, Viewer, api_keys, audit, my_data};
use domain::UserId;
use domain::audit::{Action, Event};
use domain::people::PersonDeletionTerms;

impl People<'_> {
    /// What the deletion of somebody's account would do, and what stands in its way.
    pub async fn deletion_terms(&self, viewer: &Viewer, person: UserId) -> Result<PersonDeletionTerms> {
        viewer.require_system_administrator()?;
        let mut tx = self.services.parts.db.system_tx().await?;
        judge(&mut tx, viewer, person).await?;
        my_data::terms_for_others(&mut tx, person).await
    }

    /// Marks somebody's account for deletion, when the viewer typed its address and has confirmed lately that it is they. The person's
    /// sessions end, open streams within seconds, and so does what is being written for them; their API keys are revoked. As long as they
    /// can sign in they can keep it. Teams that they alone own do not stand in the way, since they may not be there to hand them over:
    /// each goes to its heir with the account.
    pub async fn delete(&self, viewer: &Viewer, person: UserId, typed: &str) -> Result<()> {
        viewer.require_system_administrator()?;
        if person == viewer.user_id {
            return Err(Error::Conflict("You cannot delete your own account here. Do it on your account page.".to_owned()));
        }
        let identity = self.services.identity();
        identity.require_recent(viewer).await?;
        let mut tx = self.services.parts.db.system_tx().await?; // the end of an account needs no licence
        let subject = judge(&mut tx, viewer, person).await?;
        if subject.email.to_lowercase() != typed.trim().to_lowercase() {
            return Err(Error::field("email", "This is not the address of this account."));
        }
        keep_an_administrator(&mut tx, person, &subject).await?;
        let Some(gone_at) = my_data::order(&mut tx, person, self.services.parts.clock.now()).await? else { return Ok(()) };
        identity.end_sessions_of(&mut tx, person).await?;
        crate::chat::stop_everywhere(&mut tx, person).await?;
        identity.tell_at_home(&mut tx, person, SecurityAct::DeletionOrdered { gone_at }, None).await?;
        audit::record_in(&mut tx, None, viewer, Event::new(Action::PersonDeletionRequested, person.as_uuid(), subject.email)).await?;
        // Their chains are those of teams: after the installation's, as everywhere.
        api_keys::revoke_all_of(&mut tx, person, viewer.into()).await?;
        tx.commit().await
    }

    /// Calls a deletion off that an administrator asked for, as long as there is time. What the person asked for themselves stays.
    pub async fn keep(&self, viewer: &Viewer, person: UserId) -> Result<()> {
        viewer.require_system_administrator()?;
        let mut tx = self.services.parts.db.system_tx().await?; // and keeping it takes none
        let subject = judge(&mut tx, viewer, person).await?;
        if my_data::call_off_order(&mut tx, person, self.services.parts.clock.now()).await? {
            audit::record_in(&mut tx, None, viewer, Event::new(Action::PersonDeletionCalledOff, person.as_uuid(), subject.email)).await?;
        }
        tx.commit().await
    }
}
