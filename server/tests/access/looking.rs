//! What an owner may do who sees their team as somebody else: look. Everything there is is asked for in a view, with arguments by which the
//! person who is seen would succeed; what passes all the same is written down here with its reason, and not taken from the server.

use super::deeds::{Stage, deeds};
use super::screens::SCREENS;
use super::{OWNER, Row, World, rows};
use crate::support::{Answer, Snapshot, TestClient};
use axum::http::Method;
use axum::http::header::LOCATION;
use domain::Role;
use serde_json::json;
use server::looking::passes;
use sqlx::PgPool;
use std::collections::BTreeSet;

/// Routes that pass in a view.
struct Passing {
    /// Why.
    why: &'static str,
    /// The tables in which they may change something.
    changes: &'static [&'static str],
    routes: &'static [&'static str],
}

const PASSING: [Passing; 6] = [
    Passing {
        why: "the frame of every page: whose it is, and what of the guide that person sees",
        changes: &[],
        routes: &[
            "POST /api/identity/sign-up-terms",
            "POST /api/identity/viewer",
            "POST /api/onboarding/guide",
            "POST /api/onboarding/whom-to-ask",
        ],
    },
    Passing {
        why: "lists: what there is, and not what is in it",
        changes: &[],
        routes: &[
            "POST /api/chat/list",
            "POST /api/chat/search",
            "POST /api/datasets/documents",
            "POST /api/datasets/list",
            "POST /api/datasets/open",
            "POST /api/models/list",
            "POST /api/prompts/choices",
            "POST /api/prompts/list",
        ],
    },
    Passing {
        why: "the team, its trail, and who may do what in it, as far as that person sees them",
        changes: &[],
        routes: &[
            "POST /api/api-keys/list-team",
            "POST /api/audit/choices",
            "POST /api/audit/list",
            "POST /api/audit/verify",
            "POST /api/sharing/explain",
            "POST /api/sharing/list",
            "POST /api/team/belongings",
            "POST /api/team/groups",
            "POST /api/team/invitations",
            "POST /api/team/members",
            "POST /api/team/settings",
        ],
    },
    Passing {
        why: "chats with their answers, documents and prompts, which are opened to be read, and that is told",
        changes: OPENING,
        routes: &[
            "GET /api/documents/{id}/file",
            "GET /api/generations/{id}/events",
            "POST /api/chat/open",
            "POST /api/chat/opening",
            "POST /api/chat/source",
            "POST /api/datasets/search",
            "POST /api/prompts/get",
        ],
    },
    Passing { why: "the end of the view, which is told", changes: ENDING, routes: &["POST /api/team/stop-viewing"] },
    Passing {
        why: "the end of the session, with which the view ends, and both are told",
        changes: ENDING,
        routes: &["POST /api/identity/sign-out", "POST /sign-out"],
    },
];

/// What is opened in a view is told.
const OPENING: &[&str] = &["audit_events"];

/// What ends a view changes the session, and is told.
const ENDING: &[&str] = &["audit_events", "sessions"];

/// What is not told of what is told otherwise: by its route and its case, and why.
const NOTHING_OPENED: [(&str, &str, &str); 4] = [
    ("POST /api/chat/opening", "a new one", "a chat in which nothing was said"),
    ("POST /api/datasets/search", "of the team", "nothing is found in an empty dataset"),
    ("POST /api/datasets/search", "private", "nothing is found in an empty dataset"),
    ("POST /api/prompts/get", "of the team", "the looker sees it with their own eyes"),
];

/// Screens about the person themselves, whom nobody else is, or about more than the team: they lead to the chat.
const NOT_SHOWN: [&str; 10] = [
    "/account",
    "/account/two-step-required",
    "/admin/audit",
    "/admin/licences",
    "/admin/mails",
    "/admin/models",
    "/admin/people",
    "/admin/roles",
    "/admin/sign-in",
    "/teams/{slug}",
];

/// What opening a screen may change: a chat or prompt on it is told, and links that lead nowhere are counted.
const BY_SCREENS: [&str; 2] = ["audit_events", "throttles"];

/// Another owner of the owner's team.
const LOOKER: &str = "looker@example.org";

fn find(route: &str) -> Option<&'static Passing> {
    PASSING.iter().find(|passing| passing.routes.contains(&route))
}

#[test]
fn what_passes_in_a_view_is_written_down_here() {
    let is_let_through = |route: &&str| {
        let (method, path) = route.split_once(' ').expect("a method and a path");
        passes(&method.parse().expect("a method"), path)
    };
    // Every route has a row.
    let let_through: BTreeSet<&str> = rows().into_iter().map(|row| row.route).filter(is_let_through).collect();
    let known: BTreeSet<&str> = PASSING.iter().flat_map(|passing| passing.routes).copied().collect();
    assert_eq!(let_through, known);
    let refused: BTreeSet<&str> = SCREENS.iter().map(|screen| screen.path).filter(|path| !passes(&Method::GET, path)).collect();
    assert_eq!(refused, BTreeSet::from(NOT_SHOWN));
}

impl World {
    /// Another owner, who sees the team as its owner does from now on.
    async fn begin_view(&self) -> TestClient {
        self.forget_attempts().await;
        let looker = self.app.sign_in(LOOKER).await;
        looker.server_fn("identity/switch-team", json!({ "id": self.owner.team_id })).await.ok();
        looker.server_fn("team/view-as", json!({ "user_id": self.owner.user_id })).await.ok();
        looker
    }

    /// Makes the call of a row in a view.
    async fn look(&self, row: &Row, looker: &TestClient) -> Looked {
        self.stand_as_before().await;
        self.wait_for_answers().await;
        let call = (row.call)(self).await;
        self.changes_by(call.send(row.route, looker)).await
    }

