//! What is refused whoever asks, and what every answer carries.

use crate::support::{Answer, NOTHING, Snapshot, TestApp};
use reqwest::Method;
use reqwest::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use serde_json::Value;
use sqlx::PgPool;

const FORM: &str = "application/x-www-form-urlencoded";
const ENCODINGS: [&str; 4] = [FORM, "application/json", "text/plain", "multipart/form-data; boundary=x"];

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn another_sites_page_changes_nothing_in_any_encoding(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let before = Snapshot::take(&pool).await;
    for encoding in ENCODINGS {
        for (name, value) in
            [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://evil.org"), ("origin", "null")]
        {
            for path in ["/api/identity/sign-out-everywhere", "/sign-out", "/api/nothing/here"] {
                let request = ada.request(Method::POST, path).header(CONTENT_TYPE, encoding).header(name, value).body("");
                assert_eq!(Answer::of(request).await.status, 403, "{path} as {encoding} with {name}: {value}");
            }
        }
    }
    assert_eq!(before.changed(&pool).await, NOTHING);
    ada.server_fn("identity/viewer", Value::Null).await.ok();
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_request_that_does_not_say_where_it_comes_from_brings_no_session(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let bare = ada.request(Method::POST, "/api/identity/viewer").header(CONTENT_TYPE, FORM).body("");
    assert_eq!(Answer::of(bare).await.status, 403);
    let program = app.anonymous().request(Method::POST, "/api/identity/viewer").header(CONTENT_TYPE, FORM).body("");
    assert_eq!(Answer::of(program).await.status, 401, "a program without a cookie is let through to be told to sign in");
    let by_origin = ada.request(Method::POST, "/api/identity/viewer").header("origin", &app.url).header(CONTENT_TYPE, FORM).body("");
    assert_eq!(Answer::of(by_origin).await.status, 200);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_socket_from_another_site_is_refused_although_it_reads(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let socket = ada.request(Method::GET, "/chat").header("upgrade", "websocket").header("origin", "https://evil.org");
    assert_eq!(Answer::of(socket).await.status, 403);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn no_server_function_answers_to_get(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    for (path, method) in server_fn::axum::server_fn_paths() {
        assert_eq!(method, Method::POST, "{path}");
        let status = ada.get(path).await.status;
        assert!(status == 405 || status == 404, "{path} answers GET with {status}");
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn every_answer_carries_the_headers(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let answers = [
        ada.get("/chat").await,
        ada.get("/sign-in").await,
        ada.get("/no/such/page").await,
        ada.get("/favicon.svg").await,
        ada.get("/pkg/lyceum.css").await,
        ada.server_fn("identity/viewer", Value::Null).await,
        ada.server_fn("no/such", Value::Null).await,
        Answer::of(ada.request(Method::POST, "/sign-out").header("origin", "https://evil.org")).await,
    ];
    for answer in answers {
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(
                answer.headers.get(name).map(reqwest::header::HeaderValue::as_bytes),
                Some(value.as_bytes()),
                "{name} of {answer:?}"
            );
        }
        assert!(answer.headers.contains_key(CONTENT_SECURITY_POLICY) && answer.headers.contains_key("x-request-id"), "{answer:?}");
        assert!(!answer.headers.contains_key("strict-transport-security"), "not on http");
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn forms_of_ours_may_say_where_they_come_from_and_tokens_in_addresses_are_not_said(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let policy = |answer: &Answer| answer.header(REFERRER_POLICY).unwrap_or_default().to_owned();
    for path in ["/chat", "/account", "/no/such/page", "/pkg/lyceum.css"] {
        assert_eq!(policy(&ada.get(path).await), "same-origin", "{path}");
    }
    let with_tokens = [
        "/sign-in?next=/sign-up%3Finvitation%3Da.b",
        "/sign-in/link?next=/sign-up%3Finvitation%3Da.b",
        "/sign-up?invitation=a.b",
        "/reset-password?token=a.b",
        "/confirm-email?token=a.b",
    ];
    for path in with_tokens {
        assert_eq!(policy(&app.anonymous().get(path).await), "strict-origin", "{path}");
        assert_eq!(policy(&ada.get(path).await), "strict-origin", "{path}, signed in");
    }
    let wrong = [("email", "ada@example.org"), ("password", "wrong"), ("next", "/sign-up?invitation=a.b")];
    assert_eq!(policy(&app.anonymous().post_form("/sign-in", &wrong).await.expect(422)), "strict-origin");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn scripts_carry_the_nonce_of_the_policy_and_it_is_new_each_time(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let nonce_of = |answer: &Answer| {
        let policy = answer.header(CONTENT_SECURITY_POLICY).unwrap().to_owned();
        assert!(!policy.contains("unsafe-inline") && policy.starts_with("default-src 'none'; script-src 'nonce-"), "{policy}");
        policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned()
    };
    let page = app.anonymous().get("/sign-in").await.expect(200);
    let nonce = nonce_of(&page);
    let scripts = page.text.matches("<script").count();
    assert!(scripts > 0);
    assert_eq!(
        scripts,
        page.text.split("<script").skip(1).filter(|tag| tag.split('>').next().unwrap().contains(&format!("nonce=\"{nonce}\""))).count()
    );
    assert_ne!(nonce, nonce_of(&app.anonymous().get("/sign-in").await));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn pages_are_not_kept_and_hashed_files_are_kept_for_good(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    assert_eq!(ada.get("/chat").await.header(CACHE_CONTROL), Some("no-store"));
    assert_eq!(ada.server_fn("identity/viewer", Value::Null).await.header(CACHE_CONTROL), Some("no-store"));
    assert_eq!(ada.get("/pkg/lyceum.css").await.header(CACHE_CONTROL), Some("public, max-age=31536000, immutable"));
    assert_eq!(ada.get("/favicon.svg").await.header(CACHE_CONTROL), Some("public, max-age=3600"));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn precompressed_files_are_sent_as_they_are(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let request = app.anonymous().request(Method::GET, "/pkg/lyceum.js").header("accept-encoding", "br");
    let answer = Answer::of(request).await;
    assert_eq!(answer.header(CONTENT_ENCODING), Some("br"));
    assert_eq!(answer.text, "not really brotli");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn files_outside_the_site_are_not_served(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    for path in ["/..%2f..%2fetc/passwd", "/pkg/..%2f..%2f..%2fetc/passwd", "/.env", "/pkg/"] {
        assert_eq!(app.anonymous().get(path).await.status, 404, "{path}");
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn an_address_that_leads_nowhere_is_a_page_with_404(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let page = app.anonymous().get("/no/such/page").await.expect(404);
    assert!(page.text.contains("Page not found"));
    app.anonymous().server_fn("no/such", Value::Null).await.expect(404);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn without_its_database_a_page_says_so_and_comes_back_by_itself(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    app.services.db().close().await;
    let page = ada.get("/chat").await.expect(503);
    assert!(page.text.contains("http-equiv=\"refresh\"") && page.text.contains("Back in a moment"), "{}", page.text);
    assert!(page.headers.contains_key("retry-after"));
    assert_eq!(ada.server_fn("identity/viewer", Value::Null).await.expect(503).error(), app::error::AppError::Unavailable);
    ada.get("/favicon.svg").await.expect(200);
}

/// How wrong passwords to ever other accounts are answered, each from a network address that a header tells.
async fn guesses(app: &TestApp, forwarded: &[&str]) -> Vec<u16> {
    let mut statuses = Vec::new();
    for (number, address) in forwarded.iter().enumerate() {
        let form = format!("email=nobody{number}%40example.org&password=a+wrong+guess");
        let request = app.anonymous().own_request(Method::POST, "/sign-in").header("x-forwarded-for", *address);
        let answer = request.header(CONTENT_TYPE, FORM).body(form).send().await;
        statuses.push(answer.expect("an answer").status().as_u16());
    }
    statuses
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn where_a_request_comes_from_is_what_a_trusted_proxy_says_and_nobody_else(pool: PgPool) {
    let made_up = ["203.0.113.1", "203.0.113.2", "203.0.113.3", "203.0.113.4"];
    let open = TestApp::start(&pool).await;
    assert_eq!(guesses(&open, &made_up).await, [422, 422, 422, 429], "the connection counts, whatever is said");
    let behind = TestApp::start_behind(&pool, "127.0.0.0/8", |_| {}).await;
    assert_eq!(guesses(&behind, &made_up).await, [422; 4], "each of them counts for itself");
    let one = ["198.51.100.1, 203.0.113.9", "198.51.100.2, 203.0.113.9", "203.0.113.9", "203.0.113.9"];
    assert_eq!(guesses(&behind, &one).await, [422, 422, 422, 429], "what the proxy did not write is not believed");
}
