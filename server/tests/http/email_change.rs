//! Another address on the wire: in force when its link is used, and nobody learns who has which.

use crate::support::{Answer, FakeMailServer, PASSWORD, Quickest, ROUNDS, TestApp, TestClient};
use domain::team::InvitationSummary;
use domain::{Role, ViewerInfo};
use serde_json::{Value, json};
use sqlx::PgPool;

async fn ask(client: &TestClient, email: &str) -> Answer {
    client.server_fn("identity/change-email", json!({ "email": email, "password": PASSWORD })).await
}

/// Asks for an address and reads the link in its mail; its token.
async fn token(app: &TestApp, server: &FakeMailServer, client: &TestClient, email: &str) -> String {
    ask(client, email).await.ok();
    app.run_jobs().await;
    let mail = server.mails().into_iter().rfind(|mail| mail.to == [email.to_lowercase()]).expect("a mail");
    mail.token(&format!("{}/confirm-email?token=", app.url))
}

async fn confirm(app: &TestApp, token: &str) -> Answer {
    app.anonymous().post_form("/confirm-email", &[("token", token)]).await
}

async fn email_of(client: &TestClient) -> String {
    client.server_fn("identity/viewer", Value::Null).await.json::<ViewerInfo>().email
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn an_address_changes_when_its_link_is_used_and_the_former_one_is_told(pool: PgPool) {
    let (app, server, _) = TestApp::start_with_mail(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let first = token(&app, &server, &ada, "countess@example.org").await;
    let second = token(&app, &server, &ada, "Lovelace@Example.org").await;
    assert_eq!(email_of(&ada).await, "ada@example.org");
    let page = app.anonymous().get(&format!("/confirm-email?token={second}")).await.expect(200);
    assert!(page.text.contains("lovelace@example.org") && page.text.contains("Confirm the address"), "{}", page.text);
    confirm(&app, &first).await.expect(409);
    confirm(&app, &second).await.expect_redirect("/confirm-email/done");
    assert!(confirm(&app, &second).await.expect(409).text.contains("does not work any more"));
    assert_eq!(email_of(&ada).await, "lovelace@example.org");
    let form = [("email", "lovelace@example.org"), ("password", PASSWORD)];
    app.anonymous().post_form("/sign-in", &form).await.expect_redirect("/chat");
    app.run_jobs().await;
    let told = server.mails().last().cloned().expect("a mail");
    assert_eq!(told.to, ["ada@example.org"]);
    assert!(told.words().contains("lovelace@example.org"));
    let events: i64 =
        sqlx::query_scalar("SELECT count(*) FROM audit_events WHERE action = 'account.email-changed'").fetch_one(&pool).await.unwrap();
    assert_eq!(events, 1);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn what_asks_the_new_address_into_a_team_its_person_is_in_is_taken_back(pool: PgPool) {
    let (app, server, _) = TestApp::start_with_mail(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let bob = app.sign_up_into(&ada, "bob@example.org", Role::Viewer).await;
    let eve = app.sign_up("eve@example.org").await;
    for inviter in [&ada, &eve] {
        inviter.server_fn("team/invite", json!({ "email": "robert@example.org", "role": "TeamManager" })).await.ok();
    }
    app.run_jobs().await;
    let token = token(&app, &server, &bob, "robert@example.org").await;
    confirm(&app, &token).await.expect_redirect("/confirm-email/done");
    let open = async |inviter: &TestClient| inviter.server_fn("team/invitations", Value::Null).await.json::<Vec<InvitationSummary>>().len();
    assert_eq!((open(&ada).await, open(&eve).await), (0, 1), "he is in the one, and not in the other");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn nobody_learns_whether_somebody_else_has_an_address(pool: PgPool) {
    let (app, server, _) = TestApp::start_with_mail(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let eve = app.sign_up("eve@example.org").await;
    let mut answers = Vec::new();
    let mut quickest = Quickest::default();
    for _ in 0..ROUNDS {
        for email in ["free@example.org", "ada@example.org"] {
            let answer = quickest.of(email, ask(&eve, email)).await.ok();
            answers.push((answer.status, answer.text));
        }
        sqlx::query("DELETE FROM throttles").execute(&pool).await.unwrap();
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    quickest.expect_even();
    app.run_jobs().await;
    let mails = server.mails();
    assert!(!mails.is_empty() && mails.iter().all(|mail| mail.to == ["free@example.org"]), "whoever has it is not bothered");
    ask(&eve, "eve@example.org").await.expect(422);

    let late = token(&app, &server, &eve, "wanted@example.org").await;
    let early = token(&app, &server, &ada, "wanted@example.org").await;
    confirm(&app, &early).await.expect_redirect("/confirm-email/done");
    assert!(confirm(&app, &late).await.expect(409).text.contains("does not work any more"), "it sounds like any link that is over");
    assert_eq!(email_of(&eve).await, "eve@example.org");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn the_password_is_asked_for_and_a_link_ends_after_an_hour_or_with_the_password(pool: PgPool) {
    let (app, server, clock) = TestApp::start_with_mail(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let wrong = json!({ "email": "countess@example.org", "password": "wrong and long enough" });
    ada.server_fn("identity/change-email", wrong).await.expect(422);
    let old = token(&app, &server, &ada, "countess@example.org").await;
    clock.advance(chrono::TimeDelta::minutes(60));
    confirm(&app, &old).await.expect(409);
    let stolen = token(&app, &server, &ada, "eve@example.org").await;
    let change = json!({ "current_password": PASSWORD, "new_password": "an entirely new secret" });
    ada.server_fn("identity/change-password", change).await.ok();
    confirm(&app, &stolen).await.expect(409);
    for odd in ["", "null", ".", &format!("{old}=")] {
        confirm(&app, odd).await.expect(409);
    }
    assert_eq!(email_of(&ada).await, "ada@example.org");
}
