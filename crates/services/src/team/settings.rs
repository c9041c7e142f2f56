//! Settings: what a team decides for itself within what the installation allows. Uploads, chat, API keys and housekeeping read them.

use super::Team;
use super::members::{highest, roles};
use super::queries::members;
use super::queries::teams::{self, NewSettings};
use crate::identity::throttle::{self, Limit};
use crate::{Error, Result, Viewer, audit};
use domain::audit::{Action, Event};
use domain::models::ModelType;
use domain::team::{TeamDetail, TeamPatch, TeamSettings};
use domain::web_origin::WebOrigin;
use domain::{FieldErrors, ModelId, Permission, Role, TeamId};

/// Bytes in a megabyte, as sizes are shown.
const MB: u64 = 1024 * 1024;
/// Longest time a team can keep chats by a setting; without one they are kept.
const MOST_RETENTION_DAYS: u32 = 3650;
/// Chats deleted in one statement.
const CHATS_AT_ONCE: i64 = 1000;

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
    /// fields. Choosing another default model takes the right to see the models.
    pub async fn update_settings(&self, viewer: &Viewer, settings: TeamSettings) -> Result<TeamDetail> {
        viewer.require(Permission::ManageTeam)?;
        let new = self.check_settings(viewer, &settings).await?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let before = teams::get(&mut tx, viewer.team_id).await?;
        // A default that was removed meanwhile is no choice any more, and letting it go takes no right.
        if new.default_model_id != teams::usable_default_model(&mut tx, viewer.team_id).await? {
            viewer.require(Permission::ViewModels)?;
        }
        teams::update_settings(&mut tx, viewer.team_id, &new).await?;
        let changed = [
            (before.max_upload_bytes != new.max_upload_bytes, "largest file"),
            (before.default_model_id != new.default_model_id, "default model"),
            (before.chat_retention_days != new.chat_retention_days, "how long chats are kept"),
            (before.requests_per_minute != new.requests_per_minute, "requests per minute"),
            (before.allowed_origins != new.allowed_origins, "allowed origins"),
        ];
        let event = Event::new(Action::TeamSettingsChanged, viewer.team_id.as_uuid(), before.name);
        audit::record(&mut tx, viewer, event.with_changes(&audit::those_that_hold(changed))).await?;
        tx.commit().await?;
        self.settings(viewer).await
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
                wrong.add(field, format!("Enter a whole number from 1 to {most}, or leave it empty."));
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

    /// Deletes chats whose team keeps them for a time that is over; returns how many. Housekeeping calls it.
    pub async fn delete_old_chats(&self) -> Result<u64> {
        let now = self.services.parts.clock.now();
        let mut deleted = 0;
        loop {
            let mut tx = self.services.parts.db.system_tx().await?;
            let some = teams::delete_old_chats(&mut tx, now, CHATS_AT_ONCE).await?;
            tx.commit().await?;
            deleted += some;
            if some < CHATS_AT_ONCE.unsigned_abs() {
                return Ok(deleted);
            }
        }
    }

    /// At least one, also where the installation takes less.
    fn most_upload_mb(&self) -> u32 {
        u32::try_from(self.services.settings().max_upload_bytes / MB).unwrap_or(u32::MAX).max(1)
    }
}

/// Refuses who is not an owner at this moment; for what only owners do.
pub(super) async fn require_owner(tx: &mut crate::TeamTx, viewer: &Viewer) -> Result<()> {
    let own = members::find_actor(tx, viewer.team_id, viewer.user_id).await?;
    let is_owner = own.is_some_and(|own| roles(&own.roles).contains(&Role::Owner));
    if is_owner { Ok(()) } else { Err(Error::Forbidden) }
}
