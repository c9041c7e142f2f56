//! Passages: what a prompt puts before the model, and what becomes of the numbers in its answer.

use super::{Scene, generation, rest};
use crate::Viewer;
use crate::testing::member;
use domain::chat::{Asked, ChatEvent, MessageRole, NewQuestion};
use domain::datasets::{NewDataset, Visibility};
use domain::prompts::PromptDraft;
use domain::{ConversationId, DocumentId, PromptId, Role};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

const QUESTION: &str = "Where is the spare key?";

/// A prompt with these settings over one document with two passages, written past the pipeline.
pub(super) async fn prompt(pool: &PgPool, scene: &Scene, settings: PromptDraft) -> PromptId {
    let new = NewDataset { name: "Rules".to_owned(), description: String::new(), visibility: Visibility::Team, embedding_model_id: None };
    let dataset = scene.services.datasets().create(&scene.viewer, new).await.unwrap().id;
    let (team, document) = (scene.viewer.team_id.as_uuid(), DocumentId::new().as_uuid());
    sqlx::query(
        "INSERT INTO documents (id, team_id, dataset_id, name, media_type, size_bytes, sha256, object_key, status, chunk_count, created_by, is_paginated)
         VALUES ($1, $2, $3, 'rules.pdf', 'application/pdf', 1, '', '', 'Ready', 2, $4, true)",
    )
    .bind(document)
    .bind(team)
    .bind(dataset)
    .bind(scene.viewer.user_id)
    .execute(pool)
    .await
    .unwrap();
    for (position, page) in [(0, 3), (1, 7)] {
        sqlx::query(
            "INSERT INTO chunks (id, team_id, dataset_id, document_id, position, page_first, page_last, char_start, char_end, text)
             VALUES ($1, $2, $3, $4, $5, $6, $6, 0, 1, 'The spare key hangs in the blue cabinet: SECRET passage ' || $5)",
        )
        .bind(Uuid::now_v7())
        .bind(team)
        .bind(dataset)
        .bind(document)
        .bind(position)
        .bind(page)
        .execute(pool)
        .await
        .unwrap();
    }
    let draft = PromptDraft { name: "Caretaker".to_owned(), dataset_ids: vec![dataset], model_id: Some(scene.model), ..settings };
    scene.services.prompts().create(&scene.viewer, draft).await.unwrap().id
}

async fn ask(scene: &Scene, prompt: PromptId, conversation: Option<ConversationId>, text: &str) -> Asked {
    let question = NewQuestion { prompt_id: Some(prompt), model_id: None, ..scene.question(conversation, text) };
    scene.services.chat().ask(&scene.viewer, question).await.unwrap()
}

