//! Rows of licences: for administrators of the installation. There is no licence here, and none is installed: it would change
//! what everybody else is answered.

use super::{ADMINISTRATORS, Call, Row, Statuses, function};
use serde_json::json;

/// What is no licence is refused at its field.
const NO_LICENCE: Statuses = [401, 404, 404, 404, 404, 404, 404, 401, 422];
/// Without a licence nobody needs a seat.
const NO_NEED: Statuses = [401, 404, 404, 404, 404, 404, 404, 401, 409];
/// Nobody has one either.
const NO_SEAT: Statuses = [401, 404, 404, 404, 404, 404, 404, 401, 404];

pub fn rows() -> Vec<Row> {
    vec![
        function("POST /api/licences/overview", "", ADMINISTRATORS, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/licences/seats", "", ADMINISTRATORS, |_| Box::pin(async move { Call::Arguments(json!({ "words": "" })) })),
        function("POST /api/licences/install", "of some other text", NO_LICENCE, |_| {
            Box::pin(async move { Call::Arguments(json!({ "text": "five seats, please" })) })
        }),
        function("POST /api/licences/give-seat", "without a licence", NO_NEED, |world| {
            Box::pin(async move { Call::Arguments(json!({ "user_id": world.owner.user_id })) })
        }),
        function("POST /api/licences/free-seat", "of somebody without one", NO_SEAT, |world| {
            Box::pin(async move { Call::Arguments(json!({ "user_id": world.owner.user_id })) })
        }),
    ]
}
