//! Pages of other origins that call with a key: those that the key's team lists read the answers, to the letter, and no other.

use crate::api_keys::make;
use crate::support::{Answer, TestApp, TestClient};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sqlx::PgPool;

const GOOD: &str = "https://good.org";
const LOCAL: &str = "http://localhost:5173";
/// Of another team.
const OTHERS: &str = "https://other.example.org";
/// Origins that no team lists.
const FOREIGN: [&str; 10] = [
    "null",
    "*",
    "",
    "https://evil.org",
    "https://good.org.evil.org",
    "https://sub.good.org",
    "https://good.org:8443",
    "http://good.org",
    "https://good.org/",
    "https://GOOD.org",
];
const FILE: &str = "/api/documents/018f0000-0000-7000-8000-000000000000/file";

/// Ada, whose team lists two origins, her key, and a team that lists another.
async fn start(pool: &PgPool) -> (TestApp, TestClient, String) {
    let app = TestApp::start(pool).await;
    let (ada, eve) = (app.sign_up("ada@example.org").await, app.sign_up("eve@example.org").await);
    settle(&ada, json!({ "allowed_origins": [GOOD, LOCAL] })).await;
    settle(&eve, json!({ "allowed_origins": [OTHERS] })).await;
    let key = make(&ada, &["read"]).await.key;
    (app, ada, key)
}

async fn settle(client: &TestClient, settings: Value) {
    client.server_fn("team/update-settings", json!({ "settings": settings })).await.ok();
}

/// A call as a browser makes it for a page of this origin; whoever the client is brings its cookies along.
fn from_page(client: &TestClient, method: Method, path: &str, origin: &str) -> RequestBuilder {
    let request = client.request(method, path).header("origin", origin).header("sec-fetch-site", "cross-site");
    request.header(CONTENT_TYPE, "application/json").body("{}")
}

async fn list(app: &TestApp, key: &str, origin: &str) -> Answer {
    let request = from_page(&app.anonymous(), Method::POST, "/api/datasets/list", origin);
    Answer::of(request.header(AUTHORIZATION, format!("Bearer {key}"))).await
}

async fn preflight(app: &TestApp, path: &str, origin: &str) -> Answer {
    let request = app.anonymous().request(Method::OPTIONS, path).header("origin", origin);
    let request = request.header("access-control-request-method", "POST");
    Answer::of(request.header("access-control-request-headers", "authorization,content-type")).await
}

/// The headers that tell a browser who may read.
#[track_caller]
fn expect_readable(answer: &Answer, origin: &str) {
    assert_eq!(answer.header("access-control-allow-origin"), Some(origin), "{answer:?}");
    assert!(answer.header("access-control-expose-headers").is_some_and(|exposed| exposed.contains("retry-after")), "{answer:?}");
    assert!(answer.headers.get_all("vary").iter().any(|vary| vary == "origin"), "{answer:?}");
    assert_eq!(answer.header("cross-origin-resource-policy"), Some("cross-origin"), "{answer:?}");
    assert!(!answer.headers.contains_key("access-control-allow-credentials"), "{answer:?}");
}

