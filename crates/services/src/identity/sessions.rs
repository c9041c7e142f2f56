//! Sessions: who holds a token, which browsers a person is signed in with, and ending them.

use super::{
    Identity, Origin, device, queries, queries_email, queries_email_codes, queries_resets, queries_sign_ups, queries_two_step, token,
};
use crate::audit::{self, Author};
use crate::{CameFrom, Error, Result, SystemTx, Viewer};
use chrono::TimeDelta;
use domain::audit::{Action, Event};
use domain::{Permission, SessionId, SessionSummary, TeamId, UserId};

/// How exactly "last seen" is kept: a write per minute and session, not per request; at once when it is seen elsewhere.
const SEEN_EVERY: TimeDelta = TimeDelta::seconds(60);

impl Identity<'_> {
    /// The person who holds this token, in the team they work in; nobody when it ended, was never given out, or they are
    /// suspended. Being seen moves the end of the session on. From another address or device that is noted before the request is answered,
    /// so that whatever tells of it names where it comes from. [`Error::Conflict`] once when a view as somebody else is over.
    pub async fn viewer_for_token(&self, presented: &str, origin: &Origin) -> Result<Option<Viewer>> {
        let now = self.services.parts.clock.now();
        let mut read = self.services.parts.db.system_read().await?;
        let Some(row) = queries::find_viewer(&mut read, &token::hash(presented), now).await? else { return Ok(None) };
        drop(read);
        if row.is_view && (row.subject_id.is_none() || row.must_set_up_two_step) {
            return self.end_view(row.session_id).await;
        }
        let (ip, user_agent) = origin.logged();
        let is_elsewhere = row.team_id != row.session_team || row.ip != ip || row.user_agent != user_agent;
        if is_elsewhere || now - row.last_seen_at >= SEEN_EVERY {
            let expires_at = now + self.session_lifetime();
            let seen = queries::Seen { teams: (row.session_team, row.team_id), ip: &ip, user_agent: &user_agent, now, expires_at };
            let mut tx = self.services.parts.db.system_tx().await?;
            queries::touch_session(&mut tx, row.session_id, seen).await?;
            tx.commit().await?;
        }
        let mut permissions = queries::permissions(&row.permissions);
        // What somebody may do on the installation is not part of how they see their team.
        let is_system_administrator = row.is_system_administrator && row.subject_id.is_none();
        if is_system_administrator {
            permissions.extend_from_slice(Permission::OF_ADMINISTRATORS);
        }
        Ok(Some(Viewer {
            user_id: row.subject_id.unwrap_or(row.user_id),
            team_id: row.team_id,
            session_id: Some(row.session_id),
            api_key: None,
            is_system_administrator,
            permissions,
            must_set_up_two_step: row.must_set_up_two_step,
            seen_by: row.subject_id.map(|_| row.user_id),
            came_from: CameFrom::default(),
        }))
    }

    /// Ends a view whose member or owner is not what they were, or whose owner has to set a second step up first. The request
    /// that notices is refused: it was meant to be read-only, and the next one is the owner's own.
    async fn end_view(&self, session: SessionId) -> Result<Option<Viewer>> {
        let mut tx = self.services.parts.db.system_tx().await?;
        queries::set_view(&mut tx, session, None).await?;
        tx.commit().await?;
        Err(Error::Conflict("You cannot see this team as that person any more. From now on you see it as yourself again.".to_owned()))
    }

    /// Whether the viewer's session, or the key they came with, still stands: what an open stream asks every few seconds.
    pub async fn is_still_signed_in(&self, viewer: &Viewer) -> Result<bool> {
        if let Some(key) = viewer.api_key {
            return self.services.api_keys().still_lets_in(key).await;
        }
        let Some(session) = viewer.session_id else { return Ok(true) };
        let mut tx = self.services.parts.db.system_tx().await?;
        let subject = viewer.seen_by.map(|_| viewer.user_id);
        Ok(queries::is_session_alive(&mut tx, (session, viewer.team_id), subject, self.services.parts.clock.now()).await?)
    }

    /// Holds an account until the transaction ends; false when its person may not come in. A change of password waits, or was first.
    pub(crate) async fn hold_person(&self, tx: &mut SystemTx, user: UserId) -> Result<bool> {
        Ok(queries::hold_account(tx, user, None).await?)
    }

    /// Holds the viewer's account until the transaction ends; refuses when their session was ended meanwhile, as a new password does.
    pub(crate) async fn hold_viewer(&self, tx: &mut SystemTx, viewer: &Viewer) -> Result<()> {
        let is_held = queries::hold_account(tx, viewer.user_id, None).await?;
        let stands = match viewer.session_id {
            Some(session) => queries::session_began(tx, session).await?.is_some(),
            None => true,
        };
        if is_held && stands { Ok(()) } else { Err(Error::SignedOut) }
    }

    /// Ends all sessions of somebody who is to be kept out.
    pub(crate) async fn end_sessions_of(&self, tx: &mut SystemTx, user: UserId) -> Result<()> {
        Ok(queries::delete_sessions_but(tx, user, None).await?)
    }

    /// Ends the session that holds this token, if there is one.
    pub async fn sign_out(&self, presented: &str, origin: &Origin) -> Result<()> {
        let mut tx = self.services.parts.db.system_tx().await?;
        if let Some(user) = queries::delete_session_by_token(&mut tx, &token::hash(presented)).await? {
            let event = Event::new(Action::AccountSessionEnded, user.as_uuid(), "");
            audit::record_in(&mut tx, None, Author::person(user, origin.ip), event).await?;
        }
        tx.commit().await
    }

    /// Ends the session a browser held before it signed in anew, which the record of sign-ins tells.
    pub async fn drop_replaced_session(&self, presented: &str) -> Result<()> {
        let mut tx = self.services.parts.db.system_tx().await?;
        queries::delete_session_by_token(&mut tx, &token::hash(presented)).await?;
        tx.commit().await
    }

    /// Ends the session the viewer came with.
    pub async fn end_own_session(&self, viewer: &Viewer) -> Result<()> {
        let session = viewer.session_id.ok_or(Error::SignedOut)?;
        self.end_session(viewer, session).await
    }

    /// Ends one of the viewer's sessions; another person's does not exist.
    pub async fn end_session(&self, viewer: &Viewer, session: SessionId) -> Result<()> {
        let mut tx = self.services.parts.db.system_tx().await?;
        if !queries::delete_session(&mut tx, viewer.actor(), session).await? {
            return Err(Error::NotFound);
        }
        audit::record_in(&mut tx, None, viewer, Event::new(Action::AccountSessionEnded, viewer.actor().as_uuid(), "")).await?;
        tx.commit().await
    }

    /// Ends all sessions of the viewer, this one included.
    pub async fn sign_out_everywhere(&self, viewer: &Viewer) -> Result<()> {
        let mut tx = self.services.parts.db.system_tx().await?;
        queries::delete_sessions_but(&mut tx, viewer.user_id, None).await?;
        queries_two_step::delete_steps_of(&mut tx, viewer.user_id).await?;
        queries_email_codes::delete_of(&mut tx, viewer.user_id).await?;
        let event = Event::new(Action::AccountSignedOutEverywhere, viewer.user_id.as_uuid(), "");
        audit::record_in(&mut tx, None, viewer, event).await?;
        tx.commit().await
    }

    /// The browsers the viewer is signed in with, the latest first.
    pub async fn list_sessions(&self, viewer: &Viewer) -> Result<Vec<SessionSummary>> {
        let mut tx = self.services.parts.db.system_tx().await?;
        let rows = queries::list_sessions(&mut tx, viewer.user_id, self.services.parts.clock.now()).await?;
        let summary = |row: queries::SessionRow| SessionSummary {
            id: row.id,
            device: device::describe(&row.user_agent),
            ip: row.ip,
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            is_current: Some(row.id) == viewer.session_id,
        };
        Ok(rows.into_iter().map(summary).collect())
    }

    /// Goes on in another of the viewer's teams, where they also begin when they sign in next; a team they are not in does not exist.
    pub async fn switch_team(&self, viewer: &Viewer, team: TeamId) -> Result<()> {
        viewer.require_own_eyes()?;
        let session = viewer.session_id.ok_or(Error::SignedOut)?;
        let mut tx = self.services.parts.db.system_tx().await?;
        if !queries::is_member(&mut tx, team, viewer.user_id).await? {
            return Err(Error::NotFound);
        }
        // The account before its session, as everywhere.
        queries::set_last_team(&mut tx, viewer.user_id, team).await?;
        queries::set_session_team(&mut tx, session, team).await?;
        tx.commit().await
    }

    /// Deletes sessions that ended, links that are over and throttles that are paid off; returns how many sessions. Housekeeping calls it.
    pub async fn delete_expired(&self) -> Result<u64> {
        let mut tx = self.services.parts.db.system_tx().await?;
        let now = self.services.parts.clock.now();
        let deleted = queries::delete_expired(&mut tx, now).await?;
        queries_resets::delete_expired(&mut tx, now).await?;
        queries_two_step::delete_expired(&mut tx, now).await?;
        queries_email::delete_expired(&mut tx, now).await?;
        queries_email_codes::delete_expired(&mut tx, now).await?;
        queries_sign_ups::delete_expired(&mut tx, now).await?;
        crate::passkeys::delete_expired(&mut tx, now).await?;
        tx.commit().await?;
        Ok(deleted)
    }
}
