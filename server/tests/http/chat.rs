//! Chat over HTTP: ask, follow, resume, stop, and what others see of it.

use crate::support::{FakeProvider, Script, Step, TestApp, TestClient};
use app::error::AppError;
use domain::chat::{Asked, ChatEvent, ConversationDetail, ConversationList, MessageStatus};
use domain::{ModelId, Role};
use serde_json::{Value, json};
use sqlx::PgPool;
use std::time::Duration;

/// Longer than anything here takes; a test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server, a person and a model they can ask.
struct Scene {
    app: TestApp,
    ada: TestClient,
    provider: FakeProvider,
    model: ModelId,
}

impl Scene {
    async fn new(pool: &PgPool) -> Self {
        let app = TestApp::start(pool).await;
        let ada = app.sign_up("ada@example.org").await;
        let provider = FakeProvider::start().await;
        let model = json!({
            "provider": "Fake", "kind": "OpenAI-compatible", "base_url": format!("{}/v1", provider.url), "api_key": "",
            "name": "fake", "model_type": "LLM", "context_size": 8000
        });
        // The first person of an installation administers it.
        let model: Value = ada.server_fn("models/add", json!({ "model": model })).await.json();
        Self { model: serde_json::from_value(model["id"].clone()).expect("an id"), app, ada, provider }
    }

    async fn ask(&self, text: &str) -> Asked {
        let question = json!({ "conversation_id": null, "prompt_id": null, "model_id": self.model, "text": text });
        self.ada.server_fn("chat/ask", json!({ "question": question })).await.json()
    }

    async fn open(&self, asked: &Asked) -> ConversationDetail {
        self.ada.server_fn("chat/open", json!({ "id": asked.conversation_id })).await.json()
    }
}

fn events_path(asked: &Asked) -> String {
    format!("/api/generations/{}/events", asked.answer.generation_id.expect("it runs"))
}

/// An open stream, read event by event.
struct Events {
    response: reqwest::Response,
    unread: String,
}

impl Events {
    async fn open(client: &TestClient, path: &str, last_event_id: Option<&str>) -> Self {
        let response = client.open_stream(path, last_event_id).await;
        assert_eq!(response.status(), 200);
        Self { response, unread: String::new() }
    }

    /// The lines of the next event; none at the end.
    async fn next_lines(&mut self) -> Option<String> {
        loop {
            if let Some((event, rest)) = self.unread.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.unread = rest;
                if event.lines().any(|line| line.starts_with("data:")) {
                    return Some(event);
                }
                continue;
            }
            let piece = tokio::time::timeout(PATIENCE, self.response.chunk()).await.expect("news in time").expect("an unbroken stream")?;
            self.unread.push_str(std::str::from_utf8(&piece).expect("text"));
        }
    }

    /// The number and content of the next event; none at the end.
    async fn next(&mut self) -> Option<(i64, ChatEvent)> {
        let lines = self.next_lines().await?;
        let field = |name: &str| lines.lines().find_map(|line| line.strip_prefix(name)).expect("the field").trim().to_owned();
        Some((field("id:").parse().expect("a number"), serde_json::from_str(&field("data:")).expect("an event")))
    }

    async fn rest(mut self) -> Vec<(i64, ChatEvent)> {
        let mut all = Vec::new();
        while let Some(event) = self.next().await {
            all.push(event);
        }
        all
    }

    async fn until_text(&mut self) -> i64 {
        loop {
            if let (seq, ChatEvent::Delta(_)) = self.next().await.expect("text before the end") {
                return seq;
            }
        }
    }
}

