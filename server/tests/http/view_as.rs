//! An owner sees the team as a member does, and changes nothing.

use crate::support::{FakeProvider, PASSWORD, Script, Step, TestApp, TestClient};
use crate::two_servers::{add_model, ask};
use axum::http::header::SET_COOKIE;
use domain::datasets::DatasetSummary;
use domain::{Permission, Role, UserId, ViewerInfo};
use serde_json::{Value, json};
use server::looking::PASSING;
use sqlx::PgPool;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

async fn viewer(client: &TestClient) -> ViewerInfo {
    client.server_fn("identity/viewer", Value::Null).await.json()
}

async fn dataset(client: &TestClient, name: &str) -> Value {
    let dataset = json!({ "name": name, "description": "", "visibility": "Private", "embedding_model_id": null });
    client.server_fn("datasets/create", json!({ "dataset": dataset })).await.json()
}

async fn trail(pool: &PgPool) -> Vec<(String, Option<UserId>)> {
    let looked = "SELECT action, actor_id FROM audit_events WHERE action LIKE 'member.view-%' ORDER BY position";
    sqlx::query_as(looked).fetch_all(pool).await.expect("events")
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn an_owner_sees_what_a_member_sees_until_they_stop(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::Collaborator).await;
    dataset(&ada, "Of Ada").await;
    dataset(&grace, "Of Grace").await;
    let (owner, member) = (viewer(&ada).await, viewer(&grace).await);
    ada.server_fn("team/view-as", json!({ "user_id": member.user_id })).await.ok();

    let seen = viewer(&ada).await;
    assert_eq!((seen.user_id, seen.is_viewed_by_owner, seen.is_system_administrator), (member.user_id, true, false));
    assert!(seen.may(Permission::ManageDatasets) && !seen.may(Permission::ManageMembers));
    let names = |datasets: Vec<DatasetSummary>| datasets.into_iter().map(|dataset| dataset.name).collect::<Vec<_>>();
    assert_eq!(names(ada.server_fn("datasets/list", json!({})).await.json()), ["Of Grace"]);
    let page = ada.get("/datasets").await.expect(200);
    assert!(
        page.text.contains("You see this team as ") && page.text.contains("Of Grace") && !page.text.contains("Of Ada"),
        "{}",
        page.text
    );
    ada.get("/account").await.expect_redirect("/chat");
    ada.get("/admin/models").await.expect_redirect("/chat");

    ada.server_fn("team/stop-viewing", json!({})).await.ok();
    let back = viewer(&ada).await;
    assert_eq!((back.user_id, back.is_viewed_by_owner), (owner.user_id, false));
    let by_owner = Some(owner.user_id);
    assert_eq!(trail(&pool).await, [("member.view-started".to_owned(), by_owner), ("member.view-ended".to_owned(), by_owner)]);
    let trail = ada.get("/team/audit").await.expect(200).text;
    assert!(
        trail.contains("began to view the team as grace@example.org") && trail.contains("stopped viewing the team as grace@example.org")
    );
}

