//! Rows of team.

use super::{Call, Row, SIGNED_IN, Statuses, function};
use serde_json::json;

/// Collaborators see who is in the team; viewers do not.
const MEMBERS: Statuses = [401, 200, 200, 403, 200, 200, 200, 401, 200];
/// Managers invite.
const MANAGERS: Statuses = [401, 200, 403, 403, 403, 200, 200, 401, 200];
/// An invitation of the owner's team.
const THE_TEAMS: Statuses = [401, 404, 403, 403, 403, 200, 200, 401, 404];

pub fn rows() -> Vec<Row> {
    vec![
        function("POST /api/team/members", "of one's own team", MEMBERS, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/team/teams", "one's own", SIGNED_IN, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/team/invitations", "of one's own team", MANAGERS, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/team/invite", "into one's own team", MANAGERS, |world| {
            Box::pin(async move {
                let email = format!("{}@example.org", world.fresh_name().replace(' ', "-"));
                Call::Arguments(json!({ "email": email, "role": "Viewer" }))
            })
        }),
        function("POST /api/team/revoke-invitation", "of the owner's team", THE_TEAMS, |world| {
            Box::pin(async move {
                let email = format!("{}@example.org", world.fresh_name().replace(' ', "-"));
                let sent = world.app.services.team().invite(&world.owner, &email, domain::Role::Viewer).await.expect("an invitation");
                Call::Arguments(json!({ "id": sent.invitation.id }))
            })
        }),
    ]
}
