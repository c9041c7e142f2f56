//! Rows of sharing: the maker's of what is private; the explanation for those who may change the thing, and of a chat for whose it is.

use super::api_keys::key_of_owner;
use super::{ADMINISTRATORS, Call, PRIVATE, Row, Statuses, TEAM_CHANGES, World, function};
use domain::Role;
use domain::datasets::Visibility::{Private, Team};
use serde_json::{Value, json};

/// Of the team, for those who may change it: a viewer does not see its people at all.
const MANAGERS: Statuses = [401, 404, 403, 403, 403, 200, 200, 401, 404];
/// What is not there for those below.
const OF_MANAGERS: Statuses = [401, 404, 404, 404, 404, 200, 200, 401, 404];

pub fn rows() -> Vec<Row> {
    vec![
        function("POST /api/sharing/list", "a private dataset", PRIVATE, |world| {
            Box::pin(async move { Call::Arguments(json!({ "thing": private_dataset(world).await })) })
        }),
        function("POST /api/sharing/share", "a private dataset", PRIVATE, |world| {
            Box::pin(async move {
                Call::Arguments(json!({ "thing": private_dataset(world).await, "with": colleague(world).await, "level": "View" }))
            })
        }),
        function("POST /api/sharing/share", "a private prompt", PRIVATE, |world| {
            Box::pin(async move {
                let thing = json!({ "Prompt": world.prompt(Private).await });
                Call::Arguments(json!({ "thing": thing, "with": colleague(world).await, "level": "Edit" }))
            })
        }),
        function("POST /api/sharing/unshare", "a private dataset", PRIVATE, |world| {
            Box::pin(async move {
                let (thing, with) = (private_dataset(world).await, colleague(world).await);
                let arguments = |value: &Value| serde_json::from_value(value.clone()).expect("what is shared");
                let with_whom = serde_json::from_value(with.clone()).expect("with whom");
                let level = domain::sharing::ShareLevel::View;
                world.app.services.sharing().share(&world.owner, arguments(&thing), with_whom, level).await.expect("shared");
                Call::Arguments(json!({ "thing": thing, "with": with }))
            })
        }),
        function("POST /api/sharing/explain", "a private dataset", PRIVATE, |world| {
            Box::pin(async move { Call::Arguments(json!({ "thing": private_dataset(world).await })) })
        }),
        function("POST /api/sharing/explain", "a prompt of the team", TEAM_CHANGES, |world| {
            Box::pin(async move { Call::Arguments(json!({ "thing": { "Prompt": world.prompt(Team).await } })) })
        }),
        function("POST /api/sharing/explain", "a document of the team", TEAM_CHANGES, |world| {
            Box::pin(async move { Call::Arguments(json!({ "thing": { "Document": world.document(Team).await } })) })
        }),
        function("POST /api/sharing/explain", "a private document", PRIVATE, |world| {
            Box::pin(async move { Call::Arguments(json!({ "thing": { "Document": world.document(Private).await } })) })
        }),
        function("POST /api/sharing/explain", "the owner's chat", PRIVATE, |world| {
            Box::pin(async move { Call::Arguments(json!({ "thing": { "Chat": world.asked().await.conversation_id } })) })
        }),
        function("POST /api/sharing/explain", "a group", MANAGERS, |world| {
            Box::pin(async move {
                let group = world.app.services.team().create_group(&world.owner, &world.fresh_name()).await.expect("a group");
                Call::Arguments(json!({ "thing": { "Group": group.id } }))
            })
        }),
        function("POST /api/sharing/explain", "the owner's API key", OF_MANAGERS, |world| {
            Box::pin(async move { Call::Arguments(json!({ "thing": { "ApiKey": key_of_owner(world).await } })) })
        }),
        function("POST /api/sharing/explain", "a model", ADMINISTRATORS, |world| {
            Box::pin(async move { Call::Arguments(json!({ "thing": { "Model": world.model().await.id } })) })
        }),
    ]
}

async fn private_dataset(world: &World) -> Value {
    json!({ "Dataset": world.dataset(Private).await })
}

/// Somebody new in the owner's team.
async fn colleague(world: &World) -> Value {
    let email = format!("{}@example.org", world.fresh_name().replace(' ', "-"));
    let person = services::testing::member(&world.app.services, &world.owner, &email, Role::Viewer).await;
    json!({ "Person": person.user_id })
}
