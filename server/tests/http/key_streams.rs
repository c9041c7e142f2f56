//! Streams that programs follow with an API key: they end with the key, and as soon as its person may not come in.

use crate::api_keys::make;
use crate::people::id_of;
use crate::support::{FakeProvider, Script, Step, TestApp, TestClient};
use crate::two_servers::{add_model, ask, expect_end, follow, read_until};
use domain::Role;
use domain::api_keys::ApiKeyMade;
use serde_json::{Value, json};
use services::licences::testing::licence;
use sqlx::PgPool;

/// Somebody whose question is never answered to the end, and a program with their key that follows the answer.
struct Followed {
    person: TestClient,
    key: ApiKeyMade,
    program: TestClient,
    path: String,
    stream: reqwest::Response,
}

impl Followed {
    /// A new colleague of the administrator, in another browser.
    async fn start(app: &TestApp, administrator: &TestClient, email: &str, (provider, model): (&FakeProvider, &Value)) -> Self {
        let person = app.sign_up_into(administrator, email, Role::Collaborator).await;
        let key = make(&person, &["chat"]).await;
        let program = TestClient::program(&app.url, &key.key);
        provider.push(Script::Stream(vec![Step::Text("Well".to_owned()), Step::Wait]));
        let path = ask(&person, model).await;
        let mut stream = follow(&program, &path, None).await;
        read_until(&mut stream, "Well").await;
        Self { person, key, program, path, stream }
    }

    /// What the program is answered now.
    async fn status(&self) -> u16 {
        self.program.open_stream(&self.path, None).await.status().as_u16()
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_stream_followed_with_a_key_ends_when_the_key_is_revoked_or_its_person_suspended(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let (root, provider) = (app.sign_up("root@example.org").await, FakeProvider::start().await);
    let model = add_model(&root, &provider).await;
    let mut grace = Followed::start(&app, &root, "grace@example.org", (&provider, &model)).await;
    let mut mary = Followed::start(&app, &root, "mary@example.org", (&provider, &model)).await;
    let mut carl = Followed::start(&app, &root, "carl@example.org", (&provider, &model)).await;
    // Carl has another key, and his browser.
    let second = TestClient::program(&app.url, &make(&carl.person, &["chat"]).await.key);
    let mut staying = follow(&second, &carl.path, None).await;
    let mut browsing = follow(&carl.person, &carl.path, None).await;

    root.server_fn("people/suspend", json!({ "user_id": id_of(&grace.person).await })).await.ok();
    root.server_fn("team/suspend", json!({ "user_id": id_of(&mary.person).await })).await.ok();
    carl.person.server_fn("api-keys/revoke", json!({ "id": carl.key.summary.id })).await.ok();
    tokio::join!(expect_end(&mut grace.stream), expect_end(&mut mary.stream), expect_end(&mut carl.stream));
    for followed in [&grace, &mary, &carl] {
        assert_eq!(followed.status().await, 401);
    }
    // One of the three answers is still being written.
    for _ in 0..3 {
        provider.release();
    }
    for stream in [&mut staying, &mut browsing] {
        read_until(stream, "Finished").await;
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_stream_followed_with_a_key_ends_when_a_manager_takes_the_key_back_or_its_time_is_over(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let (root, provider) = (app.sign_up("root@example.org").await, FakeProvider::start().await);
    let model = add_model(&root, &provider).await;
    let mut grace = Followed::start(&app, &root, "grace@example.org", (&provider, &model)).await;
    let mut mary = Followed::start(&app, &root, "mary@example.org", (&provider, &model)).await;
    root.server_fn("api-keys/revoke", json!({ "id": grace.key.summary.id })).await.ok();
    let expire = sqlx::query("UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE id = $1").bind(mary.key.summary.id);
    expire.execute(&pool).await.expect("its time is over");
    tokio::join!(expect_end(&mut grace.stream), expect_end(&mut mary.stream));
    assert_eq!((grace.status().await, mary.status().await), (401, 401));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_stream_followed_with_a_key_ends_when_its_persons_seat_is_freed_and_goes_on_with_the_next_one(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let (root, provider) = (app.sign_up("root@example.org").await, FakeProvider::start().await);
    let model = add_model(&root, &provider).await;
    root.server_fn("licences/install", json!({ "text": licence("L-1", 2) })).await.ok();
    let mut grace = Followed::start(&app, &root, "grace@example.org", (&provider, &model)).await;
    let person = json!({ "user_id": id_of(&grace.person).await });
    root.server_fn("licences/free-seat", person.clone()).await.ok();
    expect_end(&mut grace.stream).await;
    assert_eq!(grace.status().await, 409);
    let refused = grace.program.server_fn("chat/list", json!({ "page": { "index": 0, "size": 50 } })).await.expect(409);
    let sentence = "The person of this API key has no seat under the licence. They take a free one by signing in.";
    assert_eq!(refused.error().to_string(), sentence);

    root.server_fn("licences/give-seat", person).await.ok();
    let mut stream = follow(&grace.program, &grace.path, None).await;
    provider.release();
    read_until(&mut stream, "Finished").await;
}
