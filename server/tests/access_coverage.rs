//! Who may call what, for everything the server answers to. A route without a row in `access/` fails, and so does an answer
//! that is not the one the row promises, and a change that leaves no line in the audit trail. What one may not see is 404 in the
//! same bytes as what does not exist. What succeeds only after steps before is done by `access/deeds/`.

mod access;
mod support;

use access::deeds::{Stage, deeds, is_read_only};
use access::screens::{SCREENS, Screen};
use access::{Key, OUTSIDE, PEOPLE, Trail, World, addresses_not_learned, rows};
use axum::http::Method;
use leptos_axum::{AxumRouteListing, generate_route_list};
use server::keys::REACHABLE;
use server::router::plain_routes;
use sqlx::PgPool;
use std::collections::BTreeSet;
use support::{Answer, READING};

/// Every server function and plain route.
fn served() -> BTreeSet<String> {
    let functions = server_fn::axum::server_fn_paths().map(|(path, method)| format!("{method} {path}"));
    let plain = plain_routes().map(|route| format!("{} {}", route.method, route.path));
    functions.chain(plain).collect()
}

#[test]
fn every_route_has_a_row() {
    let served = served();
    let covered: BTreeSet<String> = rows().iter().map(|row| row.route.to_owned()).collect();
    let missing: Vec<&String> = served.difference(&covered).collect();
    let stale: Vec<&String> = covered.difference(&served).collect();
    assert!(missing.is_empty() && stale.is_empty(), "without a row: {missing:?}; rows of nothing: {stale:?}");
}

/// Forms whose rows are successes although they are redirects; those of the others lead back.
const LEADING_ON: [&str; 3] = ["POST /sign-in", "POST /sign-up", "POST /sign-out"];

