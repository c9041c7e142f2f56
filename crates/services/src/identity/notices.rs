//! Notices: where mail is set up, a person is told of what changes who gets into their account, in the transaction of the act.

use super::{Identity, Origin, device, queries, queries_notices};
use crate::identity_providers::is_allowed;
use crate::mails::{Mail, SecurityAct, SecurityNotice, Whence};
use crate::{Result, SystemTx, Viewer, sign_ins};
use domain::identity_providers::OwnWay;
use domain::{TeamId, UserId};

impl Origin {
    /// As a person is told.
    pub(crate) fn whence(&self) -> Whence {
        let (address, user_agent) = self.logged();
        Whence { device: device::describe(&user_agent), address }
    }
}

impl Identity<'_> {
    /// Tells the viewer what was done in their session.
    pub(crate) async fn tell_viewer(&self, tx: &mut SystemTx, viewer: &Viewer, act: SecurityAct) -> Result<()> {
        let session = match viewer.session_id {
            Some(session) => queries_notices::find_session(tx, session).await?,
            None => None,
        };
        let whence = session.map(|session| Whence {
            device: device::describe(&session.user_agent),
            address: viewer.came_from.ip.map_or(session.ip, |ip| ip.to_canonical().to_string()),
        });
        self.tell(tx, (viewer.user_id, viewer.team_id), act, whence).await
    }

    /// Tells a person of a sign-in that begins now, unless they signed in with such a device from such a network before. Asked before the
    /// sign-in is written down.
    pub(super) async fn tell_of_new_device(&self, tx: &mut SystemTx, (user, team): (UserId, TeamId), origin: &Origin) -> Result<()> {
        if !self.services.mails().is_set_up() || sign_ins::is_known(tx, user, origin).await? {
            return Ok(());
        }
        self.tell(tx, (user, team), SecurityAct::NewDevice, Some(origin.whence())).await
    }

    /// Tells a person what happened to their account. The mail is sent by a job of the team.
    pub(crate) async fn tell(
        &self,
        tx: &mut SystemTx,
        (user, team): (UserId, TeamId),
        act: SecurityAct,
        whence: Option<Whence>,
    ) -> Result<()> {
        if !self.services.mails().is_set_up() {
            return Ok(());
        }
        let to = queries::get_account(tx, user).await?.recipient();
        let without_passwords = !is_allowed(tx, OwnWay::Passwords).await?;
        let link = format!("{}{}", self.services.settings().public_url, act.screen(without_passwords));
        let notice = SecurityNotice { act, at: self.services.parts.clock.now(), whence, link, without_passwords };
        self.services.mails().accept(tx, team, to, Mail::Security(notice)).await
    }
}
