//! What an export tells of what others did to its person: invitations, sharing, groups and views, without a word about who it was.

use super::export::{dataset, exported, list, prompt, untimed};
use crate::testing::{member, owner, services};
use crate::{CameFrom, Services, Viewer};
use domain::Role;
use domain::audit::Via;
use domain::chat::NewQuestion;
use domain::sharing::{ShareLevel, ShareWith, Shared};
use domain::team::NewInvitation;
use futures::StreamExt as _;
use serde_json::{Value, json};
use sqlx::PgPool;
use std::collections::BTreeMap;

const LEAVES: &str = "DELETE FROM memberships WHERE team_id = $1 AND user_id = $2";

/// Invites an address, and has this person use the link.
async fn invite_in(services: &Services, inviter: &Viewer, email: &str, person: &Viewer) {
    let sent = services.team().invite(inviter, email, Role::Collaborator).await.unwrap();
    services.team().accept_invitation(person, sent.link.split_once("?invitation=").unwrap().1).await.unwrap();
}

/// The invitations that somebody's export tells of, each by its team and role, which it has of those they accepted.
async fn invited(services: &Services, viewer: &Viewer) -> Vec<Value> {
    let files = exported(services, viewer).await;
    list(&files, "invitations_to_you.json").iter().map(|invitation| json!([invitation["team"], invitation["role"]])).collect()
}

