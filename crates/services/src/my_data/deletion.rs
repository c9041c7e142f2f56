//! Deletion: an account ends in two steps. For 14 days its person can sign in and keep it; then housekeeping removes what is
//! theirs alone, hands what is their teams' to an owner, and forgets the person. Sign-ins and the trail stay under a pseudonym.
//! For somebody who cannot ask any more an administrator does (`people`); that has no other end.
//!
//! The invariant: rows go first, in one transaction that also asks for the removal of their files, so that nothing which stays loses
//! its file, and no file is forgotten.

use super::queries::leaving::{self, PartingRow};
use super::{MyData, key};
use crate::audit::{self, Author};
use crate::jobs::{self, JobKind, NewJob};
use crate::mails::{self, SecurityAct};
use crate::team::{record_removed, withdraw_everywhere};
use crate::{Error, Result, SystemTx, Viewer, api_keys, people};
use chrono::{DateTime, TimeDelta, Utc};
use domain::audit::{Action, Details, Event, SealedChain};
use domain::my_data::DeletionTerms;
use domain::people::PersonDeletionTerms;
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

/// Marks an account for deletion because an administrator says so, who looked at what stands in the way. When it goes; none where it was
/// to go already.
pub(crate) async fn order(tx: &mut SystemTx, person: UserId, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
    Ok(leaving::order(tx, person, now).await?.then(|| gone_at(now)))
}

/// Calls off what an administrator asked for, as long as there is time; whether there was something to call off. What a person asked for
/// themselves is theirs to call off.
pub(crate) async fn call_off_order(tx: &mut SystemTx, person: UserId, now: DateTime<Utc>) -> Result<bool> {
    if leaving::requested_at(tx, person).await?.is_none() {
        return Ok(false);
    }
    if !leaving::is_ordered(tx, person).await? {
        return Err(Error::Conflict("They asked for it themselves: only they can keep their account.".to_owned()));
    }
    if !leaving::call_off(tx, person, now - GRACE).await? {
        return Err(too_late());
    }
    mails::take_back_deletion(tx, person).await?;
    Ok(true)
}

/// What an administrator is told of somebody's account before they delete it.
pub(crate) async fn terms_for_others(tx: &mut SystemTx, person: UserId) -> Result<PersonDeletionTerms> {
    Ok(PersonDeletionTerms { own: terms(tx, person).await?, heirs: leaving::solely_owned(tx, person).await? })
}

fn too_late() -> Error {
    Error::Conflict("The 14 days are over: this account is about to go and cannot be kept any more.".to_owned())
}

impl MyData<'_> {
    /// What would happen, and what stands in the way.
    pub async fn deletion_terms(&self, viewer: &Viewer) -> Result<DeletionTerms> {
        let mut tx = self.services.parts.db.system_tx().await?;
        terms(&mut tx, viewer.user_id).await
    }

    /// Marks the viewer's account for deletion, when they proved who they are and leave no team without an owner.
    pub async fn delete_account(&self, viewer: &Viewer, password: SecretString) -> Result<DeletionTerms> {
        self.services.identity().prove_all(viewer, password).await?;
        let mut tx = self.services.parts.db.system_tx().await?;
        people::lock_administrators(&mut tx).await?;
        // Before the look at the teams: whoever leaves one to this person was first, or sees that they go.
        leaving::lock_person(&mut tx, viewer.user_id).await?;
        let before = terms(&mut tx, viewer.user_id).await?;
        // What an administrator asked for becomes the person's own wish, which nobody else calls off.
        let is_new = before.gone_at.is_none() || leaving::is_ordered(&mut tx, viewer.user_id).await?;
        if let Some(team) = before.blocking_teams.first() {
            return Err(Error::Conflict(format!("Only you own “{team}”. Hand it over or delete it first.")));
        }
        if before.is_last_administrator {
            return Err(Error::Conflict("Nobody else manages this installation. Make somebody else an administrator first.".to_owned()));
        }
        leaving::request(&mut tx, viewer.user_id, self.services.parts.clock.now()).await?;
        let after = terms(&mut tx, viewer.user_id).await?;
        if let Some(gone_at) = after.gone_at.filter(|_| is_new) {
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
            mails::take_back_deletion(&mut tx, viewer.user_id).await?;
            audit::record_in(&mut tx, None, viewer, Event::new(Action::AccountDeletionCalledOff, viewer.user_id.as_uuid(), "")).await?;
        } else if leaving::is_past_keeping(&mut tx, viewer.user_id, until).await? {
            return Err(too_late());
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
    pub(super) async fn remove_person(&self, person: UserId, until: DateTime<Utc>) -> Result<bool> {
        let mut tx = self.services.parts.db.system_tx().await?;
        // Before the person: of two who are in a team together the second is looked at when the first is gone.
        leaving::lock_ends(&mut tx).await?;
        if !leaving::lock_gone(&mut tx, person, until).await? {
            return Ok(false);
        }
        let former = leaving::former_addresses(&mut tx, person).await?;
        leaving::delete_invitations(&mut tx, person, &former, self.services.parts.clock.now()).await?;
        mails::forget(&mut tx, person).await?;
        leaving::blank_sign_ins(&mut tx, person).await?;
        let ended = end_teams(&mut tx, person).await?;
        leaving::lock_teams(&mut tx, person).await?;
        let private = leaving::count_private(&mut tx, person).await?;
        for files in leaving::delete_private(&mut tx, person).await? {
            enqueue_removal(&mut tx, files.team_id, person, &files.keys).await?;
        }
        // Nobody answers for whom they asked to join; what is over goes to the heir with the rest.
        let withdrawn = withdraw_everywhere(&mut tx, person).await?;
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
        for (team, mut event) in withdrawn {
            // They may have asked a former address of theirs to join, which is forgotten by now.
            if former.contains(&event.target_name) {
                event.target_name.clear();
            }
            audit::record_in(&mut tx, Some(team), Author::SYSTEM, event).await?;
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
        blocking_teams: leaving::solely_owned(tx, person).await?.into_iter().map(|owned| owned.team).collect(),
        ending_teams: leaving::names_of_lonely_teams(tx, person).await?,
        belongings: sum(leaving::count_private(tx, person).await?.into_iter().map(|(_, alone)| alone)),
        is_last_administrator: people::is_last_administrator(tx, person).await?,
        gone_at: leaving::requested_at(tx, person).await?.map(gone_at),
    })
}
