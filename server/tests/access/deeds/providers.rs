//! Deeds through an identity provider: there, back, and what is linked.

use super::{Deed, Stage, form, function, plain};
use crate::access::Call;
use crate::support::{PASSWORD, TestClient};
use axum::http::header::LOCATION;
use domain::identity_providers::SignInWays;
use serde_json::json;

pub fn deeds() -> Vec<Deed> {
    vec![
        // Whatever is in the way leads to a screen of ours instead.
        plain("GET /auth/oidc/{provider}", "one that is set up", "http://127.0.0.1:", |stage| {
            Box::pin(async move { (stage.app.anonymous(), Call::Get(address(stage))) })
        }),
        plain("GET /auth/oidc/{provider}/callback", "somebody new", "/chat", |stage| Box::pin(come_for_the_first_time(stage))),
        plain("GET /auth/oidc/{provider}/callback", "somebody known", "/chat", |stage| Box::pin(come_again(stage))),
        plain("GET /auth/oidc/{provider}/callback", "linking", "/account", |stage| {
            Box::pin(async move {
                let (client, back) = begin_link(stage).await;
                (client, Call::Get(back))
            })
        }),
        plain("GET /auth/oidc/{provider}/callback", "a trial", "/admin/sign-in", |stage| {
            Box::pin(async move {
                let administrator = stage.administrator().await;
                vouch(stage, &stage.fresh_address());
                let start = json!({ "id": stage.provider });
                let there: String = administrator.server_fn("identity-providers/start-trial", start).await.json();
                let back = stage.vouching.agree(&there).await;
                (administrator, Call::Get(back))
            })
        }),
        function("POST /api/identity-providers/start-trial", "one that is set up", |stage| {
            Box::pin(async move { (stage.administrator().await, Call::Arguments(json!({ "id": stage.provider }))) })
        }),
        plain("POST /sign-in/link", "with the password", "/chat", |stage| Box::pin(prove_account(stage))),
        function("POST /api/identity-providers/start-link", "with the password", |stage| {
            Box::pin(async move { (stage.person().await.0, Call::Arguments(json!({ "id": stage.provider, "password": PASSWORD }))) })
        }),
        function("POST /api/identity-providers/unlink", "one's own", |stage| Box::pin(unlink(stage))),
    ]
}

/// Where signing in through the provider begins.
fn address(stage: &Stage) -> String {
    format!("/auth/oidc/{}", stage.provider)
}

/// Has the provider vouch for an address from now on, by a subject that nobody here knows.
fn vouch(stage: &Stage, email: &str) {
    let person = json!({ "sub": stage.fresh("subject"), "email": email, "email_verified": true, "given_name": "Vera" });
    stage.vouching.vouch_for(person);
}

/// From the button to the way back.
async fn go(stage: &Stage, browser: &TestClient) -> String {
    let away = browser.get(&address(stage)).await.expect(303);
    stage.vouching.agree(away.header(LOCATION).expect("an address")).await
}

async fn come_for_the_first_time(stage: &Stage) -> (TestClient, Call) {
    vouch(stage, &stage.fresh_address());
    let browser = stage.app.anonymous();
    let back = go(stage, &browser).await;
    (browser, Call::Get(back))
}

async fn come_again(stage: &Stage) -> (TestClient, Call) {
    vouch(stage, &stage.fresh_address());
    let first = stage.app.anonymous();
    let back = go(stage, &first).await;
    first.get(&back).await.expect_redirect("/chat");
    let browser = stage.app.anonymous();
    let back = go(stage, &browser).await;
    (browser, Call::Get(back))
}

/// Somebody with an account whose address the provider vouches for, back from there.
async fn prove_account(stage: &Stage) -> (TestClient, Call) {
    let (_, email) = stage.person().await;
    vouch(stage, &email);
    let browser = stage.app.anonymous();
    let back = go(stage, &browser).await;
    browser.get(&back).await.expect_redirect("/sign-in/link");
    (browser, form("/sign-in/link", &[("password", PASSWORD)]))
}

/// Somebody signed in who links what they have at the provider, and their way back from there.
async fn begin_link(stage: &Stage) -> (TestClient, String) {
    let (client, email) = stage.person().await;
    vouch(stage, &email);
    let start = json!({ "id": stage.provider, "password": PASSWORD });
    let there: String = client.server_fn("identity-providers/start-link", start).await.json();
    let back = stage.vouching.agree(&there).await;
    (client, back)
}

async fn unlink(stage: &Stage) -> (TestClient, Call) {
    let (client, back) = begin_link(stage).await;
    client.get(&back).await.expect_redirect("/account");
    let ways: SignInWays = client.server_fn("identity-providers/ways", json!({})).await.json();
    (client, Call::Arguments(json!({ "id": ways.linked[0].id })))
}
