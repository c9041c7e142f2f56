//! Licences over HTTP: one sentence for every refused change, the way out of it, and what people at the entrance are told.

use crate::support::{PASSWORD, TestApp, TestClient};
use domain::licences::LicenceInstalled;
use domain::team::InvitationSent;
use serde_json::json;
use services::licences::testing::licence;
use sqlx::PgPool;

async fn install(client: &TestClient, id: &str, seats: u32) -> LicenceInstalled {
    client.server_fn("licences/install", json!({ "text": licence(id, seats) })).await.json()
}

async fn end_now(pool: &PgPool) {
    sqlx::query("UPDATE licences SET expires_at = now() WHERE replaced_at IS NULL").execute(pool).await.expect("a licence ends");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn an_expired_licence_makes_it_read_only_until_the_next_one(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let root = app.sign_up("root@example.org").await;
    install(&root, "L-1", 5).await;
    let new = json!({ "dataset": { "name": "Rules", "description": "", "visibility": "Team", "embedding_model_id": null } });
    root.server_fn("datasets/create", new.clone()).await.ok();
    end_now(&pool).await;
    let refused = root.server_fn("datasets/create", new).await.expect(403);
    assert_eq!(refused.error().to_string(), app::error::AppError::ReadOnly.to_string());
    let page = root.get("/datasets").await.expect(200).text;
    assert!(page.contains("Rules") && page.contains("The licence expired on"));
    root.get_json("/api/audit/team/csv").await.expect(200);
    let page = root.get("/admin/licences").await.expect(200).text;
    assert!(page.contains("Expired: read-only"));
    app.sign_in("root@example.org").await;
    install(&root, "L-2", 5).await;
    assert!(!root.get("/datasets").await.expect(200).text.contains("The licence expired on"));
    root.server_fn("team/create", json!({ "name": "Legal" })).await.ok();
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn an_invited_person_is_told_that_all_seats_are_taken(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let root = app.sign_up("root@example.org").await;
    let installed = install(&root, "L-1", 1).await;
    assert_eq!((installed.licence.seats_used, installed.turned_away), (1, 0));
    let sent: InvitationSent = root.server_fn("team/invite", json!({ "email": "grace@example.org", "role": "Viewer" })).await.json();
    let grace = app.anonymous();
    let page = grace.get(sent.link.strip_prefix(&app.url).expect("a link of ours")).await.expect(200).text;
    assert!(page.contains("The only seat of this installation is taken."), "{page}");
    let token = sent.link.split_once("?invitation=").expect("a token").1;
    let form = [("first_name", "Grace"), ("email", "grace@example.org"), ("password", PASSWORD), ("invitation", token)];
    let refused = grace.post_form("/sign-up", &form).await.expect(409);
    assert!(refused.text.contains("The only seat of this installation is taken."));
    install(&root, "L-2", 2).await;
    grace.post_form("/sign-up", &form).await.expect_redirect("/chat");
    let page = root.get("/admin/licences").await.expect(200).text;
    assert!(page.contains("2 of 2 used, 0 free") && page.contains("grace@example.org"));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_person_without_a_seat_is_told_at_the_entrance(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let root = app.sign_up("root@example.org").await;
    let eve = app.sign_up("eve@example.org").await;
    let installed = install(&root, "L-1", 1).await;
    assert_eq!(installed.turned_away, 1);
    eve.get("/chat").await.expect(303);
    let form = [("email", "eve@example.org"), ("password", PASSWORD)];
    // Her password is right, however often she types it: none of it counts as a guess.
    for _ in 0..5 {
        let refused = app.anonymous().post_form("/sign-in", &form).await.expect(409);
        assert!(refused.text.contains("The only seat of this installation is taken."));
    }
    app.sign_in("root@example.org").await;
}