/// Has the provider answer with a text; the request it was sent, and the events that came of it.
async fn answer(scene: &Scene, asked: &Asked, text: &str) -> (serde_json::Value, Vec<ChatEvent>) {
    let events = scene.follow(generation(asked), 0).await;
    let mut call = scene.provider.accepted_call().await;
    let request = call.request.clone();
    call.say(text).await;
    call.finish().await;
    (request, rest(events).await)
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_settings_of_a_prompt_reach_the_model(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let settings =
        PromptDraft { temperature: 0.25, max_completion_tokens: Some(900), max_chunks: 1, max_history_items: 2, ..PromptDraft::default() };
    let prompt = prompt(&pool, &scene, settings).await;
    let mut conversation = None;
    for (question, text) in [("First question?", "First answer."), ("Second question?", "Second answer.")] {
        let asked = ask(&scene, prompt, conversation, question).await;
        answer(&scene, &asked, text).await;
        conversation = Some(asked.conversation_id);
    }
    let asked = ask(&scene, prompt, conversation, QUESTION).await;
    let (request, _) = answer(&scene, &asked, "In the blue cabinet.").await;

    assert_eq!((&request["temperature"], &request["max_tokens"]), (&json!(0.25), &json!(900)));
    let messages = request["messages"].as_array().unwrap();
    let system = messages[0]["content"].as_str().unwrap();
    assert_eq!((&messages[0]["role"], system.matches("SECRET passage").count()), (&json!("system"), 1), "{system}");
    let turns: Vec<_> = messages[1..].iter().map(|turn| (turn["role"].as_str().unwrap(), turn["content"].as_str().unwrap())).collect();
    assert_eq!(turns, [("user", "Second question?"), ("assistant", "Second answer."), ("user", QUESTION)]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_model_without_a_prompt_is_asked_without_settings(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let asked = scene.ask("Hello?").await;
    let (request, _) = answer(&scene, &asked, "Hi.").await;
    assert!(request.get("temperature").is_none() && request.get("max_tokens").is_none(), "{request}");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_number_that_was_offered_becomes_a_citation_and_an_invented_one_does_not(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let prompt = prompt(&pool, &scene, PromptDraft::default()).await;
    let asked = ask(&scene, prompt, None, QUESTION).await;
    let (request, events) = answer(&scene, &asked, "In the blue cabinet [1], or so they say [9].").await;

    let system = request["messages"][0]["content"].as_str().unwrap();
    for number in [1, 2] {
        assert!(system.contains(&format!("[{number}] rules.pdf, page ")), "{system}");
    }
    assert_eq!(system.matches("The spare key hangs in the blue cabinet: SECRET passage").count(), 2, "{system}");
    let offered = events.iter().filter(|event| matches!(event, ChatEvent::Source(_))).count();
    assert_eq!(offered, 2, "{events:?}");

    let message = scene.answer(asked.conversation_id).await;
    assert_eq!((message.role, message.citations.len()), (MessageRole::Assistant, 1), "{:?}", message.citations);
    let citation = &message.citations[0];
    let page = citation.page.unwrap();
    assert_eq!((citation.number, citation.document_name.as_str()), (1, "rules.pdf"));
    assert!(system.contains(&format!("[1] rules.pdf, page {page}\n{}", citation.excerpt)), "{system}");
    let rows: Vec<(i32, Option<i32>, Uuid)> =
        sqlx::query_as("SELECT number, page, chunk_id FROM message_citations WHERE message_id = $1 ORDER BY number")
            .bind(message.id.as_uuid())
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(rows, [(1, Some(i32::try_from(page).unwrap()), citation.chunk_id.as_uuid())]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn in_a_view_passages_are_left_to_their_document_while_that_is_there(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let olga = member(&scene.services, &scene.viewer, "olga@example.org", Role::Owner).await;
    let looking = Viewer { seen_by: Some(olga.user_id), ..scene.viewer.clone() };
    let prompt = prompt(&pool, &scene, PromptDraft::default()).await;
    let asked = ask(&scene, prompt, None, QUESTION).await;
    answer(&scene, &asked, "In the blue cabinet [1].").await;
    let chat = scene.services.chat();
    let kept = async |viewer: &Viewer| {
        let opened = chat.open(viewer, asked.conversation_id).await.unwrap();
        let cited = opened.messages.into_iter().flat_map(|message| message.citations);
        cited.map(|citation| citation.excerpt.contains("SECRET")).collect::<Vec<_>>()
    };
    let streamed = async |viewer: &Viewer| {
        let events = rest(chat.follow(viewer, generation(&asked), 0).await.unwrap().expect("its events")).await;
        let passage = |event: &ChatEvent| if let ChatEvent::Source(citation) = event { Some(citation.excerpt.clone()) } else { None };
        events.iter().filter_map(passage).map(|passage| passage.contains("SECRET")).collect::<Vec<_>>()
    };
    assert_eq!((kept(&scene.viewer).await, streamed(&scene.viewer).await), (vec![true], vec![true; 2]));
    assert_eq!((kept(&looking).await, streamed(&looking).await), (vec![false], vec![false; 2]));
    sqlx::query("UPDATE message_citations SET document_id = NULL").execute(&pool).await.unwrap();
    assert_eq!(kept(&looking).await, [true], "of a deleted document the chat alone holds something");
}
