//! An owner sees the team as a member does; what they open is told, and ends with the view. That they change nothing is shown by
//! `access/looking.rs`.

use crate::datasets::{create, start, upload};
use crate::support::{FakeProvider, PASSWORD, Script, Step, TestApp, TestClient};
use crate::two_servers::{add_model, ask, expect_end, follow, read_until};
use crate::under_way::{PROMISE, expect_cut, fetch};
use axum::http::header::SET_COOKIE;
use domain::audit::AuditPage;
use domain::chat::{Asked, ConversationDetail};
use domain::datasets::{DatasetSummary, SearchResult, SourcePage, UploadOutcome};
use domain::prompts::{PromptDetail, PromptDraft};
use domain::{DatasetId, DocumentId, Permission, Role, UserId, ViewerInfo};
use object_store::memory::InMemory;
use object_store::throttle::{ThrottleConfig, ThrottledStore};
use serde_json::{Value, json};
use sqlx::PgPool;
use std::sync::Arc;
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

/// By which way and from which address views ended.
async fn ends(pool: &PgPool) -> Vec<(String, String)> {
    let ended = "SELECT via, ip FROM audit_events WHERE action = 'member.view-ended' ORDER BY position";
    sqlx::query_as(ended).fetch_all(pool).await.expect("events")
}

