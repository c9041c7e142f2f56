//! API keys on the wire: a program is its person, within the scopes of the key and the list of what keys reach.

use crate::datasets::{create, documents, start, upload};
use crate::support::{Answer, PASSWORD, TestApp, TestClient};
use app::error::AppError;
use domain::Role;
use domain::api_keys::{ApiKeyMade, ApiKeySummary};
use domain::chat::Asked;
use domain::datasets::{DatasetSummary, SearchResult};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use serde_json::{Value, json};
use sqlx::PgPool;

/// A key of the client with these scopes.
pub async fn make(client: &TestClient, scopes: &[&str]) -> ApiKeyMade {
    let key = json!({ "name": "nightly import", "scopes": scopes, "days": 90 });
    client.server_fn("api-keys/create", json!({ "key": key, "password": PASSWORD })).await.json()
}

/// A program with such a key.
pub async fn program(app: &TestApp, client: &TestClient, scopes: &[&str]) -> TestClient {
    TestClient::program(&app.url, &make(client, scopes).await.key)
}

/// What a client is answered that presents this.
async fn present(app: &TestApp, authorization: &str) -> Answer {
    let request = app.anonymous().request(Method::POST, "/api/datasets/list").header(CONTENT_TYPE, "application/json");
    Answer::of(request.header(AUTHORIZATION, authorization).body("{}")).await
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_program_uploads_searches_asks_and_follows_the_answer(pool: PgPool) {
    let app = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let dataset = create(&ada, "House rules", "Team").await;
    let program = program(&app, &ada, &["read", "chat", "datasets"]).await;
    let rules = "# House rules\n\nThe caretaker keeps the spare key of the observatory in the blue cabinet.\n";
    upload(&program, dataset, &[("rules.md", rules.as_bytes())]).await.ok();
    app.services.jobs().run_due_once().await.unwrap();
    let listed: Vec<DatasetSummary> = program.server_fn("datasets/list", json!({})).await.json();
    assert_eq!(listed[0].name, "House rules");
    let document = documents(&program, dataset).await.remove(0);
    assert_eq!(program.get_json(&format!("/api/documents/{}/file", document.id)).await.expect(200).text, rules);
    let found: SearchResult = program.server_fn("datasets/search", json!({ "id": dataset, "question": "spare key" })).await.json();
    assert!(found.chunks[0].text.contains("blue cabinet"));
    program.server_fn("prompts/list", json!({})).await.ok();

    let question = json!({ "conversation_id": null, "prompt_id": null, "model_id": null, "text": "Where is the key?" });
    let asked: Asked = program.server_fn("chat/ask", json!({ "question": question })).await.json();
    let events = format!("/api/generations/{}/events", asked.answer.generation_id.expect("it runs"));
    let events = program.get_json(&events).await.ok();
    assert!(events.text.contains("Finished") || events.status == 204, "{}", events.text);
    program.server_fn("chat/open", json!({ "id": asked.conversation_id })).await.ok();
    let via: Vec<(String, String)> =
        sqlx::query_as("SELECT action, via FROM audit_events WHERE action IN ('document.uploaded', 'document.downloaded', 'chat.answered', 'api-key.created') ORDER BY position")
            .fetch_all(&pool)
            .await
            .unwrap();
    let told = |action: &str, via: &str| (action.to_owned(), via.to_owned());
    let expected = [
        told("api-key.created", "Screen"),
        told("document.uploaded", "Api"),
        told("document.downloaded", "Api"),
        told("chat.answered", "Api"),
    ];
    assert_eq!(via, expected);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn whatever_is_wrong_with_a_key_it_is_refused_in_the_same_bytes(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let made = make(&ada, &["read"]).await;
    let expired = make(&ada, &["read"]).await;
    sqlx::query("UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE id = $1")
        .bind(expired.summary.id)
        .execute(&pool)
        .await
        .unwrap();
    present(&app, &format!("Bearer {}", made.key)).await.ok();
    present(&app, &format!("bearer {}", made.key)).await.ok();
    let revoked = make(&ada, &["read"]).await;
    ada.server_fn("api-keys/revoke", json!({ "id": revoked.summary.id })).await.ok();
    let unknown = format!("lyc_{}_{}", "0".repeat(16), "0".repeat(64));
    let another_secret = format!("{}_{}", made.summary.prefix, "0".repeat(64));
    let refused = [expired.key, revoked.key, unknown, another_secret, made.summary.prefix, "not a key".to_owned(), String::new()];
    let mut answers = Vec::new();
    for key in refused {
        answers.push(present(&app, &format!("Bearer {key}")).await);
    }
    app.suspend("ada@example.org").await;
    answers.push(present(&app, &format!("Bearer {}", made.key)).await);
    for answer in &answers {
        assert_eq!((answer.status.as_u16(), &answer.text), (401, &answers[0].text));
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    }
    assert!(answers[0].text.contains("unknown, expired or revoked"), "{}", answers[0].text);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_key_opens_what_its_scopes_say_and_nothing_beside(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let dataset = create(&ada, "Rules", "Team").await;
    let question = json!({ "question": { "conversation_id": null, "prompt_id": null, "model_id": null, "text": "What?" } });
    let reader = program(&app, &ada, &["read"]).await;
    reader.server_fn("datasets/list", json!({})).await.ok();
    upload(&reader, dataset, &[("a.txt", b"words")]).await.expect(403);
    assert_eq!(reader.server_fn("chat/ask", question.clone()).await.expect(403).error(), AppError::Forbidden);
    let talker = program(&app, &ada, &["chat"]).await;
    talker.server_fn("datasets/list", json!({})).await.expect(403);
    talker.server_fn("prompts/list", json!({})).await.expect(403);
    upload(&talker, dataset, &[("a.txt", b"words")]).await.expect(404);
    talker.server_fn("chat/ask", question).await.ok();
    let keeper = program(&app, &ada, &["datasets"]).await;
    upload(&keeper, dataset, &[("a.txt", b"words")]).await.ok();
    keeper.server_fn("prompts/list", json!({})).await.expect(403);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_key_reaches_neither_screens_nor_what_runs_the_team_nor_keys(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let program = program(&app, &ada, &["read", "chat", "datasets"]).await;
    for path in ["/chat", "/account", "/team", "/admin/models", "/no/such/page", "/api/nothing/here", "/api/audit/team/csv"] {
        let answer = program.get(path).await.expect(404);
        assert_eq!(answer.text, "\"NotFound\"", "{path}");
    }
    for (path, _) in server_fn::axum::server_fn_paths() {
        let is_reachable = server::keys::REACHABLE.iter().any(|(_, reachable)| *reachable == path);
        if !is_reachable {
            let answer = program.server_fn(path.trim_start_matches("/api/"), json!({})).await.expect(404);
            assert_eq!(answer.text, "\"NotFound\"", "{path}");
        }
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn where_there_is_a_key_cookies_count_for_nothing(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up("grace@example.org").await;
    create(&ada, "Of Ada", "Team").await;
    create(&grace, "Of Grace", "Team").await;
    let key = make(&grace, &["read"]).await.key;
    let ask = |path: &str, key: &str| {
        let request = ada.own_request(Method::POST, path).header(CONTENT_TYPE, "application/json");
        request.header(AUTHORIZATION, format!("Bearer {key}")).body("{}")
    };
    let seen: Vec<DatasetSummary> = Answer::of(ask("/api/datasets/list", &key)).await.json();
    assert_eq!(seen.iter().map(|dataset| dataset.name.as_str()).collect::<Vec<_>>(), ["Of Grace"]);
    Answer::of(ask("/api/datasets/list", "lyc_wrong")).await.expect(401);
    Answer::of(ask("/api/identity/viewer", &key)).await.expect(404);

    // A page of another site that knows a key is let through, one that brings somebody's session along is not.
    let from_elsewhere = |client: &TestClient| {
        let request = client.request(Method::POST, "/api/datasets/list").header(CONTENT_TYPE, "application/json");
        request.header("sec-fetch-site", "cross-site").header(AUTHORIZATION, format!("Bearer {key}")).body("{}")
    };
    Answer::of(from_elsewhere(&app.anonymous())).await.ok();
    Answer::of(from_elsewhere(&ada)).await.expect(403);
    Answer::of(from_elsewhere(&app.anonymous()).header(COOKIE, "theme=dark")).await.ok();
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn nobody_promotes_themselves_by_what_they_send(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let viewer = app.sign_up_into(&ada, "grace@example.org", Role::Viewer).await;
    let ask = async |key: Value| viewer.server_fn("api-keys/create", json!({ "key": key, "password": PASSWORD })).await;
    for (field, value) in
        [("role", json!("Owner")), ("team_id", json!(ada.team().await)), ("owner_id", json!("x")), ("permissions", json!(["ManageTeam"]))]
    {
        let mut key = json!({ "name": "x", "scopes": ["read"], "days": null });
        key[field] = value;
        ask(key).await.expect(422);
    }
    for scopes in [json!(["admin"]), json!(["ManageTeam"]), json!([]), json!("read"), json!(null)] {
        ask(json!({ "name": "x", "scopes": scopes, "days": null })).await.expect(422);
    }
    for days in [json!(0), json!(91), json!(100_000), json!(-1)] {
        ask(json!({ "name": "x", "scopes": ["read"], "days": days })).await.expect(422);
    }
    assert!(viewer.server_fn("api-keys/list", json!({})).await.json::<Vec<ApiKeySummary>>().is_empty());

    // Every scope there is makes no more of a viewer than they are.
    let dataset = create(&ada, "Rules", "Team").await;
    let program = program(&app, &viewer, &["read", "chat", "datasets"]).await;
    upload(&program, dataset, &[("a.txt", b"words")]).await.expect(403);
    program.server_fn("datasets/list", json!({})).await.ok();
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_key_of_somebody_else_does_not_exist_and_managers_revoke_those_of_their_team(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::Collaborator).await;
    let eve = app.sign_up("eve@example.org").await;
    let (of_ada, of_grace) = (make(&ada, &["read"]).await, make(&grace, &["read"]).await);
    let revoke = async |client: &TestClient, made: &ApiKeyMade| client.server_fn("api-keys/revoke", json!({ "id": made.summary.id })).await;
    let nothing = grace.server_fn("api-keys/revoke", json!({ "id": "018f0000-0000-7000-8000-000000000000" })).await.expect(404);
    assert_eq!(revoke(&grace, &of_ada).await.expect(404).text, nothing.text);
    revoke(&eve, &of_ada).await.expect(404);
    grace.server_fn("api-keys/list-team", json!({})).await.expect(403);
    let seen: Vec<ApiKeySummary> = ada.server_fn("api-keys/list-team", json!({})).await.json();
    assert_eq!(seen.len(), 2);
    assert!(ada.get("/team").await.expect(200).text.contains("API keys of the team"));
    assert!(ada.get("/account").await.expect(200).text.contains(&of_ada.summary.prefix));
    revoke(&ada, &of_grace).await.ok();
    present(&app, &format!("Bearer {}", of_grace.key)).await.expect(401);
    present(&app, &format!("Bearer {}", of_ada.key)).await.ok();
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn guessing_is_told_to_wait(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let mut statuses = Vec::new();
    for _ in 0..21 {
        statuses.push(present(&app, "Bearer lyc_guess").await.status.as_u16());
    }
    assert!(statuses[..20].iter().all(|status| *status == 401) && statuses[20] == 429, "{statuses:?}");
}
