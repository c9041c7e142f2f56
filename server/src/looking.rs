//! Looking: what passes while an owner sees their team as one of its members does.
//!
//! The invariant: a server function or plain route that is not named here is refused, so that a new one is refused until somebody has
//! made sure that it only reads the team. Postgres refuses changes of team rows besides (`services::Db::team_tx`); what is somebody's own
//! is opened in a transaction that tells of it, or after one (`services::audit::record_opened`).

use axum::http::Method;

/// What is read by GET beside the screens: the events of an answer, and the file of a document, which its page is drawn from.
const READ: [&str; 2] = ["/api/documents/{id}/file", "/api/generations/{id}/events"];

/// Server functions that read the team, and the ways out.
const PASSING: [&str; 31] = [
    "/api/api-keys/list-team",
    "/api/audit/choices",
    "/api/audit/list",
    "/api/audit/verify",
    "/api/chat/list",
    "/api/chat/open",
    "/api/chat/opening",
    "/api/chat/search",
    "/api/chat/source",
    "/api/datasets/documents",
    "/api/datasets/list",
    "/api/datasets/open",
    "/api/datasets/search",
    "/api/identity/sign-out",
    "/api/identity/sign-up-terms",
    "/api/identity/viewer",
    "/api/models/list",
    "/api/onboarding/guide",
    "/api/onboarding/whom-to-ask",
    "/api/prompts/choices",
    "/api/prompts/get",
    "/api/prompts/list",
    "/api/sharing/explain",
    "/api/sharing/list",
    "/api/team/belongings",
    "/api/team/groups",
    "/api/team/invitations",
    "/api/team/members",
    "/api/team/settings",
    "/api/team/stop-viewing",
    "/sign-out",
];

/// Whether a request may pass: screens of the team, and what is named above.
pub fn passes(method: &Method, route: &str) -> bool {
    if *method == Method::GET || *method == Method::HEAD {
        return (!route.starts_with("/api/") && !is_personal(route)) || READ.contains(&route);
    }
    PASSING.contains(&route)
}

/// Whether a screen is about the person, whom nobody else is, or about more than the team.
fn is_personal(route: &str) -> bool {
    ["/account", "/admin", "/auth", "/teams"].iter().any(|start| route.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_named_does_not_pass() {
        assert!(passes(&Method::GET, "/datasets/{id}") && passes(&Method::POST, "/api/datasets/list"));
        assert!(passes(&Method::GET, "/api/generations/{id}/events") && passes(&Method::GET, "/api/documents/{id}/file"));
        assert!(!passes(&Method::POST, "/api/documents/{id}/file"));
        assert!(!passes(&Method::POST, "/api/datasets/create") && !passes(&Method::POST, "/api/something/new"));
        for personal in ["/account", "/admin/models", "/api/audit/{scope}/{format}", "/api/exports/{id}/file", "/auth/oidc/{provider}"] {
            assert!(!passes(&Method::GET, personal), "{personal}");
        }
    }
}
