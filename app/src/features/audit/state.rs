//! What of a trail stands in the address: the filter and where the page begins. The screen follows from it alone.

use crate::own_path::escape;
use domain::audit::{AuditQuery, AuditScope, ExportFormat};
use domain::{TeamId, UserId};
use leptos_router::params::ParamsMap;
use std::fmt::Display;

/// The filter and the position before which the page begins, as the address has them.
pub fn of_address(params: &ParamsMap) -> (AuditQuery, Option<i64>) {
    let text = |name: &str| params.get(name).unwrap_or_default().trim().to_owned();
    let query = AuditQuery {
        person: text("person"),
        action: text("action"),
        target: text("target"),
        about: text("about"),
        via: text("via"),
        words: text("words"),
        from: text("from"),
        from_time: text("from_time"),
        to: text("to"),
        to_time: text("to_time"),
    };
    (query, text("before").parse().ok())
}

/// The screen of a trail.
pub const fn screen(scope: AuditScope) -> &'static str {
    match scope {
        AuditScope::Team => "/team/audit",
        AuditScope::Installation => "/admin/audit",
    }
}

/// The address of the screen with a filter, from before a position on.
pub fn address(scope: AuditScope, query: &AuditQuery, before: Option<i64>) -> String {
    let before = before.map(|position| ("before", position.to_string()));
    let asked = query.pairs().map(|(name, value)| (name, value.to_owned()));
    with_pairs(screen(scope), asked.chain(before))
}

/// The address of everything that was done to a thing or a person.
pub fn about(scope: AuditScope, target: impl Display) -> String {
    address(scope, &AuditQuery { about: target.to_string(), ..AuditQuery::default() }, None)
}

/// The address of everything that a person did.
pub fn done_by(scope: AuditScope, person: UserId) -> String {
    address(scope, &AuditQuery { person: person.to_string(), ..AuditQuery::default() }, None)
}

/// The address of an export of what the filter asks for. It names the team that the page shows: once its reader works in another, they
/// get none.
pub fn export_address(scope: AuditScope, team: TeamId, query: &AuditQuery, format: ExportFormat) -> String {
    let team = (scope == AuditScope::Team).then(|| ("team", team.to_string()));
    let asked = query.pairs().map(|(name, value)| (name, value.to_owned()));
    with_pairs(&format!("/api/audit/{scope}/{format}"), asked.chain(team))
}

fn with_pairs(path: &str, pairs: impl Iterator<Item = (&'static str, String)>) -> String {
    let query: Vec<String> = pairs.map(|(name, value)| format!("{name}={}", escape(&value))).collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_holds_what_is_asked_for_and_nothing_else() {
        let query = AuditQuery { words: "a&b=c".to_owned(), ..AuditQuery::default() };
        assert_eq!(address(AuditScope::Team, &AuditQuery::default(), None), "/team/audit");
        assert_eq!(address(AuditScope::Team, &query, Some(7)), "/team/audit?words=a%26b%3Dc&before=7");
        let (team, csv) = (TeamId::nil(), ExportFormat::Csv);
        assert_eq!(export_address(AuditScope::Installation, team, &query, csv), "/api/audit/installation/csv?words=a%26b%3Dc");
        let of_the_team = format!("/api/audit/team/csv?words=a%26b%3Dc&team={team}");
        assert_eq!(export_address(AuditScope::Team, team, &query, csv), of_the_team);
    }

    #[test]
    fn what_an_address_says_is_read_back() {
        let mut params = ParamsMap::new();
        params.insert("action", "dataset".to_owned());
        params.insert("before", "12".to_owned());
        let (query, before) = of_address(&params);
        assert_eq!((query.action.as_str(), before), ("dataset", Some(12)));
        assert_eq!(of_address(&ParamsMap::new()), (AuditQuery::default(), None));
    }
}
