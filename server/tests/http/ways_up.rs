//! Ways up: nobody gets more rights than they have by any call, and no team is left without an owner.

use crate::support::{NOTHING, PASSWORD, Snapshot, TestApp, TestClient};
use domain::team::InvitationSent;
use domain::{Role, UserId, ViewerInfo};
use serde_json::{Value, json};
use sqlx::PgPool;

async fn id_of(client: &TestClient) -> UserId {
    client.server_fn("identity/viewer", Value::Null).await.json::<ViewerInfo>().user_id
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn no_call_lifts_whoever_makes_it(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    app.sign_up("administrator@example.org").await;
    let ada = app.sign_up("ada@example.org").await;
    let mary = app.sign_up_into(&ada, "mary@example.org", Role::TeamManager).await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::Collaborator).await;
    let vera = app.sign_up_into(&ada, "vera@example.org", Role::Viewer).await;
    let eve = app.sign_up("eve@example.org").await;
    let owners: InvitationSent = ada.server_fn("team/invite", json!({ "email": "boss@example.org", "role": "Owner" })).await.json();
    let owner_is = id_of(&ada).await;
    let right = json!({ "change": { "role": "Viewer", "permission": "ManageTeam", "granted": true } });
    let settings = json!({ "settings": { "max_upload_mb": 1, "default_model_id": null, "chat_retention_days": null } });
    // What a manager, a collaborator, a viewer, and somebody of another team are answered.
    let before = Snapshot::take(&pool).await;
    let people = [("mary", &mary), ("grace", &grace), ("vera", &vera), ("eve", &eve)];
    for (place, (name, client)) in people.into_iter().enumerate() {
        let own = id_of(client).await;
        let calls = [
            ("team/change-roles", json!({ "user_id": own, "roles": ["Owner"] }), [422, 403, 403, 409]),
            ("team/change-roles", json!({ "user_id": own, "roles": ["Viewer", "Owner"] }), [422, 403, 403, 409]),
            ("team/change-roles", json!({ "user_id": owner_is, "roles": ["Viewer"] }), [403, 403, 403, 404]),
            ("team/invite", json!({ "email": "second@example.org", "role": "Owner" }), [422, 403, 403, 200]),
            ("team/resend-invitation", json!({ "id": owners.invitation.id, "days": 7 }), [403, 403, 403, 404]),
            ("team/hand-over", json!({ "user_id": own }), [403, 403, 403, 409]),
            ("team/view-as", json!({ "user_id": owner_is }), [403, 403, 403, 404]),
            ("team/suspend", json!({ "user_id": owner_is }), [403, 403, 403, 404]),
            ("team/remove-member", json!({ "user_id": owner_is }), [403, 403, 403, 404]),
            ("team/update-settings", settings.clone(), [403, 403, 403, 200]),
            ("roles/change", right.clone(), [404; 4]),
            ("licences/give-seat", json!({ "user_id": own }), [404; 4]),
        ];
        for (endpoint, arguments, statuses) in calls {
            if name == "eve" && [200, 409].contains(&statuses[place]) {
                continue; // in a team of her own, which is hers to run
            }
            let answer = client.server_fn(endpoint, arguments.clone()).await;
            assert_eq!(answer.status, statuses[place], "{endpoint} {arguments} as {name}: {}", answer.text);
        }
    }
    assert_eq!(before.changed(&pool).await, NOTHING);

    // A list invites line by line; the line of an owner is not for a manager to write.
    let list = json!({ "import": { "text": "second@example.org,Mary,Second,Owner\nthird@example.org,Tess,,Viewer", "role": "Viewer", "days": 7 } });
    mary.server_fn("team/import", list).await.ok();
    let invited: Vec<(String, String)> =
        sqlx::query_as("SELECT email, role FROM invitations ORDER BY created_at, email").fetch_all(&pool).await.unwrap();
    let boss = ("boss@example.org".to_owned(), "Owner".to_owned());
    assert!(invited.iter().all(|invitation| *invitation == boss || invitation.1 == "Viewer"), "{invited:?}");
    // The lists leave the role to the form; that of an owner is not for a manager either.
    let list = json!({ "import": { "text": "fourth@example.org", "role": "Owner", "days": 7 } });
    mary.server_fn("team/import", list).await;
    let owners: i64 = sqlx::query_scalar("SELECT count(*) FROM invitations WHERE role = 'Owner'").fetch_one(&pool).await.unwrap();
    assert_eq!(owners, 1);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn the_last_owner_stays_whatever_is_called(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    app.sign_up("administrator@example.org").await;
    let ada = app.sign_up("ada@example.org").await;
    let bob = app.sign_up_into(&ada, "bob@example.org", Role::Owner).await;
    let mary = app.sign_up_into(&ada, "mary@example.org", Role::TeamManager).await;
    let (ada_is, bob_is, mary_is) = (id_of(&ada).await, id_of(&bob).await, id_of(&mary).await);
    // Bob owns the team too, but is kept out of it: he does not count.
    ada.server_fn("team/suspend", json!({ "user_id": bob_is })).await.ok();
    let before = Snapshot::take(&pool).await;
    let calls = [
        (&ada, "team/change-roles", json!({ "user_id": ada_is, "roles": ["TeamManager"] }), 409),
        (&ada, "team/change-roles", json!({ "user_id": ada_is, "roles": [] }), 422),
        (&ada, "team/suspend", json!({ "user_id": ada_is }), 409),
        (&ada, "team/remove-member", json!({ "user_id": ada_is }), 409),
        (&ada, "team/hand-over", json!({ "user_id": bob_is }), 409),
        (&ada, "team/hand-over", json!({ "user_id": ada_is }), 409),
        (&ada, "my-data/delete-account", json!({ "password": PASSWORD }), 409),
        (&mary, "team/change-roles", json!({ "user_id": ada_is, "roles": ["Viewer"] }), 403),
        (&mary, "team/suspend", json!({ "user_id": ada_is }), 403),
        (&mary, "team/remove-member", json!({ "user_id": ada_is }), 403),
    ];
    for (client, endpoint, arguments, status) in calls {
        let answer = client.server_fn(endpoint, arguments.clone()).await;
        assert_eq!(answer.status, status, "{endpoint} {arguments}: {}", answer.text);
    }
    // The password was right: the attempt was counted and given back, and the session is confirmed by it.
    let changed = before.changed(&pool).await.into_iter().filter(|table| !["sessions", "throttles"].contains(&table.as_str()));
    assert_eq!(changed.collect::<Vec<String>>(), NOTHING);
    ada.server_fn("team/hand-over", json!({ "user_id": mary_is })).await.ok();
    mary.server_fn("team/change-roles", json!({ "user_id": ada_is, "roles": ["Viewer"] })).await.ok();
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn two_owners_who_demote_each_other_at_once_leave_one(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let team = ada.team().await;
    for round in 0..5 {
        let email = format!("bob{round}@example.org");
        let bob = app.sign_up_into(&ada, &email, Role::Owner).await;
        let (ada_is, bob_is) = (id_of(&ada).await, id_of(&bob).await);
        let (down, out) = (json!({ "user_id": bob_is, "roles": ["Viewer"] }), json!({ "user_id": ada_is, "roles": ["Viewer"] }));
        let (one, other) = tokio::join!(ada.server_fn("team/change-roles", down), bob.server_fn("team/change-roles", out));
        let mut statuses = [one.status.as_u16(), other.status.as_u16()];
        statuses.sort_unstable();
        assert!(statuses[0] == 200 && [403, 409].contains(&statuses[1]), "{statuses:?}");
        let owners: i64 = sqlx::query_scalar("SELECT count(*) FROM memberships WHERE team_id = $1 AND 'Owner' = ANY (roles)")
            .bind(team)
            .fetch_one(&pool)
            .await
            .unwrap();
        assert_eq!(owners, 1);
        let again = "UPDATE memberships SET roles = CASE WHEN user_id = $2 THEN ARRAY['Owner'] ELSE ARRAY['Viewer'] END WHERE team_id = $1";
        sqlx::query(again).bind(team).bind(ada_is).execute(&pool).await.expect("as before");
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn no_invitation_of_their_own_leads_anybody_back_up(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    app.sign_up("administrator@example.org").await;
    let ada = app.sign_up("ada@example.org").await;
    let mary = app.sign_up_into(&ada, "mary@example.org", Role::TeamManager).await;
    // Each asks a second account of theirs to own the team, and is lowered before that answers.
    let second_of = async |owner: &TestClient, email: &str| {
        let second = app.sign_up(email).await;
        let sent: InvitationSent = owner.server_fn("team/invite", json!({ "email": email, "role": "Owner" })).await.json();
        (second, sent.link.split_once("?invitation=").expect("a token").1.to_owned())
    };
    let mut ways_back = Vec::new();
    for (name, endpoint) in [("bob", "team/change-roles"), ("eve", "team/suspend"), ("dan", "team/remove-member")] {
        let owner = app.sign_up_into(&ada, &format!("{name}@example.org"), Role::Owner).await;
        ways_back.push(second_of(&owner, &format!("second.{name}@example.org")).await);
        let mut lowering = json!({ "user_id": id_of(&owner).await });
        if endpoint == "team/change-roles" {
            lowering["roles"] = json!(["TeamManager"]);
        }
        ada.server_fn(endpoint, lowering).await.ok();
    }
    ways_back.push(second_of(&ada, "second.ada@example.org").await);
    ada.server_fn("team/hand-over", json!({ "user_id": id_of(&mary).await })).await.ok();
    let before = Snapshot::take(&pool).await;
    for (second, token) in &ways_back {
        let refused = second.post_form("/join", &[("invitation", token.as_str())]).await.expect(409);
        assert!(refused.text.contains("This invitation is not valid any more."), "{}", refused.text);
    }
    assert_eq!(before.changed(&pool).await, NOTHING);
    let owns = "SELECT user_id FROM memberships WHERE team_id = $1 AND 'Owner' = ANY (roles) AND suspended_at IS NULL";
    let owners: Vec<UserId> = sqlx::query_scalar(owns).bind(mary.team().await).fetch_all(&pool).await.unwrap();
    assert_eq!(owners, [id_of(&mary).await]);
}
