//! What is under way when its person or key is turned away: an upload leaves nothing, a file breaks off in time and looks like it.

use crate::api_keys::make;
use crate::datasets::{create, documents, upload};
use crate::people::id_of;
use crate::support::{Answer, NOTHING, Snapshot, TestApp, TestClient};
use app::error::AppError;
use domain::datasets::UploadOutcome;
use domain::my_data::ExportSummary;
use domain::{DatasetId, Role};
use futures::future::{join_all, ready};
use futures::{StreamExt as _, stream};
use object_store::ObjectStore as _;
use object_store::memory::InMemory;
use object_store::throttle::{ThrottleConfig, ThrottledStore};
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use sqlx::PgPool;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How long what is open may outlive its session.
pub const PROMISE: Duration = Duration::from_secs(5);

/// An upload of two files: the first is there, the second is sent to its half.
struct Upload {
    go_on: oneshot::Sender<()>,
    answer: JoinHandle<Answer>,
}

impl Upload {
    fn start(client: &TestClient, dataset: DatasetId, who: &str) -> Self {
        let (go_on, waits) = oneshot::channel();
        let head = |name: &str| format!("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name} of {who}.txt\"\r\n\r\n");
        let begun = format!("{}This is the first of {who}.\r\n{}This is the second", head("first"), head("second"));
        let rest = format!(" of {who}.\r\n--x--\r\n");
        let body = stream::once(ready(Ok(begun))).chain(stream::once(async move { waits.await.map(|()| rest) }));
        let request = client.own_request(Method::POST, &format!("/api/datasets/{dataset}/documents"));
        let request = request.header(CONTENT_TYPE, "multipart/form-data; boundary=x").body(reqwest::Body::wrap_stream(body));
        Self { go_on, answer: tokio::spawn(Answer::of(request)) }
    }

    /// Sends the rest.
    async fn finish(self) -> Answer {
        self.go_on.send(()).expect("the rest is waited for");
        self.answer.await.expect("an answer")
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn an_upload_whose_person_or_key_is_turned_away_on_the_way_leaves_nothing(pool: PgPool) {
    let objects = Arc::new(InMemory::new());
    let its_objects = objects.clone();
    let app = TestApp::start_with(&pool, |parts| parts.objects = its_objects).await;
    let root = app.sign_up("root@example.org").await;
    let dataset = create(&root, "House rules", "Team").await;
    let grace = app.sign_up_into(&root, "grace@example.org", Role::Collaborator).await;
    let mary = app.sign_up_into(&root, "mary@example.org", Role::Collaborator).await;
    let carl = app.sign_up_into(&root, "carl@example.org", Role::Collaborator).await;
    let key = make(&carl, &["datasets"]).await;
    let program = TestClient::program(&app.url, &key.key);
    let ending = [("grace", &grace), ("mary", &mary), ("carl", &program)].map(|(who, client)| Upload::start(client, dataset, who));
    let staying = Upload::start(&root, dataset, "root");
    while documents(&root, dataset).await.len() < 4 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    root.server_fn("people/suspend", json!({ "user_id": id_of(&grace).await })).await.ok();
    root.server_fn("team/remove-member", json!({ "user_id": id_of(&mary).await })).await.ok();
    carl.server_fn("api-keys/revoke", json!({ "id": key.summary.id })).await.ok();
    let before = Snapshot::take(&pool).await;
    for upload in ending {
        assert_eq!(upload.finish().await.expect(401).error(), AppError::SignedOut);
    }
    assert_eq!(before.changed(&pool).await, NOTHING);
    assert_eq!(objects.list(None).count().await, 4, "the first files");
    let outcomes: Vec<UploadOutcome> = staying.finish().await.json();
    assert!(outcomes.len() == 2 && outcomes.iter().all(|outcome| outcome.document_id.is_some()), "{outcomes:?}");
}

/// The head of a file; its bytes are to come.
pub async fn fetch(client: &TestClient, path: &str) -> reqwest::Response {
    let answer = client.own_request(Method::GET, path).send().await.expect("the server answers");
    assert_eq!(answer.status(), 200);
    answer
}

/// Reads a file to where it breaks off, which has to come as soon as it is promised.
pub async fn expect_cut(mut file: reqwest::Response) {
    let since = Instant::now();
    while let Ok(piece) = tokio::time::timeout(PROMISE * 4, file.chunk()).await.expect("an end") {
        assert!(piece.is_some(), "it looks whole");
    }
    assert!(since.elapsed() < PROMISE, "{:?}", since.elapsed());
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_file_on_its_way_breaks_off_when_its_person_or_key_is_turned_away(pool: PgPool) {
    let store = Arc::new(ThrottledStore::new(InMemory::new(), ThrottleConfig::default()));
    let its_store = store.clone();
    let app = TestApp::start_with(&pool, |parts| parts.objects = its_store).await;
    let root = app.sign_up("root@example.org").await;
    let grace = app.sign_up_into(&root, "grace@example.org", Role::Collaborator).await;
    let carl = app.sign_up_into(&root, "carl@example.org", Role::Collaborator).await;
    let asked: ExportSummary = grace.server_fn("my-data/request-export", Value::Null).await.json();
    app.run_jobs().await;
    let dataset = create(&root, "House rules", "Team").await;
    let outcomes: Vec<UploadOutcome> = upload(&root, dataset, &[("rules.txt", b"No smoking.")]).await.json();
    let file = format!("/api/documents/{}/file", outcomes[0].document_id.expect("it is taken"));
    let archive = format!("/api/exports/{}/file", asked.id);
    let key = make(&carl, &["read"]).await;
    let program = TestClient::program(&app.url, &key.key);

    // From now on a byte takes longer than any of this.
    store.config_mut(|config| config.wait_get_per_byte = PROMISE * 12);
    let fetched = [fetch(&grace, &file).await, fetch(&grace, &archive).await, fetch(&program, &file).await];
    root.server_fn("people/suspend", json!({ "user_id": id_of(&grace).await })).await.ok();
    carl.server_fn("api-keys/revoke", json!({ "id": key.summary.id })).await.ok();
    join_all(fetched.map(expect_cut)).await;
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn an_export_of_the_trail_breaks_off_when_its_person_is_suspended(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let root = app.sign_up("root@example.org").await;
    let mary = app.sign_up_into(&root, "mary@example.org", Role::TeamManager).await;
    // Whoever reads a team's trail waits for the test.
    let gate = "CREATE POLICY gate ON audit_events AS RESTRICTIVE FOR SELECT TO lyceum_app
                USING (pg_advisory_xact_lock_shared(1)::text = '')";
    sqlx::query(gate).execute(&pool).await.expect("a gate");
    let mut closed = pool.begin().await.expect("a transaction");
    sqlx::query("SELECT pg_advisory_xact_lock(1)").execute(&mut *closed).await.expect("closed");
    let export = fetch(&mary, "/api/audit/team/csv").await;
    root.server_fn("people/suspend", json!({ "user_id": id_of(&mary).await })).await.ok();
    expect_cut(export).await;
    closed.rollback().await.expect("open again");
}
