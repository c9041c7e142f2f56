//! The trail of answers: which documents went to which model, whatever became of the answer.

use super::passages::prompt;
use super::{Scene, generation, rest, until_text};
use crate::Services;
use domain::audit::{AuditEntry, AuditQuery, AuditScope};
use domain::prompts::PromptDraft;
use sqlx::PgPool;

async fn answers(services: &Services, scene: &Scene) -> Vec<AuditEntry> {
    let query = AuditQuery { action: "chat.answered".to_owned(), ..AuditQuery::default() };
    services.audit().list(&scene.viewer, AuditScope::Team, &query, None).await.unwrap().entries
}

fn fact<'a>(entry: &'a AuditEntry, label: &str) -> &'a str {
    &entry.facts.iter().find(|fact| fact.label == label).expect(label).value
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_documents_that_went_to_the_model_are_told_with_their_pages_and_without_a_word(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let prompt = prompt(&pool, &scene, PromptDraft::default()).await;
    let question = domain::chat::NewQuestion {
        prompt_id: Some(prompt),
        model_id: None,
        ..scene.question(None, "SECRET question: where is the spare key?")
    };
    let asked = scene.services.chat().ask(&scene.viewer, question).await.unwrap();
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
    let prompt = prompt(&pool, &scene, PromptDraft::default()).await;
    let doomed = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let services = crate::testing::services(&pool);
    let viewer = scene.viewer.clone();
    let question = domain::chat::NewQuestion { prompt_id: Some(prompt), model_id: None, ..scene.question(None, "Where is the spare key?") };
    let asked = doomed.spawn(async move { services.chat().ask(&viewer, question).await.unwrap() }).await.unwrap();
    let mut events = scene.follow(generation(&asked), 0).await;
    let mut call = scene.provider.accepted_call().await;
    call.say("In").await;
    until_text(&mut events).await;
    doomed.shutdown_background();
    call.hung_up().await;
    sqlx::query("UPDATE generations SET lease_expires_at = now() - interval '1 second'").execute(&pool).await.unwrap();
    assert_eq!(scene.services.chat().sweep().await.unwrap(), 1);
    let told = answers(&scene.services, &scene).await;
    assert_eq!(told[0].sentence, "ada@example.org asked a model (fake · Fake) with “rules.pdf”");
    assert_eq!((told[0].origin.as_str(), fact(&told[0], "Outcome")), ("Lyceum", "Interrupted"));
}
