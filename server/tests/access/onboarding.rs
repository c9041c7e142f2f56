//! Rows of onboarding: everybody's own, a sample for those who make datasets, and the guide for who manages the installation.

use super::{ADMINISTRATORS, COLLABORATORS_MAKE, Call, Row, SIGNED_IN, function};
use serde_json::json;

pub fn rows() -> Vec<Row> {
    vec![
        function("POST /api/onboarding/guide", "one's own, or none", SIGNED_IN, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/onboarding/keep-model", "", ADMINISTRATORS, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/onboarding/dismiss", "", ADMINISTRATORS, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/onboarding/add-sample", "in one's own team", COLLABORATORS_MAKE, |_| {
            Box::pin(async move { Call::Arguments(json!({})) })
        }),
        function("POST /api/onboarding/whom-to-ask", "in one's own team", SIGNED_IN, |_| {
            Box::pin(async move { Call::Arguments(json!({ "permission": "ManageDatasets" })) })
        }),
    ]
}
