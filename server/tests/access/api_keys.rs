//! Rows of API keys: one's own, and those of the team for its managers. No key reaches any of it.

use super::{Call, Row, SIGNED_IN, Statuses, World, function};
use crate::support::PASSWORD;
use domain::ApiKeyId;
use domain::api_keys::{ApiScope, NewApiKey};
use serde_json::{Value, json};

/// Managers see and revoke everybody's; for others a colleague's key does not exist.
const MANAGERS: Statuses = [401, 404, 404, 404, 404, 200, 200, 401, 404];
/// The list of one's team: everybody owns a team of their own.
const THEIR_TEAMS: Statuses = [401, 200, 403, 403, 403, 200, 200, 401, 200];
/// Something that wants the password, with another one.
const NOT_MEANT: Statuses = [401, 422, 422, 422, 422, 422, 422, 401, 422];

pub fn rows() -> Vec<Row> {
    vec![
        function("POST /api/api-keys/list", "one's own", SIGNED_IN, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/api-keys/list-team", "of one's team", THEIR_TEAMS, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/api-keys/create", "for oneself", SIGNED_IN, |world| {
            Box::pin(async move { Call::Arguments(json!({ "key": new_key(world), "password": PASSWORD })) })
        }),
        function("POST /api/api-keys/create", "for oneself, with another password", NOT_MEANT, |world| {
            Box::pin(async move { Call::Arguments(json!({ "key": new_key(world), "password": "nobody's password at all" })) })
        }),
        function("POST /api/api-keys/revoke", "the owner's", MANAGERS, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": key_of_owner(world).await })) })
        }),
    ]
}

/// A new key of the owner's.
pub async fn key_of_owner(world: &World) -> ApiKeyId {
    let key = NewApiKey { name: world.fresh_name(), scopes: vec![ApiScope::Read], days: None };
    world.app.services.api_keys().create(&world.owner, key, PASSWORD.to_owned().into()).await.expect("a key").summary.id
}

fn new_key(world: &World) -> Value {
    json!({ "name": world.fresh_name(), "scopes": ["read"], "days": 30 })
}
