//! Joining with an account one is signed out of: the invitation waits on the other side of every way of signing in. Whoever is signed in
//! with another address than it was sent to signs out first, and keeps it too.

use crate::oidc::Scene;
use crate::support::{PASSWORD, TestApp, TestClient};
use crate::two_step::Ada;
use app::own_path::{escape, with_next};
use axum::http::header::SET_COOKIE;
use domain::team::InvitationSent;
use serde_json::json;
use services::SignUp;
use sqlx::PgPool;

/// Invites an address; the path of the link, and the token in it.
async fn invite(app: &TestApp, inviter: &TestClient, email: &str) -> (String, String) {
    let sent: InvitationSent = inviter.server_fn("team/invite", json!({ "email": email, "role": "Viewer" })).await.json();
    let path = sent.link.strip_prefix(&app.url).expect("a path of ours").to_owned();
    let token = path.split_once("?invitation=").expect("a token").1.to_owned();
    (path, token)
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn signing_in_from_an_invitation_leads_back_to_it_and_into_the_team(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    app.sign_up("grace@example.org").await;
    let (path, token) = invite(&app, &ada, "grace@example.org").await;
    let grace = app.anonymous();
    let page = grace.get(&path).await.expect(200);
    let sign_in = with_next("/sign-in", &path);
    assert!(page.text.contains(&format!("href=\"{sign_in}\"")), "{}", page.text);

    let page = grace.get(&sign_in).await.expect(200);
    assert!(page.text.contains(&format!("value=\"{path}\"")), "{}", page.text);
    assert!(page.text.contains(&format!("href=\"{path}\"")), "whoever has no account finds back: {}", page.text);
    let wrong = [("email", "grace@example.org"), ("password", "not the password"), ("next", path.as_str())];
    let page = grace.post_form("/sign-in", &wrong).await.expect(422);
    assert!(page.text.contains(&format!("value=\"{path}\"")), "{}", page.text);
    let right = [("email", "grace@example.org"), ("password", PASSWORD), ("next", path.as_str())];
    grace.post_form("/sign-in", &right).await.expect_redirect(&path);
    let page = grace.get(&path).await.expect(200);
    assert!(page.text.contains("You are signed in as grace@example.org") && page.text.contains("Join team"), "{}", page.text);
    assert!(page.text.contains("Join ada’s team") && !page.text.contains("Create your account"), "{}", page.text);
    assert_ne!(grace.team().await, ada.team().await, "she is asked before she joins");
    grace.post_form("/join", &[("invitation", &token)]).await.expect_redirect("/chat");
    assert_eq!(grace.team().await, ada.team().await);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn the_second_step_leads_back_to_the_invitation_too(pool: PgPool) {
    let ada = Ada::start(&pool).await;
    let grace = ada.app.sign_up("grace@example.org").await;
    let (path, token) = invite(&ada.app, &grace, "ada@example.org").await;
    let browser = ada.app.anonymous();
    let form = [("email", "ada@example.org"), ("password", PASSWORD), ("next", path.as_str())];
    let second = with_next("/sign-in/code", &path);
    browser.post_form("/sign-in", &form).await.expect_redirect(&second);
    let page = browser.get(&second).await.expect(200);
    assert!(page.text.contains(&format!("value=\"{path}\"")), "{}", page.text);
    assert!(page.text.contains(&format!("href=\"{}\"", with_next("/sign-in", &path))), "also the way back: {}", page.text);
    let code = ada.code();
    browser.post_form("/sign-in/code", &[("code", &code), ("next", &path)]).await.expect_redirect(&path);
    assert!(browser.get(&path).await.expect(200).text.contains("Join team"));
    browser.post_form("/join", &[("invitation", &token)]).await.expect_redirect("/chat");
    assert_eq!(browser.team().await, grace.team().await);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn whoever_does_not_link_their_provider_now_keeps_the_invitation(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    scene.app.sign_up("ada@example.org").await;
    let (path, token) = invite(&scene.app, &scene.administrator, "ada@example.org").await;
    let browser = scene.app.anonymous();
    let back = scene.go(&browser, &with_next("", &path)).await;
    let link = with_next("/sign-in/link", &path);
    browser.get(&back).await.expect_redirect(&link);
    let page = browser.get(&link).await.expect(200);
    let sign_in = with_next("/sign-in", &path);
    assert!(page.text.contains("Not now") && page.text.contains(&format!("href=\"{sign_in}\"")), "{}", page.text);
    assert!(page.text.contains(&format!("value=\"{path}\"")), "{}", page.text);
    let page = browser.post_form("/sign-in/link", &[("password", "not the password"), ("next", &path)]).await.expect(422);
    assert!(page.text.contains(&format!("href=\"{sign_in}\"")), "a wrong password loses nothing: {}", page.text);

    // Where it took too long, too.
    let late = format!("/sign-in?trouble=wrong-state&next={}", escape(&path));
    let stranger = scene.app.anonymous();
    stranger.post_form("/sign-in/link", &[("password", PASSWORD), ("next", &path)]).await.expect_redirect(&late);
    assert!(stranger.get(&link).await.expect(200).text.contains(&format!("href=\"{sign_in}\"")));

    browser.post_form("/sign-in/link", &[("password", PASSWORD), ("next", &path)]).await.expect_redirect(&path);
    browser.post_form("/join", &[("invitation", &token)]).await.expect_redirect("/chat");
    assert_eq!(browser.team().await, scene.administrator.team().await);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn whoever_is_signed_in_with_another_address_signs_out_and_keeps_the_invitation(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let browser = app.sign_up("eve@example.org").await;
    let (path, token) = invite(&app, &ada, "grace@example.org").await;
    let opened = browser.get(&path).await.expect(200);
    // As somebody does whose page is older than their session.
    let refused = browser.post_form("/join", &[("invitation", &token)]).await.expect(409);
    for page in [opened.text, refused.text] {
        for words in ["This invitation is for another address.", "You are signed in as eve@example.org", "Not now"] {
            assert!(page.contains(words), "“{words}” is missing: {page}");
        }
        assert!(page.contains("Sign out and go on as grace@example.org") && page.contains(&format!("value=\"{path}\"")), "{page}");
        assert!(!page.contains("Join team") && !page.contains("Create your account"), "{page}");
    }
    let over = browser.get("/sign-up?invitation=nobody.knows").await.expect(200).text;
    assert!(over.contains("not valid any more") && !over.contains("Create your account"), "{over}");

    let left = browser.post_form("/sign-out", &[("next", &path)]).await;
    left.clone().expect_redirect(&path);
    assert!(left.header(SET_COOKIE).is_some_and(|cookie| cookie.contains("Max-Age=0")), "{left:?}");
    let page = browser.get(&path).await.expect(200).text;
    assert!(page.contains("Create your account") && page.contains("value=\"grace@example.org\""), "{page}");
    let form = [("first_name", "Grace"), ("email", "grace@example.org"), ("password", PASSWORD), ("invitation", token.as_str())];
    browser.post_form("/sign-up", &form).await.expect_redirect("/chat");
    assert_eq!(browser.team().await, ada.team().await);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn only_an_invitation_that_works_goes_along(pool: PgPool) {
    let app = TestApp::start_with(&pool, |parts| parts.settings.sign_up = SignUp::Invited).await;
    app.sign_up("ada@example.org").await;
    for path in ["/sign-up", "/sign-up?invitation=nobody.knows", "/sign-up?invitation=%22%3E%3Cscript%3E"] {
        let page = app.anonymous().get(path).await.expect(200);
        assert!(page.text.contains("href=\"/sign-in\"") && !page.text.contains("/sign-in?next="), "{path}: {}", page.text);
    }
}
