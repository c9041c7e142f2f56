//! Present: from a key to the viewer it stands for. A key that was mistyped, has expired, was revoked, or whose person may not come
//! in: all are answered alike, with nobody.

use super::ApiKeys;
use super::queries::{self, BearerRow};
use super::secret::Key;
use crate::identity::{permissions, throttle};
use crate::{CameFrom, Result, Viewer, licences};
use chrono::TimeDelta;
use domain::audit::Via;
use domain::licences::Feature;
use domain::{ApiKeyId, Permission};
use std::net::IpAddr;

/// How exactly "last used" is kept: a write per minute and key, not per request.
const USED_EVERY: TimeDelta = TimeDelta::seconds(60);

/// What comes of a key that a program presents.
pub struct Program {
    /// As whom it comes in; nobody with a key that lets nobody in. Refused where the licence leaves keys out or counts seats and its person
    /// has none, and told to wait where its team has taken enough.
    pub viewer: Result<Option<Viewer>>,
    /// The origins whose pages may read how it is answered: those its team lists. Without a team that lives there are none.
    pub allowed_origins: Vec<String>,
}

impl ApiKeys<'_> {
    /// As whom a program comes in with what it presents, counted among the requests of its team. Failures are counted per network
    /// address; too many are told to wait.
    pub async fn let_in(&self, presented: &str, ip: IpAddr) -> Program {
        match self.find(presented).await {
            Ok(Some(mut row)) => {
                let allowed_origins = std::mem::take(&mut row.allowed_origins);
                Program { viewer: self.enter(Some(row), ip).await, allowed_origins }
            }
            Ok(None) => Program { viewer: self.enter(None, ip).await, allowed_origins: Vec::new() },
            Err(error) => Program { viewer: Err(error), allowed_origins: Vec::new() },
        }
    }

    async fn enter(&self, row: Option<BearerRow>, ip: IpAddr) -> Result<Option<Viewer>> {
        let now = self.services.parts.clock.now();
        let Some(row) = row.filter(|row| row.lets_in) else {
            throttle::take(&self.services.parts.db, now, vec![(throttle::ip_key("api-key", ip), throttle::KEY_PER_IP)]).await?;
            return Ok(None);
        };
        if !row.is_included {
            return Err(licences::left_out(Feature::Api));
        }
        if !row.has_seat {
            return Err(licences::seats::missing());
        }
        if row.last_used_at.is_none_or(|used| now - used >= USED_EVERY) {
            let mut tx = self.services.parts.db.system_tx().await?;
            queries::touch(&mut tx, row.id, now).await?;
            tx.commit().await?;
        }
        self.services.team().count_request(row.team_id, row.requests_per_minute).await?;
        Ok(Some(Viewer {
            user_id: row.user_id,
            team_id: row.team_id,
            session_id: None,
            api_key: Some(row.id),
            is_system_administrator: false,
            must_set_up_two_step: false,
            permissions: allowed(&row),
            seen_by: None,
            came_from: CameFrom { via: Via::Api, ip: Some(ip) },
        }))
    }

    async fn find(&self, presented: &str) -> Result<Option<BearerRow>> {
        let Some(key) = Key::parse(presented) else { return Ok(None) };
        let mut read = self.services.parts.db.system_read().await?;
        let row = queries::find_bearer(&mut read, &key.selector, self.services.parts.clock.now()).await?;
        Ok(row.filter(|row| key.proves(&row.secret_hash)))
    }

    /// Whether a key still lets its person in: what an open stream asks every few seconds.
    pub(crate) async fn still_lets_in(&self, key: ApiKeyId) -> Result<bool> {
        let mut read = self.services.parts.db.system_read().await?;
        Ok(queries::lets_in(&mut read, key, self.services.parts.clock.now()).await?)
    }
}

/// What the person's roles allow and the key's scopes let through.
fn allowed(row: &BearerRow) -> Vec<Permission> {
    let scopes = queries::scopes(&row.scopes);
    let lets_through = |permission: &Permission| scopes.iter().any(|scope| scope.permissions().contains(permission));
    permissions(&row.permissions).into_iter().filter(lets_through).collect()
}
