//! Deletion: an account ends in two steps. For 14 days its person can sign in and keep it; then housekeeping removes what is
//! theirs alone, hands what is their teams' to an owner, and forgets the person. Sign-ins and the trail stay under a pseudonym.
//!
//! The invariant: rows go first, in one transaction that also asks for the removal of their files, so that nothing which stays loses
//! its file, and no file is forgotten.

use super::queries::leaving::{self, PartingRow};
use super::{MyData, key};
use crate::audit::{self, Author};
use crate::jobs::{self, JobKind, NewJob};
use crate::mails::SecurityAct;
use crate::team::record_removed;
use crate::{Error, Result, SystemTx, Viewer, api_keys, people};
use chrono::{DateTime, TimeDelta, Utc};
use domain::audit::{Action, Details, Event, SealedChain};
use domain::my_data::DeletionTerms;
use domain::team::Belongings;
use domain::{TeamId, UserId};
use secrecy::SecretString;
use serde_json::json;

/// How long an account can be kept after all.
const GRACE: TimeDelta = TimeDelta::days(14);
/// Most files that one job removes.
const KEYS_PER_JOB: usize = 500;

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
        // Before the look at the teams: whoever leaves one to this person was first, or sees that they go.
        leaving::lock_person(&mut tx, viewer.user_id).await?;
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

    /// Calls the deletion of the viewer's account off, as long as there is time.
    pub async fn keep_account(&self, viewer: &Viewer) -> Result<()> {
        let until = self.services.parts.clock.now() - GRACE;
        let mut tx = self.services.parts.db.system_tx().await?;
        if leaving::call_off(&mut tx, viewer.user_id, until).await? {
            audit::record_in(&mut tx, None, viewer, Event::new(Action::AccountDeletionCalledOff, viewer.user_id.as_uuid(), "")).await?;
        } else if leaving::is_past_keeping(&mut tx, viewer.user_id, until).await? {
            return Err(Error::Conflict("The 14 days are over: this account is about to go and cannot be kept any more.".to_owned()));
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

    /// All rows in one transaction, the events last: the installation's before those of the teams, as everywhere.
    async fn remove_person(&self, person: UserId, until: DateTime<Utc>) -> Result<bool> {
        let mut tx = self.services.parts.db.system_tx().await?;
        if !leaving::lock_gone(&mut tx, person, until).await? {
            return Ok(false);
        }
        leaving::delete_invitations(&mut tx, person, self.services.parts.clock.now()).await?;
        leaving::blank_sign_ins(&mut tx, person).await?;
        let ended = end_teams(&mut tx, person).await?;
        leaving::lock_teams(&mut tx, person).await?;
        let private = leaving::count_private(&mut tx, person).await?;
        for files in leaving::delete_private(&mut tx, person).await? {
            enqueue_removal(&mut tx, files.team_id, person, &files.keys).await?;
        }
        let partings = leaving::hand_over(&mut tx, person).await?;
        for team in &ended {
            // In their name, which is often the team's too, so that both are forgotten together.
            record_removed(&mut tx, (team.id, team.name.clone()), team.sealed.clone(), Author::in_the_name_of(person)).await?;
        }
        audit::forget(&mut tx, person).await?;
        leaving::delete_person(&mut tx, person).await?;
        audit::record_in(&mut tx, None, Author::SYSTEM, Event::new(Action::AccountDeleted, person.as_uuid(), "")).await?;
        for parting in partings {
            let alone = private.iter().find(|(team, _)| *team == parting.team_id).map(|(_, alone)| *alone);
            record_parting(&mut tx, person, parting, alone.unwrap_or_default()).await?;
        }
        tx.commit().await?;
        for team in ended {
            // What no row spoke of goes too; the rest waits for its job when this breaks off.
            if let Err(error) = self.services.team().remove_files(team.id).await {
                tracing::warn!(team = %team.id, %error, "the files of a team that is gone could not be removed at once");
            }
        }
        Ok(true)
    }
}

/// A team that nobody else was in.
struct EndedTeam {
    id: TeamId,
    name: String,
    sealed: Option<SealedChain>,
}

/// Removes the rows of teams that nobody else is in, and asks for the removal of their files and of the person's exports.
async fn end_teams(tx: &mut SystemTx, person: UserId) -> Result<Vec<EndedTeam>> {
    let exports = leaving::list_exports(tx, person).await?;
    let mut files: Vec<String> = exports.into_iter().map(|id| key(id).to_string()).collect();
    let mut ended = Vec::new();
    for id in leaving::lonely_teams(tx, person).await? {
        let sealed = audit::seal(tx, id).await?;
        if let Some(team) = leaving::delete_lonely_team(tx, id, person).await? {
            ended.push(EndedTeam { id, name: team.name, sealed });
            files.extend(team.files);
        }
    }
    // A job goes with its team, and theirs are gone: it is the oldest one's. There is one, an administrator's: the last of them stays.
    if let Some(team) = leaving::find_oldest_team(tx).await? {
        enqueue_removal(tx, team, person, &files).await?;
    }
    Ok(ended)
}

/// Asks for the removal of files by jobs of a team.
async fn enqueue_removal(tx: &mut SystemTx, team_id: TeamId, person: UserId, keys: &[String]) -> Result<()> {
    for keys in keys.chunks(KEYS_PER_JOB) {
        let payload = json!({ "keys": keys });
        jobs::enqueue(tx, NewJob { team_id, kind: JobKind::DeleteObjects, subject_id: person.as_uuid(), payload }).await?;
    }
    Ok(())
}

/// Tells a team that goes on of the end of its member, whose name is forgotten by now, and of its new owner if it has one.
async fn record_parting(tx: &mut SystemTx, person: UserId, parting: PartingRow, alone: Belongings) -> Result<()> {
    let Belongings { prompts, datasets, chats } = alone;
    let deleted = format!("account deleted, with {prompts} private prompts, {datasets} private datasets and {chats} chats");
    let details = Details { belongings: Some(parting.handed_over()), changed: vec![deleted], ..Details::default() };
    let removed = Event::new(Action::MemberRemoved, person.as_uuid(), "").with(details);
    audit::record_in(tx, Some(parting.team_id), Author::SYSTEM, removed).await?;
    if parting.is_promoted {
        let made_owner = Event::new(Action::MemberMadeOwner, parting.heir.as_uuid(), parting.heir_name);
        audit::record_in(tx, Some(parting.team_id), Author::SYSTEM, made_owner).await?;
    }
    Ok(())
}

/// All of it together.
fn sum(parts: impl IntoIterator<Item = Belongings>) -> Belongings {
    parts.into_iter().fold(Belongings::default(), |sum, part| Belongings {
        prompts: sum.prompts.saturating_add(part.prompts),
        datasets: sum.datasets.saturating_add(part.datasets),
        chats: sum.chats.saturating_add(part.chats),
    })
}

async fn terms(tx: &mut SystemTx, person: UserId) -> Result<DeletionTerms> {
    Ok(DeletionTerms {
        blocking_teams: leaving::solely_owned(tx, person).await?,
        ending_teams: leaving::names_of_lonely_teams(tx, person).await?,
        belongings: sum(leaving::count_private(tx, person).await?.into_iter().map(|(_, alone)| alone)),
        is_last_administrator: people::is_last_administrator(tx, person).await?,
        gone_at: leaving::requested_at(tx, person).await?.map(gone_at),
    })
}
