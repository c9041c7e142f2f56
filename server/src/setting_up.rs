//! Setting up: what passes while somebody has to set up a second step before anything else.
//!
//! The invariant: a screen, server function or plain route that is not named here is refused, so that a new one is refused without
//! anybody thinking of it. API keys are no sessions: what comes with one never has to set anything up.

use app::own_path::TWO_STEP_REQUIRED;
use axum::http::Method;

/// Setting the second step up, reading one's own account, and the ways out.
pub const PASSING: [&str; 10] = [
    "/api/identity/confirm-mailed-two-step",
    "/api/identity/confirm-two-step",
    "/api/identity/profile",
    "/api/identity/sign-out",
    "/api/identity/sign-out-everywhere",
    "/api/identity/start-mailed-two-step",
    "/api/identity/start-two-step",
    "/api/identity/two-step",
    "/api/identity/viewer",
    "/sign-out",
];

/// Whether a request may pass.
pub fn passes(method: &Method, route: &str) -> bool {
    match *method {
        Method::GET | Method::HEAD => route == TWO_STEP_REQUIRED,
        Method::POST => PASSING.contains(&route),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_named_does_not_pass() {
        assert!(passes(&Method::GET, TWO_STEP_REQUIRED) && passes(&Method::POST, "/api/identity/start-two-step"));
        assert!(passes(&Method::POST, "/sign-out"));
        for refused in ["/", "/chat", "/account", "/sign-in", "/api/generations/{id}/events", "/auth/oidc/{provider}"] {
            assert!(!passes(&Method::GET, refused), "{refused}");
        }
        for refused in ["/api/something/new", "/api/datasets/list", "/api/identity/turn-off-two-step", "/join", TWO_STEP_REQUIRED] {
            assert!(!passes(&Method::POST, refused), "{refused}");
        }
        assert!(!passes(&Method::DELETE, "/api/documents/{id}"));
    }
}