fn text(events: &[(i64, ChatEvent)]) -> String {
    events.iter().map(|(_, event)| if let ChatEvent::Delta(text) = event { text.as_str() } else { "" }).collect()
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_question_is_answered_in_a_stream_with_numbered_events(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    scene.provider.push(Script::text("It scatters light."));
    let asked = scene.ask("Why is the sky blue?").await;
    let events = Events::open(&scene.ada, &events_path(&asked), None).await;
    let headers = events.response.headers().clone();
    assert_eq!(headers["content-type"], "text/event-stream");
    assert_eq!((&headers["cache-control"], &headers["x-accel-buffering"]), (&"no-store".parse().unwrap(), &"no".parse().unwrap()));
    assert!(!headers.contains_key("content-encoding"));
    let events = events.rest().await;
    assert!(events.iter().enumerate().all(|(index, (seq, _))| *seq == i64::try_from(index).unwrap() + 1));
    assert_eq!(text(&events), "It scatters light.");
    assert!(matches!(events.last(), Some((_, ChatEvent::Finished(_)))));
    let opened = scene.open(&asked).await;
    assert_eq!(opened.messages[1].status, MessageStatus::Success);
    let page = scene.ada.get(&format!("/chat/{}", asked.conversation_id)).await.expect(200);
    assert!(page.text.contains("It scatters light.") && page.text.contains("data-status=\"Success\""));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_stream_that_broke_resumes_after_the_last_event_seen(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let step = |text: &str| Step::Text(text.to_owned());
    scene.provider.push(Script::Stream(vec![step("One, "), Step::Wait, step("two.")]));
    let asked = scene.ask("Count.").await;
    let mut broken = Events::open(&scene.ada, &events_path(&asked), None).await;
    let seen = broken.until_text().await;
    drop(broken);
    let by_header = Events::open(&scene.ada, &events_path(&asked), Some(&seen.to_string())).await;
    let by_address = Events::open(&scene.ada, &format!("{}?after={seen}", events_path(&asked)), None).await;
    scene.provider.release();
    let (by_header, by_address) = (by_header.rest().await, by_address.rest().await);
    assert_eq!(by_header[0].0, seen + 1);
    assert_eq!(text(&by_header), "two.");
    assert_eq!(by_header, by_address);
    let last = by_header.last().unwrap().0.to_string();
    assert_eq!(scene.ada.open_stream(&events_path(&asked), Some(&last)).await.status(), 204);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn stop_ends_the_stream_and_keeps_the_text(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    scene.provider.push(Script::Stream(vec![Step::Text("So far".to_owned()), Step::Wait]));
    let asked = scene.ask("Tell me everything.").await;
    let mut events = Events::open(&scene.ada, &events_path(&asked), None).await;
    events.until_text().await;
    scene.ada.server_fn("chat/stop", json!({ "generation_id": asked.answer.generation_id })).await.ok();
    assert_eq!(events.rest().await.last().unwrap().1, ChatEvent::Stopped);
    let answer = scene.open(&asked).await.messages.pop().unwrap();
    assert_eq!((answer.status, answer.content.as_str()), (MessageStatus::Cancelled, "So far"));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn what_a_provider_does_wrong_is_said_in_a_sentence(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let stream = |raw: &str| Script::Stream(vec![Step::Text("Half".to_owned()), Step::Raw(raw.to_owned()), Step::HangUp]);
    let scripts = [
        stream("data: {\"error\":{\"message\":\"no memory left\"}}\n\n"),
        stream("data: {{{\n\n"),
        stream(""),
        Script::Stream(vec![Step::HangUp]),
        Script::Status(401, "{}".to_owned()),
    ];
    for script in scripts {
        let shown = format!("{script:?}");
        scene.provider.push(script);
        let asked = scene.ask("Hello?").await;
        let events = Events::open(&scene.ada, &events_path(&asked), None).await.rest().await;
        assert!(matches!(events.last(), Some((_, ChatEvent::Failed(sentence))) if sentence.ends_with('.')), "{shown}: {events:?}");
        let answer = scene.open(&asked).await.messages.pop().unwrap();
        assert_eq!((answer.status, answer.content), (MessageStatus::Error, text(&events)), "{shown}");
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn nobody_else_can_follow_stop_or_read(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    scene.provider.push(Script::Stream(vec![Step::Text("Mine".to_owned()), Step::Wait]));
    let asked = scene.ask("A secret?").await;
    let stranger = scene.app.sign_up("eve@example.org").await;
    let colleague = scene.app.sign_up_into(&scene.ada, "bob@example.org", Role::TeamManager).await;
    for other in [&stranger, &colleague] {
        assert_eq!(other.get_json(&events_path(&asked)).await.expect(404).error(), AppError::NotFound);
        other.server_fn("chat/stop", json!({ "generation_id": asked.answer.generation_id })).await.expect(404);
        other.server_fn("chat/open", json!({ "id": asked.conversation_id })).await.expect(404);
        other.get(&format!("/chat/{}", asked.conversation_id)).await.expect(404);
        let list: ConversationList = other.server_fn("chat/list", json!({ "page": { "index": 0, "size": 50 } })).await.json();
        assert_eq!(list.total, 0);
    }
    scene.app.anonymous().get_json(&events_path(&asked)).await.expect(401);
    scene.ada.get_json("/api/generations/nonsense/events").await.expect(404);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_server_that_stops_sends_its_followers_elsewhere(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    scene.provider.push(Script::Stream(vec![Step::Text("Well".to_owned()), Step::Wait]));
    let asked = scene.ask("Hello?").await;
    let mut events = Events::open(&scene.ada, &events_path(&asked), None).await;
    events.until_text().await;
    scene.app.shutdown.cancel();
    let farewell = events.next_lines().await.expect("a farewell");
    assert!(farewell.lines().any(|line| line.trim() == "event: reconnect"), "{farewell}");
    assert_eq!(events.next_lines().await, None);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_stream_closes_soon_after_its_session_ended(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    scene.provider.push(Script::Stream(vec![Step::Text("Well".to_owned()), Step::Wait]));
    let asked = scene.ask("Hello?").await;
    let mut events = Events::open(&scene.ada, &events_path(&asked), None).await;
    events.until_text().await;
    sqlx::query("DELETE FROM sessions").execute(&pool).await.expect("nobody is signed in");
    assert_eq!(events.next_lines().await, None);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_question_without_words_is_refused_at_its_field(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let question = json!({ "conversation_id": null, "prompt_id": null, "model_id": null, "text": "  \n " });
    let refused = scene.ada.server_fn("chat/ask", json!({ "question": question })).await.expect(422).error();
    assert_eq!(refused.field("text").as_deref(), Some("Message cannot be empty."));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn the_built_in_model_answers_with_nothing_configured(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let question = json!({ "conversation_id": null, "prompt_id": null, "model_id": null, "text": "Hello?" });
    let asked: Asked = ada.server_fn("chat/ask", json!({ "question": question })).await.json();
    let events = Events::open(&ada, &events_path(&asked), None).await.rest().await;
    assert!(matches!(events.last(), Some((_, ChatEvent::Finished(_)))), "{events:?}");
    assert!(!text(&events).is_empty());
}
