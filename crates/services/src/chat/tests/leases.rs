//! Leases: a server that dies, a fence that is lost, a stop from elsewhere, a server that is told to leave.

use super::{Scene, generation, rest, until_text};
use crate::chat::live::Cut;
use crate::testing;
use domain::GenerationId;
use domain::chat::{ChatEvent, MessageStatus, NewQuestion};
use sqlx::PgPool;
use std::time::Duration;

async fn expire(pool: &PgPool, id: GenerationId) {
    let expired = sqlx::query!("UPDATE generations SET lease_expires_at = now() - interval '1 second' WHERE id = $1", id.as_uuid());
    expired.execute(pool).await.unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_killed_server_leaves_an_interrupted_answer_with_its_text(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let doomed = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let services = testing::services(&pool);
    let (viewer, question) = (scene.viewer.clone(), scene.question(None, "Tell me everything."));
    let asked = doomed.spawn(async move { services.chat().ask(&viewer, question).await.unwrap() }).await.unwrap();
    let mut events = scene.follow(generation(&asked), 0).await;
    let mut call = scene.provider.accepted_call().await;
    call.say("In the beginning").await;
    until_text(&mut events).await;
    doomed.shutdown_background();
    call.hung_up().await;
    assert_eq!(scene.services.chat().sweep().await.unwrap(), 0, "its lease still runs");
    expire(&pool, generation(&asked)).await;
    assert_eq!(scene.services.chat().sweep().await.unwrap(), 1);
    assert_eq!(rest(events).await.last(), Some(&ChatEvent::Interrupted));
    let answer = scene.answer(asked.conversation_id).await;
    assert_eq!((answer.status, answer.content.as_str()), (MessageStatus::Interrupted, "In the beginning"));
    assert_eq!(scene.services.chat().sweep().await.unwrap(), 0);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_run_that_lost_its_lease_writes_nothing_more(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let asked = scene.ask("Hello?").await;
    let mut events = scene.follow(generation(&asked), 0).await;
    let mut call = scene.provider.accepted_call().await;
    call.say("Kept").await;
    until_text(&mut events).await;
    expire(&pool, generation(&asked)).await;
    assert_eq!(testing::services(&pool).chat().sweep().await.unwrap(), 1);
    call.say(" lost").await;
    call.hung_up().await;
    assert_eq!(rest(events).await.last(), Some(&ChatEvent::Interrupted));
    let answer = scene.answer(asked.conversation_id).await;
    assert_eq!((answer.status, answer.content.as_str()), (MessageStatus::Interrupted, "Kept"));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_extended_lease_is_not_swept(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let asked = scene.ask("Hello?").await;
    expire(&pool, generation(&asked)).await;
    scene.services.chat().extend_leases().await.unwrap();
    assert_eq!(testing::services(&pool).chat().sweep().await.unwrap(), 0);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_stop_on_another_server_reaches_the_one_that_writes(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let asked = scene.ask("Hello?").await;
    let mut events = scene.follow(generation(&asked), 0).await;
    let mut call = scene.provider.accepted_call().await;
    call.say("So").await;
    until_text(&mut events).await;
    testing::services(&pool).chat().stop(&scene.viewer, generation(&asked)).await.unwrap();
    scene.services.chat().look_for_stops().await.unwrap();
    call.hung_up().await;
    assert_eq!(rest(events).await.last(), Some(&ChatEvent::Stopped));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_was_asked_to_stop_before_its_server_died_is_swept_as_stopped(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let asked = scene.ask("Hello?").await;
    let _call = scene.provider.accepted_call().await;
    scene.services.chat_runtime.cut(generation(&asked), Cut::Lost);
    testing::services(&pool).chat().stop(&scene.viewer, generation(&asked)).await.unwrap();
    expire(&pool, generation(&asked)).await;
    scene.services.chat().sweep().await.unwrap();
    assert_eq!(scene.answer(asked.conversation_id).await.status, MessageStatus::Cancelled);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_server_that_leaves_ends_what_runs_as_interrupted_and_takes_nothing_more(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let asked = scene.ask("Hello?").await;
    let mut events = scene.follow(generation(&asked), 0).await;
    let mut call = scene.provider.accepted_call().await;
    call.say("Well").await;
    until_text(&mut events).await;
    scene.services.chat().shutdown(Duration::from_millis(50)).await;
    assert_eq!(rest(events).await.last(), Some(&ChatEvent::Interrupted));
    assert_eq!(scene.answer(asked.conversation_id).await.content, "Well");
    let question = NewQuestion { conversation_id: None, ..scene.question(None, "Still there?") };
    assert!(matches!(scene.services.chat().ask(&scene.viewer, question).await, Err(crate::Error::Busy { .. })));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_team_gets_its_share_of_answers_at_once_and_no_more(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    for _ in 0..super::super::MOST_RUNNING_PER_TEAM {
        scene.ask("Hello?").await;
    }
    let refused = scene.services.chat().ask(&scene.viewer, scene.question(None, "One more?")).await;
    assert!(matches!(refused, Err(crate::Error::Busy { .. })), "{refused:?}");
}
