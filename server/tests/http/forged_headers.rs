//! What a request says of itself and cannot know: its host, where it comes from, and who makes it. None of it is believed.

use crate::support::{Answer, NOTHING, PASSWORD, Snapshot, TestApp, TestClient};
use axum::http::header::{LOCATION, SET_COOKIE};
use reqwest::Method;
use serde_json::Value;
use sqlx::PgPool;

const FORM: &str = "application/x-www-form-urlencoded";

/// What proxies in front of other programs say of where a request comes from and went.
const PLACES: [(&str, &str); 12] = [
    ("host", "evil.example"),
    ("x-forwarded-host", "evil.example"),
    ("x-forwarded-proto", "https"),
    ("x-forwarded-port", "666"),
    ("x-forwarded-prefix", "//evil.example"),
    ("x-forwarded-server", "evil.example"),
    ("x-host", "evil.example"),
    ("x-original-host", "evil.example"),
    ("x-original-url", "/api/identity/viewer"),
    ("x-rewrite-url", "/api/identity/viewer"),
    ("forwarded", "for=10.0.0.1;host=evil.example;proto=https"),
    ("referer", "https://evil.example/"),
];

/// What they say of who makes it.
fn identities(user_id: &str) -> Vec<(&'static str, String)> {
    let email = "ada@example.org";
    let names = [
        "remote-user",
        "x-remote-user",
        "x-forwarded-user",
        "x-forwarded-email",
        "x-auth-request-user",
        "x-auth-request-email",
        "x-authenticated-user",
        "x-webauth-user",
        "x-user",
        "x-email",
        "cf-access-authenticated-user-email",
        "tailscale-user-login",
        "ssl-client-s-dn-cn",
        "x-ms-client-principal-name",
        "x-goog-authenticated-user-email",
    ];
    let ids = ["x-user-id", "x-owner-id", "x-session-id", "x-lyceum-user", "x-lyceum-session"].map(|name| (name, user_id.to_owned()));
    let keys = [("authorization", format!("Bearer {user_id}")), ("authorization", "Basic YWRhQGV4YW1wbGUub3JnOg==".to_owned())];
    names.map(|name| (name, email.to_owned())).into_iter().chain(ids).chain(keys).collect()
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn no_header_makes_anybody_somebody(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let ada_is: domain::ViewerInfo = ada.server_fn("identity/viewer", Value::Null).await.json();
    let eve = app.sign_up("eve@example.org").await;
    let eve_is: domain::ViewerInfo = eve.server_fn("identity/viewer", Value::Null).await.json();
    let stranger = app.anonymous();
    let before = Snapshot::take(&pool).await;
    for (name, value) in identities(&ada_is.user_id.to_string()) {
        let ask = |client: &TestClient| {
            let request = client.own_request(Method::POST, "/api/identity/viewer").header(name, &value);
            Answer::of(request.header("accept", "application/json").header("content-type", FORM).body(""))
        };
        assert_eq!(ask(&stranger).await.status, 401, "{name}: {value}");
        let still: domain::ViewerInfo = ask(&eve).await.json();
        assert_eq!((still.user_id, still.team_id), (eve_is.user_id, eve_is.team_id), "{name}: {value}");
        assert!(!still.is_system_administrator, "{name}: {value}");
        let page = Answer::of(stranger.request(Method::GET, "/admin/models").header(name, &value).header("accept", "text/html")).await;
        // Without cookies a bearer is a program with a key, which nobody shows around.
        let is_bearer = name.eq_ignore_ascii_case("authorization") && value.starts_with("Bearer");
        let shown_out = if is_bearer { (401, None) } else { (303, Some("/sign-in?next=/admin/models")) };
        assert_eq!((page.status.as_u16(), page.header(LOCATION)), shown_out, "{name}: {value}");
    }
    assert_eq!(before.changed(&pool).await, ["throttles"], "a bearer that is no key is counted; nothing else happens");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn no_header_leads_elsewhere_or_stands_in_a_page(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    for (name, value) in PLACES {
        let forged = |method, path| app.anonymous().own_request(method, path).header("accept", "text/html").header(name, value);
        let away = Answer::of(forged(Method::GET, "/datasets")).await;
        assert_eq!((away.status.as_u16(), away.header(LOCATION)), (303, Some("/sign-in?next=/datasets")), "{name}");
        let page = Answer::of(forged(Method::GET, "/sign-in")).await.expect(200);
        assert!(!page.text.contains("evil.example") && !page.headers.contains_key("strict-transport-security"), "{name}");
        let body = "email=ada%40example.org&password=correct%20horse%20battery%20staple";
        let entered = Answer::of(forged(Method::POST, "/sign-in").header("content-type", FORM).body(body)).await;
        assert_eq!((entered.status.as_u16(), entered.header(LOCATION)), (303, Some("/chat")), "{name}");
        let cookie = entered.header(SET_COOKIE).expect("a session");
        assert!(cookie.starts_with("lyceum_session=") && !cookie.to_lowercase().contains("domain"), "{name}: {cookie}");
        let posted = ada.own_request(Method::POST, "/api/no/such").header(name, value).header("accept", "text/html");
        let answer = Answer::of(posted.header("content-type", FORM).body("")).await;
        assert!(!answer.text.contains("evil.example") && answer.header(LOCATION).is_none_or(|to| to.starts_with('/')), "{name}");
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_foreign_host_is_no_origin_of_ours(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let before = Snapshot::take(&pool).await;
    for (name, value) in PLACES {
        let post =
            ada.request(Method::POST, "/api/identity/sign-out-everywhere").header(name, value).header("origin", "http://evil.example");
        assert_eq!(Answer::of(post.header("content-type", FORM).body("")).await.status, 403, "{name}");
    }
    // A method that hides in a header is no method either.
    for name in ["x-http-method-override", "x-http-method", "x-method-override"] {
        let hidden = ada.request(Method::GET, "/sign-out").header(name, "POST").header("sec-fetch-site", "cross-site");
        assert!(Answer::of(hidden).await.status.is_client_error(), "{name}");
    }
    assert_eq!(before.changed(&pool).await, NOTHING);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn guesses_are_counted_by_the_connection_and_not_by_what_it_says(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    app.sign_up("ada@example.org").await;
    let headers = ["x-forwarded-for", "x-real-ip", "x-client-ip", "cf-connecting-ip", "true-client-ip", "fastly-client-ip", "forwarded"];
    let mut statuses = Vec::new();
    for (n, name) in headers.iter().enumerate() {
        let value = if *name == "forwarded" { format!("for=198.51.100.{n}") } else { format!("198.51.100.{n}") };
        let guess = app.anonymous().own_request(Method::POST, "/sign-in").header(*name, value).header("content-type", FORM);
        statuses.push(Answer::of(guess.body("email=ada%40example.org&password=wrong")).await.status.as_u16());
    }
    assert_eq!(statuses, [422, 422, 422, 429, 429, 429, 429]);
    let guess = app.anonymous().post_form("/sign-in", &[("email", "ada@example.org"), ("password", PASSWORD)]).await;
    guess.expect(429);
    let from: Vec<String> = sqlx::query_scalar("SELECT DISTINCT ip FROM sign_ins").fetch_all(&pool).await.unwrap();
    assert_eq!(from, ["127.0.0.1"], "the record believes them no more than the throttle does");
}
