//! Rows of audit: a team's trail is for its managers, the installation's for those who manage it.

use super::{ADMINISTRATORS, Call, Row, Statuses, function};
use serde_json::json;

/// Managers read the trail of their team.
const MANAGERS: Statuses = [401, 200, 403, 403, 403, 200, 200, 401, 200];

pub fn rows() -> Vec<Row> {
    vec![
        function("POST /api/audit/list", "of one's own team", MANAGERS, |_| {
            Box::pin(async move { Call::Arguments(json!({ "scope": "team", "query": {}, "before": null })) })
        }),
        function("POST /api/audit/list", "of the installation", ADMINISTRATORS, |_| {
            Box::pin(async move { Call::Arguments(json!({ "scope": "installation", "query": {}, "before": null })) })
        }),
        function("POST /api/audit/choices", "of one's own team", MANAGERS, |_| {
            Box::pin(async move { Call::Arguments(json!({ "scope": "team" })) })
        }),
        function("POST /api/audit/choices", "of the installation", ADMINISTRATORS, |_| {
            Box::pin(async move { Call::Arguments(json!({ "scope": "installation" })) })
        }),
        function("POST /api/audit/verify", "of one's own team", MANAGERS, |_| {
            Box::pin(async move { Call::Arguments(json!({ "scope": "team" })) })
        }),
        function("POST /api/audit/verify", "of the installation", ADMINISTRATORS, |_| {
            Box::pin(async move { Call::Arguments(json!({ "scope": "installation" })) })
        }),
        function("GET /api/audit/{scope}/{format}", "of one's own team", MANAGERS, |_| {
            Box::pin(async move { Call::Get("/api/audit/team/csv".to_owned()) })
        }),
        function("GET /api/audit/{scope}/{format}", "of the installation", ADMINISTRATORS, |_| {
            Box::pin(async move { Call::Get("/api/audit/installation/json".to_owned()) })
        }),
    ]
}
