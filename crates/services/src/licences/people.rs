//! People: who has a seat, giving one and freeing one.

use super::{Licences, queries, seats};
use crate::{Error, Result, Viewer, audit};
use domain::UserId;
use domain::audit::{Action, Event};
use domain::licences::{SeatList, SeatPerson};

/// Most people listed at once; a search finds the others.
const LISTED: usize = 50;

impl Licences<'_> {
    /// People whose name or address holds the words: those with a seat first, of them whose seat is missed least.
    pub async fn list_seats(&self, viewer: &Viewer, words: &str) -> Result<SeatList> {
        viewer.require_system_administrator()?;
        let mut tx = self.services.parts.db.system_tx().await?;
        let mut rows = queries::list_people(&mut tx, words.trim(), i64::try_from(LISTED + 1).expect("a small number")).await?;
        let has_more = rows.len() > LISTED;
        rows.truncate(LISTED);
        let person = |row: queries::PersonRow| SeatPerson {
            user_id: row.user_id,
            name: format!("{} {}", row.first_name, row.last_name).trim().to_owned(),
            email: row.email,
            suspended_at: row.suspended_at,
            last_seen_at: row.last_seen_at,
            seated_at: row.seated_at,
            keeps_seat: row.is_system_administrator,
        };
        Ok(SeatList { people: rows.into_iter().map(person).collect(), has_more })
    }

    /// Gives somebody a seat before they sign in.
    pub async fn give_seat(&self, viewer: &Viewer, user: UserId) -> Result<()> {
        viewer.require_system_administrator()?;
        let mut tx = self.services.parts.db.installation_tx().await?;
        let email = queries::find_email(&mut tx, user).await?.ok_or(Error::NotFound)?;
        if queries::find_in_force(&mut tx).await?.is_none() {
            return Err(Error::Conflict("Without a licence nobody needs a seat.".to_owned()));
        }
        // Nobody needs one then, so that nothing would be written that Postgres could refuse.
        if queries::is_over(&mut tx).await? {
            return Err(Error::ReadOnly);
        }
        if seats::give(&mut tx, user).await?.is_some() {
            audit::record_in(&mut tx, None, viewer, Event::new(Action::SeatGiven, user.as_uuid(), email)).await?;
        }
        tx.commit().await
    }

    /// Frees somebody's seat and ends their sessions, also one that begins at this moment; their API keys open nothing. They take a free
    /// one again when they sign in.
    pub async fn free_seat(&self, viewer: &Viewer, user: UserId) -> Result<()> {
        viewer.require_system_administrator()?;
        let mut tx = self.services.parts.db.installation_tx().await?;
        queries::lock_sessions(&mut tx).await?;
        queries::lock(&mut tx).await?;
        let email = queries::find_email(&mut tx, user).await?.ok_or(Error::NotFound)?;
        if queries::standing(&mut tx, user).await?.is_some_and(|standing| standing.is_system_administrator) {
            return Err(Error::Conflict("Who manages the installation keeps their seat: somebody has to be able to come in.".to_owned()));
        }
        if !queries::delete_seat(&mut tx, user).await? {
            return Err(Error::NotFound);
        }
        queries::end_sessions_of(&mut tx, user).await?;
        audit::record_in(&mut tx, None, viewer, Event::new(Action::SeatFreed, user.as_uuid(), email)).await?;
        tx.commit().await
    }
}
