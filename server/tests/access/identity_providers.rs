//! Rows of identity providers: set up by administrators, met by everybody, linked by whoever is signed in.

use super::{ADMINISTRATORS, Call, EVERYBODY, Row, SIGNED_IN, Statuses, World, function};
use crate::support::PASSWORD;
use domain::IdentityProviderId;
use domain::Role;
use domain::identity_providers::IdentityProviderDraft;
use serde_json::json;

/// Whoever comes with nothing that is known is sent back to the sign-in screen.
const SENT_BACK: Statuses = [303; 9];
/// What nobody has does not exist for anybody who is signed in.
const NOBODYS: Statuses = [401, 404, 404, 404, 404, 404, 404, 401, 404];

pub fn rows() -> Vec<Row> {
    vec![
        function("POST /api/identity-providers/overview", "", ADMINISTRATORS, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/identity-providers/save", "", ADMINISTRATORS, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": IdentityProviderId::new(), "draft": draft(world) })) })
        }),
        function("POST /api/identity-providers/test", "", ADMINISTRATORS, |_| {
            Box::pin(async move { Call::Arguments(json!({ "issuer": "https://nobody.invalid" })) })
        }),
        function("POST /api/identity-providers/start-trial", "of an unknown one", NOBODYS, |_| {
            Box::pin(async move { Call::Arguments(json!({ "id": IdentityProviderId::new() })) })
        }),
        function("POST /api/identity-providers/trial", "none was begun", ADMINISTRATORS, |_| {
            Box::pin(async move { Call::Arguments(json!({})) })
        }),
        function("POST /api/identity-providers/set-enabled", "", ADMINISTRATORS, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": provider(world).await, "is_enabled": false })) })
        }),
        function("POST /api/identity-providers/remove", "", ADMINISTRATORS, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": provider(world).await })) })
        }),
        function("POST /api/identity-providers/own-ways", "", ADMINISTRATORS, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/identity-providers/allow-own-way", "", ADMINISTRATORS, |_| {
            Box::pin(async move { Call::Arguments(json!({ "way": "passkeys", "is_allowed": true })) })
        }),
        function("POST /api/identity-providers/two-step-rule", "", ADMINISTRATORS, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/identity-providers/require-two-step", "of nobody", ADMINISTRATORS, |_| {
            Box::pin(async move { Call::Arguments(json!({ "required_of": "nobody" })) })
        }),
        function("POST /api/identity-providers/pending-link", "nothing waits", EVERYBODY, |_| {
            Box::pin(async move { Call::Arguments(json!({})) })
        }),
        function("POST /api/identity-providers/ways", "one's own", SIGNED_IN, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/identity-providers/start-link", "with an unknown one", NOBODYS, |_| {
            Box::pin(async move { Call::Arguments(json!({ "id": IdentityProviderId::new(), "password": PASSWORD })) })
        }),
        function("POST /api/identity-providers/unlink", "nobody's", NOBODYS, |_| {
            Box::pin(async move { Call::Arguments(json!({ "id": domain::IdentityId::new() })) })
        }),
        function("GET /auth/oidc/{provider}", "an unknown one", SENT_BACK, |_| {
            Box::pin(async move { Call::Get(format!("/auth/oidc/{}", IdentityProviderId::new())) })
        }),
        function("GET /auth/oidc/{provider}/callback", "an unknown one", SENT_BACK, |_| {
            Box::pin(async move { Call::Get(format!("/auth/oidc/{}/callback?code=x&state=y", IdentityProviderId::new())) })
        }),
        function("POST /sign-in/link", "nothing waits", SENT_BACK, |_| {
            Box::pin(async move { Call::Form("/sign-in/link".to_owned(), vec![("password", "any password".to_owned())]) })
        }),
        function("POST /api/sign-ins/own", "one's own", SIGNED_IN, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/sign-ins/list", "", ADMINISTRATORS, |_| {
            Box::pin(async move { Call::Arguments(json!({ "query": {}, "before": null })) })
        }),
    ]
}

fn draft(world: &World) -> IdentityProviderDraft {
    IdentityProviderDraft {
        name: world.fresh_name(),
        issuer: "https://nobody.invalid".to_owned(),
        client_id: "lyceum".to_owned(),
        client_secret: String::new(),
        scopes: String::new(),
        email_domains: String::new(),
        role_claim: String::new(),
        role_rules: String::new(),
        default_team_id: None,
        default_role: Role::Viewer,
        updates_roles: false,
        creates_accounts: false,
        trusts_addresses: false,
    }
}

/// A provider that is set up.
async fn provider(world: &World) -> IdentityProviderId {
    let saved = world.app.services.identity_providers().save(&world.administrator, IdentityProviderId::new(), draft(world)).await;
    saved.expect("a provider").id
}
