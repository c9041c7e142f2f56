//! Rows of datasets and their documents.

use super::{
    COLLABORATORS_MAKE, COMPANY_MAKES, COMPANY_OPENS, Call, PRIVATE, Row, SIGNED_IN, Statuses, TEAM_CHANGES, TEAM_READS, function,
};
use domain::datasets::Visibility::{Company, Private, Team};
use serde_json::json;

/// Retrying what is not failed is no matter of rights; whoever may change it is told so.
const NOT_FAILED: Statuses = [401, 404, 409, 403, 409, 409, 409, 401, 404];

pub fn rows() -> Vec<Row> {
    vec![
        function("POST /api/datasets/list", "one's own team's", SIGNED_IN, |_| Box::pin(async move { Call::Arguments(json!({})) }))
            .by_key(200, 200),
        function("POST /api/datasets/create", "in one's own team", COLLABORATORS_MAKE, |world| {
            Box::pin(async move {
                let dataset = json!({ "name": world.fresh_name(), "description": "", "visibility": "Team", "embedding_model_id": null });
                Call::Arguments(json!({ "dataset": dataset }))
            })
        }),
        function("POST /api/datasets/create", "for everybody on the installation", COMPANY_MAKES, |world| {
            Box::pin(async move {
                let dataset = json!({ "name": world.fresh_name(), "description": "", "visibility": Company, "embedding_model_id": null });
                Call::Arguments(json!({ "dataset": dataset }))
            })
        }),
        function("POST /api/datasets/open", "of the team", TEAM_READS, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": world.dataset(Team).await })) })
        }),
        function("POST /api/datasets/open", "private", PRIVATE, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": world.dataset(Private).await })) })
        }),
        function("POST /api/datasets/update", "of the team", TEAM_CHANGES, |world| {
            Box::pin(async move {
                let changes = json!({ "name": world.fresh_name(), "description": "", "visibility": "Team" });
                Call::Arguments(json!({ "id": world.dataset(Team).await, "changes": changes }))
            })
        }),
        function("POST /api/datasets/update", "of the team, opened to everybody on the installation", COMPANY_OPENS, |world| {
            Box::pin(async move {
                let changes = json!({ "name": world.fresh_name(), "description": "", "visibility": Company });
                Call::Arguments(json!({ "id": world.dataset(Team).await, "changes": changes }))
            })
        }),
        function("POST /api/datasets/update", "private", PRIVATE, |world| {
            Box::pin(async move {
                let changes = json!({ "name": world.fresh_name(), "description": "", "visibility": "Team" });
                Call::Arguments(json!({ "id": world.dataset(Private).await, "changes": changes }))
            })
        }),
        function("POST /api/datasets/delete", "of the team", TEAM_CHANGES, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": world.dataset(Team).await })) })
        }),
        function("POST /api/datasets/delete", "private", PRIVATE, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": world.dataset(Private).await })) })
        }),
        function("POST /api/datasets/documents", "of the team", TEAM_READS, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": world.dataset(Team).await, "page": { "index": 0, "size": 50 } })) })
        })
        .by_key(200, 200),
        function("POST /api/datasets/documents", "private", PRIVATE, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": world.dataset(Private).await, "page": { "index": 0, "size": 50 } })) })
        })
        .by_key(200, 404),
        function("POST /api/datasets/retry-document", "of the team, not failed", NOT_FAILED, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": world.document(Team).await })) })
        }),
        function("POST /api/datasets/delete-document", "of the team", TEAM_CHANGES, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": world.document(Team).await })) })
        }),
        function("POST /api/datasets/delete-document", "private", PRIVATE, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": world.document(Private).await })) })
        }),
        function("POST /api/datasets/search", "of the team", TEAM_READS, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": world.dataset(Team).await, "question": "words" })) })
        })
        .by_key(200, 200),
        function("POST /api/datasets/search", "private", PRIVATE, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": world.dataset(Private).await, "question": "words" })) })
        })
        .by_key(200, 404),
        function("POST /api/datasets/{id}/documents", "of the team", TEAM_CHANGES, |world| {
            Box::pin(async move { Call::Upload(format!("/api/datasets/{}/documents", world.dataset(Team).await)) })
        })
        .by_key(200, 403),
        function("POST /api/datasets/{id}/documents", "private", PRIVATE, |world| {
            Box::pin(async move { Call::Upload(format!("/api/datasets/{}/documents", world.dataset(Private).await)) })
        })
        .by_key(200, 404),
        function("GET /api/documents/{id}/file", "of the team", TEAM_READS, |world| {
            Box::pin(async move { Call::Get(format!("/api/documents/{}/file", world.document(Team).await)) })
        })
        .by_key(200, 200),
        function("GET /api/documents/{id}/file", "private", PRIVATE, |world| {
            Box::pin(async move { Call::Get(format!("/api/documents/{}/file", world.document(Private).await)) })
        })
        .by_key(200, 404),
    ]
}
