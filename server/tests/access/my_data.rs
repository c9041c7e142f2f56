//! Rows of my data: everybody's own, and nobody else's.

use super::{Call, PRIVATE, Row, SIGNED_IN, Statuses, World, function};
use domain::ExportId;
use serde_json::json;

/// The deletion of an account whose password was not typed.
const NOT_MEANT: Statuses = [401, 422, 422, 422, 422, 422, 422, 401, 422];

pub fn rows() -> Vec<Row> {
    vec![
        function("POST /api/my-data/exports", "one's own", SIGNED_IN, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/my-data/request-export", "of one's own", SIGNED_IN, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/my-data/deletion-terms", "one's own", SIGNED_IN, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/my-data/delete-account", "one's own, with another password", NOT_MEANT, |_| {
            Box::pin(async move { Call::Arguments(json!({ "password": "nobody's password at all" })) })
        }),
        function("POST /api/my-data/keep-account", "one's own", SIGNED_IN, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/my-data/find-export", "the owner's", PRIVATE, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": export(world).await })) })
        }),
        function("GET /api/exports/{id}/file", "the owner's", PRIVATE, |world| {
            Box::pin(async move { Call::Get(format!("/api/exports/{}/file", export(world).await)) })
        }),
    ]
}

/// A finished export of the owner's.
async fn export(world: &World) -> ExportId {
    let again = sqlx::query("DELETE FROM exports WHERE user_id = $1").bind(world.owner.user_id);
    again.execute(&world.app.pool).await.expect("no export");
    let export = world.app.services.my_data().request_export(&world.owner).await.expect("an export");
    world.app.services.jobs().run_due_once().await.expect("it is put together");
    export.id
}
