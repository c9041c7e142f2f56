//! People over HTTP: who is suspended is out at once and cannot come back by any way, and an installation has several administrators.

use crate::support::{FakeProvider, PASSWORD, Script, Step, TestApp, TestClient};
use crate::two_servers::{add_model, ask, expect_end, follow, read_until};
use app::error::AppError;
use domain::my_data::DeletionTerms;
use domain::people::{PeopleList, PersonDeletionTerms};
use domain::{Role, UserId, ViewerInfo};
use serde_json::{Value, json};
use sqlx::PgPool;

/// Who is signed in.
pub async fn id_of(client: &TestClient) -> UserId {
    let viewer: ViewerInfo = client.server_fn("identity/viewer", Value::Null).await.json();
    viewer.user_id
}

/// Has somebody ask something that is never answered to the end, and follows the answer.
pub async fn follow_an_answer(root: &TestClient, person: &TestClient, provider: &FakeProvider) -> reqwest::Response {
    provider.push(Script::Stream(vec![Step::Text("Well".to_owned()), Step::Wait]));
    let path = ask(person, &add_model(root, provider).await).await;
    let mut stream = follow(person, &path, None).await;
    read_until(&mut stream, "Well").await;
    stream
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_suspended_person_is_out_within_seconds_and_comes_in_again_once_reinstated(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let root = app.sign_up("root@example.org").await;
    let grace = app.sign_up_into(&root, "grace@example.org", Role::Collaborator).await;
    let person = id_of(&grace).await;
    let provider = FakeProvider::start().await;
    let mut stream = follow_an_answer(&root, &grace, &provider).await;

    root.server_fn("people/suspend", json!({ "user_id": person })).await.ok();
    expect_end(&mut stream).await;
    let running = "SELECT count(*) FROM generations WHERE stop_requested_at IS NULL";
    assert_eq!(sqlx::query_scalar::<_, i64>(running).fetch_one(&pool).await.unwrap(), 0, "nothing is written for them any more");
    assert_eq!(grace.server_fn("team/members", Value::Null).await.expect(401).error(), AppError::SignedOut);
    grace.get("/chat").await.expect_redirect("/sign-in?next=/chat");
    let form = [("email", "grace@example.org"), ("password", PASSWORD)];
    let refused = app.anonymous().post_form("/sign-in", &form).await.expect(422);
    assert!(refused.text.contains("The email address or the password is not right."), "{}", refused.text);
    let page = root.get("/admin/people").await.expect(200);
    assert!(page.text.contains("grace@example.org") && page.text.contains("Suspended"), "{}", page.text);

    root.server_fn("people/reinstate", json!({ "user_id": person })).await.ok();
    assert_eq!(grace.server_fn("team/members", Value::Null).await.expect(401).error(), AppError::SignedOut, "the old session is over");
    assert_eq!(id_of(&app.sign_in("grace@example.org").await).await, person);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn whose_account_an_administrator_deletes_is_out_within_seconds_and_keeps_it_where_they_come_in_again(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let root = app.sign_up("root@example.org").await;
    let grace = app.sign_up_into(&root, "grace@example.org", Role::Collaborator).await;
    let person = id_of(&grace).await;
    let provider = FakeProvider::start().await;
    let mut stream = follow_an_answer(&root, &grace, &provider).await;
    let terms: PersonDeletionTerms = root.server_fn("people/deletion-terms", json!({ "user_id": person })).await.json();
    assert!(terms.heirs.is_empty() && !terms.own.is_last_administrator && terms.own.gone_at.is_none());
    let delete = async |email: &str| root.server_fn("people/delete", json!({ "user_id": person, "email": email })).await;
    let refused = delete("root@example.org").await.expect(422).error();
    assert_eq!(refused.field("email").as_deref(), Some("This is not the address of this account."));

    delete("grace@example.org").await.ok();
    expect_end(&mut stream).await;
    assert_eq!(grace.server_fn("team/members", Value::Null).await.expect(401).error(), AppError::SignedOut);
    assert!(root.get("/admin/people").await.expect(200).text.contains("Leaves on"));
    let again = app.sign_in("grace@example.org").await;
    assert!(again.get("/datasets").await.expect(200).text.contains("Keep my account"));
    root.server_fn("people/keep", json!({ "user_id": person })).await.ok();
    assert!(!again.get("/datasets").await.expect(200).text.contains("Keep my account"));
    assert!(!root.get("/admin/people").await.expect(200).text.contains("Leaves on"));
    delete("grace@example.org").await.ok();
    app.sign_in("grace@example.org").await.server_fn("my-data/keep-account", Value::Null).await.ok();
    assert!(!root.get("/admin/people").await.expect(200).text.contains("Leaves on"));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_second_administrator_does_what_the_first_does_and_lets_them_leave(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let root = app.sign_up("root@example.org").await;
    let grace = app.sign_up("grace@example.org").await;
    let (roots, graces) = (id_of(&root).await, id_of(&grace).await);
    grace.get("/admin/people").await.expect(404);
    let terms: DeletionTerms = root.server_fn("my-data/deletion-terms", Value::Null).await.json();
    assert!(terms.is_last_administrator);
    root.server_fn("people/make-administrator", json!({ "user_id": graces })).await.ok();
    let terms: DeletionTerms = root.server_fn("my-data/deletion-terms", Value::Null).await.json();
    assert!(!terms.is_last_administrator);

    let page = grace.get("/admin/people").await.expect(200);
    assert!(page.text.contains("aria-label=\"People\"") && page.text.contains("root@example.org"), "{}", page.text);
    let search = json!({ "words": "GRACE@", "page": { "index": 0, "size": 50 } });
    let found: PeopleList = grace.server_fn("people/list", search).await.json();
    assert_eq!((found.page.total, found.page.items[0].user_id, found.page.items[0].is_administrator), (1, graces, true));
    let own = json!({ "user_id": graces });
    let refused = grace.server_fn("people/take-administration", own).await.expect(409).error();
    assert!(matches!(refused, AppError::Conflict(sentence) if sentence.contains("yourself")));
    grace.server_fn("people/take-administration", json!({ "user_id": roots })).await.ok();
    root.get("/admin/people").await.expect(404);
    root.server_fn("people/suspend", json!({ "user_id": graces })).await.expect(404);
}
