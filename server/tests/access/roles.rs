//! Rows of roles: for administrators of the installation.

use super::{ADMINISTRATORS, Call, Row, function};
use serde_json::json;

pub fn rows() -> Vec<Row> {
    vec![
        function("POST /api/roles/matrix", "", ADMINISTRATORS, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/roles/change", "", ADMINISTRATORS, |_| {
            Box::pin(async move {
                let change = json!({ "role": "Owner", "permission": "ViewPrompts", "granted": true });
                Call::Arguments(json!({ "change": change }))
            })
        }),
    ]
}
