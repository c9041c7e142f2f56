//! List: everybody, or those whose name or address holds some words.

use super::People;
use super::queries::{self, PersonRow};
use crate::my_data::gone_at;
use crate::{Result, Viewer};
use domain::people::{PeopleList, PersonSummary};
use domain::{Page, PageRequest};

impl People<'_> {
    /// One page of the people whose name or address holds the words, by name, for those who manage the installation; for others the
    /// screen does not exist.
    pub async fn list(&self, viewer: &Viewer, words: &str, page: PageRequest) -> Result<PeopleList> {
        viewer.require_system_administrator()?;
        let words = words.trim();
        let mut tx = self.services.parts.db.system_tx().await?;
        let total = queries::count(&mut tx, words).await?;
        let items = queries::list(&mut tx, words, page).await?.into_iter().map(PersonSummary::from).collect();
        Ok(PeopleList { page: Page { items, total }, has_seats: queries::has_licence(&mut tx).await? })
    }
}

impl From<PersonRow> for PersonSummary {
    fn from(row: PersonRow) -> Self {
        Self {
            user_id: row.user_id,
            name: format!("{} {}", row.first_name, row.last_name).trim().to_owned(),
            email: row.email,
            teams: u32::try_from(row.teams).unwrap_or(u32::MAX),
            is_administrator: row.is_system_administrator,
            suspended_at: row.suspended_at,
            has_two_step: row.has_two_step,
            last_seen_at: row.last_seen_at,
            seated_at: row.seated_at,
            gone_at: row.deletion_requested_at.map(gone_at),
            can_be_kept: row.can_be_kept,
        }
    }
}
