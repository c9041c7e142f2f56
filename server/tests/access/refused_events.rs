//! Events that cannot be written: what is to be told is done together with its event, or not at all. For each call that changes something
//! the trail is closed once the steps before are taken; the call fails, and all else is as it was.

use super::deeds::{Stage, deeds};
use super::{World, rows, wait_for_answers};
use crate::support::{Answer, NOTHING, Snapshot, TestApp};
use crate::{GOES_ON, TRIES, judge_traces, means};
use domain::chat::Asked;
use domain::{Role, ViewerInfo};
use serde_json::{Value, json};
use sqlx::PgPool;
use std::time::Duration;

/// Longer than an answer of the built-in model takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// An answer is written after the call that asks for it, and told when it ends: a test of its own below.
const TOLD_LATER: [&str; 3] = ["POST /api/chat/ask", "POST /api/chat/continue", "POST /api/chat/retry"];

/// What changes although the call fails, and why: it is committed before the act, so that it holds whatever becomes of that.
const STAYS: [(&str, &str, &str); 5] = [
    ("GET /auth/oidc/{provider}/callback", "sign_in_flows", "the way back from a provider is gone once"),
    ("POST /api/api-keys/create", "sessions", "whoever typed the password proved who they are, for other acts too"),
    ("POST /api/identity/confirm-mailed-two-step", "email_codes", "a try at a code is counted"),
    ("POST /api/my-data/delete-account", "sessions", "whoever typed the password proved who they are, for other acts too"),
    ("POST /api/passkeys/add", "passkey_ceremonies", "the question to a device is answered once"),
];

/// Whether events can be written while a call is made.
#[derive(Clone, Copy)]
pub enum Trail {
    /// As ever.
    Open,
    /// None can, in a database that [`refuse_events`] prepared.
    Closed,
}

impl Trail {
    /// From now on.
    pub async fn begin(self, pool: &PgPool) {
        self.turn(pool, "ALTER TABLE audit_events ENABLE TRIGGER refuse_event").await;
    }

    /// As ever again.
    pub async fn end(self, pool: &PgPool) {
        self.turn(pool, "ALTER TABLE audit_events DISABLE TRIGGER refuse_event").await;
    }

    async fn turn(self, pool: &PgPool, statement: &'static str) {
        if matches!(self, Self::Closed) {
            sqlx::query(statement).execute(pool).await.expect("a trigger that is there");
        }
    }
}

/// Prepares a database for [`Trail::Closed`].
async fn refuse_events(pool: &PgPool) {
    for statement in [
        "CREATE FUNCTION refuse_event() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the trail is closed'; END $$",
        "CREATE TRIGGER refuse_event BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION refuse_event()",
    ] {
        sqlx::query(statement).execute(pool).await.expect("a trigger");
    }
    Trail::Closed.end(pool).await;
}

fn question() -> Value {
    json!({ "question": { "conversation_id": null, "prompt_id": null, "model_id": null, "text": "What is this?" } })
}

/// Functions that only read tell nothing, and are left out for the sake of time.
fn only_reads(route: &str) -> bool {
    route.starts_with("POST ") && GOES_ON.iter().any(|(what, entries)| *what == "reading" && entries.contains(&route))
}