/// Views that ended by themselves.
fn by_themselves(views: usize) -> Vec<(String, String)> {
    vec![("System".to_owned(), String::new()); views]
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
    assert_eq!(ends(&pool).await, [("Screen".to_owned(), "127.0.0.1".to_owned())], "by a person, from where they are");
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

const RULES: &[u8] = b"# House rules\n\nThe caretaker keeps the spare key of the observatory in the blue cabinet.\n";

/// A document that is read, in a dataset of somebody's.
async fn document(app: &TestApp, client: &TestClient, name: &str) -> (DatasetId, DocumentId) {
    let dataset = create(client, name, "Private").await;
    let outcomes: Vec<UploadOutcome> = upload(client, dataset, &[("rules.md", RULES)]).await.json();
    app.run_jobs().await;
    (dataset, outcomes[0].document_id.expect("it is taken"))
}

/// What was opened in a view: the act, by whom, by which way, what, and as whom.
type Opened = (String, UserId, String, String, String);

async fn opened(pool: &PgPool) -> Vec<Opened> {
    let opened = "SELECT action, actor_id, via, target_id::text, details ->> 'viewed_as' FROM audit_events
                  WHERE details ->> 'viewed_as' IS NOT NULL ORDER BY position";
    sqlx::query_as(opened).fetch_all(pool).await.expect("events")
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn what_is_opened_is_what_the_member_sees_and_told_once_in_each_view(pool: PgPool) {
    let app = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::Collaborator).await;
    let (_, of_ada) = document(&app, &ada, "Of Ada").await;
    let (dataset, of_grace) = document(&app, &grace, "Of Grace").await;
    let question = json!({ "conversation_id": null, "prompt_id": null, "model_id": null, "text": "Where is the key?" });
    let asked: Asked = grace.server_fn("chat/ask", json!({ "question": question })).await.json();
    grace.get_json(&format!("/api/generations/{}/events", asked.answer.generation_id.expect("it runs"))).await.ok();
    let (owner, member, chat) = (viewer(&ada).await.user_id, viewer(&grace).await.user_id, asked.conversation_id);
    let diary = PromptDraft { name: "Diary".to_owned(), instructions: "Dear diary".to_owned(), ..PromptDraft::default() };
    let diary = grace.server_fn("prompts/create", json!({ "draft": diary })).await.json::<PromptDetail>().id;
    ada.server_fn("prompts/get", json!({ "id": diary })).await.expect(404);
    let file = |document: DocumentId| format!("/api/documents/{document}/file");
    ada.get_json(&file(of_grace)).await.expect(404);

    for views in 1..=2 {
        ada.server_fn("team/view-as", json!({ "user_id": member })).await.ok();
        for _reload in 0..2 {
            let seen: ConversationDetail = ada.server_fn("chat/open", json!({ "id": chat })).await.json();
            assert_eq!(seen.messages.len(), 2);
            assert!(ada.get(&format!("/chat/{chat}")).await.expect(200).text.contains("Where is the key?"));
            let page: SourcePage =
                ada.server_fn("chat/source", json!({ "document_id": of_grace, "page": 1, "chunk_id": null })).await.json();
            assert!(page.page.text.contains("blue cabinet"));
            assert_eq!(ada.get_json(&file(of_grace)).await.expect(200).text.as_bytes(), RULES);
            let found: SearchResult = ada.server_fn("datasets/search", json!({ "id": dataset, "question": "spare key" })).await.json();
            assert!(found.chunks[0].text.contains("blue cabinet"));
            let read: PromptDetail = ada.server_fn("prompts/get", json!({ "id": diary })).await.json();
            assert_eq!(read.draft.instructions, "Dear diary");
            ada.get_json(&file(of_ada)).await.expect(404);
            ada.server_fn("chat/source", json!({ "document_id": of_ada, "page": 1, "chunk_id": null })).await.expect(404);
        }
        ada.server_fn("team/stop-viewing", json!({})).await.ok();
        let told = |action: &str, id: String| (action.to_owned(), owner, "Screen".to_owned(), id, member.to_string());
        let of_a_view = [
            told("chat.opened-in-view", chat.to_string()),
            told("document.opened-in-view", of_grace.to_string()),
            told("document.downloaded", of_grace.to_string()),
            told("prompt.opened-in-view", diary.to_string()),
        ];
        assert_eq!(opened(&pool).await, vec![of_a_view; views].concat());
    }
    let query = json!({ "scope": "team", "query": { "action": "document.opened-in-view" }, "before": null });
    let page: AuditPage = ada.server_fn("audit/list", query).await.json();
    let entry = &page.entries[0];
    assert_eq!(entry.sentence, "ada Tester opened “rules.md” while viewing the team as a member");
    assert_eq!(entry.origin, "Screen · 127.0.0.1");
    assert!(entry.facts.iter().any(|fact| fact.label == "Seen as" && fact.value == "grace Tester"), "{:?}", entry.facts);
    // The member's own opening is nobody's business.
    let count = async || sqlx::query_scalar::<_, i64>("SELECT count(*) FROM audit_events").fetch_one(&pool).await.expect("a count");
    let before = count().await;
    grace.server_fn("chat/open", json!({ "id": chat })).await.ok();
    grace.server_fn("datasets/search", json!({ "id": dataset, "question": "spare key" })).await.ok();
    assert_eq!(count().await, before);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_search_in_a_view_tells_of_the_documents_it_shows(pool: PgPool) {
    let app = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::Collaborator).await;
    let (dataset, document) = document(&app, &grace, "Of Grace").await;
    ada.server_fn("team/view-as", json!({ "user_id": viewer(&grace).await.user_id })).await.ok();
    let search = json!({ "id": dataset, "question": "spare key" });
    sqlx::query("REVOKE INSERT ON audit_events FROM lyceum_app").execute(&pool).await.expect("nothing can be told");
    ada.server_fn("datasets/search", search.clone()).await.expect(500);
    sqlx::query("GRANT INSERT ON audit_events TO lyceum_app").execute(&pool).await.expect("it can again");
    let found: SearchResult = ada.server_fn("datasets/search", search).await.json();
    assert!(!found.chunks.is_empty());
    let told: Vec<(String, String)> = opened(&pool).await.into_iter().map(|(action, _, _, id, _)| (action, id)).collect();
    assert_eq!(told, [("document.opened-in-view".to_owned(), document.to_string())]);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn what_is_followed_as_the_member_stops_when_the_view_does(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::Collaborator).await;
    let provider = FakeProvider::start().await;
    provider.push(Script::Stream(vec![Step::Text("Well".to_owned()), Step::Wait]));
    let path = ask(&grace, &add_model(&ada, &provider).await).await;
    let (owner, member) = (viewer(&ada).await.user_id, viewer(&grace).await.user_id);
    let chat: String = sqlx::query_scalar("SELECT conversation_id::text FROM generations").fetch_one(&pool).await.expect("one answer");
    let told = ("chat.opened-in-view".to_owned(), owner, "Screen".to_owned(), chat, member.to_string());
    let mut hers = follow(&grace, &path, None).await;
    read_until(&mut hers, "Well").await;
    // However it ends: the owner stops, or signs out, or is no owner any more.
    for (views, end) in (1..).zip(["team/stop-viewing", "identity/sign-out", "demotion"]) {
        let browser = app.sign_in("ada@example.org").await;
        browser.server_fn("team/view-as", json!({ "user_id": member })).await.ok();
        let mut looked_at = follow(&browser, &path, None).await;
        // Each view tells of the chat, which none of them opened before, before anything of the answer comes.
        assert_eq!(opened(&pool).await, vec![told.clone(); views]);
        read_until(&mut looked_at, "Well").await;
        if end == "demotion" {
            let demote = sqlx::query("UPDATE memberships SET roles = '{TeamManager}' WHERE user_id = $1").bind(owner);
            demote.execute(&pool).await.expect("another role");
        } else {
            browser.server_fn(end, json!({})).await.ok();
        }
        expect_end(&mut looked_at).await;
    }
    let more = tokio::time::timeout(Duration::from_millis(100), hers.chunk()).await;
    assert!(!matches!(more, Ok(Ok(None))), "the member's own goes on");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_file_on_its_way_breaks_off_when_the_view_ends(pool: PgPool) {
    let store = Arc::new(ThrottledStore::new(InMemory::new(), ThrottleConfig::default()));
    let its_store = store.clone();
    let app = TestApp::start_with(&pool, |parts| parts.objects = its_store).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::Collaborator).await;
    let dataset = create(&grace, "Of Grace", "Private").await;
    let outcomes: Vec<UploadOutcome> = upload(&grace, dataset, &[("rules.md", RULES)]).await.json();
    let path = format!("/api/documents/{}/file", outcomes[0].document_id.expect("it is taken"));
    ada.server_fn("team/view-as", json!({ "user_id": viewer(&grace).await.user_id })).await.ok();
    // From now on a byte takes longer than any of this.
    store.config_mut(|config| config.wait_get_per_byte = PROMISE * 12);
    let file = fetch(&ada, &path).await;
    ada.server_fn("team/stop-viewing", json!({})).await.ok();
    expect_cut(file).await;
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
    assert_eq!(ends(&pool).await, by_themselves(1));

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
    assert_eq!(ends(&pool).await, by_themselves(2));
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
