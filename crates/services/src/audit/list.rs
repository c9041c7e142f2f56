//! List: a trail as a screen shows it, and what its filters offer.

use super::filter::Filter;
use super::people::People;
use super::queries::{self, EventRow};
use super::{Audit, begin};
use crate::written::hex;
use crate::{Result, Viewer};
use domain::UserId;
use domain::audit::{
    Action, AuditChoice, AuditChoices, AuditEntry, AuditPage, AuditQuery, AuditScope, Details, Fact, TargetType, Via, facts, sentence,
};
use uuid::Uuid;

/// Entries of one page.
const PAGE: i64 = 50;
/// People a filter offers.
const MOST_PEOPLE: i64 = 1000;

impl Audit<'_> {
    /// What happened, the latest first, from before a position on.
    pub async fn list(&self, viewer: &Viewer, scope: AuditScope, query: &AuditQuery, before: Option<i64>) -> Result<AuditPage> {
        let (mut tx, team) = begin(self.services, viewer, scope).await?;
        let filter = Filter::parse(query)?;
        let mut rows = queries::list(tx.connection(), team, &filter, before, PAGE + 1).await?;
        let about = match filter.about {
            Some(target) => {
                let name = queries::find_target_name(tx.connection(), team, target, &actions_naming_others()).await?;
                name.or_else(|| rows.first().filter(|row| row.is_about_a_person()).map(|_| former_person(target)))
            }
            None => None,
        };
        let has_older = rows.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
        if has_older {
            rows.pop();
        }
        let people = People::of(tx.connection(), team, &rows).await?;
        tx.commit().await?;
        let older = rows.last().filter(|_| has_older).map(|row| row.position);
        Ok(AuditPage { entries: rows.iter().map(|row| entry(row, &people, scope)).collect(), older, about })
    }

    /// What the filters of a trail offer.
    pub async fn choices(&self, viewer: &Viewer, scope: AuditScope) -> Result<AuditChoices> {
        let (mut tx, team) = begin(self.services, viewer, scope).await?;
        let people = queries::list_people(tx.connection(), team, MOST_PEOPLE).await?;
        tx.commit().await?;
        Ok(AuditChoices {
            people: people.into_iter().map(|person| (person.id, called(person.name, person.id.as_uuid()))).collect(),
            actions: actions(),
            targets: TargetType::ALL.iter().map(|target| choice(target.as_str(), target.as_str())).collect(),
        })
    }
}

/// Every family, and under it every action of it.
fn actions() -> Vec<AuditChoice> {
    let mut choices = Vec::new();
    for (word, label) in Action::FAMILIES {
        choices.push(choice(word, format!("{label}: everything")));
        let inside = Action::ALL.iter().filter(|action| action.as_str().split('.').next() == Some(word));
        choices.extend(inside.map(|action| choice(action.as_str(), format!("{label}: {}", action.label()))));
    }
    choices
}

fn choice(value: &str, label: impl Into<String>) -> AuditChoice {
    AuditChoice { value: value.to_owned(), label: label.into() }
}

/// Whether the name an action tells is that of its target. Where a phrase about a person has quotes, in them stands a thing of theirs.
fn names_its_target(action: Action) -> bool {
    action.target() != TargetType::Person || !action.phrase().contains('“')
}

/// The actions that tell another name.
pub(super) fn actions_naming_others() -> Vec<&'static str> {
    Action::ALL.iter().copied().filter(|action| !names_its_target(*action)).map(Action::as_str).collect()
}

/// A name that was erased is no name.
fn called(name: String, person: Uuid) -> String {
    if name.is_empty() { former_person(person) } else { name }
}

/// Somebody who is gone, by the end of their id: its beginning is the time of their coming.
pub(super) fn former_person(id: Uuid) -> String {
    format!("Former person {:04x}", id.as_u128() & 0xffff)
}

impl EventRow {
    /// Who did it, as a sentence begins.
    pub(super) fn actor(&self) -> String {
        self.actor_id.map(|id| called(self.actor_name.clone(), id)).unwrap_or_default()
    }

    fn is_about_a_person(&self) -> bool {
        self.target_type == TargetType::Person.as_str()
    }

    /// To what it was done, as a sentence says it.
    fn target_called(&self, action: Action) -> String {
        let is_person = action.target() == TargetType::Person && names_its_target(action) && self.actor_id != self.target_id;
        match self.target_id {
            Some(id) if is_person => called(self.target_name.clone(), id),
            _ => self.target_name.clone(),
        }
    }

    /// What else is to be known; what a later version wrote and this one does not know is left out.
    pub(super) fn known_details(&self) -> Details {
        serde_json::from_value(self.details.clone()).unwrap_or_default()
    }

    /// What happened, in words.
    pub(super) fn sentence(&self) -> String {
        match self.action.parse::<Action>() {
            Ok(action) => sentence(&self.actor(), action, &self.target_called(action), &self.known_details()),
            Err(_) => format!("{} {} {}", self.actor(), self.action, self.target_name),
        }
    }

    /// By which way it was done, as a table reads it.
    pub(super) fn way(&self) -> &'static str {
        self.via.parse::<Via>().map_or("", Via::words)
    }
}

fn entry(row: &EventRow, people: &People, scope: AuditScope) -> AuditEntry {
    let origin = if row.ip.is_empty() { row.way().to_owned() } else { format!("{} · {}", row.way(), row.ip) };
    let details = row.known_details();
    let mut known = facts(&details);
    known.extend(people.facts(&details));
    known.extend([
        Fact::new("Action", row.action.as_str()),
        Fact::new("From", origin.as_str()),
        Fact::new("Target", target(row)),
        Fact::new("Number in its chain", row.seq.to_string()),
        Fact::new("Hash", hex(&row.hash)),
    ]);
    if row.is_erased {
        known.push(Fact::new("Names", "Erased"));
    }
    let team = (scope == AuditScope::Installation).then(|| row.team.clone()).flatten();
    let actor_id = row.actor_id.map(UserId::from);
    AuditEntry {
        position: row.position,
        at: row.at,
        sentence: row.sentence(),
        origin,
        team,
        actor_id,
        target_id: row.target_id,
        facts: known,
    }
}

fn target(row: &EventRow) -> String {
    let id = row.target_id.map(|id| id.to_string()).unwrap_or_default();
    let parts = [row.target_type.as_str(), row.target_name.as_str(), id.as_str()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}
