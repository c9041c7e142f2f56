//! Time: a moment, written out. Never "two minutes ago": the text follows from the data alone, so that the server and the
//! browser always write the same.

use chrono::{DateTime, Datelike, Timelike, Utc};
use leptos::prelude::*;

/// How much of a moment is shown. The exact one is always in the title.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeStyle {
    /// "21 Nov 2026, 23:41".
    #[default]
    DateTime,
    /// "21 Nov 2026".
    Date,
    /// "23:41".
    Clock,
}

/// Names of the months.
const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/// Writes a moment in UTC.
pub fn write_time(at: DateTime<Utc>, style: TimeStyle) -> String {
    match style {
        TimeStyle::DateTime => format!("{}, {}", date(at), clock(at)),
        TimeStyle::Date => date(at),
        TimeStyle::Clock => clock(at),
    }
}

// Put together by hand: the patterns of chrono would be some ten kilobytes of every first page.

fn date(at: DateTime<Utc>) -> String {
    format!("{} {} {}", at.day(), &month(at)[..3], at.year())
}

fn clock(at: DateTime<Utc>) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

fn month(at: DateTime<Utc>) -> &'static str {
    MONTHS[at.month0() as usize]
}

/// "Sat, 21 November 2026, 23:41:00 UTC".
fn exact(at: DateTime<Utc>) -> String {
    format!("{}, {} {} {}, {}:{:02} UTC", at.weekday(), at.day(), month(at), at.year(), clock(at), at.second())
}

/// "2026-11-21T23:41:00Z", as HTML wants it.
fn datetime(at: DateTime<Utc>) -> String {
    format!("{}T{}:{:02}Z", at.date_naive(), clock(at), at.second())
}

/// A moment as a `<time>` element.
#[component]
pub fn Time(
    /// The moment.
    at: DateTime<Utc>,
    /// How much of it is shown.
    #[prop(optional)]
    style: TimeStyle,
) -> impl IntoView {
    view! { <time class="num" datetime=datetime(at) title=exact(at)>{write_time(at, style)}</time> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_the_same_everywhere() {
        let at = DateTime::from_timestamp(1_795_304_460, 0).expect("a valid moment");
        assert_eq!(write_time(at, TimeStyle::DateTime), "21 Nov 2026, 23:41");
        assert_eq!(write_time(at, TimeStyle::Date), "21 Nov 2026");
        assert_eq!(write_time(at, TimeStyle::Clock), "23:41");
        assert_eq!(exact(at), "Sat, 21 November 2026, 23:41:00 UTC");
        assert_eq!(datetime(at), "2026-11-21T23:41:00Z");
        let early = DateTime::from_timestamp(1_767_229_505, 0).expect("a valid moment");
        assert_eq!(write_time(early, TimeStyle::DateTime), "1 Jan 2026, 01:05");
        assert_eq!(datetime(early), "2026-01-01T01:05:05Z");
    }
}
