//! Time: a moment, written out. Never "two minutes ago": the text follows from the data alone, so that the server and the
//! browser always write the same.

use chrono::{DateTime, Utc};
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

/// Writes a moment in UTC.
pub fn write_time(at: DateTime<Utc>, style: TimeStyle) -> String {
    let pattern = match style {
        TimeStyle::DateTime => "%-d %b %Y, %H:%M",
        TimeStyle::Date => "%-d %b %Y",
        TimeStyle::Clock => "%H:%M",
    };
    at.format(pattern).to_string()
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
    let exact = at.format("%A, %-d %B %Y, %H:%M:%S UTC").to_string();
    view! { <time class="num" datetime=at.format("%Y-%m-%dT%H:%M:%SZ").to_string() title=exact>{write_time(at, style)}</time> }
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
    }
}
