//! People: everybody who has an account on the installation, as its administrators see them.

use crate::my_data::DeletionTerms;
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
    /// When they or a program with their key were last here; none for somebody who has not been for a year.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// Since when they have a seat; none without one.
    pub seated_at: Option<DateTime<Utc>>,
    /// When their account goes, once that was asked for.
    pub gone_at: Option<DateTime<Utc>>,
    /// Whether an administrator asked for that, so that one can call it off; what they asked for themselves only they do.
    pub can_be_kept: bool,
}

impl PersonSummary {
    /// Their name, or their address where they gave none.
    pub fn called(&self) -> &str {
        if self.name.is_empty() { &self.email } else { &self.name }
    }
}

/// A team that somebody alone owns while others are in it, and to whom it goes with the end of their account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamHeir {
    /// The name of the team.
    pub team: String,
    /// How the heir is called, as things stand.
    pub heir: String,
}

/// What happens when an administrator deletes somebody's account, said before they do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonDeletionTerms {
    /// What the person would be told themselves. Teams that only they own stand in their way alone; here each has an heir.
    pub own: DeletionTerms,
    /// Who gets these teams.
    pub heirs: Vec<TeamHeir>,
}

/// Part of the people of an installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleList {
    /// The people.
    pub page: Page<PersonSummary>,
    /// Whether a licence is in force, under which people have seats.
    pub has_seats: bool,
}
