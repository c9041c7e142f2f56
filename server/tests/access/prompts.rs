//! Rows of prompts.

use super::{COLLABORATORS_MAKE, COMPANY_MAKES, COMPANY_OPENS, Call, PRIVATE, Row, SIGNED_IN, TEAM_CHANGES, TEAM_READS, World, function};
use domain::datasets::Visibility::{self, Company, Private, Team};
use domain::prompts::PromptDraft;
use serde_json::{Value, json};

fn draft(world: &World, visibility: Visibility) -> Value {
    json!(PromptDraft { name: world.fresh_name(), visibility, ..PromptDraft::default() })
}

pub fn rows() -> Vec<Row> {
    vec![
        function("POST /api/prompts/list", "one's own team's", SIGNED_IN, |_| Box::pin(async move { Call::Arguments(json!({})) }))
            .by_key(200, 200),
        function("POST /api/prompts/choices", "of one's own team", SIGNED_IN, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/prompts/get", "of the team", TEAM_READS, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": world.prompt(Team).await })) })
        })
        .by_key(200, 200),
        function("POST /api/prompts/get", "private", PRIVATE, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": world.prompt(Private).await })) })
        })
        .by_key(200, 404),
        function("POST /api/prompts/create", "in one's own team", COLLABORATORS_MAKE, |world| {
            Box::pin(async move { Call::Arguments(json!({ "draft": draft(world, Team) })) })
        }),
        function("POST /api/prompts/create", "for everybody on the installation", COMPANY_MAKES, |world| {
            Box::pin(async move { Call::Arguments(json!({ "draft": draft(world, Company) })) })
        }),
        function("POST /api/prompts/update", "of the team, opened to everybody on the installation", COMPANY_OPENS, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": world.prompt(Team).await, "draft": draft(world, Company) })) })
        }),
        function("POST /api/prompts/update", "of the team", TEAM_CHANGES, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": world.prompt(Team).await, "draft": draft(world, Team) })) })
        }),
        function("POST /api/prompts/update", "private", PRIVATE, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": world.prompt(Private).await, "draft": draft(world, Team) })) })
        }),
        function("POST /api/prompts/duplicate", "of the team", TEAM_CHANGES, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": world.prompt(Team).await })) })
        }),
        function("POST /api/prompts/duplicate", "private", PRIVATE, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": world.prompt(Private).await })) })
        }),
        function("POST /api/prompts/delete", "of the team", TEAM_CHANGES, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": world.prompt(Team).await })) })
        }),
        function("POST /api/prompts/delete", "private", PRIVATE, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": world.prompt(Private).await })) })
        }),
    ]
}