/// What is answered to an address as it is written: a client would put it in order first.
async fn get_as_written(app: &TestApp, address: &str, cookie: &str) -> String {
    let mut stream = TcpStream::connect(app.url.trim_start_matches("http://")).await.expect("it listens");
    let asked = format!("GET {address} HTTP/1.1\r\nhost: lyceum\r\naccept: text/html\r\ncookie: {cookie}\r\nconnection: close\r\n\r\n");
    stream.write_all(asked.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("answered");
    String::from_utf8_lossy(&answer).into_owned()
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn an_address_that_is_not_in_order_shows_no_personal_screen(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::Viewer).await;
    let browser = app.anonymous();
    let entered = browser.post_form("/sign-in", &[("email", "ada@example.org"), ("password", PASSWORD)]).await;
    let cookie = entered.header(SET_COOKIE).and_then(|cookie| cookie.split(';').next()).expect("a session").to_owned();
    let own = get_as_written(&app, "/x/../account", &cookie).await;
    assert!(own.contains("ada@example.org"), "the address means one's account: {own:.300}");
    browser.server_fn("team/view-as", json!({ "user_id": viewer(&grace).await.user_id })).await.ok();
    let answer = get_as_written(&app, "/x/../account", &cookie).await;
    assert!(answer.starts_with("HTTP/1.1 303") && !answer.contains("grace@example.org"), "{answer:.300}");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn whoever_looks_can_change_nothing(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::Owner).await;
    let kept = dataset(&grace, "Of Grace").await;
    ada.server_fn("team/view-as", json!({ "user_id": viewer(&grace).await.user_id })).await.ok();
    for (path, _) in server_fn::axum::server_fn_paths().filter(|(path, _)| !PASSING.contains(path)) {
        let answer = ada.server_fn(path.trim_start_matches("/api/"), json!({})).await.expect(409);
        assert!(answer.text.contains("only look"), "{path}: {}", answer.text);
    }
    for path in ["/api/documents/018f0000-0000-7000-8000-000000000000/file", "/api/audit/team/csv"] {
        ada.get_json(path).await.expect(409);
    }
    let still: Vec<DatasetSummary> = grace.server_fn("datasets/list", json!({})).await.json();
    assert_eq!(still.len(), 1, "{kept}");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn what_is_followed_as_the_member_stops_when_the_view_does(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::Collaborator).await;
    let provider = FakeProvider::start().await;
    provider.push(Script::Stream(vec![Step::Text("Well".to_owned()), Step::Wait]));
    let path = ask(&grace, &add_model(&ada, &provider).await).await;
    ada.server_fn("team/view-as", json!({ "user_id": viewer(&grace).await.user_id })).await.ok();

    let (mut hers, mut looked_at) = (grace.open_stream(&path, None).await, ada.open_stream(&path, None).await);
    for stream in [&mut hers, &mut looked_at] {
        let mut read = String::new();
        while !read.contains("Well") {
            read.push_str(std::str::from_utf8(&stream.chunk().await.expect("read").expect("more")).expect("text"));
        }
    }
    ada.server_fn("team/stop-viewing", json!({})).await.ok();
    while tokio::time::timeout(Duration::from_secs(20), looked_at.chunk()).await.expect("an end").expect("read").is_some() {}
    let more = tokio::time::timeout(Duration::from_millis(100), hers.chunk()).await;
    assert!(!matches!(more, Ok(Ok(None))), "the member's own goes on");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn it_ends_with_the_session_and_when_either_is_out_of_the_team(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::Viewer).await;
    let member = viewer(&grace).await;
    let look = json!({ "user_id": member.user_id });
    ada.server_fn("team/view-as", look.clone()).await.ok();
    ada.post_form("/sign-out", &[]).await.expect_redirect("/sign-in");
    assert_eq!(trail(&pool).await.len(), 2, "signing out ends it, which is recorded");

    let again = app.sign_in("ada@example.org").await;
    assert!(!viewer(&again).await.is_viewed_by_owner);
    again.server_fn("team/view-as", look.clone()).await.ok();
    again.server_fn("team/view-as", look.clone()).await.expect(409);
    sqlx::query("UPDATE memberships SET suspended_at = now() WHERE user_id = $1")
        .bind(member.user_id)
        .execute(&pool)
        .await
        .expect("suspended");
    // The request that notices was meant to be read-only: it is refused, the end is on record, and the next one is the owner's own.
    again.server_fn("identity/viewer", Value::Null).await.expect(409);
    assert_eq!(trail(&pool).await.len(), 4);
    assert!(!viewer(&again).await.is_viewed_by_owner);
    again.server_fn("identity/sign-out", Value::Null).await.ok();
    assert_eq!(trail(&pool).await.len(), 4);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn only_owners_look_and_only_at_members_of_their_team(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::TeamManager).await;
    let eve = app.sign_up("eve@example.org").await;
    let of = async |client: &TestClient| json!({ "user_id": viewer(client).await.user_id });
    grace.server_fn("team/view-as", of(&ada).await).await.expect(403);
    ada.server_fn("team/view-as", of(&eve).await).await.expect(404);
    ada.server_fn("team/view-as", of(&ada).await).await.expect(409);
    let at_grace = of(&grace).await;
    app.suspend("grace@example.org").await;
    ada.server_fn("team/view-as", at_grace).await.expect(409);
    assert!(trail(&pool).await.is_empty(), "a view that cannot be is not on record");
}
