//! Rate: what a team's people ask of models, as often as the team says.

use super::{Scene, generation, rest};
use crate::{Error, Services, Viewer, testing};
use domain::ApiKeyId;
use domain::team::TeamSettings;
use sqlx::PgPool;

async fn limit(services: &Services, viewer: &Viewer, requests_per_minute: u32) {
    let settings = TeamSettings { requests_per_minute: Some(requests_per_minute), ..TeamSettings::default() };
    services.team().update_settings(viewer, settings).await.unwrap();
}

async fn count(pool: &PgPool, what: &'static str) -> i64 {
    sqlx::query_scalar(what).fetch_one(pool).await.unwrap()
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_question_too_many_is_told_to_wait_and_leaves_nothing(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let chat = scene.services.chat();
    limit(&scene.services, &scene.viewer, 2).await;
    let first = scene.ask("One?").await;
    let meanwhile = chat.ask(&scene.viewer, scene.question(Some(first.conversation_id), "And?")).await;
    assert!(matches!(meanwhile, Err(Error::Conflict(_))), "what is refused otherwise is not counted");
    scene.ask("Two?").await;
    let refused = chat.ask(&scene.viewer, scene.question(None, "Three?")).await;
    assert!(matches!(refused, Err(Error::Busy { retry_after_s: 1..=31 })));
    assert_eq!(count(&pool, "SELECT count(*) FROM conversations").await, 2);

    // Another team has its own limit, which is none; and a program's call was counted when its key let it in.
    let eve = testing::owner(&scene.services, "eve@example.org").await;
    chat.ask(&eve, scene.question(None, "Mine?")).await.unwrap();
    let program = Viewer { api_key: Some(ApiKeyId::new()), ..scene.viewer.clone() };
    chat.ask(&program, scene.question(None, "Three?")).await.unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_answer_that_is_written_again_counts_as_a_question(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    limit(&scene.services, &scene.viewer, 1).await;
    let asked = scene.ask("What is ours?").await;
    let events = scene.follow(generation(&asked), 0).await;
    let mut call = scene.provider.accepted_call().await;
    call.say("Mine.").await;
    call.finish().await;
    rest(events).await;
    let refused = scene.services.chat().retry(&scene.viewer, asked.answer.id).await;
    assert!(matches!(refused, Err(Error::Busy { retry_after_s: 1..=61 })));
    assert_eq!(scene.answer(asked.conversation_id).await.content, "Mine.");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn without_a_limit_nothing_is_counted(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    for _ in 0..5 {
        scene.ask("Hello?").await;
    }
    assert_eq!(count(&pool, "SELECT count(*) FROM throttles").await, 0);
}
