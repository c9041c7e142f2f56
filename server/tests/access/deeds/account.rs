//! Deeds about one's own account: the second step, another address, and the end of it.

use super::{Deed, Stage, form, function, password, plain};
use crate::access::Call;
use crate::support::{PASSWORD, TestClient};
use domain::identity::TwoStepSetup;
use serde_json::json;
use services::Clock as _;
use totp_rs::{Builder, Secret};

pub fn deeds() -> Vec<Deed> {
    vec![
        function("POST /api/identity/start-two-step", "with the password", |stage| {
            Box::pin(async move { (stage.person().await.0, password()) })
        }),
        function("POST /api/identity/confirm-two-step", "with the first code", |stage| Box::pin(confirm_two_step(stage))),
        function("POST /api/identity/renew-recovery-codes", "with password and code", |stage| Box::pin(by_next_code(stage))),
        function("POST /api/identity/turn-off-two-step", "with password and code", |stage| Box::pin(by_next_code(stage))),
        function("POST /api/identity/start-mailed-two-step", "with the password", |stage| {
            Box::pin(async move { (stage.person().await.0, password()) })
        }),
        function("POST /api/identity/confirm-mailed-two-step", "with the code that was mailed", |stage| {
            Box::pin(confirm_mailed_two_step(stage))
        }),
        function("POST /api/identity/mail-two-step-code", "with the password", |stage| {
            Box::pin(async move { (stage.person_with_mailed_step().await.0, password()) })
        }),
        function("POST /api/identity/change-email", "with the password", |stage| Box::pin(change_email(stage))),
        plain("POST /confirm-email", "with the link that was mailed", "/confirm-email/done", |stage| Box::pin(confirm_email(stage))),
        function("POST /api/my-data/delete-account", "with the password", |stage| {
            Box::pin(async move { (stage.person().await.0, password()) })
        }),
        function("POST /api/my-data/keep-account", "after asking for its end", |stage| Box::pin(keep_account(stage))),
    ]
}

/// Somebody who sets their app up, and the codes that it shows now and half a minute later.
async fn person_with_begun_app(stage: &Stage) -> (TestClient, [String; 2]) {
    let (client, _) = stage.person().await;
    let setup: TwoStepSetup = client.server_fn("identity/start-two-step", json!({ "password": PASSWORD })).await.json();
    let secret = Secret::try_from_base32(setup.secret.replace(' ', "")).expect("base32");
    let totp = Builder::new().with_secret(secret).build().expect("a secret of 160 bits");
    let codes = [0, 30].map(|seconds| {
        let then = u64::try_from(stage.clock.now().timestamp() + seconds).expect("after 1970");
        totp.generate(then).to_string()
    });
    (client, codes)
}

async fn confirm_two_step(stage: &Stage) -> (TestClient, Call) {
    let (client, [code, _]) = person_with_begun_app(stage).await;
    (client, Call::Arguments(json!({ "code": code })))
}

/// Somebody who signs in with an app. It shows the next code a little early, which is taken; the one before was used.
async fn by_next_code(stage: &Stage) -> (TestClient, Call) {
    let (client, [code, next]) = person_with_begun_app(stage).await;
    client.server_fn("identity/confirm-two-step", json!({ "code": code })).await.ok();
    (client, Call::Arguments(json!({ "password": PASSWORD, "code": next })))
}

async fn confirm_mailed_two_step(stage: &Stage) -> (TestClient, Call) {
    let (client, email) = stage.person().await;
    let token: String = client.server_fn("identity/start-mailed-two-step", json!({ "password": PASSWORD })).await.json();
    let code = stage.code_to(&email).await;
    (client, Call::Arguments(json!({ "token": token, "code": code })))
}

async fn change_email(stage: &Stage) -> (TestClient, Call) {
    let (client, _) = stage.person().await;
    (client, Call::Arguments(json!({ "email": stage.fresh_address(), "password": PASSWORD })))
}

async fn confirm_email(stage: &Stage) -> (TestClient, Call) {
    let ((client, _), wanted) = (stage.person().await, stage.fresh_address());
    client.server_fn("identity/change-email", json!({ "email": wanted, "password": PASSWORD })).await.ok();
    let link = "/confirm-email?token=";
    let token = stage.mail_to(&wanted, link).await.token(link);
    (stage.app.anonymous(), form("/confirm-email", &[("token", &token)]))
}

async fn keep_account(stage: &Stage) -> (TestClient, Call) {
    let (client, _) = stage.person().await;
    client.server_fn("my-data/delete-account", json!({ "password": PASSWORD })).await.ok();
    (client, Call::Arguments(json!({})))
}
