//! Rows of identity: everybody is themselves and nobody else.

use super::{Call, EVERYBODY, Row, SIGNED_IN, Statuses, function};
use crate::support::PASSWORD;
use serde_json::json;

const THE_ADMINISTRATORS_OWN: Statuses = [401, 404, 404, 404, 404, 404, 404, 401, 200];
const FORMS: Statuses = [303; 9];
/// Something that wants the password, with another one.
const NOT_MEANT: Statuses = [401, 422, 422, 422, 422, 422, 422, 401, 422];
const NOT_BEGUN: Statuses = [401, 409, 409, 409, 409, 409, 409, 401, 409];
const OVER: Statuses = [409; 9];
const UNKNOWN_CODE: Statuses = [422; 9];
const JOINING: Statuses = [401, 409, 409, 409, 409, 409, 409, 401, 409];

pub fn rows() -> Vec<Row> {
    let mut rows = oneself();
    rows.extend(second_step_and_address());
    rows
}

fn oneself() -> Vec<Row> {
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
        function("POST /api/identity/answer-preferences", "one's own", SIGNED_IN, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/identity/update-answer-preferences", "one's own", SIGNED_IN, |_| {
            Box::pin(async move { Call::Arguments(json!({ "preferences": { "language": "German", "tone": "Brief" } })) })
        }),
        function("POST /api/identity/set-single-key-shortcuts", "one's own", SIGNED_IN, |_| {
            Box::pin(async move { Call::Arguments(json!({ "are_on": true })) })
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
        // Whoever made an account just now is nobody again for what follows.
        function("POST /sign-out", "oneself, or nobody", FORMS, |_| {
            Box::pin(async move { Call::Form("/sign-out".to_owned(), Vec::new()) })
        })
        .ending_the_session(),
        function("POST /sign-out", "back to an invitation", FORMS, |_| {
            Box::pin(async move { Call::Form("/sign-out".to_owned(), vec![("next", "/sign-up?invitation=a.b".to_owned())]) })
        })
        .ending_the_session(),
        function("POST /api/identity/waiting-sign-up", "with a link that is over", EVERYBODY, |_| {
            Box::pin(async move { Call::Arguments(json!({ "token": "nobody’s" })) })
        }),
        function("POST /sign-up/finish", "with a link that is over", OVER, |_| {
            Box::pin(async move {
                Call::Form("/sign-up/finish".to_owned(), vec![("token", "nobody’s".to_owned()), ("password", "secret".to_owned())])
            })
        }),
        function("POST /api/identity/reset-terms", "", EVERYBODY, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /forgot-password", "without a mail server", OVER, |_| {
            Box::pin(async move { Call::Form("/forgot-password".to_owned(), vec![("email", "owner@example.org".to_owned())]) })
        }),
        function("POST /reset-password", "with a link that is over", OVER, |_| {
            let fields = vec![("token", "nobody’s".to_owned()), ("password", "an entirely new secret".to_owned())];
            Box::pin(async move { Call::Form("/reset-password".to_owned(), fields) })
        }),
    ]
}

fn second_step_and_address() -> Vec<Row> {
    vec![
        function("POST /api/identity/two-step", "one's own", SIGNED_IN, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/identity/start-two-step", "with another password", NOT_MEANT, |_| {
            Box::pin(async move { Call::Arguments(json!({ "password": "nobody's password at all" })) })
        }),
        function("POST /api/identity/confirm-two-step", "before it was begun", NOT_BEGUN, |_| {
            Box::pin(async move { Call::Arguments(json!({ "code": "123456" })) })
        }),
        function("POST /api/identity/confirmation-terms", "one's own", SIGNED_IN, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/identity/confirm", "oneself", SIGNED_IN, |_| {
            Box::pin(async move { Call::Arguments(json!({ "password": PASSWORD })) })
        }),
        function("POST /api/identity/renew-recovery-codes", "with another password", NOT_MEANT, |_| {
            Box::pin(async move { Call::Arguments(json!({ "password": "nobody's password at all", "code": "123456" })) })
        }),
        function("POST /api/identity/turn-off-two-step", "with another password", NOT_MEANT, |_| {
            Box::pin(async move { Call::Arguments(json!({ "password": "nobody's password at all", "code": "123456" })) })
        }),
        function("POST /sign-in/code", "without a password before", FORMS, |_| {
            Box::pin(async move { Call::Form("/sign-in/code".to_owned(), vec![("code", "123456".to_owned())]) })
        }),
        function("POST /sign-in/code/again", "without a password before", FORMS, |_| {
            Box::pin(async move { Call::Form("/sign-in/code/again".to_owned(), Vec::new()) })
        }),
        function("POST /api/identity/second-step", "without a password before", EVERYBODY, |_| {
            Box::pin(async move { Call::Arguments(json!({})) })
        }),
        function("POST /api/identity/start-mailed-two-step", "without a mail server", NOT_BEGUN, |_| {
            Box::pin(async move { Call::Arguments(json!({ "password": PASSWORD })) })
        }),
        function("POST /api/identity/confirm-mailed-two-step", "before it was begun", NOT_MEANT, |_| {
            Box::pin(async move { Call::Arguments(json!({ "token": "nobody’s", "code": "123456" })) })
        }),
        function("POST /api/identity/mail-two-step-code", "while it is off", NOT_BEGUN, |_| {
            Box::pin(async move { Call::Arguments(json!({ "password": PASSWORD })) })
        }),
        function("POST /sign-in/email-code", "without a mail server", OVER, |_| {
            Box::pin(async move { Call::Form("/sign-in/email-code".to_owned(), vec![("email", "owner@example.org".to_owned())]) })
        }),
        function("POST /sign-in/email-code/enter", "without having asked", UNKNOWN_CODE, |_| {
            Box::pin(async move { Call::Form("/sign-in/email-code/enter".to_owned(), vec![("code", "123456".to_owned())]) })
        }),
        function("POST /api/identity/change-email", "without a mail server", NOT_BEGUN, |_| {
            Box::pin(async move { Call::Arguments(json!({ "email": "another@example.org", "password": PASSWORD })) })
        }),
        function("POST /api/identity/email-to-confirm", "with a link that is over", EVERYBODY, |_| {
            Box::pin(async move { Call::Arguments(json!({ "token": "nobody’s" })) })
        }),
        function("POST /confirm-email", "with a link that is over", OVER, |_| {
            Box::pin(async move { Call::Form("/confirm-email".to_owned(), vec![("token", "nobody’s".to_owned())]) })
        }),
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
