//! Rows of mails: for administrators of the installation.

use super::{ADMINISTRATORS, Call, Row, Statuses, function};
use serde_json::json;

/// There is no mail server in these tests, so that nothing is sent.
const NOT_SET_UP: Statuses = [401, 404, 404, 404, 404, 404, 404, 401, 409];

pub fn rows() -> Vec<Row> {
    vec![
        function("POST /api/mails/overview", "", ADMINISTRATORS, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("GET /api/mails/{kind}/preview", "", ADMINISTRATORS, |_| {
            Box::pin(async move { Call::Get("/api/mails/Invitation/preview".to_owned()) })
        }),
        function("POST /api/mails/send-again", "without a mail server", NOT_SET_UP, |_| {
            Box::pin(async move { Call::Arguments(json!({ "id": null })) })
        }),
        function("POST /api/mails/send-test", "without a mail server", NOT_SET_UP, |_| Box::pin(async move { Call::Arguments(json!({})) })),
    ]
}
