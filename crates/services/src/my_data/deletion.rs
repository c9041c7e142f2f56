//! Deletion: an account ends in two steps. For 14 days its person can sign in and keep it; then housekeeping removes what is
//! theirs alone, hands what is their teams' to an owner, and forgets the person. Sign-ins and the trail stay under a pseudonym.

use super::queries::leaving;
use super::{MyData, key};
use crate::audit::{self, Author};
use crate::mails::SecurityAct;
use crate::team::record_removed;
use crate::{Error, Result, SystemTx, Viewer, api_keys, people};
use chrono::{DateTime, TimeDelta, Utc};
use domain::UserId;
use domain::audit::{Action, Event};
use domain::my_data::DeletionTerms;
use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use secrecy::SecretString;

/// How long an account can be kept after all.
const GRACE: TimeDelta = TimeDelta::days(14);

/// When an account goes whose deletion was asked for then.
pub(crate) fn gone_at(asked: DateTime<Utc>) -> DateTime<Utc> {
    asked + GRACE
}

impl MyData<'_> {
    /// What would happen, and what stands in the way.
    pub async fn deletion_terms(&self, viewer: &Viewer) -> Result<DeletionTerms> {
        let mut tx = self.services.parts.db.system_tx().await?;
        terms(&mut tx, viewer.user_id).await
    }

    /// Marks the viewer's account for deletion, when they typed their password and leave no team without an owner.
    pub async fn delete_account(&self, viewer: &Viewer, password: SecretString) -> Result<DeletionTerms> {
        self.services.identity().prove_password(viewer, password).await?;
        let mut tx = self.services.parts.db.system_tx().await?;
        people::lock_administrators(&mut tx).await?;
        let before = terms(&mut tx, viewer.user_id).await?;
        if let Some(team) = before.blocking_teams.first() {
            return Err(Error::Conflict(format!("Only you own “{team}”. Hand it over or delete it first.")));
        }
        if before.is_last_administrator {
            return Err(Error::Conflict("Nobody else manages this installation. Make somebody else an administrator first.".to_owned()));
        }
        leaving::request(&mut tx, viewer.user_id, self.services.parts.clock.now()).await?;
        let after = terms(&mut tx, viewer.user_id).await?;
        if let Some(gone_at) = after.gone_at.filter(|_| before.gone_at.is_none()) {
            self.services.identity().tell_viewer(&mut tx, viewer, SecurityAct::DeletionScheduled { gone_at }).await?;
            audit::record_in(&mut tx, None, viewer, Event::new(Action::AccountDeletionRequested, viewer.user_id.as_uuid(), "")).await?;
        }
        // Whoever keeps their account makes new ones: programs must not go on for 14 days.
        api_keys::revoke_all_of(&mut tx, viewer.user_id, viewer.into()).await?;
        tx.commit().await?;
        Ok(after)
    }

    /// Calls the deletion of the viewer's account off.
    pub async fn keep_account(&self, viewer: &Viewer) -> Result<()> {
        let mut tx = self.services.parts.db.system_tx().await?;
        if leaving::call_off(&mut tx, viewer.user_id).await? {
            audit::record_in(&mut tx, None, viewer, Event::new(Action::AccountDeletionCalledOff, viewer.user_id.as_uuid(), "")).await?;
        }
        tx.commit().await
    }

    /// Removes accounts whose time to be kept is over. How many; one that cannot be removed now does not hold up the others.
    /// Housekeeping calls it.
    pub async fn remove_gone_accounts(&self) -> Result<u64> {
        let until = self.services.parts.clock.now() - GRACE;
        let mut tx = self.services.parts.db.system_tx().await?;
        let gone = leaving::list_gone(&mut tx, until).await?;
        tx.commit().await?;
        let mut removed = 0;
        for person in gone {
            match self.remove_person(person, until).await {
                Ok(is_gone) => removed += u64::from(is_gone),
                Err(error) => tracing::warn!(%person, %error, "a deleted account could not be removed"),
            }
        }
        Ok(removed)
    }

    /// Files first: a row that is still there finds them again when this breaks off.
    async fn remove_person(&self, person: UserId, until: DateTime<Utc>) -> Result<bool> {
        let db = &self.services.parts.db;
        let mut tx = db.system_tx().await?;
        let (teams, files) = (leaving::lonely_teams(&mut tx, person).await?, leaving::private_files(&mut tx, person).await?);
        let exports = leaving::list_exports(&mut tx, person).await?;
        tx.commit().await?;
        for team in &teams {
            self.services.team().remove_files(*team).await?;
        }
        for path in files.into_iter().map(Path::from).chain(exports.into_iter().map(key)) {
            match self.services.parts.objects.delete(&path).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let mut tx = db.system_tx().await?;
        if !leaving::lock_gone(&mut tx, person, until).await? {
            return Ok(false);
        }
        for team in teams {
            let sealed = audit::seal(&mut tx, team).await?;
            if let Some(name) = leaving::delete_lonely_team(&mut tx, team, person).await? {
                // In their name, which is often the team's too, so that both are forgotten together.
                record_removed(&mut tx, (team, name), sealed, Author::in_the_name_of(person)).await?;
            }
        }
        leaving::delete_private(&mut tx, person).await?;
        leaving::hand_over(&mut tx, person).await?;
        audit::forget(&mut tx, person).await?;
        leaving::delete_person(&mut tx, person).await?;
        audit::record_in(&mut tx, None, Author::SYSTEM, Event::new(Action::AccountDeleted, person.as_uuid(), "")).await?;
        tx.commit().await?;
        Ok(true)
    }
}

async fn terms(tx: &mut SystemTx, person: UserId) -> Result<DeletionTerms> {
    Ok(DeletionTerms {
        blocking_teams: leaving::solely_owned(tx, person).await?,
        ending_teams: leaving::names_of_lonely_teams(tx, person).await?,
        belongings: leaving::count_private(tx, person).await?,
        is_last_administrator: people::is_last_administrator(tx, person).await?,
        gone_at: leaving::requested_at(tx, person).await?.map(gone_at),
    })
}
