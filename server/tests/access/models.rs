//! Rows of models: names for whoever may choose one, which is everybody by default, the rest for administrators of the installation.

use super::{ADMINISTRATORS, Call, Row, SIGNED_IN, function};
use serde_json::json;

pub fn rows() -> Vec<Row> {
    vec![
        function("POST /api/models/list", "names", SIGNED_IN, |_| Box::pin(async move { Call::Arguments(json!({ "model_type": null })) })),
        function("POST /api/models/overview", "", ADMINISTRATORS, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/models/add", "", ADMINISTRATORS, |world| {
            Box::pin(async move { Call::Arguments(json!({ "model": world.new_model() })) })
        }),
        function("POST /api/models/test-draft", "", ADMINISTRATORS, |world| {
            Box::pin(async move { Call::Arguments(json!({ "model": world.new_model() })) })
        }),
        function("POST /api/models/test", "", ADMINISTRATORS, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": world.model().await.id })) })
        }),
        function("POST /api/models/make-default", "", ADMINISTRATORS, |_| {
            Box::pin(async move { Call::Arguments(json!({ "id": services::models::EXTRACTIVE })) })
        }),
        function("POST /api/models/remove", "", ADMINISTRATORS, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": world.model().await.id })) })
        }),
        function("POST /api/models/update-key", "", ADMINISTRATORS, |world| {
            Box::pin(async move { Call::Arguments(json!({ "provider_id": world.model().await.provider_id, "api_key": "another" })) })
        }),
        function("POST /api/models/update-address", "", ADMINISTRATORS, |world| {
            Box::pin(async move {
                let model = world.model().await;
                Call::Arguments(json!({ "provider_id": model.provider_id, "base_url": world.provider.url, "api_key": "another" }))
            })
        }),
    ]
}
