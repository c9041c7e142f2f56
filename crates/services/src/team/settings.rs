//! Settings: what a team decides for itself within what the installation allows. Uploads, chat, API keys and housekeeping read them.

use super::Team;
use super::members::{highest, roles};
use super::queries::members;
use super::queries::teams::{self, NewSettings};
use crate::audit::{self, Author};
use crate::identity::throttle::{self, Limit};
use crate::{Error, Result, Viewer};
use chrono::{DateTime, Utc};
use domain::audit::{Action, Details, Event, ExpiredChats};
use domain::models::ModelType;
use domain::team::{TeamDetail, TeamPatch, TeamSettings, days_in_words};
use domain::web_origin::WebOrigin;
use domain::{FieldErrors, ModelId, Permission, Role, TeamId};

/// Bytes in a megabyte, as sizes are shown.
const MB: u64 = 1024 * 1024;
/// Longest time a team can keep chats by a setting; without one they are kept.
const MOST_RETENTION_DAYS: u32 = 3650;
/// Chats deleted in one transaction.
const CHATS_AT_ONCE: u16 = 1000;

/// What one transaction deleted of a team's old chats.
struct Batch {
    deleted: u64,
    /// Whether there were no more.
    is_last: bool,
}

impl Team<'_> {
    /// What `/team/settings` shows.
    pub async fn settings(&self, viewer: &Viewer) -> Result<TeamDetail> {
        viewer.require(Permission::ManageTeam)?;
        let mut models = self.services.models().list_installation(viewer, Some(ModelType::Llm)).await?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let row = teams::get(&mut tx, viewer.team_id).await?;
        if !viewer.may(Permission::ViewModels) {
            models.retain(|model| row.default_model_id == Some(model.id));
        }
        let own = members::find_actor(&mut tx, viewer.team_id, viewer.user_id).await?;
        let settings = TeamSettings {
            max_upload_mb: row.max_upload_bytes.map(|bytes| u32::try_from(bytes.unsigned_abs() / MB).unwrap_or(u32::MAX)),
            default_model_id: row.default_model_id.filter(|id| models.iter().any(|model| model.id == *id)),
            chat_retention_days: row.chat_retention_days.map(i32::unsigned_abs),
            requests_per_minute: row.requests_per_minute.map(i32::unsigned_abs),
            allowed_origins: row.allowed_origins,
        };
        Ok(TeamDetail {
            id: viewer.team_id,
            patch: TeamPatch { name: row.name, slug: row.slug },
            address_prefix: format!("{}/teams/", self.services.settings().public_url),
            settings,
            most_upload_mb: self.most_upload_mb(),
            models,
            is_deletable: own.is_some_and(|own| highest(&roles(&own.roles)) == Some(Role::Owner)),
        })
    }

    /// Takes what the team decides. A model that cannot answer, a number out of its range and what is no origin are refused at their
    /// fields. Choosing another default model takes the right to see the models, and keeping chats for less time than before a viewer who
    /// proved lately who they are: [`Team::preview_retention`] says what goes.
    pub async fn update_settings(&self, viewer: &Viewer, settings: TeamSettings) -> Result<TeamDetail> {
        viewer.require(Permission::ManageTeam)?;
        let new = self.check_settings(viewer, &settings).await?;
        let proved_lately = self.services.identity().proved_lately(viewer).await?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        members::lock_team(&mut tx, viewer.team_id).await?;
        let before = teams::get(&mut tx, viewer.team_id).await?;
        check_default_model(&mut tx, viewer, &new).await?;
        if keeps_for_less(before.chat_retention_days, new.chat_retention_days) && !proved_lately {
            return Err(Error::ConfirmFirst);
        }
        teams::update_settings(&mut tx, viewer.team_id, &new).await?;
        let kept = format!("how long chats are kept: {} → {}", for_days(before.chat_retention_days), for_days(new.chat_retention_days));
        let changed = [
            (before.max_upload_bytes != new.max_upload_bytes, "largest file"),
            (before.default_model_id != new.default_model_id, "default model"),
            (before.chat_retention_days != new.chat_retention_days, kept.as_str()),
            (before.requests_per_minute != new.requests_per_minute, "requests per minute"),
            (before.allowed_origins != new.allowed_origins, "allowed origins"),
        ];
        let event = Event::new(Action::TeamSettingsChanged, viewer.team_id.as_uuid(), before.name);
        audit::record(&mut tx, viewer, event.with_changes(&audit::those_that_hold(changed))).await?;
        tx.commit().await?;
        self.settings(viewer).await
    }

    /// How many chats of the viewer's team go within the hour once these settings are taken; none where chats are kept no longer than that
    /// already, or always. What [`Team::update_settings`] would refuse of them is refused here too: nobody agrees to it for nothing.
    pub async fn preview_retention(&self, viewer: &Viewer, settings: TeamSettings) -> Result<Option<u32>> {
        viewer.require(Permission::ManageTeam)?;
        let new = self.check_settings(viewer, &settings).await?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        check_default_model(&mut tx, viewer, &new).await?;
        let before = teams::get(&mut tx, viewer.team_id).await?.chat_retention_days;
        let Some(days) = new.chat_retention_days.filter(|days| keeps_for_less(before, Some(*days))) else { return Ok(None) };
        let old = teams::count_old_chats(&mut tx, viewer.team_id, days, self.services.parts.clock.now()).await?;
        Ok(Some(u32::try_from(old).unwrap_or(u32::MAX)))
    }

    /// What is stored of the settings that were sent.
    async fn check_settings(&self, viewer: &Viewer, settings: &TeamSettings) -> Result<NewSettings> {
        let mut wrong = FieldErrors::default();
        for (field, number, most) in [
            ("max_upload_mb", settings.max_upload_mb, self.most_upload_mb()),
            ("chat_retention_days", settings.chat_retention_days, MOST_RETENTION_DAYS),
            ("requests_per_minute", settings.requests_per_minute, TeamSettings::MOST_REQUESTS_PER_MINUTE),
        ] {
            if number.is_some_and(|number| !(1..=most).contains(&number)) {
                wrong.add(field, out_of_range(most));
            }
        }
        let origins = WebOrigin::parse_list(&settings.allowed_origins).unwrap_or_else(|refusal| {
            wrong.add(refusal.field, refusal.message);
            Vec::new()
        });
        if let Some(id) = settings.default_model_id {
            let models = self.services.models().list_installation(viewer, Some(ModelType::Llm)).await?;
            if !models.iter().any(|model| model.id == id) {
                wrong.add("default_model_id", "This model cannot be used any more. Choose another.");
            }
        }
        if !wrong.is_empty() {
            return Err(wrong.into());
        }
        Ok(NewSettings {
            max_upload_bytes: settings.max_upload_mb.map(|mb| i64::from(mb) * i64::try_from(MB).expect("a million fits")),
            default_model_id: settings.default_model_id,
            chat_retention_days: settings.chat_retention_days.and_then(|days| i32::try_from(days).ok()),
            requests_per_minute: settings.requests_per_minute.and_then(|requests| i32::try_from(requests).ok()),
            allowed_origins: origins.into_iter().map(WebOrigin::into_string).collect(),
        })
    }

    /// Counts a request of a team that takes so many a minute; one too many is told to wait. Without a limit nothing is counted.
    pub(crate) async fn count_request(&self, team: TeamId, per_minute: Option<i32>) -> Result<()> {
        let Some(most) = per_minute else { return Ok(()) };
        let key = throttle::team_key("requests", team);
        throttle::take(&self.services.parts.db, self.services.parts.clock.now(), vec![(key, Limit::per_minute(most))]).await?;
        Ok(())
    }

    /// Whether any team lets pages of this origin call with its keys: what a browser asks before it sends one.
    pub async fn is_origin_allowed(&self, origin: &WebOrigin) -> Result<bool> {
        let mut read = self.services.parts.db.system_read().await?;
        Ok(teams::any_lists_origin(&mut read, origin.as_str()).await?)
    }

    /// The largest file the viewer's team takes, in bytes.
    pub(crate) async fn max_upload_bytes(&self, viewer: &Viewer) -> Result<u64> {
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let own = teams::get(&mut tx, viewer.team_id).await?.max_upload_bytes;
        let most = self.services.settings().max_upload_bytes;
        Ok(own.map_or(most, |own| own.unsigned_abs().min(most)))
    }

    /// The model that answers in the viewer's team where none is chosen; none leaves it to the installation.
    pub(crate) async fn default_model(&self, viewer: &Viewer) -> Result<Option<ModelId>> {
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        Ok(teams::usable_default_model(&mut tx, viewer.team_id).await?)
    }

    /// Deletes chats whose team keeps them for a time that is over, and tells each team how many; none while the licence is over. Returns
    /// how many. A team whose chats cannot be deleted now does not hold up the others. Housekeeping calls it.
    pub async fn delete_old_chats(&self) -> Result<u64> {
        if self.services.licences().is_over().await? {
            return Ok(0);
        }
        let now = self.services.parts.clock.now();
        let limited = {
            let mut read = self.services.parts.db.system_read().await?;
            teams::list_with_retention(&mut read).await?
        };
        let mut deleted = 0;
        for team in limited {
            loop {
                match self.delete_some_old_chats(team, now).await {
                    Ok(batch) => {
                        deleted += batch.deleted;
                        if batch.is_last {
                            break;
                        }
                    }
                    Err(error) => {
                        tracing::warn!(%team, %error, "old chats of a team could not be deleted");
                        break;
                    }
                }
            }
        }
        Ok(deleted)
    }

    /// Deletes as many old chats of a team as one transaction takes: what goes, and that it goes. Nothing is held for longer, and what is
    /// done stays done, whatever becomes of the next batch.
    async fn delete_some_old_chats(&self, team: TeamId, now: DateTime<Utc>) -> Result<Batch> {
        let mut tx = self.services.parts.db.system_tx().await?;
        let Some(days) = teams::hold_retention(&mut tx, team).await? else { return Ok(Batch { deleted: 0, is_last: true }) };
        let old = teams::lock_old_chats(&mut tx, team, days, now, i64::from(CHATS_AT_ONCE)).await?;
        let deleted = teams::delete_resting_chats(&mut tx, &old).await?;
        if deleted > 0 {
            let expired = Some(ExpiredChats { chats: deleted, days: days.unsigned_abs() });
            let event = Event::new(Action::ChatExpired, None::<uuid::Uuid>, "").with(Details { expired, ..Details::default() });
            audit::record_in(&mut tx, Some(team), Author::SYSTEM, event).await?;
        }
        tx.commit().await?;
        Ok(Batch { deleted, is_last: old.len() < usize::from(CHATS_AT_ONCE) })
    }

    /// At least one, also where the installation takes less.
    fn most_upload_mb(&self) -> u32 {
        u32::try_from(self.services.settings().max_upload_bytes / MB).unwrap_or(u32::MAX).max(1)
    }
}

