//! Suspend: keeping somebody out of the installation, and letting them in again.

use super::standing::{judge, keep_an_administrator};
use super::{People, queries};
use crate::team::withdraw_everywhere;
use crate::{Result, Viewer, audit};
use domain::UserId;
use domain::audit::{Action, Event};

impl People<'_> {
    /// Keeps somebody out, when the viewer has confirmed lately that it is they: the person's sessions end, open streams within seconds,
    /// and so does what is being written for them; no way of signing in and no API key lets them in. Their open invitations are taken back; everything else of theirs stays.
    pub async fn suspend(&self, viewer: &Viewer, person: UserId) -> Result<()> {
        self.prove(viewer, person, "suspend").await?;
        let mut tx = self.services.parts.db.system_tx().await?; // keeping somebody out needs no licence
        let subject = judge(&mut tx, viewer, person).await?;
        if subject.is_suspended {
            return Ok(());
        }
        keep_an_administrator(&mut tx, person, &subject).await?;
        queries::set_suspended(&mut tx, person, Some(self.services.parts.clock.now())).await?;
        // After that, so that a session which began at this moment is among them.
        self.services.identity().end_sessions_of(&mut tx, person).await?;
        crate::chat::stop_everywhere(&mut tx, person).await?;
        let withdrawn = withdraw_everywhere(&mut tx, person).await?;
        audit::record_in(&mut tx, None, viewer, Event::new(Action::PersonSuspended, person.as_uuid(), subject.email)).await?;
        for (team, event) in withdrawn {
            audit::record_in(&mut tx, Some(team), viewer, event).await?;
        }
        tx.commit().await
    }

    /// Lets somebody in again who was suspended. They sign in anew.
    pub async fn reinstate(&self, viewer: &Viewer, person: UserId) -> Result<()> {
        viewer.require_system_administrator()?;
        // Who comes in again may administer.
        self.services.identity().require_recent(viewer).await?;
        let mut tx = self.services.parts.db.installation_tx().await?;
        let subject = judge(&mut tx, viewer, person).await?;
        if !subject.is_suspended {
            return Ok(());
        }
        queries::set_suspended(&mut tx, person, None).await?;
        audit::record_in(&mut tx, None, viewer, Event::new(Action::PersonReinstated, person.as_uuid(), subject.email)).await?;
        tx.commit().await
    }
}
