//! Ends: stopped, failed in every way a provider can fail, continued, retried.

use super::{Scene, generation, next, rest, text, until_text};
use crate::Error;
use domain::chat::{ChatEvent, MessageStatus};
use sqlx::PgPool;
use std::time::Duration;

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn stop_keeps_the_text_and_hangs_up_on_the_provider(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let asked = scene.ask("Count to a million.").await;
    let mut events = scene.follow(generation(&asked), 0).await;
    let mut call = scene.provider.accepted_call().await;
    call.say("One, two").await;
    until_text(&mut events).await;
    scene.services.chat().stop(&scene.viewer, generation(&asked)).await.unwrap();
    call.hung_up().await;
    assert_eq!(rest(events).await.last(), Some(&ChatEvent::Stopped));
    let answer = scene.answer(asked.conversation_id).await;
    assert_eq!((answer.status, answer.content.as_str()), (MessageStatus::Cancelled, "One, two"));
    scene.services.chat().stop(&scene.viewer, generation(&asked)).await.expect("stopping twice is no error");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_error_after_status_200_is_an_error_and_the_text_is_kept(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let asked = scene.ask("Hello?").await;
    let events = scene.follow(generation(&asked), 0).await;
    let mut call = scene.provider.accepted_call().await;
    call.say("Half an ans").await;
    call.raw("data: {\"error\":{\"message\":\"out of memory\"}}\n\n").await;
    let events = rest(events).await;
    assert_eq!(text(&events), "Half an ans");
    assert!(matches!(events.last(), Some(ChatEvent::Failed(sentence)) if sentence.contains("out of memory")), "{events:?}");
    let answer = scene.answer(asked.conversation_id).await;
    assert_eq!((answer.status, answer.content.as_str()), (MessageStatus::Error, "Half an ans"));
    assert!(answer.trouble.unwrap().contains("out of memory"));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn garbage_and_hanging_up_and_silence_end_in_a_sentence(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    for sent in ["<html>not a model</html>", "data: [DONE]\n\n", "data: {\"choices\":[{\"delta\":{\"content\":\"He\"}}]}\n\n"] {
        let asked = scene.ask("Hello?").await;
        let events = scene.follow(generation(&asked), 0).await;
        let mut call = scene.provider.accepted_call().await;
        call.raw(sent).await;
        drop(call);
        let last = rest(events).await.pop();
        assert!(matches!(&last, Some(ChatEvent::Failed(sentence)) if sentence.ends_with('.')), "{sent}: {last:?}");
        assert_eq!(scene.answer(asked.conversation_id).await.status, MessageStatus::Error);
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_provider_that_falls_silent_is_given_up_and_the_text_is_kept(pool: PgPool) {
    let scene = Scene::with_idle_limit(&pool, Duration::from_millis(300)).await;
    let asked = scene.ask("Hello?").await;
    let events = scene.follow(generation(&asked), 0).await;
    let mut call = scene.provider.accepted_call().await;
    call.say("Half an ans").await;
    // The line stays open: it is the silence that ends the answer.
    let events = rest(events).await;
    call.hung_up().await;
    assert_eq!(text(&events), "Half an ans");
    assert!(matches!(events.last(), Some(ChatEvent::Failed(sentence)) if sentence.contains("stopped sending")), "{events:?}");
    let answer = scene.answer(asked.conversation_id).await;
    assert_eq!((answer.status, answer.content.as_str()), (MessageStatus::Error, "Half an ans"));
    assert!(answer.trouble.unwrap().contains("stopped sending"));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_refused_key_is_said_in_words(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let asked = scene.ask("Hello?").await;
    let events = scene.follow(generation(&asked), 0).await;
    let mut call = scene.provider.call().await;
    call.raw("HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
    drop(call);
    assert!(matches!(rest(events).await.last(), Some(ChatEvent::Failed(sentence)) if sentence.contains("401")));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_second_question_waits_for_the_running_answer(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let asked = scene.ask("Hello?").await;
    let again = scene.services.chat().ask(&scene.viewer, scene.question(Some(asked.conversation_id), "And?")).await;
    assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn continue_appends_to_the_text_that_was_kept(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let asked = scene.ask("Count.").await;
    let mut events = scene.follow(generation(&asked), 0).await;
    let mut call = scene.provider.accepted_call().await;
    call.say("One, ").await;
    until_text(&mut events).await;
    scene.services.chat().stop(&scene.viewer, generation(&asked)).await.unwrap();
    rest(events).await;
    let reopened = scene.services.chat().continue_answer(&scene.viewer, asked.answer.id).await.unwrap();
    assert_eq!((reopened.status, reopened.content.as_str(), reopened.last_seq), (MessageStatus::Pending, "One, ", 0));
    let events = scene.follow(reopened.generation_id.unwrap(), 0).await;
    let mut call = scene.provider.accepted_call().await;
    let messages = call.request["messages"].as_array().unwrap().clone();
    assert_eq!((&messages[0]["content"], &messages[1]["content"]), (&"Count.".into(), &"One, ".into()));
    call.say("two.").await;
    call.finish().await;
    assert_eq!(text(&rest(events).await), "two.");
    assert_eq!(scene.answer(asked.conversation_id).await.content, "One, two.");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn retry_answers_anew_in_the_same_place(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let asked = scene.ask("Count.").await;
    let events = scene.follow(generation(&asked), 0).await;
    let mut call = scene.provider.accepted_call().await;
    call.say("Never.").await;
    call.finish().await;
    rest(events).await;
    let reopened = scene.services.chat().retry(&scene.viewer, asked.answer.id).await.unwrap();
    let mut events = scene.follow(reopened.generation_id.unwrap(), 0).await;
    let mut call = scene.provider.accepted_call().await;
    assert_eq!(call.request["messages"].as_array().unwrap().len(), 1, "the old answer is not shown to the model");
    call.say("One.").await;
    call.finish().await;
    next(&mut events).await;
    rest(events).await;
    let opened = scene.open(asked.conversation_id).await;
    assert_eq!(opened.messages.len(), 2);
    assert_eq!(opened.messages[1].content, "One.");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_complete_answer_cannot_be_continued(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let asked = scene.ask("Hello?").await;
    let events = scene.follow(generation(&asked), 0).await;
    let mut call = scene.provider.accepted_call().await;
    call.say("Hi").await;
    call.finish().await;
    rest(events).await;
    let refused = scene.services.chat().continue_answer(&scene.viewer, asked.answer.id).await;
    assert!(matches!(refused, Err(Error::Conflict(_))));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn text_that_postgres_cannot_store_does_not_end_the_answer(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let asked = scene.ask("Hello?").await;
    let events = scene.follow(generation(&asked), 0).await;
    let mut call = scene.provider.accepted_call().await;
    call.say("a\u{0}b").await;
    call.finish().await;
    assert_eq!(text(&rest(events).await), "ab");
}