/// Choosing another default model takes the right to see the models. A default that was removed meanwhile is no choice any more, and
/// letting it go takes no right.
async fn check_default_model(tx: &mut crate::TeamTx, viewer: &Viewer, new: &NewSettings) -> Result<()> {
    if new.default_model_id == teams::usable_default_model(tx, viewer.team_id).await? {
        return Ok(());
    }
    viewer.require(Permission::ViewModels)
}

/// What is wrong with a number.
fn out_of_range(most: u32) -> String {
    format!("Enter a whole number from 1 to {most}, or leave it empty.")
}

/// Whether chats go sooner than before; without a number of days they stay.
fn keeps_for_less(before: Option<i32>, after: Option<i32>) -> bool {
    after.is_some_and(|after| before.is_none_or(|before| after < before))
}

/// How long chats are kept, as the trail says it.
fn for_days(days: Option<i32>) -> String {
    days.map_or_else(|| "always".to_owned(), |days| days_in_words(days.unsigned_abs()))
}

/// Refuses who is not an owner at this moment; for what only owners do.
pub(super) async fn require_owner(tx: &mut crate::TeamTx, viewer: &Viewer) -> Result<()> {
    let own = members::find_actor(tx, viewer.team_id, viewer.user_id).await?;
    let is_owner = own.is_some_and(|own| roles(&own.roles).contains(&Role::Owner));
    if is_owner { Ok(()) } else { Err(Error::Forbidden) }
}