#[test]
fn every_route_is_shown_to_succeed_for_somebody() {
    let by_row = rows().into_iter().filter(|row| row.statuses.contains(&200) || LEADING_ON.contains(&row.route)).map(|row| row.route);
    let shown: BTreeSet<&str> = by_row.chain(deeds().into_iter().map(|deed| deed.route)).collect();
    let served = served();
    let missing: Vec<&String> = served.iter().filter(|route| !shown.contains(route.as_str())).collect();
    let stale: Vec<&str> = shown.into_iter().filter(|route| !served.contains(*route)).collect();
    assert!(missing.is_empty() && stale.is_empty(), "without a row that succeeds and a deed: {missing:?}; deeds of nothing: {stale:?}");
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
        // Whoever is suspended in the team is outside of it, with a team of their own like everybody.
        let answer = world.ask_left_out(&row).await;
        wrong.extend(judge(&answer, row.statuses[OUTSIDE]).map(|what| format!("{} ({}) as left-out: {what}", row.route, row.case)));
        for (key, name) in Key::EVERY {
            let answer = world.ask_with_key(&row, key).await;
            let what = judge(&answer, row.status_with(key));
            wrong.extend(what.map(|what| format!("{} ({}) with {name} key: {what}", row.route, row.case)));
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
        for what in Screen::judge(&answer, screen.statuses[OUTSIDE], &shown.words) {
            note("left-out", what);
        }
        for (key, name) in Key::EVERY {
            let answer = world.open_with_key(&address, key).await;
            let expected = if matches!(key, Key::Suspended) { 401 } else { 404 };
            if let Some(what) = judge(&answer, expected) {
                note(&format!("a program with {name} key"), what);
            }
        }
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

/// Whether an entry of one of the lists below means a call: it names its route, or one case of it in brackets.
fn means(entry: &str, route: &str, case: &str) -> bool {
    entry == route || entry == format!("{route} ({case})")
}

/// What goes on when the licence is over, and why. Everything else is refused: also what is added one day and not listed here.
const GOES_ON: &[(&str, &[&str])] = &[
    (
        "coming and going",
        &[
            "GET /auth/oidc/{provider}",
            "GET /auth/oidc/{provider}/callback (linking)",
            "GET /auth/oidc/{provider}/callback (somebody known)",
            "POST /api/api-keys/revoke",
            "POST /api/identity-providers/start-link",
            "POST /api/identity-providers/unlink",
            "POST /api/identity/change-email",
            "POST /api/identity/change-password",
            "POST /api/identity/confirm",
            "POST /api/identity/confirm-mailed-two-step",
            "POST /api/identity/confirm-two-step",
            "POST /api/identity/end-session",
            "POST /api/identity/mail-two-step-code",
            "POST /api/identity/renew-recovery-codes",
            "POST /api/identity/sign-out",
            "POST /api/identity/sign-out-everywhere",
            "POST /api/identity/start-mailed-two-step",
            "POST /api/identity/start-two-step",
            "POST /api/identity/switch-team",
            "POST /api/identity/turn-off-two-step",
            "POST /api/passkeys/add",
            "POST /api/passkeys/confirm",
            "POST /api/passkeys/remove",
            "POST /api/passkeys/start",
            "POST /api/passkeys/start-confirmation",
            "POST /api/passkeys/start-sign-in",
            "POST /api/team/stop-viewing",
            "POST /api/team/view-as",
            "POST /confirm-email",
            "POST /forgot-password",
            "POST /reset-password",
            "POST /sign-in",
            "POST /sign-in/code",
            "POST /sign-in/code/again",
            "POST /sign-in/email-code",
            "POST /sign-in/email-code/enter",
            "POST /sign-in/link",
            "POST /sign-in/passkey",
            "POST /sign-out",
        ],
    ),
    (
        "one's own data and account",
        &[
            "POST /api/my-data/delete-account",
            "POST /api/my-data/exports",
            "POST /api/my-data/find-export",
            "POST /api/my-data/request-export",
            "POST /api/my-data/deletion-terms",
            "POST /api/my-data/keep-account",
            "GET /api/exports/{id}/file",
            "POST /api/team/leave",
        ],
    ),
    (
        "the end of the account of somebody who cannot ask for it themselves",
        &["POST /api/people/delete", "POST /api/people/deletion-terms", "POST /api/people/keep"],
    ),
    ("replacing the licence", &["POST /api/licences/install", "POST /api/licences/overview", "POST /api/licences/seats"]),
    (
        "keeping somebody out",
        &["POST /api/people/suspend", "POST /api/people/take-administration", "POST /api/team/revoke-invitation", "POST /api/team/suspend"],
    ),
    ("ending an answer that was begun", &["POST /api/chat/stop"]),
    ("sending what was accepted", &["POST /api/mails/send-again"]),
    ("keeping what time would take", &["POST /api/team/restore"]),
    (
        "asking others, which changes nothing here",
        &[
            "GET /auth/oidc/{provider}/callback (a trial)",
            "POST /api/identity-providers/start-trial",
            "POST /api/identity-providers/test",
            "POST /api/mails/send-test",
            "POST /api/models/test",
            "POST /api/models/test-draft",
        ],
    ),
    ("reading", READING),
    ("reading a file", &["GET /api/audit/{scope}/{format}", "GET /api/documents/{id}/file"]),
];

fn goes_on(route: &str, case: &str) -> bool {
    GOES_ON.iter().any(|(_, entries)| entries.iter().any(|entry| means(entry, route, case)))
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn once_the_licence_is_over_everything_is_refused_but_what_goes_on(pool: PgPool) {
    let mut world = World::start(&pool).await;
    let text = services::licences::testing::licence("L-1", 50);
    world.app.services.licences().install(&world.administrator, &text).await.expect("it is installed");
    let mut wrong = Vec::new();
    for row in rows() {
        let goes_on = goes_on(row.route, row.case);
        let Some(answer) = world.ask_when_over(&row).await else { continue };
        let is_refused = answer.status.as_u16() == 403 && answer.text == "\"ReadOnly\"";
        if is_refused == goes_on || (goes_on && !answer.status.is_success() && !answer.status.is_redirection()) {
            wrong.push(format!("{} ({}): {} {:.200}", row.route, row.case, answer.status.as_u16(), answer.text));
        }
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn what_takes_steps_before_is_refused_once_the_licence_is_over_or_goes_on(pool: PgPool) {
    let stage = Stage::start(&pool).await;
    stage.install_licence().await;
    let mut wrong = Vec::new();
    for deed in deeds() {
        let answer = stage.act_when_over(&deed).await;
        let is_right = if goes_on(deed.route, deed.case) { deed.is_done(&answer) } else { is_read_only(&answer) };
        if !is_right {
            wrong.push(deed.describe(&answer));
        }
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

/// What changes something without an event of its own, and why that is right. Everything else that changes something is told: also what is
/// added one day and not listed here.
const UNTOLD: &[(&str, &str)] = &[
    ("GET /auth/oidc/{provider}", "whoever goes to a provider has not come back yet"),
    ("GET /auth/oidc/{provider}/callback (somebody known)", "sign-ins have a record of their own"),
    ("POST /api/chat/rename", "the title of a chat is its person's alone, and no event holds one"),
    ("POST /api/chat/stop", "the event of the answer says that it was stopped"),
    ("POST /api/identity-providers/start-link", "whoever goes to a provider has not come back yet; what they link then is told"),
    ("POST /api/identity-providers/start-trial", "whoever goes to a provider has not come back yet; what came of it then is told"),
    ("POST /api/identity/change-email", "the address is another one when the link is used that was mailed there, which is told"),
    ("POST /api/identity/confirm", "proving again who one is changes nothing for anybody; what is done after it is told"),
    ("POST /api/identity/mail-two-step-code", "a code that is mailed does nothing before it is typed"),
    ("POST /api/identity/start-mailed-two-step", "a code that is mailed does nothing before it is typed"),
    ("POST /api/identity/start-two-step", "no code is asked for before the first one of the app was typed, which is told"),
    ("POST /api/identity/switch-team", "which of their teams somebody looks at next; what they do there is told"),
    ("POST /api/mails/send-again", "the act that the mail tells of is told, and sending it once more changes nothing for anybody"),
    ("POST /api/onboarding/dismiss", "how far somebody is with the guide is an act on nobody's data"),
    ("POST /api/onboarding/keep-model", "how far somebody is with the guide is an act on nobody's data"),
    ("POST /api/passkeys/confirm", "proving again who one is changes nothing for anybody; what is done after it is told"),
    ("POST /api/passkeys/start", "the device has not answered yet; the passkey that it makes is told"),
    ("POST /api/passkeys/start-confirmation", "the device has not answered yet"),
    ("POST /api/passkeys/start-sign-in", "the device has not answered yet"),
    ("POST /forgot-password", "the password is another one when the link is used that was mailed, which is told"),
    ("POST /sign-in", "sign-ins have a record of their own"),
    ("POST /sign-in/code", "sign-ins have a record of their own"),
    ("POST /sign-in/code/again", "a code that is mailed does nothing before it is typed"),
    ("POST /sign-in/email-code", "a code that is mailed does nothing before it is typed"),
    ("POST /sign-in/email-code/enter", "sign-ins have a record of their own"),
    ("POST /sign-in/passkey", "sign-ins have a record of their own"),
];

/// In one of these tries are counted, the other is the record of sign-ins.
const TRIES: [&str; 2] = ["sign_ins", "throttles"];

/// What is wrong with the tables that a call changed: the change is not told, or it is although it is listed as one that is not.
fn judge_traces(route: &str, case: &str, changed: &[String]) -> Option<String> {
    let is_change = changed.iter().any(|table| !TRIES.contains(&table.as_str()));
    let is_told = changed.iter().any(|table| table == "audit_events");
    let needs_none = UNTOLD.iter().any(|(entry, _)| means(entry, route, case));
    let what = if is_told { "an event" } else { "no event" };
    (is_change && is_told == needs_none).then(|| format!("{route} ({case}): {what} although it changes {changed:?}"))
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn whatever_changes_something_leaves_an_event(pool: PgPool) {
    let mut world = World::start(&pool).await;
    let mut wrong = Vec::new();
    for row in rows() {
        let Some((answer, changed)) = world.leave_traces(&row, Trail::Open).await else { continue };
        if !answer.status.is_success() && !answer.status.is_redirection() {
            wrong.push(format!("{} ({}): {} {:.200}", row.route, row.case, answer.status.as_u16(), answer.text));
        }
        wrong.extend(judge_traces(row.route, row.case, &changed));
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(addresses_not_learned(&world.app.pool).await, NO_ACTIONS);
}

const NO_ACTIONS: [String; 0] = [];

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn what_takes_steps_before_succeeds_and_leaves_an_event(pool: PgPool) {
    let stage = Stage::start(&pool).await;
    let mut wrong = Vec::new();
    for deed in deeds() {
        let (answer, changed) = stage.leave_traces(&deed, Trail::Open).await;
        if !deed.is_done(&answer) {
            wrong.push(deed.describe(&answer));
        }
        wrong.extend(judge_traces(deed.route, deed.case, &changed));
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(addresses_not_learned(&stage.app.pool).await, NO_ACTIONS);
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
        "/api/mails/{kind}/preview",
        "/auth/oidc/{provider}",
        "/auth/oidc/{provider}/callback",
    ];
    assert_eq!(reading, known, "a new reading route: does it only read?");
}
