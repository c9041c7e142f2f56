//! The trail of answers: which documents went to which model, whatever became of the answer.

use super::passages::prompt;
use super::{PATIENCE, Scene, generation, rest, until_text};
use crate::chat::queries::conversations;
use crate::{Services, testing};
use domain::PromptId;
use domain::audit::{AuditEntry, AuditQuery, AuditScope};
use domain::chat::{Asked, NewQuestion};
use domain::prompts::PromptDraft;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

async fn answers(services: &Services, scene: &Scene) -> Vec<AuditEntry> {
    let query = AuditQuery { action: "chat.answered".to_owned(), ..AuditQuery::default() };
    services.audit().list(&scene.viewer, AuditScope::Team, &query, None).await.unwrap().entries
}

fn fact<'a>(entry: &'a AuditEntry, label: &str) -> &'a str {
    &entry.facts.iter().find(|fact| fact.label == label).expect(label).value
}

fn about_the_key(scene: &Scene, prompt: PromptId) -> NewQuestion {
    NewQuestion { prompt_id: Some(prompt), model_id: None, ..scene.question(None, "SECRET question: where is the spare key?") }
}

/// Asks on a server that dies when the first words are there.
async fn asked_on_a_server_that_dies(pool: &PgPool, scene: &Scene) -> Asked {
    let prompt = prompt(pool, scene, PromptDraft::default()).await;
    let doomed = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let services = testing::services(pool);
    let (viewer, question) = (scene.viewer.clone(), about_the_key(scene, prompt));
    let asked = doomed.spawn(async move { services.chat().ask(&viewer, question).await.unwrap() }).await.unwrap();
    let mut events = scene.follow(generation(&asked), 0).await;
    let mut call = scene.provider.accepted_call().await;
    call.say("In").await;
    until_text(&mut events).await;
    doomed.shutdown_background();
    call.hung_up().await;
    asked
}

/// One answer is told: stopped, with the document.
async fn assert_told_once_as_stopped(scene: &Scene) {
    let told = answers(&scene.services, scene).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].sentence, "ada@example.org asked a model (fake · Fake) with “rules.pdf”");
    assert_eq!(fact(&told[0], "Document sent"), "rules.pdf: 2 passages from pages 3, 7");
    assert_eq!(fact(&told[0], "Outcome"), "Cancelled");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_documents_that_went_to_the_model_are_told_with_their_pages_and_without_a_word(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let prompt = prompt(&pool, &scene, PromptDraft::default()).await;
    let asked = scene.services.chat().ask(&scene.viewer, about_the_key(&scene, prompt)).await.unwrap();
    let events = scene.follow(generation(&asked), 0).await;
    let mut call = scene.provider.accepted_call().await;
    call.say("SECRET answer, without a citation.").await;
    assert!(answers(&scene.services, &scene).await.is_empty(), "it is told when the answer ends, with it");
    call.finish().await;
    rest(events).await;
    let told = answers(&scene.services, &scene).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].sentence, "ada@example.org asked a model (fake · Fake) with “rules.pdf”");
    assert_eq!(fact(&told[0], "Document sent"), "rules.pdf: 2 passages from pages 3, 7");
    assert_eq!(fact(&told[0], "Outcome"), "Success");
    scene.services.chat().delete(&scene.viewer, asked.conversation_id).await.unwrap();
    let rows: Vec<String> = sqlx::query_scalar("SELECT e::text FROM audit_events e").fetch_all(&pool).await.unwrap();
    assert!(!rows.join("\n").contains("SECRET"), "{rows:?}");
    assert!(rows.iter().any(|row| row.contains("chat.deleted")));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_answer_that_fails_is_told_too_and_one_without_a_call_is_not(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let asked = scene.ask("Hello?").await;
    let events = scene.follow(generation(&asked), 0).await;
    let mut call = scene.provider.call().await;
    call.raw("HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
    drop(call);
    rest(events).await;
    let told = answers(&scene.services, &scene).await;
    assert_eq!((told.len(), fact(&told[0], "Outcome"), fact(&told[0], "Documents sent")), (1, "Error", "none"));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_a_server_sent_before_it_died_is_told_by_the_one_that_finds_it(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    asked_on_a_server_that_dies(&pool, &scene).await;
    sqlx::query("UPDATE generations SET lease_expires_at = now() - interval '1 second'").execute(&pool).await.unwrap();
    assert_eq!(scene.services.chat().sweep().await.unwrap(), 1);
    let told = answers(&scene.services, &scene).await;
    assert_eq!(told[0].sentence, "ada@example.org asked a model (fake · Fake) with “rules.pdf”");
    assert_eq!((told[0].origin.as_str(), fact(&told[0], "Outcome")), ("Lyceum", "Interrupted"));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_was_sent_is_told_when_the_chat_is_deleted_before_a_word_is_answered(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let prompt = prompt(&pool, &scene, PromptDraft::default()).await;
    let asked = scene.services.chat().ask(&scene.viewer, about_the_key(&scene, prompt)).await.unwrap();
    let _silent = scene.provider.call().await;
    scene.services.chat().delete(&scene.viewer, asked.conversation_id).await.unwrap();
    assert_told_once_as_stopped(&scene).await;
    let mut rows: Vec<String> = sqlx::query_scalar("SELECT action FROM audit_events ORDER BY position").fetch_all(&pool).await.unwrap();
    assert_eq!(rows.split_off(rows.len() - 2), ["chat.answered", "chat.deleted"]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_was_sent_is_told_once_when_another_server_deletes_the_chat(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let prompt = prompt(&pool, &scene, PromptDraft::default()).await;
    let stop = CancellationToken::new();
    let worker = tokio::spawn({
        let (services, stop) = (scene.services.clone(), stop.clone());
        async move { services.chat().work(stop).await }
    });
    let asked = scene.services.chat().ask(&scene.viewer, about_the_key(&scene, prompt)).await.unwrap();
    let call = scene.provider.accepted_call().await;
    testing::services(&pool).chat().delete(&scene.viewer, asked.conversation_id).await.unwrap();
    call.hung_up().await;
    scene.services.chat().shutdown(PATIENCE).await;
    stop.cancel();
    worker.await.unwrap();
    assert_told_once_as_stopped(&scene).await;
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_a_server_sent_before_it_died_is_told_by_the_one_that_deletes_the_chat(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let asked = asked_on_a_server_that_dies(&pool, &scene).await;
    scene.services.chat().delete(&scene.viewer, asked.conversation_id).await.unwrap();
    assert_eq!(scene.services.chat().sweep().await.unwrap(), 0);
    assert_told_once_as_stopped(&scene).await;
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_chat_does_not_go_with_a_run_that_nobody_told_of(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let asked = scene.ask("Hello?").await;
    let (chat, person) = (asked.conversation_id, scene.viewer.user_id);
    let mut tx = scene.services.parts.db.team_tx(&scene.viewer).await.unwrap();
    assert!(!conversations::delete(&mut tx, chat, person, &[]).await.unwrap());
    assert!(conversations::delete(&mut tx, chat, person, &[generation(&asked)]).await.unwrap());
}
