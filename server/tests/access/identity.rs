//! Rows of identity: everybody is themselves and nobody else.

use super::{Call, EVERYBODY, Row, SIGNED_IN, Statuses, function};
use crate::support::PASSWORD;
use serde_json::json;

const THE_ADMINISTRATORS_OWN: Statuses = [401, 404, 404, 404, 404, 404, 404, 401, 200];
const FORMS: Statuses = [303; 9];
const JOINING: Statuses = [401, 409, 409, 409, 409, 409, 409, 401, 409];

pub fn rows() -> Vec<Row> {
    vec![
        function("POST /api/identity/viewer", "oneself", SIGNED_IN, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/identity/sign-up-terms", "", EVERYBODY, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/identity/profile", "one's own", SIGNED_IN, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/identity/update-profile", "one's own", SIGNED_IN, |_| {
            Box::pin(async move {
                let profile = json!({ "first_name": "Tess", "last_name": "", "tone": "", "about": "" });
                Call::Arguments(json!({ "profile": profile }))
            })
        }),
        function("POST /api/identity/sessions", "one's own", SIGNED_IN, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/identity/end-session", "the administrator's", THE_ADMINISTRATORS_OWN, |world| {
            Box::pin(async move {
                let sessions = world.app.services.identity().list_sessions(&world.administrator).await.expect("sessions");
                Call::Arguments(json!({ "id": sessions.first().expect("one").id }))
            })
        })
        .ending_the_session(),
        function("POST /api/identity/switch-team", "to the owner's", [401, 404, 200, 200, 200, 200, 200, 401, 404], |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": world.owner.team_id })) })
        }),
        function("POST /api/identity/change-password", "one's own", SIGNED_IN, |_| {
            Box::pin(async move { Call::Arguments(json!({ "current_password": PASSWORD, "new_password": PASSWORD })) })
        })
        .ending_the_session(),
        function("POST /api/identity/sign-out", "oneself", SIGNED_IN, |_| Box::pin(async move { Call::Arguments(json!({})) }))
            .ending_the_session(),
        function("POST /sign-in", "with a password", FORMS, |_| {
            Box::pin(async move {
                let fields = vec![("email", "administrator@example.org".to_owned()), ("password", PASSWORD.to_owned())];
                Call::Form("/sign-in".to_owned(), fields)
            })
        })
        .ending_the_session(),
        function("POST /sign-up", "while it is open", FORMS, |world| {
            Box::pin(async move {
                let email = format!("{}@example.org", world.fresh_name().replace(' ', "-"));
                let fields = vec![("first_name", "Tess".to_owned()), ("email", email), ("password", PASSWORD.to_owned())];
                Call::Form("/sign-up".to_owned(), fields)
            })
        })
        .ending_the_session(),
        function("POST /sign-out", "oneself, or nobody", FORMS, |_| {
            Box::pin(async move { Call::Form("/sign-out".to_owned(), Vec::new()) })
        })
        .ending_the_session(),
        function("POST /join", "with a link for somebody else", JOINING, |world| {
            Box::pin(async move {
                let invite = world.app.services.team().invite(&world.owner, "somebody@example.org", domain::Role::Viewer).await;
                let link = invite.expect("an invitation").link;
                let token = link.split_once("?invitation=").expect("a token").1.to_owned();
                Call::Form("/join".to_owned(), vec![("invitation", token)])
            })
        }),
        function("POST /api/identity/sign-out-everywhere", "oneself", SIGNED_IN, |_| Box::pin(async move { Call::Arguments(json!({})) }))
            .ending_the_session(),
    ]
}
