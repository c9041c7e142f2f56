//! Filter: what stands in an address becomes what is asked of the table, or a message at every field that is wrong.

use crate::Result;
use crate::written::containing;
use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveTime, Utc};
use domain::audit::{Action, AuditQuery, TargetType};
use domain::{FieldErrors, UserId};

/// Most characters that are searched for.
const LONGEST_WORDS: usize = 200;
/// Years the database can tell apart with ease.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=9999;

/// What is asked for; none means everything.
#[derive(Debug, Default)]
pub(super) struct Filter {
    pub person: Option<UserId>,
    /// An action, or its family.
    pub action: Option<String>,
    pub target: Option<TargetType>,
    /// For ILIKE.
    pub pattern: Option<String>,
    pub from: Option<DateTime<Utc>>,
    /// The moment after the last day.
    pub until: Option<DateTime<Utc>>,
}

impl Filter {
    pub fn parse(query: &AuditQuery) -> Result<Self> {
        let mut wrong = FieldErrors::default();
        let filter = Self {
            person: optional(&query.person, |text| text.parse().ok(), "person", &mut wrong),
            action: optional(&query.action, known_action, "action", &mut wrong),
            target: optional(&query.target, |text| text.parse().ok(), "target", &mut wrong),
            pattern: optional(&query.words, pattern, "words", &mut wrong),
            from: optional(&query.from, |text| day(text).map(start_of), "from", &mut wrong),
            until: optional(&query.to, |text| day(text)?.checked_add_days(Days::new(1)).map(start_of), "to", &mut wrong),
        };
        if wrong.is_empty() { Ok(filter) } else { Err(wrong.into()) }
    }
}

fn optional<T>(text: &str, parse: impl FnOnce(&str) -> Option<T>, field: &str, wrong: &mut FieldErrors) -> Option<T> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let parsed = parse(text);
    if parsed.is_none() {
        wrong.add(field, sentence(field));
    }
    parsed
}

fn sentence(field: &str) -> &'static str {
    match field {
        "from" | "to" => "Enter a day as 2026-11-28.",
        "words" => "Search for fewer words.",
        _ => "This is not one of the choices.",
    }
}

fn known_action(text: &str) -> Option<String> {
    let is_family = Action::FAMILIES.iter().any(|(word, _)| *word == text);
    (is_family || text.parse::<Action>().is_ok()).then(|| text.to_owned())
}

/// Finds the words as they stand.
fn pattern(words: &str) -> Option<String> {
    (words.chars().count() <= LONGEST_WORDS && !words.contains('\0')).then(|| containing(words))
}

fn day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|day| YEARS.contains(&day.year()))
}

fn start_of(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    #[test]
    fn a_filter_without_anything_asks_for_everything() {
        let filter = Filter::parse(&AuditQuery::default()).unwrap();
        assert!(filter.person.is_none() && filter.action.is_none() && filter.pattern.is_none() && filter.until.is_none());
    }

    #[test]
    fn the_last_day_is_part_of_what_is_asked_for() {
        let query = AuditQuery { from: "2026-11-28".to_owned(), to: "2026-11-28".to_owned(), ..AuditQuery::default() };
        let filter = Filter::parse(&query).unwrap();
        assert_eq!(filter.until.unwrap() - filter.from.unwrap(), chrono::TimeDelta::days(1));
    }

    #[test]
    fn families_and_actions_are_known_and_signs_of_patterns_stand_for_themselves() {
        assert_eq!(known_action("dataset").as_deref(), Some("dataset"));
        assert_eq!(known_action("dataset.created").as_deref(), Some("dataset.created"));
        assert_eq!(known_action("dataset."), None);
        assert_eq!(pattern("100 %_").as_deref(), Some(r"%100 \%\_%"));
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let odd = |text: &str| text.to_owned();
        let query = AuditQuery {
            person: odd("x"),
            action: odd("fly"),
            target: odd("Moon"),
            words: "w".repeat(201),
            from: odd("1"),
            to: odd("+99999-1-1"),
        };
        let Err(Error::Invalid(errors)) = Filter::parse(&query) else { panic!("it was taken") };
        assert_eq!(errors.iter().count(), 6);
    }
}
