//! Rows of team: managers change members, owners change the team, and everything is one's own team's.

use super::{Call, PRIVATE, Row, SIGNED_IN, Statuses, TEAM_READS, World, function};
use domain::{GroupId, InvitationId, Role, TeamId, UserId};
use serde_json::{Value, json};

/// Collaborators see who is in the team; viewers do not.
const MEMBERS: Statuses = [401, 200, 200, 403, 200, 200, 200, 401, 200];
/// Managers invite.
const MANAGERS: Statuses = [401, 200, 403, 403, 403, 200, 200, 401, 200];
/// Owners run the team.
const OWNERS: Statuses = [401, 200, 403, 403, 403, 403, 200, 401, 200];
/// An invitation, a member or a group of the owner's team.
const THE_TEAMS: Statuses = [401, 404, 403, 403, 403, 200, 200, 401, 404];
/// What only the owner of the owner's team does.
const THE_OWNERS: Statuses = [401, 404, 403, 403, 403, 403, 200, 401, 404];
/// The deletion of a team whose name was not typed.
const NOT_MEANT: Statuses = [401, 422, 403, 403, 403, 403, 422, 401, 422];

pub fn rows() -> Vec<Row> {
    [of_members(), of_invitations(), of_teams(), of_groups()].into_iter().flatten().collect()
}

fn of_members() -> Vec<Row> {
    vec![
        function("POST /api/team/members", "of one's own team", MEMBERS, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/team/change-roles", "of the owner's team", THE_TEAMS, |world| {
            Box::pin(async move { Call::Arguments(json!({ "user_id": member(world).await, "roles": ["Collaborator"] })) })
        }),
        function("POST /api/team/suspend", "of the owner's team", THE_TEAMS, about_a_member),
        function("POST /api/team/reinstate", "of the owner's team", THE_TEAMS, about_a_member),
        function("POST /api/team/belongings", "of the owner's team", THE_TEAMS, about_a_member),
        function("POST /api/team/remove-member", "of the owner's team", THE_TEAMS, about_a_member),
        function("POST /api/team/view-as", "one of the owner's team", THE_OWNERS, |world| {
            Box::pin(async move {
                let own_again = "UPDATE memberships SET roles = '{Owner}' WHERE team_id = $1 AND user_id = $2";
                let owner = sqlx::query(own_again).bind(world.owner.team_id).bind(world.owner.user_id);
                owner.execute(&world.app.pool).await.expect("an owner");
                Call::Arguments(json!({ "user_id": member(world).await }))
            })
        })
        .ending_the_session(),
        function("POST /api/team/stop-viewing", "oneself", SIGNED_IN, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/team/hand-over", "to one of the owner's team", THE_OWNERS, |world| {
            Box::pin(async move {
                // The one before may have been the owner, who then owns it no longer.
                let own_again = "UPDATE memberships SET roles = '{Owner}' WHERE team_id = $1 AND user_id = $2";
                let owner = sqlx::query(own_again).bind(world.owner.team_id).bind(world.owner.user_id);
                owner.execute(&world.app.pool).await.expect("an owner");
                Call::Arguments(json!({ "user_id": member(world).await }))
            })
        }),
    ]
}

fn of_invitations() -> Vec<Row> {
    vec![
        function("POST /api/team/invitations", "of one's own team", MANAGERS, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/team/invite", "into one's own team", MANAGERS, |world| {
            Box::pin(async move { Call::Arguments(json!({ "email": address(world), "role": "Viewer" })) })
        }),
        function("POST /api/team/resend-invitation", "of the owner's team", THE_TEAMS, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": invitation(world).await, "days": 7 })) })
        }),
        function("POST /api/team/revoke-invitation", "of the owner's team", THE_TEAMS, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": invitation(world).await })) })
        }),
        function("POST /api/team/preview-import", "into one's own team", MANAGERS, |world| {
            Box::pin(async move { Call::Arguments(json!({ "import": list(world) })) })
        }),
        function("POST /api/team/import", "into one's own team", MANAGERS, |world| {
            Box::pin(async move { Call::Arguments(json!({ "import": list(world) })) })
        }),
    ]
}

