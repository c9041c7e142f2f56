//! People: whom an event speaks of by their ids alone, under the names they have now, or had when they left the team: with whom something
//! is shared, as whom an owner saw the team, who was put into a group and who was taken out.

use super::list::{actions_naming_others, former_person};
use super::queries::{self, EventRow};
use crate::Result;
use domain::audit::{Details, Fact, SharedWith};
use domain::sharing::ShareWith;
use domain::{TeamId, UserId};
use sqlx::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// Most people that are named where an event speaks of many. All their ids are on record.
const MOST_NAMED: usize = 20;

/// What people are called. Who is gone has no name.
pub(super) struct People(HashMap<UserId, String>);

impl People {
    /// Those of whom these events of a team speak, or of all chains.
    pub async fn of(connection: &mut PgConnection, team: Option<TeamId>, rows: &[EventRow]) -> Result<Self> {
        let ids: Vec<Uuid> = rows.iter().flat_map(|row| named(&row.known_details())).map(UserId::as_uuid).collect();
        if ids.is_empty() {
            return Ok(Self(HashMap::new()));
        }
        let people = queries::list_names(connection, team, &ids, &actions_naming_others()).await?;
        Ok(Self(people.into_iter().map(|person| (person.id, person.name)).collect()))
    }

    /// What an event says of them, a line each.
    pub fn facts(&self, details: &Details) -> Vec<Fact> {
        let many = [("Put in", &details.added), ("Taken out", &details.removed)];
        let many = many.into_iter().filter(|(_, people)| !people.is_empty());
        let shared = details.shared.iter().map(|shared| Fact::new("With", self.with_whom(shared)));
        let seen = details.viewed_as.iter().map(|person| Fact::new("Seen as", self.called(*person)));
        shared.chain(seen).chain(many.map(|(label, people)| Fact::new(label, self.list(people)))).collect()
    }

    /// The same in one line.
    pub fn words(&self, details: &Details) -> String {
        let facts = self.facts(details).into_iter().map(|fact| format!("{}: {}", fact.label, fact.value));
        facts.collect::<Vec<_>>().join("; ")
    }

    /// A group under its name then, a person under theirs.
    fn with_whom(&self, shared: &SharedWith) -> String {
        match shared.with {
            ShareWith::Person(id) => self.called(id),
            ShareWith::Group(_) => shared.group.as_ref().map_or_else(|| "a group".to_owned(), |name| format!("the group “{name}”")),
        }
    }

    fn list(&self, people: &[UserId]) -> String {
        let mut names: Vec<String> = people.iter().take(MOST_NAMED).map(|person| self.called(*person)).collect();
        let others = people.len().saturating_sub(MOST_NAMED);
        if others > 0 {
            names.push(format!("and {others} more"));
        }
        names.join(", ")
    }

    fn called(&self, person: UserId) -> String {
        self.0.get(&person).cloned().unwrap_or_else(|| former_person(person.as_uuid()))
    }
}

/// Whom an event names.
fn named(details: &Details) -> Vec<UserId> {
    let shared = details.shared.iter().filter_map(|shared| match shared.with {
        ShareWith::Person(id) => Some(id),
        ShareWith::Group(_) => None,
    });
    let many = details.added.iter().take(MOST_NAMED).chain(details.removed.iter().take(MOST_NAMED));
    shared.chain(details.viewed_as).chain(many.copied()).collect()
}
