//! Who may call what, for everything the server answers to. A route without a row in `access/` fails, and so does an answer
//! that is not the one the row promises, and a change that leaves no line in the audit trail. What one may not see is 404 in the
//! same bytes as what does not exist.

mod access;
mod support;

use access::screens::{SCREENS, Screen};
use access::{Key, PEOPLE, World, rows};
use axum::http::Method;
use leptos_axum::{AxumRouteListing, generate_route_list};
use server::keys::REACHABLE;
use server::router::plain_routes;
use sqlx::PgPool;
use std::collections::BTreeSet;
use support::Answer;

#[test]
fn every_route_has_a_row() {
    let functions = server_fn::axum::server_fn_paths().map(|(path, method)| format!("{method} {path}"));
    let plain = plain_routes().map(|route| format!("{} {}", route.method, route.path));
    let served: BTreeSet<String> = functions.chain(plain).collect();
    let covered: BTreeSet<String> = rows().iter().map(|row| row.route.to_owned()).collect();
    let missing: Vec<&String> = served.difference(&covered).collect();
    let stale: Vec<&String> = covered.difference(&served).collect();
    assert!(missing.is_empty() && stale.is_empty(), "without a row: {missing:?}; rows of nothing: {stale:?}");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn everybody_is_answered_as_the_rows_say(pool: PgPool) {
    let mut world = World::start(&pool).await;
    let mut wrong = Vec::new();
    for row in rows() {
        for (person, name) in PEOPLE.iter().enumerate() {
            let answer = world.ask(&row, person).await;
            wrong.extend(judge(&answer, row.statuses[person]).map(|what| format!("{} ({}) as {name}: {what}", row.route, row.case)));
        }
        for (key, name, expected) in [
            (Key::All, "the owner's", row.by_key),
            (Key::Reader, "the viewer's", row.by_reader),
            (Key::Suspended, "somebody suspended's", 401),
        ] {
            let answer = world.ask_with_key(&row, key).await;
            wrong.extend(judge(&answer, expected).map(|what| format!("{} ({}) with {name} key: {what}", row.route, row.case)));
        }
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

fn judge(answer: &Answer, expected: u16) -> Option<String> {
    if answer.status.as_u16() != expected {
        return Some(format!("{} instead of {expected}: {:.200}", answer.status.as_u16(), answer.text));
    }
    (expected == 404 && answer.text != "\"NotFound\"").then(|| format!("404 that says more: {:.200}", answer.text))
}

#[test]
fn a_row_says_of_every_route_whether_a_key_reaches_it() {
    for row in rows() {
        let is_reachable = REACHABLE.iter().any(|(method, path)| format!("{method} {path}") == row.route);
        assert_eq!(is_reachable, row.by_key != 404, "{} ({})", row.route, row.case);
        assert!(is_reachable || row.by_reader == 404, "{} ({})", row.route, row.case);
    }
    let served: BTreeSet<&str> = rows().iter().map(|row| row.route).collect();
    assert!(REACHABLE.iter().all(|(method, path)| served.contains(format!("{method} {path}").as_str())));
}

#[test]
fn every_screen_has_a_row() {
    let list = generate_route_list(app::App);
    let served: BTreeSet<&str> = list.iter().map(AxumRouteListing::path).collect();
    let covered: BTreeSet<&str> = SCREENS.iter().map(|screen| screen.path).collect();
    let missing: Vec<&&str> = served.difference(&covered).collect();
    let stale: Vec<&&str> = covered.difference(&served).collect();
    assert!(missing.is_empty() && stale.is_empty(), "without a row: {missing:?}; rows of nothing: {stale:?}");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn every_screen_answers_everybody_as_its_row_says_and_shows_the_others_nothing(pool: PgPool) {
    let world = World::start(&pool).await;
    let mut wrong = Vec::new();
    for screen in SCREENS {
        let shown = world.shown(screen.about).await;
        let address = screen.address(&shown);
        let mut note = |name: &str, what: String| wrong.push(format!("{} ({:?}) as {name}: {what}", screen.path, screen.about));
        for (person, name) in PEOPLE.into_iter().enumerate() {
            let answer = world.open(&address, person).await;
            for what in Screen::judge(&answer, screen.statuses[person], &shown.words) {
                note(name, what);
            }
        }
        // Whoever is suspended in the team is outside of it, with a team of their own like everybody.
        let answer = world.open_left_out(&address).await;
        for what in Screen::judge(&answer, screen.statuses[Screen::OUTSIDE], &shown.words) {
            note("left-out", what);
        }
        for (key, name, expected) in [(Key::All, "all", 404), (Key::Reader, "reader", 404), (Key::Suspended, "suspended", 401)] {
            let answer = world.open_with_key(&address, key).await;
            if let Some(what) = judge(&answer, expected) {
                note(&format!("a program with the key “{name}”"), what);
            }
        }
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

/// What goes on when the licence is over, and why. Everything else is refused: also what is added one day and not listed here.
const GOES_ON: &[(&str, &[&str])] = &[
    (
        "coming and going",
        &[
            "POST /api/api-keys/revoke",
            "POST /api/identity-providers/start-link",
            "POST /api/identity-providers/unlink",
            "POST /api/identity/change-email",
            "POST /api/identity/change-password",
            "POST /api/identity/confirm",
            "POST /api/identity/confirm-two-step",
            "POST /api/identity/end-session",
            "POST /api/identity/renew-recovery-codes",
            "POST /api/identity/sign-out",
            "POST /api/identity/sign-out-everywhere",
            "POST /api/identity/start-two-step",
            "POST /api/identity/switch-team",
            "POST /api/identity/turn-off-two-step",
            "POST /api/team/stop-viewing",
            "POST /api/team/view-as",
            "POST /sign-in",
            "POST /sign-out",
        ],
    ),
    (
        "one's own data and account",
        &[
            "POST /api/my-data/exports",
            "POST /api/my-data/find-export",
            "POST /api/my-data/request-export",
            "POST /api/my-data/deletion-terms",
            "POST /api/my-data/keep-account",
            "GET /api/exports/{id}/file",
        ],
    ),
    ("replacing the licence", &["POST /api/licences/overview", "POST /api/licences/seats"]),
    (
        "keeping somebody out",
        &["POST /api/people/suspend", "POST /api/people/take-administration", "POST /api/team/revoke-invitation", "POST /api/team/suspend"],
    ),
    ("ending an answer that was begun", &["POST /api/chat/stop"]),
    (
        "asking others, which changes nothing here",
        &["POST /api/identity-providers/test", "POST /api/models/test", "POST /api/models/test-draft"],
    ),
    (
        "reading",
        &[
            "GET /api/audit/{scope}/{format}",
            "GET /api/documents/{id}/file",
            "GET /api/generations/{id}/events",
            "POST /api/api-keys/list",
            "POST /api/api-keys/list-team",
            "POST /api/audit/choices",
            "POST /api/audit/list",
            "POST /api/audit/verify",
            "POST /api/chat/list",
            "POST /api/chat/open",
            "POST /api/chat/opening",
            "POST /api/chat/search",
            "POST /api/chat/source",
            "POST /api/datasets/documents",
            "POST /api/datasets/list",
            "POST /api/datasets/open",
            "POST /api/datasets/search",
            "POST /api/identity-providers/overview",
            "POST /api/identity-providers/own-ways",
            "POST /api/identity-providers/pending-link",
            "POST /api/identity-providers/two-step-rule",
            "POST /api/identity-providers/ways",
            "POST /api/identity/answer-preferences",
            "POST /api/identity/confirmation-terms",
            "POST /api/identity/email-to-confirm",
            "POST /api/identity/profile",
            "POST /api/identity/reset-terms",
            "POST /api/identity/second-step",
            "POST /api/identity/sessions",
            "POST /api/identity/two-step",
            "POST /api/identity/sign-up-terms",
            "POST /api/identity/viewer",
            "POST /api/identity/waiting-sign-up",
            "POST /api/mails/overview",
            "POST /api/models/list",
            "POST /api/models/overview",
            "POST /api/onboarding/guide",
            "POST /api/onboarding/whom-to-ask",
            "POST /api/passkeys/list",
            "POST /api/people/list",
            "POST /api/prompts/choices",
            "POST /api/prompts/get",
            "POST /api/prompts/list",
            "POST /api/roles/matrix",
            "POST /api/sharing/explain",
            "POST /api/sharing/list",
            "POST /api/sign-ins/list",
            "POST /api/sign-ins/own",
            "POST /api/team/belongings",
            "POST /api/team/by-address",
            "POST /api/team/deleted",
            "POST /api/team/groups",
            "POST /api/team/invitations",
            "POST /api/team/members",
            "POST /api/team/preview-import",
            "POST /api/team/settings",
            "POST /api/team/teams",
        ],
    ),
];

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn once_the_licence_is_over_everything_is_refused_but_what_goes_on(pool: PgPool) {
    let mut world = World::start(&pool).await;
    let text = services::licences::testing::licence("L-1", 50);
    world.app.services.licences().install(&world.administrator, &text).await.expect("it is installed");
    let mut wrong = Vec::new();
    for row in rows() {
        let goes_on = GOES_ON.iter().any(|(_, routes)| routes.contains(&row.route));
        let Some(answer) = world.ask_when_over(&row).await else { continue };
        let is_refused = answer.status.as_u16() == 403 && answer.text == "\"ReadOnly\"";
        if is_refused == goes_on || (goes_on && !answer.status.is_success() && !answer.status.is_redirection()) {
            wrong.push(format!("{} ({}): {} {:.200}", row.route, row.case, answer.status.as_u16(), answer.text));
        }
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

/// What changes something without an event of its own, and why that is right. Everything else that changes something is told: also what is
/// added one day and not listed here.
const UNTOLD: &[(&str, &str)] = &[
    ("POST /api/chat/rename", "the title of a chat is its person's alone, and no event holds one"),
    ("POST /api/chat/stop", "the event of the answer says that it was stopped"),
    ("POST /api/identity/confirm", "proving again who one is changes nothing for anybody; what is done after it is told"),
    ("POST /api/identity/switch-team", "which of their teams somebody looks at next; what they do there is told"),
    ("POST /api/onboarding/dismiss", "how far somebody is with the guide is an act on nobody's data"),
    ("POST /api/onboarding/keep-model", "how far somebody is with the guide is an act on nobody's data"),
    ("POST /sign-in", "sign-ins have a record of their own"),
];

/// In one of these tries are counted, the other is the record of sign-ins.
const TRIES: [&str; 2] = ["sign_ins", "throttles"];

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn whatever_changes_something_leaves_an_event(pool: PgPool) {
    let mut world = World::start(&pool).await;
    let mut wrong = Vec::new();
    for row in rows() {
        let Some((answer, changed)) = world.leave_traces(&row).await else { continue };
        let mut note = |what: String| wrong.push(format!("{} ({}): {what}", row.route, row.case));
        if !answer.status.is_success() && !answer.status.is_redirection() {
            note(format!("{} {:.200}", answer.status.as_u16(), answer.text));
        }
        let is_change = changed.iter().any(|table| !TRIES.contains(&table.as_str()));
        let is_told = changed.iter().any(|table| table == "audit_events");
        let needs_none = UNTOLD.iter().any(|(route, _)| *route == row.route);
        if is_change && is_told == needs_none {
            note(format!("{} although it changes {changed:?}", if is_told { "an event" } else { "no event" }));
        }
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_plain_route_changes_anything_by_get() {
    let reading: Vec<&str> = plain_routes().filter(|route| route.method == Method::GET).map(|route| route.path).collect();
    // Files and exports leave a line in the audit trail, which is no change for anybody to force on somebody else.
    // There and back of signing in: it is bound to the browser that began it, which the tests of oidc prove.
    let known = [
        "/api/documents/{id}/file",
        "/api/generations/{id}/events",
        "/api/exports/{id}/file",
        "/api/audit/{scope}/{format}",
        "/auth/oidc/{provider}",
        "/auth/oidc/{provider}/callback",
    ];
    assert_eq!(reading, known, "a new reading route: does it only read?");
}