/// What is wrong with the answer to a call that can tell nothing, and with the tables that it changed. Whatever is done all the same is
/// known to have no event.
fn judge((route, case): (&str, &str), is_done: bool, answer: &Answer, changed: &[String]) -> Option<String> {
    if is_done {
        return judge_traces(route, case, changed);
    }
    let stays = |table: &str| STAYS.iter().any(|(entry, kept, _)| means(entry, route, case) && *kept == table);
    let left: Vec<&String> = changed.iter().filter(|table| !TRIES.contains(&table.as_str()) && !stays(table.as_str())).collect();
    let is_right = answer.status == 500 && left.is_empty();
    (!is_right).then(|| format!("{route} ({case}): {} {:.200}; changed: {left:?}", answer.status.as_u16(), answer.text))
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn what_cannot_be_told_is_not_done(pool: PgPool) {
    let mut world = World::start(&pool).await;
    refuse_events(&pool).await;
    let (mut refused, mut wrong) = (0, Vec::new());
    for row in rows().into_iter().filter(|row| !only_reads(row.route) && !TOLD_LATER.contains(&row.route)) {
        let Some((answer, changed)) = world.leave_traces(&row, Trail::Closed).await else { continue };
        let is_done = answer.status.is_success() || answer.status.is_redirection();
        refused += usize::from(!is_done);
        wrong.extend(judge((row.route, row.case), is_done, &answer, &changed));
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
    assert!(refused > 60, "most rows that are left tell something, but {refused} were refused");
    world.app.anonymous().get("/sign-in").await.expect(200);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn what_takes_steps_before_and_cannot_be_told_is_not_done(pool: PgPool) {
    let stage = Stage::start(&pool).await;
    refuse_events(&pool).await;
    let (mut refused, mut wrong) = (0, Vec::new());
    for deed in deeds().into_iter().filter(|deed| !TOLD_LATER.contains(&deed.route)) {
        let (answer, changed) = stage.leave_traces(&deed, Trail::Closed).await;
        let is_done = deed.is_done(&answer);
        refused += usize::from(!is_done);
        wrong.extend(judge((deed.route, deed.case), is_done, &answer, &changed));
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
    assert!(refused > 15, "about half of the deeds tell something, but {refused} were refused");
    stage.app.anonymous().get("/sign-in").await.expect(200);
}

/// The end of a view is told by the database itself, at the end of the transaction.
#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn nothing_is_opened_in_a_view_and_no_view_ends_that_cannot_be_told(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::Viewer).await;
    let asked: Asked = grace.server_fn("chat/ask", question()).await.json();
    wait_for_answers(&pool).await;
    let grace: ViewerInfo = grace.server_fn("identity/viewer", json!({})).await.json();
    ada.server_fn("team/view-as", json!({ "user_id": grace.user_id })).await.ok();
    refuse_events(&pool).await;
    Trail::Closed.begin(&pool).await;
    let before = Snapshot::take(&pool).await;
    let opening = ("chat/open", json!({ "id": asked.conversation_id }));
    for (endpoint, arguments) in [opening, ("team/stop-viewing", json!({})), ("identity/sign-out", json!({}))] {
        ada.server_fn(endpoint, arguments).await.expect(500);
    }
    assert_eq!(before.changed(&pool).await, NOTHING);
    Trail::Closed.end(&pool).await;
    ada.server_fn("team/stop-viewing", json!({})).await.ok();
    let told = "SELECT count(*) FROM audit_events WHERE action = 'member.view-ended'";
    assert_eq!(sqlx::query_scalar::<_, i64>(told).fetch_one(&pool).await.expect("a count"), 1);
}

/// How many answers are being written, as far as their rows tell; and how many of them were told, counted, and kept as interrupted with
/// their text.
async fn answers(pool: &PgPool) -> (i64, [i64; 3]) {
    let count = async |query: &'static str| sqlx::query_scalar::<_, i64>(query).fetch_one(pool).await.expect("a count");
    let unfinished = count("SELECT count(*) FROM generations WHERE status IN ('Pending', 'InProgress')").await;
    let told = count("SELECT count(*) FROM audit_events WHERE action = 'chat.answered'").await;
    let counted = count("SELECT count(*) FROM token_usage").await;
    let kept = count("SELECT count(*) FROM messages WHERE status = 'Interrupted' AND content <> ''").await;
    (unfinished, [told, counted, kept])
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn an_answer_that_cannot_be_told_does_not_end_before_it_can(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    refuse_events(&pool).await;
    Trail::Closed.begin(&pool).await;
    let asked: Asked = ada.server_fn("chat/ask", question()).await.json();
    assert!(asked.answer.generation_id.is_some());
    // Nothing is being written any more once this server has left.
    app.services.chat().shutdown(PATIENCE).await;
    assert_eq!(answers(&pool).await, (1, [0; 3]));
    let lose = sqlx::query("UPDATE generations SET lease_expires_at = now() - interval '1 second'");
    lose.execute(&pool).await.expect("its lease is over");
    assert!(app.services.chat().sweep().await.is_err(), "its end cannot be told yet");
    assert_eq!(answers(&pool).await, (1, [0; 3]));
    Trail::Closed.end(&pool).await;
    assert_eq!(app.services.chat().sweep().await.expect("a sweep"), 1);
    assert_eq!(answers(&pool).await, (0, [1, 0, 1]));
}
