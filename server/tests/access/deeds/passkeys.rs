//! Deeds with passkeys: the questions to a device, and its answers.

use super::{ADDRESS, Deed, Stage, form, function, plain};
use crate::access::Call;
use crate::support::{Authenticator, PASSWORD, TestClient};
use domain::passkeys::PasskeyOverview;
use serde_json::{Value, json};

pub fn deeds() -> Vec<Deed> {
    vec![
        function("POST /api/passkeys/start", "with the password", |stage| {
            Box::pin(async move { (stage.person().await.0, Call::Arguments(naming())) })
        }),
        function("POST /api/passkeys/add", "that the device made", |stage| Box::pin(add(stage))),
        function("POST /api/passkeys/start-confirmation", "of somebody with a passkey", |stage| {
            Box::pin(async move { (person_with_passkey(stage).await.0, Call::Arguments(json!({}))) })
        }),
        function("POST /api/passkeys/confirm", "with one's own", |stage| Box::pin(confirm(stage))),
        function("POST /api/passkeys/remove", "one's own", |stage| Box::pin(remove(stage))),
        function("POST /api/passkeys/start-sign-in", "at an address with a name", |stage| {
            Box::pin(async move { (stage.app.anonymous(), Call::Arguments(json!({}))) })
        }),
        plain("POST /sign-in/passkey", "with one's own", "/chat", |stage| Box::pin(sign_in(stage))),
    ]
}

/// What begins to add one.
fn naming() -> Value {
    json!({ "name": "Phone", "password": PASSWORD })
}

/// Somebody who begins to add a passkey, their device, and what it made.
async fn person_with_new_passkey(stage: &Stage) -> (TestClient, Authenticator, String) {
    let (client, _) = stage.person().await;
    let options: String = client.server_fn("passkeys/start", naming()).await.json();
    let mut device = Authenticator::at(ADDRESS);
    let credential = device.create(&options);
    (client, device, credential)
}

async fn person_with_passkey(stage: &Stage) -> (TestClient, Authenticator) {
    let (client, device, credential) = person_with_new_passkey(stage).await;
    client.server_fn("passkeys/add", json!({ "credential": credential })).await.ok();
    (client, device)
}

async fn add(stage: &Stage) -> (TestClient, Call) {
    let (client, _, credential) = person_with_new_passkey(stage).await;
    (client, Call::Arguments(json!({ "credential": credential })))
}

async fn confirm(stage: &Stage) -> (TestClient, Call) {
    let (client, mut device) = person_with_passkey(stage).await;
    let options: String = client.server_fn("passkeys/start-confirmation", json!({})).await.json();
    (client, Call::Arguments(json!({ "credential": device.get(&options) })))
}

async fn remove(stage: &Stage) -> (TestClient, Call) {
    let (client, _) = person_with_passkey(stage).await;
    let listed: PasskeyOverview = client.server_fn("passkeys/list", json!({})).await.json();
    (client, Call::Arguments(json!({ "id": listed.passkeys[0].id })))
}

async fn sign_in(stage: &Stage) -> (TestClient, Call) {
    let (_, mut device) = person_with_passkey(stage).await;
    let browser = stage.app.anonymous();
    let options: String = browser.server_fn("passkeys/start-sign-in", json!({})).await.json();
    (browser, form("/sign-in/passkey", &[("credential", &device.get(&options))]))
}
