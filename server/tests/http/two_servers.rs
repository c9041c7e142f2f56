//! Two servers, one database: what one of them decides holds on the other.

use crate::api_keys::program;
use crate::support::{Answer, FakeProvider, PASSWORD, Script, Step, TestApp, TestClient};
use axum::http::header::RETRY_AFTER;
use domain::chat::Asked;
use domain::{Role, SessionSummary, ViewerInfo};
use serde_json::{Value, json};
use services::{Keyring, MockClock, Parts};
use sqlx::PgPool;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long an open stream may outlive its session.
const PROMISE: Duration = Duration::from_secs(5);

/// Two servers of one installation: the same database, the same keys, the same time.
async fn start(pool: &PgPool) -> (TestApp, TestApp) {
    let (keys, clock) = (Keyring::generate(), Arc::new(MockClock::at(chrono::Utc::now())));
    let share = |parts: &mut Parts| (parts.keyring, parts.clock) = (keys.clone(), clock.clone());
    (TestApp::start_with(pool, share).await, TestApp::start_with(pool, share).await)
}

async fn viewer(client: &TestClient) -> Answer {
    client.server_fn("identity/viewer", Value::Null).await
}

async fn sign_in(client: &TestClient, email: &str, password: &str) -> Answer {
    client.post_form("/sign-in", &[("email", email), ("password", password)]).await
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_session_made_on_one_is_good_on_the_other_and_ends_on_both(pool: PgPool) {
    let (first, second) = start(&pool).await;
    let ada = first.sign_up("ada@example.org").await;
    let there = ada.at(&second.url);
    let (here_is, there_is) = (viewer(&ada).await.json::<ViewerInfo>(), viewer(&there).await.json::<ViewerInfo>());
    assert_eq!((here_is.user_id, here_is.team_id), (there_is.user_id, there_is.team_id));
    there.get("/chat").await.expect(200);

    // Ended where it was not made, by its owner in another browser.
    let phone = second.sign_in("ada@example.org").await;
    let sessions: Vec<SessionSummary> = phone.server_fn("identity/sessions", Value::Null).await.json();
    let other = sessions.iter().find(|session| !session.is_current).expect("the first browser's");
    phone.server_fn("identity/end-session", json!({ "id": other.id })).await.ok();
    for browser in [&ada, &there] {
        viewer(browser).await.expect(401);
        browser.get("/chat").await.expect_redirect("/sign-in?next=/chat");
    }

    // Signed out on one, and everywhere at once.
    let phone_there = phone.at(&first.url);
    viewer(&phone_there).await.ok();
    let laptop = first.sign_in("ada@example.org").await;
    phone_there.server_fn("identity/sign-out-everywhere", Value::Null).await.ok();
    for browser in [&phone, &phone_there, &laptop, &laptop.at(&second.url)] {
        viewer(browser).await.expect(401);
    }
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM sessions").fetch_one(&pool).await.unwrap();
    assert_eq!(left, 0);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn what_changes_about_a_person_holds_at_once_on_both(pool: PgPool) {
    let (first, second) = start(&pool).await;
    let ada = first.sign_up("ada@example.org").await;
    let grace = first.sign_up_into(&ada, "grace@example.org", Role::Viewer).await;
    let there = grace.at(&second.url);
    assert!(!viewer(&there).await.json::<ViewerInfo>().may(domain::Permission::ManageDatasets));
    let person = viewer(&grace).await.json::<ViewerInfo>().user_id;
    ada.server_fn("team/change-roles", json!({ "user_id": person, "roles": ["Collaborator"] })).await.ok();
    assert!(viewer(&there).await.json::<ViewerInfo>().may(domain::Permission::ManageDatasets));
    let change = json!({ "current_password": PASSWORD, "new_password": "an entirely new secret" });
    let phone = second.sign_in("grace@example.org").await;
    phone.server_fn("identity/change-password", change).await.ok();
    viewer(&there).await.expect(401);
    sign_in(&first.anonymous(), "grace@example.org", PASSWORD).await.expect(422);
    sign_in(&first.anonymous(), "grace@example.org", "an entirely new secret").await.expect_redirect("/chat");
}

/// The seconds somebody is told to wait.
fn wait(answer: Answer) -> u32 {
    let answer = answer.expect(429);
    answer.header(RETRY_AFTER).expect("when to come back").parse().expect("seconds")
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_throttle_filled_on_one_refuses_on_the_other(pool: PgPool) {
    let (first, second) = start(&pool).await;
    first.sign_up("ada@example.org").await;
    // Three wrong passwords from one network address, wherever they are typed.
    for app in [&first, &second, &first] {
        sign_in(&app.anonymous(), "ada@example.org", "wrong").await.expect(422);
    }
    for app in [&first, &second] {
        assert!((1..=21).contains(&wait(sign_in(&app.anonymous(), "ada@example.org", PASSWORD).await)));
    }
    // Ten at one account from everywhere: three are counted, and the two refused above are not.
    for n in 1..=7 {
        let app = if n % 2 == 0 { &first } else { &second };
        let elsewhere = TestClient::from_address(&app.url, Ipv4Addr::new(127, 0, 1, n));
        sign_in(&elsewhere, "ada@example.org", "wrong").await.expect(422);
    }
    for app in [&first, &second] {
        let elsewhere = TestClient::from_address(&app.url, Ipv4Addr::new(127, 0, 1, 99));
        assert!((1..=61).contains(&wait(sign_in(&elsewhere, "ada@example.org", PASSWORD).await)));
    }
    let sessions: i64 = sqlx::query_scalar("SELECT count(*) FROM sessions").fetch_one(&pool).await.unwrap();
    assert_eq!(sessions, 1, "the one she signed up with");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn what_a_team_is_taken_in_a_minute_is_counted_by_both(pool: PgPool) {
    let (first, second) = start(&pool).await;
    let ada = first.sign_up("ada@example.org").await;
    ada.server_fn("team/update-settings", json!({ "settings": { "requests_per_minute": 2 } })).await.ok();
    let program = program(&first, &ada, &["read", "chat"]).await;
    let list = async |app: &TestApp| program.at(&app.url).server_fn("datasets/list", json!({})).await;
    list(&first).await.ok();
    list(&second).await.ok();
    let question = json!({ "question": { "conversation_id": null, "prompt_id": null, "model_id": null, "text": "Hello?" } });
    for app in [&first, &second] {
        assert!((1..=31).contains(&wait(list(app).await)));
        assert!((1..=31).contains(&wait(ada.at(&app.url).server_fn("chat/ask", question.clone()).await)));
    }
}

/// A model that speaks as its provider does, added by an administrator; what it is called by.
pub async fn add_model(administrator: &TestClient, provider: &FakeProvider) -> Value {
    let model = json!({
        "provider": "Fake", "kind": "OpenAI-compatible", "base_url": format!("{}/v1", provider.url), "api_key": "secret",
        "name": "fake", "model_type": "LLM", "context_size": 8000
    });
    let model: Value = administrator.server_fn("models/add", json!({ "model": model })).await.json();
    model["id"].clone()
}

/// Asks a model; where the answer is read.
pub async fn ask(client: &TestClient, model: &Value) -> String {
    let question = json!({ "conversation_id": null, "prompt_id": null, "model_id": model, "text": "Hello?" });
    let asked: Asked = client.server_fn("chat/ask", json!({ "question": question })).await.json();
    format!("/api/generations/{}/events", asked.answer.generation_id.expect("it runs"))
}

/// Opens the stream of an answer.
pub async fn follow(client: &TestClient, path: &str, after: Option<&str>) -> reqwest::Response {
    let stream = client.open_stream(path, after).await;
    assert_eq!(stream.status(), 200);
    stream
}

/// What a stream says until it has said these words.
pub async fn read_until(stream: &mut reqwest::Response, words: &str) -> String {
    let mut read = String::new();
    while !read.contains(words) {
        let piece = tokio::time::timeout(PROMISE * 4, stream.chunk()).await.expect("news in time");
        let piece = piece.expect("an unbroken stream").expect("more");
        read.push_str(std::str::from_utf8(&piece).expect("text"));
    }
    read
}

/// Reads a stream to its end, which has to come as soon as it is promised.
pub async fn expect_end(stream: &mut reqwest::Response) {
    let since = Instant::now();
    while tokio::time::timeout(PROMISE * 4, stream.chunk()).await.expect("an end").expect("an unbroken stream").is_some() {}
    assert!(since.elapsed() < PROMISE, "{:?}", since.elapsed());
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn an_answer_asked_for_on_one_goes_on_on_the_other_where_it_broke_off(pool: PgPool) {
    let (first, second) = start(&pool).await;
    let ada = first.sign_up("ada@example.org").await;
    let provider = FakeProvider::start().await;
    let step = |text: &str| Step::Text(text.to_owned());
    provider.push(Script::Stream(vec![step("One, "), Step::Wait, step("two.")]));
    let path = ask(&ada, &add_model(&ada, &provider).await).await;
    let mut broken = follow(&ada, &path, None).await;
    let read = read_until(&mut broken, "One, ").await;
    let seen = read.lines().rev().find_map(|line| line.strip_prefix("id:")).expect("its number").trim().to_owned();
    drop(broken);
    let mut elsewhere = follow(&ada.at(&second.url), &path, Some(&seen)).await;
    provider.release();
    let rest = read_until(&mut elsewhere, "Finished").await;
    assert!(rest.contains("two.") && !rest.contains("One"), "{rest}");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_session_that_ends_on_one_closes_its_open_stream_on_the_other_and_no_other(pool: PgPool) {
    let (first, second) = start(&pool).await;
    let ada = first.sign_up("ada@example.org").await;
    let provider = FakeProvider::start().await;
    provider.push(Script::Stream(vec![Step::Text("Well".to_owned()), Step::Wait]));
    let path = ask(&ada, &add_model(&ada, &provider).await).await;
    let phone = first.sign_in("ada@example.org").await;
    let (there, phone_there) = (ada.at(&second.url), phone.at(&second.url));
    let (mut ending, mut staying) = (follow(&there, &path, None).await, follow(&phone_there, &path, None).await);
    read_until(&mut ending, "Well").await;

    let sessions: Vec<SessionSummary> = phone.server_fn("identity/sessions", Value::Null).await.json();
    let other = sessions.iter().find(|session| !session.is_current).expect("the first browser's");
    phone.server_fn("identity/end-session", json!({ "id": other.id })).await.ok();
    expect_end(&mut ending).await;
    assert_eq!(there.open_stream(&path, None).await.status(), 401);
    provider.release();
    read_until(&mut staying, "Finished").await;
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn suspension_on_one_closes_an_open_stream_on_the_other(pool: PgPool) {
    let (first, second) = start(&pool).await;
    let ada = first.sign_up("ada@example.org").await;
    let grace = first.sign_up_into(&ada, "grace@example.org", Role::Collaborator).await;
    let person = viewer(&grace).await.json::<ViewerInfo>().user_id;
    let provider = FakeProvider::start().await;
    provider.push(Script::Stream(vec![Step::Text("Well".to_owned()), Step::Wait]));
    // Asked on one, read on the other.
    let path = ask(&grace, &add_model(&ada, &provider).await).await;
    let there = grace.at(&second.url);
    let mut stream = follow(&there, &path, None).await;
    read_until(&mut stream, "Well").await;

    ada.server_fn("team/suspend", json!({ "user_id": person })).await.ok();
    expect_end(&mut stream).await;
    assert_eq!(there.open_stream(&path, None).await.status(), 401);
    there.server_fn("team/members", Value::Null).await.expect(401);
}
