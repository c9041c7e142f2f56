//! Keys of another team: what a program asks for with one by an id of the owner's team does not exist for it, its lists hold nothing of
//! that team, and nothing changes.

use super::{Key, World, rows};
use crate::support::{NOTHING, Snapshot};
use domain::datasets::Visibility::Team;
use serde_json::json;
use sqlx::PgPool;

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn with_a_key_of_another_team_nothing_of_this_one_is_found_or_changed(pool: PgPool) {
    let world = World::start(&pool).await;
    let mut calls = Vec::new();
    for row in rows().into_iter().filter(|row| row.status_with(Key::Foreign) == 404) {
        world.wait_for_answers().await;
        calls.push((row.route, row.case, (row.call)(&world).await));
    }
    world.wait_for_answers().await;
    // A key notes once a minute that it was used, whatever is asked for.
    let used = sqlx::query("UPDATE api_keys SET last_used_at = now() + interval '1 hour'");
    used.execute(&pool).await.expect("all were used just now");
    let program = world.program(Key::Foreign).await;
    let before = Snapshot::take(&pool).await;
    let mut wrong = Vec::new();
    for (route, case, call) in calls {
        let answer = call.send(route, program).await;
        if answer.status != 404 || answer.text != "\"NotFound\"" {
            wrong.push(format!("{route} ({case}): {} {:.200}", answer.status.as_u16(), answer.text));
        }
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(before.changed(&pool).await, NOTHING);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn with_a_key_of_another_team_nothing_of_this_one_is_listed(pool: PgPool) {
    let world = World::start(&pool).await;
    let chat = world.answered().await.conversation_id.to_string();
    let page = json!({ "page": { "index": 0, "size": 50 } });
    for (list, arguments, id) in [
        ("datasets/list", json!({}), world.dataset(Team).await.to_string()),
        ("prompts/list", json!({}), world.prompt(Team).await.to_string()),
        ("chat/list", page, chat),
    ] {
        let own = world.program(Key::All).await.server_fn(list, arguments.clone()).await.ok();
        assert!(own.text.contains(&id), "{list} with the owner's: {}", own.text);
        let foreign = world.program(Key::Foreign).await.server_fn(list, arguments).await.ok();
        assert!(!foreign.text.contains(&id), "{list} with another team's: {}", foreign.text);
    }
}
