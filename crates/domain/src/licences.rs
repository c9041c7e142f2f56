//! Licences: what an installation may be used for, for how many people and until when, as its administrator sees it.

use crate::UserId;
use crate::words::words;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How long before its end a licence begins to remind.
const REMINDS_BEFORE: TimeDelta = TimeDelta::days(30);

words! {
    /// A part of the product that a licence switches: what it names is on, what it does not name is off. Without a licence all are on.
    Feature {
        /// Coming in through an identity provider.
        IdentityProviders = "IdentityProviders",
        /// Programs that come in with API keys.
        Api = "Api",
        /// The audit trail as a file.
        AuditExport = "AuditExport",
        /// Seeing a team as one of its members does.
        ViewAs = "ViewAs",
        /// Parts of a team under a name.
        Groups = "Groups",
    }
}

impl Feature {
    /// How it is called, and what there is with it only.
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::IdentityProviders => (
                "Identity providers",
                "Adding one, and accounts and links through one. Whoever is linked already signs in with it in any case.",
            ),
            Self::Api => ("API keys", "Making keys, and calling with them. Keys are listed and revoked in any case."),
            Self::AuditExport => ("Export of the audit trail", "CSV and JSON. The trail is kept, read and verified in any case."),
            Self::ViewAs => ("View as a member", "Owners see their team as one of its members does."),
            Self::Groups => ("Groups", "Making groups. Those there are go on and can be changed in any case."),
        }
    }

    /// What whoever wants it is told where the licence leaves it out.
    pub fn refusal(self) -> String {
        let what = match self {
            Self::IdentityProviders => "identity providers",
            Self::Api => "API keys",
            Self::AuditExport => "exporting the audit trail",
            Self::ViewAs => "viewing a team as one of its members",
            Self::Groups => "groups",
        };
        format!("The licence of this installation does not include {what}.")
    }

    /// What a licence leaves out that names these.
    pub fn left_out_of(names: &[String]) -> Vec<Self> {
        Self::ALL.iter().copied().filter(|feature| !names.iter().any(|name| name == feature.as_str())).collect()
    }

    /// Those of the names that this version does not know: of a later one, or of what is no part of the product.
    pub fn unknown_among(names: &[String]) -> Vec<&str> {
        names.iter().map(String::as_str).filter(|name| name.parse::<Self>().is_err()).collect()
    }
}

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
    /// What it includes, by its own names: those of [`Feature`], and others that switch nothing.
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

/// Part of the people of an installation: those with a seat first, of them whoever is suspended, and then who was not seen for longest.
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
    /// Since when they are kept out; none while they may come in.
    pub suspended_at: Option<DateTime<Utc>>,
    /// When they or a program with their key were last here; none for somebody who has not been for a year.
    pub last_seen_at: Option<DateTime<Utc>>,
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

    #[test]
    fn what_a_licence_does_not_name_is_left_out_and_other_names_are_kept_as_they_are() {
        let names = ["Api", "Support", "groups", "ViewAs"].map(str::to_owned);
        assert_eq!(Feature::left_out_of(&names), [Feature::IdentityProviders, Feature::AuditExport, Feature::Groups]);
        assert_eq!(Feature::unknown_among(&names), ["Support", "groups"]);
        let all: Vec<String> = Feature::ALL.iter().map(Feature::to_string).collect();
        assert!(Feature::left_out_of(&all).is_empty() && Feature::unknown_among(&all).is_empty());
        assert_eq!(Feature::left_out_of(&[]), Feature::ALL);
    }
}