/// What the trail of an export tells of the acts of others: what, to what, from where and in which team.
fn acts_of_others(files: &BTreeMap<String, String>) -> Vec<Value> {
    let events = list(files, "audit_trail.json");
    let of_others = events.iter().filter(|event| event["by_you"] == json!(false));
    of_others.map(|event| json!([event["action"], event["target"], event["ip"], event["team"]])).collect()
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn invitations_that_one_accepted_are_told_in_full_and_of_others_only_that_they_came(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let olga = owner(&services, "olga@example.org").await;
    let bob = owner(&services, "bob@example.org").await;
    let carl = owner(&services, "carl@example.org").await;
    let dora = member(&services, &bob, "dora@example.org", Role::TeamManager).await;
    invite_in(&services, &olga, "ada@example.org", &ada).await;
    services.team().invite(&dora, "ada@example.org", Role::Viewer).await.unwrap();
    services.team().invite(&dora, "another@example.org", Role::Viewer).await.unwrap();
    let (first_name, last_name) = ("Augusta".to_owned(), "King".to_owned());
    let new = NewInvitation { email: "ada@example.org".to_owned(), role: Role::TeamManager, first_name, last_name, days: 3 };
    let taken_back = services.team().invite_person(&carl, new).await.unwrap();
    services.team().revoke_invitation(&carl, taken_back.invitation.id).await.unwrap();

    let files = exported(&services, &ada).await;
    let told = list(&files, "invitations_to_you.json");
    let times = |invitation: &Value| ["expires_at", "used_at", "revoked_at"].map(|name| invitation[name].is_string());
    let known: Vec<[bool; 3]> = told.iter().map(times).collect();
    assert_eq!(known, [[true, true, false], [true, false, false], [true, false, true]]);
    let (ada, nameless) = ("ada@example.org", "");
    let expected = [
        json!({ "team": "olga@example.org", "email": ada, "first_name": nameless, "last_name": nameless, "role": "Collaborator" }),
        json!({ "email": ada }),
        json!({ "email": ada }),
    ];
    assert_eq!(untimed(told), expected);
    // Nobody confirmed that the address is hers: to which teams it was invited, as whom and as what, may be somebody else's business.
    for (name, text) in &files {
        for others in ["bob@example.org", "carl@example.org", "dora@example.org", "another@example.org", "Augusta", "TeamManager"] {
            assert!(!text.contains(others), "{others} in {name}: {text}");
        }
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_invitation_is_theirs_who_accepted_it_whoever_has_its_address_now(pool: PgPool) {
    let services = services(&pool);
    let olga = owner(&services, "olga@example.org").await;
    let ada = owner(&services, "office@example.org").await;
    invite_in(&services, &olga, "office@example.org", &ada).await;
    sqlx::query("UPDATE users SET email = 'ada@example.org' WHERE id = $1").bind(ada.user_id).execute(&pool).await.unwrap();
    let heir = owner(&services, "office@example.org").await;
    services.team().invite(&olga, "office@example.org", Role::Viewer).await.unwrap();
    assert_eq!(invited(&services, &ada).await, [json!(["olga@example.org", "Collaborator"])]);
    assert_eq!(invited(&services, &heir).await, [json!([null, null])], "what another accepted is not theirs");
    invite_in(&services, &olga, "office@example.org", &heir).await;
    assert_eq!(invited(&services, &heir).await, [json!([null, null]), json!(["olga@example.org", "Collaborator"])]);

    sqlx::query(LEAVES).bind(olga.team_id).bind(ada.user_id).execute(&pool).await.unwrap();
    assert_eq!(invited(&services, &ada).await, [json!([null, "Collaborator"])], "a team she left");
    sqlx::query("UPDATE teams SET deleted_at = now() WHERE id = $1").bind(olga.team_id).execute(&pool).await.unwrap();
    assert_eq!(invited(&services, &heir).await, [json!([null, null]), json!([null, "Collaborator"])], "a team that is deleted");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_was_shared_with_oneself_is_told_without_who_shared_it(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let bob = owner(&services, "bob@example.org").await;
    let joins = "INSERT INTO memberships (team_id, user_id, roles) VALUES ($1, $2, '{Collaborator}')";
    sqlx::query(joins).bind(bob.team_id).bind(ada.user_id).execute(&pool).await.unwrap();
    let came_from = CameFrom { via: Via::Screen, ip: Some("198.51.100.9".parse().unwrap()) };
    let carl = Viewer { came_from, ..member(&services, &bob, "carl@example.org", Role::Collaborator).await };
    let (notes, secret) = (dataset(&services, &carl, "Notes").await, dataset(&services, &carl, "Secret").await);
    let clerk = prompt(&services, &carl, "Clerk").await;
    let (with_ada, with_bob) = (ShareWith::Person(ada.user_id), ShareWith::Person(bob.user_id));
    let sharing = services.sharing();
    sharing.share(&carl, Shared::Dataset(notes), with_ada, ShareLevel::View).await.unwrap();
    sharing.share(&carl, Shared::Dataset(secret), with_ada, ShareLevel::View).await.unwrap();
    sharing.unshare(&carl, Shared::Dataset(secret), with_ada).await.unwrap();
    sharing.share(&carl, Shared::Dataset(secret), with_bob, ShareLevel::View).await.unwrap();
    sharing.share(&carl, Shared::Prompt(clerk), with_ada, ShareLevel::Edit).await.unwrap();
    sharing.unshare(&carl, Shared::Prompt(clerk), with_ada).await.unwrap();
    sqlx::query("UPDATE prompts SET visibility = 'Team' WHERE id = $1").bind(clerk).execute(&pool).await.unwrap();

    let files = exported(&services, &ada).await;
    let team = "bob@example.org";
    let expected = [
        json!(["dataset.shared", "Notes", null, team]),
        json!(["dataset.shared", null, null, team]),
        json!(["dataset.unshared", null, null, team]),
        json!(["prompt.shared", "Clerk", null, team]),
        json!(["prompt.unshared", "Clerk", null, team]),
    ];
    assert_eq!(acts_of_others(&files), expected);
    for (name, text) in &files {
        for others in ["Secret", "carl@example.org", "198.51.100.9"] {
            assert!(!text.contains(others), "{others} in {name}");
        }
    }
    assert_eq!(acts_of_others(&exported(&services, &bob).await), [json!(["dataset.shared", "Secret", null, team])]);

    sqlx::query(LEAVES).bind(bob.team_id).bind(ada.user_id).execute(&pool).await.unwrap();
    let told = acts_of_others(&exported(&services, &ada).await);
    assert_eq!(told.len(), expected.len());
    assert!(told.iter().all(|event| event[1].is_null() && event[3].is_null()), "a team she left has no names: {told:?}");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn groups_that_others_put_one_into_and_took_one_out_of_are_told_without_who_did_it(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let bob = owner(&services, "bob@example.org").await;
    let joins = "INSERT INTO memberships (team_id, user_id, roles) VALUES ($1, $2, '{Collaborator}')";
    sqlx::query(joins).bind(bob.team_id).bind(ada.user_id).execute(&pool).await.unwrap();
    let came_from = CameFrom { via: Via::Screen, ip: Some("198.51.100.9".parse().unwrap()) };
    let carl = Viewer { came_from, ..member(&services, &bob, "carl@example.org", Role::TeamManager).await };
    let teams = services.team();
    let mut groups = Vec::new();
    for name in ["Readers", "Council", "Cellar"] {
        groups.push(teams.create_group(&carl, name).await.unwrap().id);
    }
    teams.set_group_members(&carl, groups[0], &[ada.user_id, bob.user_id]).await.unwrap();
    teams.set_group_members(&carl, groups[1], &[ada.user_id]).await.unwrap();
    teams.set_group_members(&carl, groups[1], &[]).await.unwrap();
    teams.set_group_members(&carl, groups[2], &[ada.user_id]).await.unwrap();
    teams.delete_group(&carl, groups[2]).await.unwrap();
    // This one is about him alone.
    teams.set_group_members(&carl, groups[0], &[ada.user_id]).await.unwrap();

    let files = exported(&services, &ada).await;
    let team = "bob@example.org";
    let (changed, deleted) = ("group.members-changed", "group.deleted");
    let expected = [
        json!([changed, "Readers", null, team]),
        json!([changed, null, null, team]),
        json!([changed, null, null, team]),
        json!([changed, null, null, team]),
        json!([deleted, null, null, team]),
    ];
    assert_eq!(acts_of_others(&files), expected);
    for (name, text) in &files {
        for others in ["Council", "Cellar", "carl@example.org", "198.51.100.9"] {
            assert!(!text.contains(others), "{others} in {name}");
        }
    }
    assert_eq!(acts_of_others(&exported(&services, &bob).await), vec![json!([changed, null, null, team]); 2], "in and out");

    sqlx::query(LEAVES).bind(bob.team_id).bind(ada.user_id).execute(&pool).await.unwrap();
    let told = acts_of_others(&exported(&services, &ada).await);
    assert_eq!(told.len(), expected.len());
    assert!(told.iter().all(|event| event[1].is_null() && event[3].is_null()), "a team she left has no names: {told:?}");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_an_owner_opened_who_saw_the_team_as_oneself_is_told_without_who_it_was(pool: PgPool) {
    let services = services(&pool);
    let olga = owner(&services, "olga@example.org").await;
    let ada = member(&services, &olga, "ada@example.org", Role::Collaborator).await;
    let question = NewQuestion { conversation_id: None, prompt_id: None, model_id: None, text: "Where is the key?".to_owned() };
    let asked = services.chat().ask(&ada, question).await.unwrap();
    if let Some(mut events) = services.chat().follow(&ada, asked.answer.generation_id.unwrap(), 0).await.unwrap() {
        while events.next().await.is_some() {}
    }
    let came_from = CameFrom { via: Via::Screen, ip: Some("198.51.100.9".parse().unwrap()) };
    let looking = Viewer { seen_by: Some(olga.user_id), came_from, ..ada.clone() };
    services.chat().open(&looking, asked.conversation_id).await.unwrap();
    let diary = prompt(&services, &ada, "Diary").await;
    services.prompts().get(&looking, diary).await.unwrap();
    let files = exported(&services, &ada).await;
    let opened = |action: &str, name: Option<&str>| json!([action, name, null, "olga@example.org"]);
    assert_eq!(acts_of_others(&files), [opened("chat.opened-in-view", None), opened("prompt.opened-in-view", Some("Diary"))]);
    assert!(files.values().all(|text| !text.contains("198.51.100.9")));
}
