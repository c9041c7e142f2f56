//! What is done without proving again who one is, and why: everything that is served stands here or in the list of what asks
//! (`confirmation`), so that nothing new is forgotten.

use crate::confirmation::GUARDED;
use crate::support::READING;
use server::router::plain_routes;
use std::collections::BTreeSet;

/// What does not ask, by the reason. Where a code goes with the password, adding a passkey, making a key and deleting an account ask
/// besides (the tests of `passkeys` and `two_step`).
const UNGUARDED: &[(&str, &[&str])] = &[
    (
        "whoever comes in proves by that who they are, or comes to nothing that is anybody's",
        &[
            "GET /auth/oidc/{provider}",
            "GET /auth/oidc/{provider}/callback",
            "POST /api/passkeys/start-sign-in",
            "POST /forgot-password",
            "POST /sign-in",
            "POST /sign-in/code",
            "POST /sign-in/code/again",
            "POST /sign-in/email-code",
            "POST /sign-in/email-code/enter",
            "POST /sign-in/link",
            "POST /sign-in/passkey",
            "POST /sign-up",
        ],
    ),
    (
        "it takes a link that was mailed, to whoever reads the mail of the address",
        &["POST /confirm-email", "POST /join", "POST /reset-password", "POST /sign-up/finish"],
    ),
    (
        "it is how one proves again who one is",
        &["POST /api/identity/confirm", "POST /api/passkeys/confirm", "POST /api/passkeys/start-confirmation"],
    ),
    (
        "it takes the password itself",
        &[
            "POST /api/api-keys/create",
            "POST /api/identity-providers/start-link",
            "POST /api/identity/change-email",
            "POST /api/identity/change-password",
            "POST /api/identity/mail-two-step-code",
            "POST /api/identity/renew-recovery-codes",
            "POST /api/identity/start-mailed-two-step",
            "POST /api/identity/start-two-step",
            "POST /api/identity/turn-off-two-step",
            "POST /api/my-data/delete-account",
            "POST /api/passkeys/start",
        ],
    ),
    (
        "it ends what was begun with the password, by something that only its person has",
        &["POST /api/identity/confirm-mailed-two-step", "POST /api/identity/confirm-two-step", "POST /api/passkeys/add"],
    ),
    (
        "it takes access away from one's own browsers, programs and views, which others would have by them",
        &[
            "POST /api/api-keys/revoke",
            "POST /api/identity/end-session",
            "POST /api/identity/sign-out",
            "POST /api/identity/sign-out-everywhere",
            "POST /api/team/stop-viewing",
            "POST /sign-out",
        ],
    ),
    (
        "it sets up one's own screens and answers, or keeps what one has",
        &[
            "POST /api/identity/set-single-key-shortcuts",
            "POST /api/identity/switch-team",
            "POST /api/identity/update-answer-preferences",
            "POST /api/identity/update-profile",
            "POST /api/my-data/keep-account",
            "POST /api/onboarding/dismiss",
            "POST /api/onboarding/keep-model",
        ],
    ),
    (
        "everyday work with what one's roles let one change, all of it told",
        &[
            "POST /api/chat/ask",
            "POST /api/chat/continue",
            "POST /api/chat/delete",
            "POST /api/chat/rename",
            "POST /api/chat/retry",
            "POST /api/chat/stop",
            "POST /api/datasets/create",
            "POST /api/datasets/delete",
            "POST /api/datasets/delete-document",
            "POST /api/datasets/retry-document",
            "POST /api/datasets/update",
            "POST /api/datasets/{id}/documents",
            "POST /api/onboarding/add-sample",
            "POST /api/prompts/create",
            "POST /api/prompts/delete",
            "POST /api/prompts/duplicate",
            "POST /api/prompts/update",
            "POST /api/sharing/share",
            "POST /api/sharing/unshare",
        ],
    ),
    (
        "it puts a team in order and gives nobody more than they have or had",
        &[
            "POST /api/team/create",
            "POST /api/team/create-group",
            "POST /api/team/delete-group",
            "POST /api/team/reinstate",
            "POST /api/team/rename",
            "POST /api/team/rename-group",
            "POST /api/team/restore",
            "POST /api/team/revoke-invitation",
            "POST /api/team/set-group-members",
        ],
    ),
    ("it lets people be what they were before", &["POST /api/people/keep"]),
    (
        "it decides who sits, and whoever lost a seat takes a free one by signing in",
        &["POST /api/licences/free-seat", "POST /api/licences/give-seat"],
    ),
    ("it takes out of use what nothing starts with", &["POST /api/models/remove"]),
    (
        "it finds out whether others answer, or sends to people what was meant for them",
        &[
            "POST /api/identity-providers/start-trial",
            "POST /api/identity-providers/test",
            "POST /api/mails/send-again",
            "POST /api/mails/send-test",
            "POST /api/models/test",
            "POST /api/models/test-draft",
        ],
    ),
    (
        "it takes out what its reader sees on a screen, page by page, and is told",
        &["GET /api/audit/{scope}/{format}", "GET /api/documents/{id}/file"],
    ),
    ("it reads", READING),
    (
        "it reads what has a reason of its own where other things are listed",
        &[
            "POST /api/licences/overview",
            "POST /api/licences/seats",
            "POST /api/my-data/deletion-terms",
            "POST /api/my-data/exports",
            "POST /api/people/deletion-terms",
        ],
    ),
];

#[test]
fn everything_that_is_served_asks_for_a_recent_proof_or_is_known_to_need_none() {
    let functions = server_fn::axum::server_fn_paths().map(|(path, method)| format!("{method} {path}"));
    let plain = plain_routes().map(|route| format!("{} {}", route.method, route.path));
    let served: BTreeSet<String> = functions.chain(plain).collect();
    let unguarded = UNGUARDED.iter().flat_map(|(_, routes)| routes.iter().copied());
    let mut known = BTreeSet::new();
    let twice: Vec<&str> = GUARDED.into_iter().chain(unguarded).filter(|route| !known.insert((*route).to_owned())).collect();
    assert!(twice.is_empty(), "listed twice: {twice:?}");
    let unknown: Vec<&String> = served.symmetric_difference(&known).collect();
    assert!(unknown.is_empty(), "dangerous or not? {unknown:?}");
}
