//! Rows of passkeys: one's own, and a way in for everybody; the server of these tests is reached by an IP address, where none can be made.

use super::{Call, Row, SIGNED_IN, Statuses, function};
use crate::support::PASSWORD;
use domain::PasskeyId;
use serde_json::json;

const NOT_HERE: Statuses = [401, 409, 409, 409, 409, 409, 409, 401, 409];
const NOBODYS: Statuses = [401, 404, 404, 404, 404, 404, 404, 401, 404];
const NOT_HERE_EITHER: Statuses = [409; 9];
const SENT_BACK: Statuses = [303; 9];

pub fn rows() -> Vec<Row> {
    vec![
        function("POST /api/passkeys/list", "one's own", SIGNED_IN, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/passkeys/start", "at an IP address", NOT_HERE, |_| {
            Box::pin(async move { Call::Arguments(json!({ "name": "Phone", "password": PASSWORD })) })
        }),
        function("POST /api/passkeys/add", "at an IP address", NOT_HERE, |_| {
            Box::pin(async move { Call::Arguments(json!({ "credential": "{}" })) })
        }),
        function("POST /api/passkeys/start-confirmation", "at an IP address", NOT_HERE, |_| {
            Box::pin(async move { Call::Arguments(json!({})) })
        }),
        function("POST /api/passkeys/confirm", "at an IP address", NOT_HERE, |_| {
            Box::pin(async move { Call::Arguments(json!({ "credential": "{}" })) })
        }),
        function("POST /api/passkeys/remove", "nobody's", NOBODYS, |_| {
            Box::pin(async move { Call::Arguments(json!({ "id": PasskeyId::new() })) })
        }),
        function("POST /api/passkeys/start-sign-in", "at an IP address", NOT_HERE_EITHER, |_| {
            Box::pin(async move { Call::Arguments(json!({})) })
        }),
        function("POST /sign-in/passkey", "without one", SENT_BACK, |_| {
            Box::pin(async move { Call::Form("/sign-in/passkey".to_owned(), vec![("credential", String::new())]) })
        }),
    ]
}