#[track_caller]
fn expect_unreadable(answer: &Answer) {
    let telling = answer.headers.keys().find(|name| name.as_str().starts_with("access-control-"));
    assert!(telling.is_none(), "{answer:?}");
    assert_eq!(answer.header("cross-origin-resource-policy"), Some("same-origin"), "{answer:?}");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_page_that_the_keys_team_lists_reads_the_answer(pool: PgPool) {
    let (app, _, key) = start(&pool).await;
    for origin in [GOOD, LOCAL] {
        expect_readable(&list(&app, &key, origin).await.ok(), origin);
        let file = from_page(&app.anonymous(), Method::GET, FILE, origin).header(AUTHORIZATION, format!("Bearer {key}"));
        expect_readable(&Answer::of(file).await.expect(404), origin);
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn no_other_page_does(pool: PgPool) {
    let (app, ada, key) = start(&pool).await;
    for origin in FOREIGN.into_iter().chain([OTHERS]) {
        expect_unreadable(&list(&app, &key, origin).await.ok());
    }
    let two = from_page(&app.anonymous(), Method::POST, "/api/datasets/list", GOOD).header("origin", "https://evil.org");
    expect_unreadable(&Answer::of(two.header(AUTHORIZATION, format!("Bearer {key}"))).await.ok());
    let program = TestClient::program(&app.url, &key);
    expect_unreadable(&program.server_fn("datasets/list", json!({})).await.ok());
    settle(&ada, json!({ "allowed_origins": [] })).await;
    expect_unreadable(&list(&app, &key, GOOD).await.ok());
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_listed_page_gets_nothing_by_a_session(pool: PgPool) {
    let (app, ada, key) = start(&pool).await;
    for path in ["/api/datasets/list", "/api/identity/viewer", "/sign-out"] {
        let post = || from_page(&ada, Method::POST, path, GOOD);
        expect_unreadable(&Answer::of(post()).await.expect(403));
        expect_unreadable(&Answer::of(post().header(AUTHORIZATION, format!("Bearer {key}"))).await.expect(403));
    }
    expect_unreadable(&Answer::of(from_page(&ada, Method::GET, FILE, GOOD)).await.expect(404));
    expect_unreadable(&Answer::of(from_page(&app.anonymous(), Method::POST, "/api/datasets/list", GOOD)).await.expect(403));
    ada.server_fn("identity/viewer", Value::Null).await.ok();
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn what_keys_do_not_reach_no_page_reads(pool: PgPool) {
    let (app, _, key) = start(&pool).await;
    for (method, path) in [
        (Method::POST, "/api/identity/viewer"),
        (Method::POST, "/api/team/members"),
        (Method::GET, "/chat"),
        (Method::GET, "/no/such/page"),
        (Method::GET, "/api/nothing/here"),
    ] {
        let request = from_page(&app.anonymous(), method, path, GOOD).header(AUTHORIZATION, format!("Bearer {key}"));
        expect_unreadable(&Answer::of(request).await.expect(404));
    }
    for path in ["/api/identity/viewer", "/api/team/members", "/sign-in", "/chat", "/no/such/page", "/favicon.svg"] {
        expect_unreadable(&preflight(&app, path, GOOD).await);
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_listed_page_reads_why_a_known_key_is_refused(pool: PgPool) {
    let (app, ada, key) = start(&pool).await;
    settle(&ada, json!({ "allowed_origins": [GOOD], "requests_per_minute": 1 })).await;
    list(&app, &key, GOOD).await.ok();
    let busy = list(&app, &key, GOOD).await.expect(429);
    expect_readable(&busy, GOOD);
    assert!(busy.header("retry-after").is_some());
    expect_unreadable(&list(&app, &key, OTHERS).await.expect(429));

    sqlx::query("UPDATE api_keys SET expires_at = now() - interval '1 second'").execute(&pool).await.unwrap();
    let expired = list(&app, &key, GOOD).await.expect(401);
    expect_readable(&expired, GOOD);
    expect_unreadable(&list(&app, &key, OTHERS).await.expect(401));
    let (start, _) = key.rsplit_once('_').unwrap();
    for unknown in ["lyc_unknown".to_owned(), format!("{start}_{}", "0".repeat(64))] {
        let refused = list(&app, &unknown, GOOD).await.expect(401);
        expect_unreadable(&refused);
        assert_eq!(refused.text, expired.text);
    }
    sqlx::query("UPDATE teams SET deleted_at = now()").execute(&pool).await.unwrap();
    expect_unreadable(&list(&app, &key, GOOD).await.expect(401));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_browser_that_asks_beforehand_is_told_of_origins_that_a_team_lists(pool: PgPool) {
    let (app, _, _) = start(&pool).await;
    for (path, methods) in [("/api/datasets/list", "POST"), ("/api/chat/ask", "POST"), (FILE, "GET")] {
        for origin in [GOOD, LOCAL, OTHERS] {
            let answer = preflight(&app, path, origin).await.expect(204);
            let told =
                ["allow-origin", "allow-methods", "allow-headers", "max-age"].map(|name| answer.header(format!("access-control-{name}")));
            assert_eq!(told, [Some(origin), Some(methods), Some("authorization, content-type"), Some("600")]);
            assert!(answer.headers.get_all("vary").iter().any(|vary| vary == "origin"), "{answer:?}");
            assert!(!answer.headers.contains_key("access-control-allow-credentials"), "{answer:?}");
        }
        for origin in FOREIGN {
            expect_unreadable(&preflight(&app, path, origin).await.expect(204));
        }
    }
    // Without what makes it a question of a browser it is a method that the route does not have.
    let bare = app.anonymous().request(Method::OPTIONS, "/api/datasets/list").header("origin", GOOD);
    expect_unreadable(&Answer::of(bare).await.expect(405));
    sqlx::query("UPDATE teams SET deleted_at = now()").execute(&pool).await.unwrap();
    expect_unreadable(&preflight(&app, "/api/datasets/list", GOOD).await.expect(204));
}
