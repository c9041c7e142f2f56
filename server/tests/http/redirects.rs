//! Open redirects: wherever an address says where to go next, it leads to a path of ours or to the chat.

use crate::email_codes::{ADA, World};
use crate::guessed_codes::{ENTER, cookie, post_with_cookie};
use crate::oidc::Scene;
use crate::passkeys;
use crate::support::{Answer, Lie, PASSWORD, TestApp, TestClient};
use crate::two_step::Ada;
use axum::http::header::LOCATION;
use serde_json::{Value, json};
use sqlx::PgPool;

/// What leads to somebody else in some browser or other, or does something by being opened.
const ELSEWHERE: [&str; 26] = [
    "//evil.example",
    "/.//evil.example",
    "/%2e%2e//evil.example",
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

/// What is spelled so that somebody who read it twice would be led elsewhere. To a browser it is a path of ours.
const SPELLED_ODDLY: [&str; 5] = ["/%2Fevil.example", "/%2f/evil.example", "/%5Cevil.example", "/%09/evil.example", "/%252Fevil.example"];

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
async fn a_passkey_leads_to_paths_of_ours_and_so_does_one_that_is_refused(pool: PgPool) {
    let (app, _) = passkeys::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let mut device = passkeys::add(&ada).await;
    let post = async |client: &TestClient, credential: &str, next: &str| {
        client.post_form("/sign-in/passkey", &[("credential", credential), ("next", next)]).await
    };
    for next in ELSEWHERE {
        let browser = app.anonymous();
        let options = passkeys::ask(&browser).await;
        post(&browser, &device.get(&options), next).await.expect_redirect("/chat");
        let stranger = app.anonymous();
        passkeys::ask(&stranger).await;
        for (credential, trouble) in [("{}", "unknown-passkey"), ("{}", "wrong-state"), ("", "no-passkey"), ("{}", "wrong-state")] {
            post(&stranger, credential, next).await.expect_redirect(&format!("/sign-in?trouble={trouble}"));
        }
        let busy = post(&stranger, "{}", next).await.expect(429);
        assert_forgotten(&busy, next);
        assert_forgotten(&stranger.get(&format!("/sign-in/passkey?next={}", escaped(next))).await.expect(200), next);
        sqlx::query("DELETE FROM throttles").execute(&pool).await.unwrap();
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn having_another_code_mailed_leads_to_paths_of_ours(pool: PgPool) {
    let world = World::start(&pool).await;
    world.turn_on().await;
    let (browser, _) = world.after_the_password().await;
    let again = async |client: &TestClient, next: &str| client.post_form("/sign-in/code/again", &[("next", next)]).await;
    for next in ELSEWHERE {
        again(&browser, next).await.expect_redirect("/sign-in/code");
        again(&world.app.anonymous(), next).await.expect_redirect("/sign-in");
        assert_forgotten(&browser.get(&format!("/sign-in/code/again?next={}", escaped(next))).await.expect(200), next);
        sqlx::query("DELETE FROM throttles").execute(&pool).await.unwrap();
    }
    while again(&browser, "").await.status == 303 {}
    for next in ELSEWHERE {
        assert_forgotten(&again(&browser, next).await.expect(429), next);
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_mailed_code_leads_to_paths_of_ours_and_to_the_next_step(pool: PgPool) {
    let world = World::start(&pool).await;
    let cookie = cookie(&world.app.anonymous().post_form("/sign-in/email-code", &[("email", ADA)]).await);
    let code = world.code(0).await;
    let two_step = "INSERT INTO two_step (user_id, sealed_secret, started_at, confirmed_at) SELECT id, '', now(), now() FROM users";
    for leads_to in ["/chat", "/sign-in/code"] {
        for next in ELSEWHERE {
            let entered = post_with_cookie(&world.app.anonymous(), ENTER, &cookie, json!({ "code": code, "next": next })).await;
            entered.expect_redirect(leads_to);
            // As if it had not been used.
            sqlx::query("UPDATE email_codes SET used_at = NULL, tries = 0").execute(&pool).await.unwrap();
        }
        if leads_to == "/chat" {
            sqlx::query(two_step).execute(&pool).await.unwrap();
        }
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn an_identity_provider_leads_back_to_paths_of_ours(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    scene.app.sign_up("ada@example.org").await;
    for next in ELSEWHERE {
        let (browser, asked) = (scene.app.anonymous(), format!("?next={}", escaped(next)));
        let away = browser.get(&format!("{}{asked}", scene.address())).await.expect(303);
        let there = away.header(LOCATION).expect("an address");
        assert!(there.starts_with(&format!("{}/", scene.provider.issuer)) && !there.contains("evil"), "{next:?} leads to {there}");
        browser.get(&scene.provider.agree(there).await).await.expect_redirect("/sign-in/link");
        let wrong = browser.post_form("/sign-in/link", &[("password", "not the password"), ("next", next)]).await.expect(422);
        assert_forgotten(&wrong, next);
        scene.provider.lie(Lie::Unverified);
        for again in ["", "&again=true"] {
            let back = scene.go(&browser, &format!("{asked}{again}")).await;
            browser.get(&back).await.expect_redirect(&format!("/sign-in?trouble=unverified-address{again}"));
        }
        scene.provider.lie(Lie::None);
        sqlx::query("DELETE FROM throttles").execute(&pool).await.unwrap();
    }
    scene.administrator.server_fn("identity-providers/set-enabled", json!({ "id": scene.id, "is_enabled": false })).await.ok();
    for next in ELSEWHERE {
        let off = scene.app.anonymous().get(&format!("{}?next={}&again=true", scene.address(), escaped(next))).await;
        off.expect_redirect("/sign-in?trouble=provider-off&again=true");
        sqlx::query("DELETE FROM throttles").execute(&pool).await.unwrap();
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn screens_lead_whoever_is_signed_in_to_paths_of_ours(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    for next in ELSEWHERE {
        let asked = format!("?next={}", escaped(next));
        let onward = ada.get(&format!("/sign-in{asked}")).await;
        assert!(onward.status.is_redirection() && onward.header(LOCATION) == Some("/chat"), "{next:?}: {onward:?}");
        assert_forgotten(&ada.get(&format!("/sign-in{asked}&again=true")).await.expect(200), next);
        let page = ada.get(&format!("/account/two-step-required{asked}")).await.expect(200);
        assert!(page.text.contains("href=\"/chat\""), "{next:?}: {}", page.text);
        assert_forgotten(&page, next);
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn signing_out_leads_to_paths_of_ours_and_ends_the_session_wherever_it_was_to_lead(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    for next in ELSEWHERE {
        ada.post_form("/sign-out", &[("next", next)]).await.expect_redirect("/sign-in");
        ada.server_fn("identity/viewer", Value::Null).await.expect(401);
    }
    let ada = app.sign_in("ada@example.org").await;
    ada.post_form("/sign-out", &[("next", "/"), ("to", "/chat")]).await.expect(422);
    let forged = ada.request(reqwest::Method::POST, "/sign-out").header("sec-fetch-site", "cross-site");
    let forged = forged.header("content-type", "application/x-www-form-urlencoded").body("next=/sign-up%3Finvitation%3Da.b");
    assert_eq!(Answer::of(forged).await.status, 403);
    ada.server_fn("identity/viewer", Value::Null).await.ok();
    ada.post_form("/sign-out", &[("next", "/sign-up?invitation=a.b")]).await.expect_redirect("/sign-up?invitation=a.b");
    ada.server_fn("identity/viewer", Value::Null).await.expect(401);
}

/// Where an answer leads a browser, which is to be on this server.
fn assert_leads_here(app: &TestApp, answer: &Answer, next: &str) {
    let here = reqwest::Url::parse(&app.url).expect("an address");
    let to = here.join(answer.header(LOCATION).expect("it leads somewhere")).expect("an address");
    assert!(answer.status.is_redirection() && to.origin() == here.origin(), "{next:?} leads to {to}");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_path_that_is_spelled_oddly_is_still_one_of_ours(pool: PgPool) {
    let (app, ..) = TestApp::start_with_mail(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    for next in SPELLED_ODDLY {
        let form = [("email", "ada@example.org"), ("password", PASSWORD), ("next", next)];
        assert_leads_here(&app, &app.anonymous().post_form("/sign-in", &form).await, next);
        let asked = [("email", "nobody@example.org"), ("next", next)];
        assert_leads_here(&app, &app.anonymous().post_form("/sign-in/email-code", &asked).await, next);
        assert_leads_here(&app, &app.anonymous().post_form("/sign-in/code", &[("code", "000000"), ("next", next)]).await, next);
        assert_leads_here(&app, &app.anonymous().post_form("/sign-in/code/again", &[("next", next)]).await, next);
        assert_leads_here(&app, &app.anonymous().post_form("/sign-out", &[("next", next)]).await, next);
        assert_leads_here(&app, &ada.get(&format!("/sign-in?next={}", escaped(next))).await, next);
        let followed = ada.get(next).await;
        if followed.status.is_redirection() {
            assert_leads_here(&app, &followed, next);
        }
        sqlx::query("DELETE FROM throttles").execute(&pool).await.unwrap();
    }
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
