//! Manage: the keys there are, and taking one back: one's own, or anybody's in the team for those who may.

use super::ApiKeys;
use super::queries::{self, ApiKeyRow};
use super::secret::prefix;
use crate::{Error, Result, Viewer, audit};
use chrono::{DateTime, Utc};
use domain::api_keys::ApiKeySummary;
use domain::audit::{Action, Event};
use domain::{ApiKeyId, Permission, UserId};

impl ApiKeys<'_> {
    /// The viewer's keys in the team they work in, the newest first.
    pub async fn list_own(&self, viewer: &Viewer) -> Result<Vec<ApiKeySummary>> {
        self.list(viewer, Some(viewer.user_id)).await
    }

    /// Everybody's keys in the team, the newest first.
    pub async fn list_of_team(&self, viewer: &Viewer) -> Result<Vec<ApiKeySummary>> {
        viewer.require(Permission::ViewKeys)?;
        self.list(viewer, None).await
    }

    async fn list(&self, viewer: &Viewer, owner: Option<UserId>) -> Result<Vec<ApiKeySummary>> {
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let rows = queries::list(&mut tx, viewer.team_id, owner).await?;
        let now = self.services.parts.clock.now();
        Ok(rows.into_iter().map(|row| row.summary(now)).collect())
    }

    /// Takes a key back: it opens nothing from the next request on, and open streams end. Somebody else's does not exist for those
    /// who may not manage the team's. It goes on when the licence is over.
    pub async fn revoke(&self, viewer: &Viewer, id: ApiKeyId) -> Result<()> {
        let owner = if viewer.may(Permission::ManageKeys) { None } else { Some(viewer.user_id) };
        let mut tx = self.services.parts.db.ongoing_tx(viewer).await?;
        let name = queries::delete(&mut tx, viewer.team_id, id, owner).await?.ok_or(Error::NotFound)?;
        audit::record(&mut tx, viewer, Event::new(Action::ApiKeyRevoked, id.as_uuid(), name)).await?;
        tx.commit().await
    }
}

impl ApiKeyRow {
    /// As it crosses the wire; a scope this version does not know is left out.
    fn summary(self, now: DateTime<Utc>) -> ApiKeySummary {
        ApiKeySummary {
            id: self.id,
            name: self.name,
            prefix: prefix(&self.selector),
            scopes: queries::scopes(&self.scopes),
            owner: self.owner,
            created_at: self.created_at,
            last_used_at: self.last_used_at,
            expires_at: self.expires_at,
            is_expired: self.expires_at.is_some_and(|end| end <= now),
        }
    }
}
