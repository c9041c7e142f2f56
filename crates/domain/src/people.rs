//! People: everybody who has an account on the installation, as its administrators see them.

use crate::{Page, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// One row of the table "People".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonSummary {
    /// The person.
    pub user_id: UserId,
    /// First and last name; may be empty.
    pub name: String,
    /// Their address.
    pub email: String,
    /// In how many teams they are.
    pub teams: u32,
    /// Whether they manage the installation.
    pub is_administrator: bool,
    /// Since when they are kept out; none while they may come in.
    pub suspended_at: Option<DateTime<Utc>>,
    /// Whether their password alone does not let them in.
    pub has_two_step: bool,
    /// When they were last here; none for somebody who has not been for a year.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// Since when they have a seat; none without one.
    pub seated_at: Option<DateTime<Utc>>,
}

impl PersonSummary {
    /// Their name, or their address where they gave none.
    pub fn called(&self) -> &str {
        if self.name.is_empty() { &self.email } else { &self.name }
    }
}

/// Part of the people of an installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleList {
    /// The people.
    pub page: Page<PersonSummary>,
    /// Whether a licence is in force, under which people have seats.
    pub has_seats: bool,
}
