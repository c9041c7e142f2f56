//! Notices: where mail is set up, a person is told of what changes who gets into their account, in the transaction of the act.

use super::{Identity, Origin, device, queries, queries_notices};
use crate::identity_providers::is_allowed;
use crate::mails::{Mail, Recipient, SecurityAct, SecurityNotice, Whence};
use crate::{Result, SystemTx, TeamTx, Viewer, sign_ins};
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
        let whence = whence_of(tx, viewer).await?;
        self.tell(tx, (viewer.user_id, viewer.team_id), act, whence).await
    }

    /// Tells the viewer what is done in the transaction of their team. The mail is accepted in that one, with the act; it sees no sessions,
    /// so what the mail says is read in the other.
    pub(crate) async fn tell_viewer_in_team(
        &self,
        tx: &mut TeamTx,
        reading: &mut SystemTx,
        viewer: &Viewer,
        act: SecurityAct,
    ) -> Result<()> {
        let whence = whence_of(reading, viewer).await?;
        let Some((to, mail)) = self.notice_to(reading, viewer.user_id, act, whence).await? else { return Ok(()) };
        self.services.mails().accept(tx, viewer.team_id, to, mail).await
    }

    /// Tells a person of a sign-in that begins now, unless they signed in with such a device from such a network before. Asked before the
    /// sign-in is written down.
    pub(super) async fn tell_of_new_device(&self, tx: &mut SystemTx, (user, team): (UserId, TeamId), origin: &Origin) -> Result<()> {
        if !self.services.mails().is_set_up() || sign_ins::is_known(tx, user, origin).await? {
            return Ok(());
        }
        self.tell(tx, (user, team), SecurityAct::NewDevice, Some(origin.whence())).await
    }

    /// Tells a person what happened to their account while they were not there; nobody who is in no team any more.
    pub(crate) async fn tell_at_home(&self, tx: &mut SystemTx, user: UserId, act: SecurityAct, whence: Option<Whence>) -> Result<()> {
        match queries::find_home_team(tx, user).await? {
            Some(team) => self.tell(tx, (user, team), act, whence).await,
            None => Ok(()),
        }
    }

    /// Tells a person what happened to their account. The mail is sent by a job of the team.
    pub(crate) async fn tell(
        &self,
        tx: &mut SystemTx,
        (user, team): (UserId, TeamId),
        act: SecurityAct,
        whence: Option<Whence>,
    ) -> Result<()> {
        let Some((to, mail)) = self.notice_to(tx, user, act, whence).await? else { return Ok(()) };
        self.services.mails().accept(tx, team, to, mail).await
    }

    /// The mail that tells a person of an act; none where mail is not set up.
    async fn notice_to(
        &self,
        tx: &mut SystemTx,
        user: UserId,
        act: SecurityAct,
        whence: Option<Whence>,
    ) -> Result<Option<(Recipient, Mail)>> {
        if !self.services.mails().is_set_up() {
            return Ok(None);
        }
        let to = queries::get_account(tx, user).await?.recipient();
        let without_passwords = !is_allowed(tx, OwnWay::Passwords).await?;
        let link = format!("{}{}", self.services.settings().public_url, act.screen(without_passwords));
        let notice = SecurityNotice { act, at: self.services.parts.clock.now(), whence, link, without_passwords };
        Ok(Some((to, Mail::Security(notice))))
    }
}

/// With what and from where the viewer acts; none where they are in no session.
async fn whence_of(tx: &mut SystemTx, viewer: &Viewer) -> Result<Option<Whence>> {
    let Some(session) = viewer.session_id else { return Ok(None) };
    let session = queries_notices::find_session(tx, session).await?;
    Ok(session.map(|session| Whence {
        device: device::describe(&session.user_agent),
        address: viewer.came_from.ip.map_or(session.ip, |ip| ip.to_canonical().to_string()),
    }))
}
