//! Administration: who manages the installation.

use super::standing::{judge, keep_an_administrator};
use super::{People, queries};
use crate::licences::seats;
use crate::{Error, Result, Viewer, audit};
use domain::UserId;
use domain::audit::{Action, Event};

impl People<'_> {
    /// Lets somebody manage the installation beside the viewer, who has to have confirmed lately that it is they.
    pub async fn make_administrator(&self, viewer: &Viewer, person: UserId) -> Result<()> {
        self.prove(viewer, person, "make an administrator of").await?;
        let mut tx = self.services.parts.db.installation_tx().await?;
        let subject = judge(&mut tx, viewer, person).await?;
        if subject.is_suspended {
            return Err(Error::Conflict("A suspended person cannot manage this installation. Reinstate them first.".to_owned()));
        }
        if subject.is_administrator {
            return Ok(());
        }
        // Whoever manages the installation has a seat: somebody has to be able to come in and replace the licence.
        let seated = seats::give(&mut tx, person).await?;
        queries::set_administrator(&mut tx, person, true).await?;
        if let Some(email) = seated {
            audit::record_in(&mut tx, None, viewer, Event::new(Action::SeatGiven, person.as_uuid(), email)).await?;
        }
        audit::record_in(&mut tx, None, viewer, Event::new(Action::PersonMadeAdministrator, person.as_uuid(), subject.email)).await?;
        tx.commit().await
    }

    /// Takes the administration of the installation from somebody, when the viewer has confirmed lately that it is they; what the person
    /// is in their teams stays. It holds from their next request on.
    pub async fn take_administration(&self, viewer: &Viewer, person: UserId) -> Result<()> {
        self.prove(viewer, person, "take the administration from").await?;
        let mut tx = self.services.parts.db.system_tx().await?; // keeping somebody out needs no licence
        let subject = judge(&mut tx, viewer, person).await?;
        if !subject.is_administrator {
            return Ok(());
        }
        keep_an_administrator(&mut tx, person, &subject).await?;
        queries::set_administrator(&mut tx, person, false).await?;
        audit::record_in(&mut tx, None, viewer, Event::new(Action::PersonAdministrationTaken, person.as_uuid(), subject.email)).await?;
        tx.commit().await
    }
}
