//! Open redirects: wherever an address says where to go next, it leads to a path of ours or to the chat.

use crate::support::{Answer, PASSWORD, TestApp, TestClient};
use crate::two_step::Ada;
use axum::http::header::LOCATION;
use serde_json::Value;
use sqlx::PgPool;

/// What leads to somebody else in some browser or other, or does something by being opened.
const ELSEWHERE: [&str; 24] = [
    "//evil.example",
    "///evil.example",
    "////evil.example/%2e%2e",
    "https://evil.example/",
    "HTTPS:evil.example",
    "http:evil.example",
    "https:/evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    " https://evil.example",
    "/\u{a0}/evil.example",
    "/\u{2f}\u{ff0f}evil.example",
    "javascript:alert(1)",
    "data:text/html,hello",
    "evil.example",
    "@evil.example",
    "?next=//evil.example",
    "/api/identity/sign-out",
    "/\r\nSet-Cookie: lyceum_session=x",
];

fn escaped(next: &str) -> String {
    next.bytes().fold(String::new(), |text, byte| text + &format!("%{byte:02X}"))
}

/// No link, form or hidden field of a page holds the address.
fn assert_forgotten(page: &Answer, next: &str) {
    let places = ["href=\"", "action=\"", "value=\"", "content=\"0;url="];
    for start in places {
        for attribute in page.text.split(start).skip(1).filter_map(|rest| rest.split('"').next()) {
            let is_kept = attribute.contains("evil.example") || attribute.contains("javascript:") || attribute.contains("sign-out");
            assert!(!is_kept || attribute == "/sign-out", "{next:?} stands in {start}{attribute}");
        }
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn the_screens_of_signing_in_forget_an_address_that_is_not_ours(pool: PgPool) {
    let (app, ..) = TestApp::start_with_mail(&pool).await;
    app.sign_up("ada@example.org").await;
    for next in ELSEWHERE {
        for path in ["/sign-in", "/sign-in/code", "/sign-in/email-code", "/sign-in/email-code/enter", "/sign-up", "/sign-in/link"] {
            let page = app.anonymous().get(&format!("{path}?next={}", escaped(next))).await.expect(200);
            assert_forgotten(&page, next);
        }
        let late = app.anonymous().post_form("/sign-in/link", &[("password", "any"), ("next", next)]).await;
        late.expect_redirect("/sign-in?trouble=wrong-state");
        let wrong = [("email", "ada@example.org"), ("password", "wrong"), ("next", next)];
        let page = app.anonymous().post_form("/sign-in", &wrong).await.expect(422);
        assert_forgotten(&page, next);
        let browser = app.anonymous();
        let asked = browser.post_form("/sign-in/email-code", &[("email", "nobody@example.org"), ("next", next)]).await;
        asked.expect_redirect("/sign-in/email-code/enter");
        let page = browser.post_form("/sign-in/email-code/enter", &[("code", "000000"), ("next", next)]).await.expect(422);
        assert_forgotten(&page, next);
        sqlx::query("DELETE FROM throttles").execute(&pool).await.unwrap();
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn signing_in_with_a_password_and_with_a_code_leads_to_paths_of_ours(pool: PgPool) {
    let ada = Ada::start(&pool).await;
    let app = &ada.app;
    app.sign_up("grace@example.org").await;
    let enter = async |client: &TestClient, email: &str, next: &str| {
        client.post_form("/sign-in", &[("email", email), ("password", PASSWORD), ("next", next)]).await
    };
    for next in ELSEWHERE {
        enter(&app.anonymous(), "grace@example.org", next).await.expect_redirect("/chat");
        let client = app.anonymous();
        enter(&client, "ada@example.org", next).await.expect_redirect("/sign-in/code");
        ada.clock.advance(chrono::TimeDelta::minutes(2));
        let wrong = client.post_form("/sign-in/code", &[("code", "AAAAAA"), ("next", next)]).await.expect(422);
        assert_forgotten(&wrong, next);
        let right = ada.code();
        client.post_form("/sign-in/code", &[("code", &right), ("next", next)]).await.expect_redirect("/chat");
        let late = app.anonymous().post_form("/sign-in/code", &[("code", &right), ("next", next)]).await;
        late.expect_redirect("/sign-in");
    }
    enter(&app.anonymous(), "ada@example.org", "/datasets?page=2").await.expect_redirect("/sign-in/code?next=/datasets%3Fpage%3D2");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn no_path_of_ours_redirects_to_somebody_else(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let paths = [
        "//evil.example",
        "//evil.example/",
        "//evil.example?__err=x",
        "//evil.example/%2e%2e",
        "/%2F/evil.example",
        "/%5Cevil.example",
        "/.//evil.example",
        "/chat//evil.example",
        "/datasets/..//evil.example",
        "/?next=//evil.example",
        "/chat?__path=//evil.example&__err=x",
        "/sign-in?__path=//evil.example&__err=x",
        "/%0d%0aLocation:%20https://evil.example",
        "/auth/oidc/x?next=//evil.example",
    ];
    for path in paths {
        for client in [&ada, &app.anonymous()] {
            let answer = client.get(path).await;
            let to = answer.header(LOCATION).unwrap_or("/");
            let leads_here = to.starts_with('/') && !to.starts_with("//") && !to.starts_with("/\\");
            assert!(leads_here, "{path} leads to {to}");
        }
    }
    // Nor does a form that was posted to a server function, wherever it says it came from.
    for (endpoint, body) in [("identity/switch-team", format!("id={}", ada.team().await)), ("identity/profile", String::new())] {
        let request = ada.own_request(reqwest::Method::POST, &format!("/api/{endpoint}?next=//evil.example&__path=//evil.example"));
        let request = request.header("accept", "text/html").header("referer", "https://evil.example/");
        let answer = Answer::of(request.header("content-type", "application/x-www-form-urlencoded").body(body)).await;
        assert!(answer.header(LOCATION).is_none_or(|to| to.starts_with('/') && !to.starts_with("//")), "{endpoint}: {answer:?}");
    }
    ada.server_fn("identity/viewer", Value::Null).await.ok();
}