    async fn changes_by(&self, asking: impl Future<Output = Answer>) -> Looked {
        self.wait_for_answers().await;
        let latest = sqlx::query_scalar("SELECT coalesce(max(position), 0) FROM audit_events");
        let latest: i64 = latest.fetch_one(&self.app.pool).await.expect("a number");
        let before = Snapshot::take_with_all_seen(&self.app.pool).await;
        let answer = asking.await;
        self.wait_for_answers().await;
        let changed = before.changed(&self.app.pool).await;
        let misattributed = self.misattributed_since(latest).await;
        Looked { answer, changed, misattributed }
    }

    /// Events after one that are not the looker's doing, or do not say as whom they saw the team; what ends the view need not.
    async fn misattributed_since(&self, latest: i64) -> Vec<String> {
        let others = "SELECT action FROM audit_events
                      WHERE position > $1
                        AND (actor_id IS DISTINCT FROM (SELECT id FROM users WHERE email = $2)
                             OR (action NOT IN ('member.view-ended', 'account.session-ended') AND details ->> 'viewed_as' IS DISTINCT FROM $3::uuid::text))";
        let others = sqlx::query_scalar(others).bind(latest).bind(LOOKER).bind(self.owner.user_id);
        others.fetch_all(&self.app.pool).await.expect("the trail")
    }
}

/// What came of a call in a view: the answer, the tables in which something is different afterwards, and what is told there as the doing of
/// somebody else than the looker.
struct Looked {
    answer: Answer,
    changed: Vec<String>,
    misattributed: Vec<String>,
}

/// What is wrong with an answer to something that does not pass: screens lead to the chat, everything else says what to do first, and
/// nothing changes.
fn judge_refused(route: &str, answer: &Answer, changed: &[String]) -> Option<String> {
    let is_refused = if route.starts_with("GET /") && !route.starts_with("GET /api/") {
        answer.status == 303 && answer.header(LOCATION) == Some("/chat")
    } else {
        answer.status == 409 && answer.text.contains("only look")
    };
    let is_right = is_refused && changed.is_empty();
    (!is_right).then(|| format!("{} instead of a refusal, {changed:?} changed: {:.200}", answer.status.as_u16(), answer.text))
}

/// What is wrong with what came of something that passes: it is what the person who is seen is answered, what is opened is told, and
/// whatever is told is the looker's doing.
fn judge_passed(passing: &Passing, row: &Row, looked: &Looked) -> Option<String> {
    let Looked { answer, changed, misattributed } = looked;
    let (status, expected) = (answer.status.as_u16(), row.statuses[OWNER]);
    let is_answered = if expected == 200 { answer.status.is_success() } else { status == expected };
    let is_allowed = changed.iter().all(|table| passing.changes.contains(&table.as_str()));
    let is_exception = NOTHING_OPENED.iter().any(|(route, case, _)| (*route, *case) == (row.route, row.case));
    let opens = passing.changes == OPENING && answer.status.is_success() && !is_exception;
    // Rows are about new things: no view has told of them yet.
    let is_told = passing.changes != OPENING || opens == changed.iter().any(|table| table == "audit_events");
    let is_right = is_answered && is_allowed && is_told && misattributed.is_empty();
    (!is_right).then(|| {
        let why = passing.why;
        format!("{status} instead of {expected}, {changed:?} changed, {misattributed:?} told of others ({why}): {:.200}", answer.text)
    })
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn whoever_looks_can_change_nothing(pool: PgPool) {
    let world = World::start(&pool).await;
    world.forget_attempts().await;
    world.app.sign_up_into(&world.clients[OWNER], LOOKER, Role::Owner).await;
    let mut looker = world.begin_view().await;
    let mut wrong = Vec::new();
    for row in rows() {
        let looked = world.look(&row, &looker).await;
        let found = match find(row.route) {
            Some(passing) => judge_passed(passing, &row, &looked),
            None => judge_refused(row.route, &looked.answer, &looked.changed),
        };
        wrong.extend(found.map(|what| format!("{} ({}): {what}", row.route, row.case)));
        if find(row.route).is_some_and(|passing| passing.changes == ENDING) {
            looker = world.begin_view().await;
        }
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn what_takes_steps_before_is_refused_in_a_view(pool: PgPool) {
    let stage = Stage::start(&pool).await;
    let mut wrong = Vec::new();
    for deed in deeds() {
        let (answer, changed) = stage.act_in_view(&deed).await;
        wrong.extend(judge_refused(deed.route, &answer, &changed).map(|what| format!("{} ({}): {what}", deed.route, deed.case)));
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn screens_show_the_team_as_that_person_sees_it_and_nothing_of_their_account(pool: PgPool) {
    let world = World::start(&pool).await;
    world.forget_attempts().await;
    world.app.sign_up_into(&world.clients[OWNER], LOOKER, Role::Owner).await;
    let looker = world.begin_view().await;
    let mut wrong = Vec::new();
    for screen in SCREENS {
        let shown = world.shown(screen.about).await;
        let address = screen.address(&shown);
        let Looked { answer, changed, misattributed } = world.changes_by(looker.get(&address)).await;
        let status = answer.status.as_u16();
        let is_right = if NOT_SHOWN.contains(&screen.path) {
            status == 303 && answer.header(LOCATION) == Some("/chat") && changed.is_empty()
        } else {
            status == screen.statuses[OWNER] && changed.iter().all(|table| BY_SCREENS.contains(&table.as_str()))
        };
        if !is_right || !misattributed.is_empty() {
            wrong.push(format!("{} ({:?}): {status}, {changed:?} changed, {misattributed:?} told of others", screen.path, screen.about));
        }
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}
