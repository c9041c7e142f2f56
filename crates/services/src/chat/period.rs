//! Period: the heading a conversation stands under. Days are those of UTC, so that every page writes the same.

use chrono::{DateTime, TimeDelta, Utc};
use domain::chat::{ConversationGroup, ConversationSummary};

/// "Today", "Yesterday", "Last 7 days", or the month.
pub(super) fn label(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let days = (now.date_naive() - at.date_naive()).num_days();
    match days {
        ..=0 => "Today".to_owned(),
        1 => "Yesterday".to_owned(),
        2..=7 => "Last 7 days".to_owned(),
        _ if at + TimeDelta::days(300) > now => at.format("%B").to_string(),
        _ => at.format("%B %Y").to_string(),
    }
}

/// Groups conversations that come newest first.
pub(super) fn group(conversations: Vec<ConversationSummary>, now: DateTime<Utc>) -> Vec<ConversationGroup> {
    let mut groups: Vec<ConversationGroup> = Vec::new();
    for conversation in conversations {
        let label = label(conversation.updated_at, now);
        match groups.last_mut() {
            Some(group) if group.label == label => group.conversations.push(conversation),
            _ => groups.push(ConversationGroup { label, conversations: vec![conversation] }),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_conversation_stands_under_its_day_week_or_month() {
        let now = at("2026-11-21T00:10:00Z");
        for (moment, expected) in [
            ("2026-11-21T00:05:00Z", "Today"),
            ("2026-11-21T09:00:00Z", "Today"),
            ("2026-11-20T23:59:00Z", "Yesterday"),
            ("2026-11-14T00:00:00Z", "Last 7 days"),
            ("2026-11-13T23:00:00Z", "November"),
            ("2025-11-30T12:00:00Z", "November 2025"),
        ] {
            assert_eq!(label(at(moment), now), expected, "{moment}");
        }
    }

    #[test]
    fn neighbours_of_one_period_share_a_heading() {
        let now = at("2026-11-21T12:00:00Z");
        let of = |moment| ConversationSummary {
            id: domain::ConversationId::new(),
            title: String::new(),
            updated_at: at(moment),
            is_generating: false,
        };
        let groups = group(vec![of("2026-11-21T11:00:00Z"), of("2026-11-21T10:00:00Z"), of("2026-11-20T10:00:00Z")], now);
        assert_eq!(
            groups.iter().map(|group| (group.label.as_str(), group.conversations.len())).collect::<Vec<_>>(),
            [("Today", 2), ("Yesterday", 1)]
        );
    }
}
