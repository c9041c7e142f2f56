//! Deeds of whoever manages the installation: mail, the licence, and who sits.

use super::{Deed, SEATS, Stage, function};
use crate::access::Call;
use crate::support::TestClient;
use domain::mails::MailOverview;
use domain::{MailId, ViewerInfo};
use serde_json::json;
use services::licences::testing::licence;
use services::testing::owner;

pub fn deeds() -> Vec<Deed> {
    vec![
        function("POST /api/mails/send-test", "to oneself", |stage| {
            Box::pin(async move { (stage.administrator().await, Call::Arguments(json!({}))) })
        }),
        function("POST /api/mails/send-again", "one that was refused", |stage| {
            Box::pin(async move {
                let (client, id) = refused_mail(stage).await;
                (client, Call::Arguments(json!({ "id": id })))
            })
        }),
        function("POST /api/mails/send-again", "all that were refused", |stage| {
            Box::pin(async move { (refused_mail(stage).await.0, Call::Arguments(json!({ "id": null }))) })
        }),
        function("POST /api/licences/install", "in the place of what was", |stage| Box::pin(install(stage))),
        function("POST /api/licences/give-seat", "to somebody without one", |stage| Box::pin(give_seat(stage))),
        function("POST /api/licences/free-seat", "of somebody who came in", |stage| Box::pin(free_seat(stage))),
    ]
}

/// An invitation that the mail server refused for good, and the administrator who made it.
async fn refused_mail(stage: &Stage) -> (TestClient, MailId) {
    let administrator = stage.administrator().await;
    stage.app.run_jobs().await; // what waited before is not what is refused
    stage.mail.refuse("550 No such person here");
    administrator.server_fn("team/invite", json!({ "email": stage.fresh_address(), "role": "Viewer" })).await.ok();
    stage.app.run_jobs().await;
    let overview: MailOverview = administrator.server_fn("mails/overview", json!({})).await.json();
    let refused = overview.failed.first().expect("it was refused").id;
    (administrator, refused)
}

async fn install(stage: &Stage) -> (TestClient, Call) {
    let text = licence(&stage.fresh("L"), SEATS);
    (stage.administrator().await, Call::Arguments(json!({ "text": text })))
}

/// They were never signed in.
async fn give_seat(stage: &Stage) -> (TestClient, Call) {
    stage.install_licence().await;
    let person = owner(&stage.app.services, &stage.fresh_address()).await;
    (stage.administrator().await, Call::Arguments(json!({ "user_id": person.user_id })))
}

async fn free_seat(stage: &Stage) -> (TestClient, Call) {
    stage.install_licence().await;
    let (client, _) = stage.person().await;
    let person: ViewerInfo = client.server_fn("identity/viewer", json!({})).await.json();
    (stage.administrator().await, Call::Arguments(json!({ "user_id": person.user_id })))
}
