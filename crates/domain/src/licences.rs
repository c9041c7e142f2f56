//! Licences: what an installation may be used for, for how many people and until when, as its administrator sees it.

use crate::UserId;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How long before its end a licence begins to remind.
const REMINDS_BEFORE: TimeDelta = TimeDelta::days(30);

/// What `/admin/licences` shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenceOverview {
    /// The first letters of the key that licences have to be signed with; none where none is set.
    pub key: Option<String>,
    /// The licence in force; none means the community tier, without limits.
    pub licence: Option<LicenceDetail>,
}

/// One licence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenceDetail {
    /// The id its distributor gave it.
    pub number: String,
    /// Whom it was made for.
    pub customer: String,
    /// What it is called.
    pub tier: String,
    /// How many people may have a seat.
    pub seats: u32,
    /// How many have one.
    pub seats_used: u32,
    /// What it includes.
    pub features: Vec<String>,
    /// From when on it is valid.
    pub issued_at: DateTime<Utc>,
    /// Until when it is valid.
    pub expires_at: DateTime<Utc>,
    /// How it stands now.
    pub standing: LicenceStanding,
}

impl LicenceDetail {
    /// How many people can still take a seat.
    pub const fn seats_free(&self) -> u32 {
        self.seats.saturating_sub(self.seats_used)
    }
}

/// How a licence stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LicenceStanding {
    /// Valid for a while.
    Valid,
    /// Over within 30 days.
    EndsSoon,
    /// Over: nothing can be changed.
    Over,
}

impl LicenceStanding {
    /// How a licence that expires then stands now.
    pub fn at(now: DateTime<Utc>, expires_at: DateTime<Utc>) -> Self {
        if expires_at <= now {
            Self::Over
        } else if expires_at - now <= REMINDS_BEFORE {
            Self::EndsSoon
        } else {
            Self::Valid
        }
    }
}

/// What the frame of every screen says about the licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenceNotice {
    /// Whether it is over; otherwise it ends soon.
    pub is_over: bool,
    /// When it ends or ended.
    pub expires_at: DateTime<Utc>,
}

/// What came of a licence that was installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenceInstalled {
    /// The licence, now in force.
    pub licence: LicenceDetail,
    /// How many people were signed out because there was no seat for them.
    pub turned_away: u32,
}

/// Part of the people of an installation, those with a seat first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatList {
    /// The people.
    pub people: Vec<SeatPerson>,
    /// Whether there are more than are listed.
    pub has_more: bool,
}

/// A person and their seat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatPerson {
    /// The person.
    pub user_id: UserId,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Since when they have a seat; none without one.
    pub seated_at: Option<DateTime<Utc>>,
    /// Whether they keep it whatever happens, because they manage the installation.
    pub keeps_seat: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_licence_reminds_for_thirty_days_and_is_over_at_its_moment() {
        let end = DateTime::from_timestamp(1_800_000_000, 0).expect("a valid moment");
        let before = |time: TimeDelta| LicenceStanding::at(end - time, end);
        assert_eq!(before(TimeDelta::days(30) + TimeDelta::seconds(1)), LicenceStanding::Valid);
        assert_eq!(before(TimeDelta::days(30)), LicenceStanding::EndsSoon);
        assert_eq!(before(TimeDelta::seconds(1)), LicenceStanding::EndsSoon);
        assert_eq!(before(TimeDelta::zero()), LicenceStanding::Over);
    }
}
