//! View as: an owner sees the team as one of its members does, to find out what they can and cannot do.
//!
//! The invariant: whoever looks changes nothing. The server refuses what is not known to be reading, and Postgres refuses the rest; what
//! was opened is recorded under the owner's name, and the end by a trigger, however the session ends.

use super::Team;
use super::queries::{self, members};
use crate::identity::set_view;
use crate::{Error, Result, Viewer, audit, licences};
use domain::audit::{Action, Event};
use domain::licences::Feature;
use domain::{Role, UserId};

impl Team<'_> {
    /// Sees the viewer's team as this member from the next request on, in this session.
    pub async fn view_as(&self, viewer: &Viewer, person: UserId) -> Result<()> {
        viewer.require_own_eyes()?;
        let session = viewer.session_id.ok_or(Error::SignedOut)?;
        self.services.identity().require_recent(viewer).await?;
        let mut tx = self.services.parts.db.system_tx().await?;
        let subject = members::find(&mut tx, viewer.team_id, person).await?.ok_or(Error::NotFound)?;
        let own = members::find_actor(&mut tx, viewer.team_id, viewer.user_id).await?;
        if !own.is_some_and(|own| own.roles.iter().any(|role| role == Role::Owner.as_str())) {
            return Err(Error::Forbidden);
        }
        licences::require(&mut tx, Feature::ViewAs).await?;
        if person == viewer.user_id || !members::comes_in(&mut tx, viewer.team_id, person).await? {
            return Err(Error::Conflict("Choose somebody else who may come in.".to_owned()));
        }
        set_view(&mut tx, session, Some(person)).await?;
        let event = Event::new(Action::MemberViewStarted, person.as_uuid(), subject.email);
        audit::record_in(&mut tx, Some(viewer.team_id), viewer, event).await?;
        tx.commit().await
    }

    /// Sees it as oneself again. The database records that, as done by the viewer from where they are.
    pub async fn stop_viewing(&self, viewer: &Viewer) -> Result<()> {
        let session = viewer.session_id.ok_or(Error::SignedOut)?;
        let mut tx = self.services.parts.db.system_tx().await?;
        queries::views::tell_where_from(&mut tx, viewer.came_from).await?;
        set_view(&mut tx, session, None).await?;
        tx.commit().await
    }
}