fn of_teams() -> Vec<Row> {
    vec![
        function("POST /api/team/teams", "one's own", SIGNED_IN, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/team/create", "", SIGNED_IN, |world| {
            Box::pin(async move { Call::Arguments(json!({ "name": world.fresh_name() })) })
        }),
        function("POST /api/team/by-address", "of the owner's team", TEAM_READS, |world| {
            Box::pin(async move {
                let detail = world.app.services.team().settings(&world.owner).await.expect("its settings");
                Call::Arguments(json!({ "slug": detail.patch.slug }))
            })
        }),
        function("POST /api/team/settings", "of one's own team", OWNERS, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/team/rename", "one's own team", OWNERS, |world| {
            Box::pin(async move {
                let name = world.fresh_name();
                Call::Arguments(json!({ "team": { "name": name, "slug": name.replace(' ', "-") } }))
            })
        }),
        function("POST /api/team/preview-retention", "of one's own team", OWNERS, |_| {
            Box::pin(async move { Call::Arguments(json!({ "settings": { "chat_retention_days": 30 } })) })
        }),
        function("POST /api/team/update-settings", "of one's own team", OWNERS, |_| {
            Box::pin(async move {
                let settings = json!({
                    "max_upload_mb": null, "default_model_id": null, "chat_retention_days": null, "requests_per_minute": null,
                    "allowed_origins": []
                });
                Call::Arguments(json!({ "settings": settings }))
            })
        }),
        function("POST /api/team/delete", "one's own team, by another name", NOT_MEANT, |_| {
            Box::pin(async move { Call::Arguments(json!({ "name": "no team of anybody's" })) })
        }),
        function("POST /api/team/deleted", "one's own", SIGNED_IN, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/team/restore", "the owner's", PRIVATE, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": deleted_team(world).await })) })
        }),
        function("POST /api/team/leaving-terms", "one that the owner has joined", PRIVATE, of_a_joined_team),
        function("POST /api/team/leave", "one that the owner has joined", PRIVATE, of_a_joined_team),
    ]
}

fn of_groups() -> Vec<Row> {
    vec![
        function("POST /api/team/groups", "of one's own team", MEMBERS, |_| Box::pin(async move { Call::Arguments(json!({})) })),
        function("POST /api/team/create-group", "in one's own team", MANAGERS, |world| {
            Box::pin(async move { Call::Arguments(json!({ "name": world.fresh_name() })) })
        }),
        function("POST /api/team/rename-group", "of the owner's team", THE_TEAMS, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": group(world).await, "name": world.fresh_name() })) })
        }),
        function("POST /api/team/set-group-members", "of the owner's team", THE_TEAMS, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": group(world).await, "user_ids": [world.owner.user_id] })) })
        }),
        function("POST /api/team/delete-group", "of the owner's team", THE_TEAMS, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": group(world).await })) })
        }),
    ]
}

fn about_a_member(world: &World) -> futures::future::BoxFuture<'_, Call> {
    Box::pin(async move { Call::Arguments(json!({ "user_id": member(world).await })) })
}

/// An address nobody has.
fn address(world: &World) -> String {
    format!("{}@example.org", world.fresh_name().replace(' ', "-"))
}

/// Somebody new in the owner's team.
async fn member(world: &World) -> UserId {
    services::testing::member(&world.app.services, &world.owner, &address(world), Role::Viewer).await.user_id
}

/// An open invitation of the owner's team.
async fn invitation(world: &World) -> InvitationId {
    let sent = world.app.services.team().invite(&world.owner, &address(world), Role::Viewer).await.expect("an invitation");
    sent.invitation.id
}

fn list(world: &World) -> Value {
    json!({ "text": address(world), "role": "Viewer", "days": 7 })
}

/// A deleted team of the owner's.
async fn deleted_team(world: &World) -> TeamId {
    let made = world.app.services.team().create(&world.owner, &world.fresh_name()).await.expect("a team");
    sqlx::query("UPDATE teams SET deleted_at = now() WHERE id = $1").bind(made.id).execute(&world.app.pool).await.expect("deleted");
    made.id
}

/// A team of somebody new, which the owner has joined.
fn of_a_joined_team(world: &World) -> futures::future::BoxFuture<'_, Call> {
    Box::pin(async move {
        let team = services::testing::owner(&world.app.services, &address(world)).await.team_id;
        world.app.add_member(team, "owner@example.org", Role::Viewer).await;
        Call::Arguments(json!({ "id": team }))
    })
}

/// A group of the owner's team.
async fn group(world: &World) -> GroupId {
    world.app.services.team().create_group(&world.owner, &world.fresh_name()).await.expect("a group").id
}
