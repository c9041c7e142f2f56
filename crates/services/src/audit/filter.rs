//! Filter: what stands in an address becomes what is asked of the table, or a message at every field that is wrong.

use crate::Result;
use crate::written::containing;
use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::audit::{Action, AuditQuery, TargetType, Via};
use domain::{FieldErrors, UserId};
use uuid::Uuid;

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
    /// The one thing or person.
    pub about: Option<Uuid>,
    pub via: Option<Via>,
    /// For ILIKE.
    pub pattern: Option<String>,
    pub from: Option<DateTime<Utc>>,
    /// The moment after the last day, or after its last minute.
    pub until: Option<DateTime<Utc>>,
}

impl Filter {
    pub fn parse(query: &AuditQuery) -> Result<Self> {
        let mut wrong = FieldErrors::default();
        let filter = Self {
            person: optional(&query.person, |text| text.parse().ok(), "person", &mut wrong),
            action: optional(&query.action, known_action, "action", &mut wrong),
            target: optional(&query.target, |text| text.parse().ok(), "target", &mut wrong),
            about: optional(&query.about, |text| text.parse().ok(), "about", &mut wrong),
            via: optional(&query.via, |text| text.parse().ok(), "via", &mut wrong),
            pattern: optional(&query.words, pattern, "words", &mut wrong),
            from: moment(["from", "from_time"], [&query.from, &query.from_time], |day, time| Some(beginning(day, time)), &mut wrong),
            until: moment(["to", "to_time"], [&query.to, &query.to_time], end, &mut wrong),
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

/// A day and, where it is given, a time on it become one moment. A time without its day is wrong.
fn moment(
    [day_field, time_field]: [&str; 2],
    [day_text, time_text]: [&str; 2],
    of: impl FnOnce(NaiveDate, Option<NaiveTime>) -> Option<DateTime<Utc>>,
    wrong: &mut FieldErrors,
) -> Option<DateTime<Utc>> {
    let time = optional(time_text, minute, time_field, wrong);
    if day_text.trim().is_empty() && time.is_some() {
        wrong.add(day_field, "Enter the day of this time as well.");
    }
    optional(day_text, |text| of(day(text)?, time), day_field, wrong)
}

fn sentence(field: &str) -> &'static str {
    match field {
        "from" | "to" => "Enter a day as 2026-11-28.",
        "from_time" | "to_time" => "Enter a time as 09:30.",
        "about" => "This is not the id of anything.",
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

fn minute(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M").ok()
}

fn beginning(day: NaiveDate, time: Option<NaiveTime>) -> DateTime<Utc> {
    day.and_time(time.unwrap_or(NaiveTime::MIN)).and_utc()
}

/// The first moment that is too late: after the minute, or after the day.
fn end(day: NaiveDate, time: Option<NaiveTime>) -> Option<DateTime<Utc>> {
    match time {
        Some(time) => day.and_time(time).and_utc().checked_add_signed(TimeDelta::minutes(1)),
        None => Some(beginning(day.checked_add_days(Days::new(1))?, None)),
    }
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
    fn times_are_of_their_day_and_the_last_minute_is_part_of_it() {
        let text = |text: &str| text.to_owned();
        let query = AuditQuery { from: text("2026-11-28"), from_time: text("09:30"), ..AuditQuery::default() };
        let query = AuditQuery { to: text("2026-11-28"), to_time: text("09:30"), ..query };
        let filter = Filter::parse(&query).unwrap();
        assert_eq!(filter.from.unwrap().to_rfc3339(), "2026-11-28T09:30:00+00:00");
        assert_eq!(filter.until.unwrap() - filter.from.unwrap(), TimeDelta::minutes(1));
        let without_day = AuditQuery { to_time: text("09:30"), ..AuditQuery::default() };
        let Err(Error::Invalid(errors)) = Filter::parse(&without_day) else { panic!("it was taken") };
        assert_eq!(errors.get("to"), Some("Enter the day of this time as well."));
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
            about: odd("1"),
            via: odd("Window"),
            words: "w".repeat(201),
            from: odd("1"),
            from_time: odd("25:00"),
            to: odd("+99999-1-1"),
            to_time: odd("9"),
        };
        let Err(Error::Invalid(errors)) = Filter::parse(&query) else { panic!("it was taken") };
        assert_eq!(errors.iter().count(), 10);
    }
}
