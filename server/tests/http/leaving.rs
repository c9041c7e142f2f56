//! Leaving a team, and where one goes on: what was open in it ends, the browser works elsewhere, and is back there after the next sign-in.

use crate::people::follow_an_answer;
use crate::support::{FakeProvider, TestApp, TestClient};
use crate::two_servers::expect_end;
use domain::team::{LeavingTerms, TeamSummary};
use domain::{Role, ViewerInfo};
use serde_json::{Value, json};
use sqlx::PgPool;

async fn teams_in_the_menu(client: &TestClient) -> Vec<TeamSummary> {
    client.server_fn("identity/viewer", Value::Null).await.json::<ViewerInfo>().teams
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn whoever_leaves_is_told_what_happens_and_goes_on_elsewhere_within_seconds(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::Collaborator).await;
    let eve = app.sign_up("eve@example.org").await;
    let team = json!({ "id": ada.team().await });
    let provider = FakeProvider::start().await;
    let mut stream = follow_an_answer(&ada, &grace, &provider).await;

    eve.server_fn("team/leaving-terms", team.clone()).await.expect(404);
    eve.server_fn("team/leave", team.clone()).await.expect(404);
    let refused: LeavingTerms = ada.server_fn("team/leaving-terms", team.clone()).await.json();
    assert!(refused.hindrance.is_some_and(|sentence| sentence.contains("needs an owner")));
    ada.server_fn("team/leave", team.clone()).await.expect(409);
    let terms: LeavingTerms = grace.server_fn("team/leaving-terms", team.clone()).await.json();
    assert_eq!((terms.hindrance, terms.belongings.chats), (None, 1));
    assert!(terms.heir.starts_with("ada"), "{}", terms.heir);
    assert_eq!(teams_in_the_menu(&grace).await.len(), 2);

    grace.server_fn("team/leave", team.clone()).await.ok();
    expect_end(&mut stream).await;
    let own = teams_in_the_menu(&grace).await;
    assert!(own.len() == 1 && own[0].is_personal && own[0].id == grace.team().await, "{own:?}");
    grace.server_fn("identity/switch-team", team.clone()).await.expect(404);
    assert!(ada.get("/team/audit").await.expect(200).text.contains("left the team"));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn whoever_signs_in_again_works_where_they_did(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::Viewer).await;
    let team = ada.team().await;
    grace.post_form("/sign-out", &[]).await.expect_redirect("/sign-in");
    let again = app.sign_in("grace@example.org").await;
    assert_eq!(again.team().await, team);
    let own = teams_in_the_menu(&again).await.into_iter().find(|team| team.is_personal).expect("one of her own");
    again.server_fn("identity/switch-team", json!({ "id": own.id })).await.ok();
    again.post_form("/sign-out", &[]).await.expect_redirect("/sign-in");
    assert_eq!(app.sign_in("grace@example.org").await.team().await, own.id);
}
