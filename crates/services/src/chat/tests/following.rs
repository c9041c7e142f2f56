//! Streams: from the log of this server, from the table on another, from any number on.

use super::{Scene, generation, next, rest, text, until_text};
use crate::{Viewer, testing};
use domain::chat::{ChatEvent, MessageStatus, Usage};
use sqlx::PgPool;

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_answer_streams_and_ends_as_a_stored_message(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let asked = scene.ask("What is a monad? Be brief.").await;
    assert_eq!(asked.title, "What is a monad?");
    assert_eq!(asked.answer.status, MessageStatus::Pending);
    let events = scene.follow(generation(&asked), 0).await;
    let mut call = scene.provider.accepted_call().await;
    assert_eq!(call.request["messages"][0]["content"], "What is a monad? Be brief.");
    call.say("A monoid").await;
    call.say(" in a category.").await;
    call.finish().await;
    let events = rest(events).await;
    assert_eq!(events.first(), Some(&ChatEvent::Started(asked.answer.id)));
    assert_eq!(text(&events), "A monoid in a category.");
    assert_eq!(events.last(), Some(&ChatEvent::Finished(Usage { prompt_tokens: 12, completion_tokens: 34 })));
    let answer = scene.answer(asked.conversation_id).await;
    assert_eq!((answer.status, answer.content.as_str()), (MessageStatus::Success, "A monoid in a category."));
    assert_eq!(answer.usage, Some(Usage { prompt_tokens: 12, completion_tokens: 34 }));
    assert_eq!(answer.generation_id, None);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_first_words_are_shown_before_the_answer_is_complete(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let asked = scene.ask("Hello?").await;
    let mut events = scene.follow(generation(&asked), 0).await;
    let mut call = scene.provider.accepted_call().await;
    call.say("First").await;
    let event = until_text(&mut events).await;
    assert_eq!(event.event().unwrap(), ChatEvent::Delta("First".to_owned()));
    let opened = scene.answer(asked.conversation_id).await;
    assert_eq!((opened.content.as_str(), opened.status, opened.last_seq), ("First", MessageStatus::InProgress, event.seq));
    assert_eq!(opened.generation_id, asked.answer.generation_id);
    call.finish().await;
    assert!(matches!(rest(events).await.last(), Some(ChatEvent::Finished(_))));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn two_followers_see_the_same_and_a_late_one_goes_on_where_it_left(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let asked = scene.ask("Hello?").await;
    let first = scene.follow(generation(&asked), 0).await;
    let second = scene.follow(generation(&asked), 0).await;
    let mut call = scene.provider.accepted_call().await;
    call.say("Good").await;
    let mut watcher = scene.follow(generation(&asked), 0).await;
    let seen = until_text(&mut watcher).await.seq;
    call.say(" morning").await;
    let late = scene.follow(generation(&asked), seen).await;
    call.finish().await;
    let (first, second, late) = (rest(first).await, rest(second).await, rest(late).await);
    assert_eq!(first, second);
    assert_eq!(text(&first), "Good morning");
    assert_eq!(text(&late), " morning");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn another_server_serves_the_stream_from_the_table(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let other = testing::services(&pool);
    let asked = scene.ask("Hello?").await;
    let mut elsewhere = other.chat().follow(&scene.viewer, generation(&asked), 0).await.unwrap().expect("it runs");
    let mut call = scene.provider.accepted_call().await;
    call.say("Good").await;
    assert_eq!(until_text(&mut elsewhere).await.event().unwrap(), ChatEvent::Delta("Good".to_owned()));
    call.say(" day").await;
    call.finish().await;
    let events = rest(elsewhere).await;
    assert_eq!(text(&events), " day");
    assert!(matches!(events.last(), Some(ChatEvent::Finished(_))));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn after_the_last_event_there_is_nothing_to_follow(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let asked = scene.ask("Hello?").await;
    let events = scene.follow(generation(&asked), 0).await;
    let mut call = scene.provider.accepted_call().await;
    call.say("Hi").await;
    call.finish().await;
    let seen = i64::try_from(rest(events).await.len()).unwrap();
    assert!(scene.services.chat().follow(&scene.viewer, generation(&asked), seen).await.unwrap().is_none());
    let mut replay = scene.follow(generation(&asked), 0).await;
    assert_eq!(next(&mut replay).await.seq, 1);
    assert_eq!(rest(replay).await.len() + 1, usize::try_from(seen).unwrap());
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_was_said_before_and_who_asks_go_before_the_model(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    describe_person(&pool, &scene.viewer).await;
    let asked = scene.ask("What is Rust?").await;
    let events = scene.follow(generation(&asked), 0).await;
    let mut call = scene.provider.accepted_call().await;
    call.say("A language.").await;
    call.finish().await;
    rest(events).await;
    scene.ask_in(asked.conversation_id, "Who made it?").await;
    let call = scene.provider.accepted_call().await;
    let messages: Vec<_> =
        call.request["messages"].as_array().unwrap().iter().map(|message| message["content"].as_str().unwrap()).collect();
    assert!(messages[0].contains("in rhymes") && messages[0].contains("a nurse"));
    assert_eq!(messages[1..], ["What is Rust?", "A language.", "Who made it?"]);
}

async fn describe_person(pool: &PgPool, viewer: &Viewer) {
    let described = sqlx::query!("UPDATE users SET tone = 'in rhymes', about = 'a nurse' WHERE id = $1", viewer.user_id.as_uuid());
    described.execute(pool).await.unwrap();
}
