//! Changing members: nobody above themselves, always an owner, also when two go at it at once.

use crate::identity::Origin;
use crate::team::take_provided_role;
use crate::testing::{member, owner, parts, services};
use crate::{Error, MockClock, Parts, Services, Viewer};
use chrono::Utc;
use domain::audit::Named;
use domain::datasets::{NewDataset, Visibility};
use domain::prompts::PromptDraft;
use domain::sign_ins::SignInMethod;
use domain::team::{Belongings, MemberSummary};
use domain::{Role, UserId};
use secrecy::ExposeSecret as _;
use sqlx::PgPool;
use std::sync::Arc;

async fn of(services: &Services, viewer: &Viewer, person: UserId) -> MemberSummary {
    let members = services.team().list_members(viewer).await.unwrap();
    members.into_iter().find(|member| member.user_id == person).expect("in the team")
}

fn at_field<T: std::fmt::Debug>(result: Result<T, Error>, field: &str) -> String {
    match result {
        Err(Error::Invalid(errors)) => errors.get(field).unwrap_or_else(|| panic!("nothing at {field}: {errors:?}")).to_owned(),
        other => panic!("not refused at a field: {other:?}"),
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn several_roles_add_up_and_hold_from_the_next_request_on(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let grace = member(&services, &ada, "grace@example.org", Role::Viewer).await;
    let changed = services.team().change_roles(&ada, grace.user_id, &[Role::TeamManager, Role::Viewer, Role::Viewer]).await.unwrap();
    assert_eq!(changed.roles, [Role::Viewer, Role::TeamManager]);
    assert_eq!(of(&services, &ada, grace.user_id).await.roles, changed.roles);
    let none = services.team().change_roles(&ada, grace.user_id, &[]).await;
    assert!(at_field(none, "roles").contains("one role at least"));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn nobody_gives_takes_or_touches_what_is_above_them_themselves_included(pool: PgPool) {
    let services = services(&pool);
    let team = services.team();
    let ada = owner(&services, "ada@example.org").await;
    let mary = member(&services, &ada, "mary@example.org", Role::TeamManager).await;
    let grace = member(&services, &ada, "grace@example.org", Role::Collaborator).await;
    assert!(at_field(team.change_roles(&mary, mary.user_id, &[Role::Owner]).await, "roles").contains("above your own"));
    assert!(at_field(team.change_roles(&mary, grace.user_id, &[Role::Owner]).await, "roles").contains("above your own"));
    assert!(matches!(team.change_roles(&mary, ada.user_id, &[Role::Viewer]).await, Err(Error::Forbidden)));
    assert!(matches!(team.suspend(&mary, ada.user_id).await, Err(Error::Forbidden)));
    assert!(matches!(team.remove(&mary, ada.user_id).await, Err(Error::Forbidden)));
    assert!(matches!(team.hand_over(&mary, mary.user_id).await, Err(Error::Forbidden)));
    assert!(matches!(team.change_roles(&grace, grace.user_id, &[Role::Owner]).await, Err(Error::Forbidden)));
    assert_eq!(of(&services, &ada, ada.user_id).await.roles, [Role::Owner]);
    assert!(!of(&services, &mary, ada.user_id).await.is_changeable && of(&services, &mary, grace.user_id).await.is_changeable);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn people_of_another_team_do_not_exist(pool: PgPool) {
    let services = services(&pool);
    let team = services.team();
    let ada = owner(&services, "ada@example.org").await;
    let grace = member(&services, &ada, "grace@example.org", Role::Viewer).await;
    let eve = owner(&services, "eve@example.org").await;
    assert!(matches!(team.change_roles(&eve, grace.user_id, &[Role::Owner]).await, Err(Error::NotFound)));
    assert!(matches!(team.suspend(&eve, grace.user_id).await, Err(Error::NotFound)));
    assert!(matches!(team.reinstate(&eve, grace.user_id).await, Err(Error::NotFound)));
    assert!(matches!(team.remove(&eve, grace.user_id).await, Err(Error::NotFound)));
    assert!(matches!(team.belongings(&eve, grace.user_id).await, Err(Error::NotFound)));
    assert!(matches!(team.hand_over(&eve, grace.user_id).await, Err(Error::NotFound)));
    assert_eq!(of(&services, &ada, grace.user_id).await.roles, [Role::Viewer]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_last_owner_stays(pool: PgPool) {
    let services = services(&pool);
    let team = services.team();
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Owner).await;
    team.suspend(&ada, bob.user_id).await.unwrap();
    // Bob owns the team too, but cannot come in.
    assert!(matches!(team.change_roles(&ada, ada.user_id, &[Role::TeamManager]).await, Err(Error::Conflict(_))));
    assert!(matches!(team.remove(&ada, ada.user_id).await, Err(Error::Conflict(_))));
    assert!(matches!(team.suspend(&ada, ada.user_id).await, Err(Error::Conflict(_))));
    team.reinstate(&ada, bob.user_id).await.unwrap();
    team.change_roles(&ada, ada.user_id, &[Role::TeamManager]).await.unwrap();
    assert!(matches!(team.change_roles(&bob, bob.user_id, &[Role::Viewer]).await, Err(Error::Conflict(_))));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn two_owners_who_demote_each_other_at_once_leave_one(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    for round in 0..8 {
        let eve = member(&services, &ada, &format!("eve{round}@example.org"), Role::Owner).await;
        let team = services.team();
        let (one, other) =
            futures::join!(team.change_roles(&ada, eve.user_id, &[Role::Viewer]), team.change_roles(&eve, ada.user_id, &[Role::Viewer]));
        assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
        let owners: i64 = sqlx::query_scalar("SELECT count(*) FROM memberships WHERE team_id = $1 AND 'Owner' = ANY (roles)")
            .bind(ada.team_id)
            .fetch_one(&pool)
            .await
            .unwrap();
        assert_eq!(owners, 1);
        let winner = if one.is_ok() { &ada } else { &eve };
        services.team().change_roles(winner, ada.user_id, &[Role::Owner]).await.unwrap();
        if winner.user_id != ada.user_id {
            services.team().change_roles(&ada, eve.user_id, &[Role::Viewer]).await.unwrap();
        }
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn two_owners_who_step_down_or_remove_each_other_at_once_leave_one(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Owner).await;
    let team = services.team();
    let (one, other) =
        futures::join!(team.change_roles(&ada, ada.user_id, &[Role::Viewer]), team.change_roles(&bob, bob.user_id, &[Role::Viewer]));
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    let (stays, fell) = if one.is_ok() { (bob, ada) } else { (ada, bob) };
    team.change_roles(&stays, fell.user_id, &[Role::Owner]).await.unwrap();
    let (one, other) = futures::join!(team.remove(&stays, fell.user_id), team.suspend(&fell, stays.user_id));
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_provider_gives_members_a_role_but_makes_nobody_a_member_and_keeps_the_last_owner(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let grace = member(&services, &ada, "grace@example.org", Role::Owner).await;
    let eve = owner(&services, "eve@example.org").await;
    for person in [eve.user_id, grace.user_id, ada.user_id] {
        let says_so = Named { id: uuid::Uuid::nil(), name: "Works".to_owned() };
        let mut tx = services.db().system_tx().await.unwrap();
        take_provided_role(&mut tx, (ada.team_id, person), Role::Collaborator, says_so).await.unwrap();
        tx.commit().await.unwrap();
    }
    let members = services.team().list_members(&ada).await.unwrap();
    let roles: Vec<_> = members.iter().map(|member| (member.user_id, member.roles.as_slice())).collect();
    assert_eq!(roles, [(ada.user_id, [Role::Owner].as_slice()), (grace.user_id, [Role::Collaborator].as_slice())]);
    let told = "SELECT target_id FROM audit_events WHERE action = 'member.roles-provided' AND team_id = $1 AND actor_id IS NULL";
    let told: Vec<Option<UserId>> = sqlx::query_scalar(told).bind(ada.team_id).fetch_all(&pool).await.unwrap();
    assert_eq!(told, [Some(grace.user_id)]);
}

fn here() -> Origin {
    Origin { ip: "192.0.2.1".parse().unwrap(), user_agent: "Test".to_owned() }
}

/// Services with a clock, and two people signed in with a session in Ada's team.
async fn with_sessions(pool: &PgPool) -> (Services, Viewer, Viewer, String) {
    let clock = Arc::new(MockClock::at(Utc::now()));
    let services = Services::new(Parts { clock, ..parts(pool) });
    let ada = owner(&services, "ada@example.org").await;
    let grace = member(&services, &ada, "grace@example.org", Role::Collaborator).await;
    let mut tx = services.db().system_tx().await.unwrap();
    let session = services.identity().start_session(&mut tx, (grace.user_id, ada.team_id), SignInMethod::Password, &here()).await.unwrap();
    tx.commit().await.unwrap();
    (services, ada, grace, session.token.expose_secret().to_owned())
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn suspension_ends_the_sessions_in_this_team_and_reinstating_lets_in_again(pool: PgPool) {
    let (services, ada, grace, token) = with_sessions(&pool).await;
    let signed_in = services.identity().viewer_for_token(&token, &here()).await.unwrap().unwrap();
    assert!(services.identity().is_still_signed_in(&signed_in).await.unwrap());
    let suspended = services.team().suspend(&ada, grace.user_id).await.unwrap();
    assert!(suspended.suspended_at.is_some());
    assert!(!services.identity().is_still_signed_in(&signed_in).await.unwrap(), "an open stream ends");
    assert!(services.identity().viewer_for_token(&token, &here()).await.unwrap().is_none(), "the next request is nobody's");
    let teams = services.team().list_teams(&grace).await.unwrap();
    assert!(teams.iter().all(|team| team.id != ada.team_id), "they have no way in");
    let again = Viewer { session_id: signed_in.session_id, ..grace.clone() };
    assert!(matches!(services.identity().switch_team(&again, ada.team_id).await, Err(Error::NotFound)));

    services.team().reinstate(&ada, grace.user_id).await.unwrap();
    assert!(services.team().list_teams(&grace).await.unwrap().iter().any(|team| team.id == ada.team_id));
    services.identity().switch_team(&again, ada.team_id).await.unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn who_is_suspended_in_one_team_goes_on_in_another(pool: PgPool) {
    let (services, ada, grace, _) = with_sessions(&pool).await;
    let home = services.team().list_teams(&grace).await.unwrap().into_iter().find(|team| team.is_personal).unwrap().id;
    let mut tx = services.db().system_tx().await.unwrap();
    let session = services.identity().start_session(&mut tx, (grace.user_id, home), SignInMethod::Password, &here()).await.unwrap();
    tx.commit().await.unwrap();
    services.team().suspend(&ada, grace.user_id).await.unwrap();
    let viewer = services.identity().viewer_for_token(session.token.expose_secret(), &here()).await.unwrap().unwrap();
    assert_eq!(viewer.team_id, home);
    assert_eq!(services.team().list_teams(&grace).await.unwrap().len(), 1, "who has a team gets no other");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn who_is_suspended_in_their_only_team_gets_one_of_their_own(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let grace = owner(&services, "grace@example.org").await;
    let sent = services.team().invite(&ada, "grace@example.org", Role::Collaborator).await.unwrap();
    services.team().accept_invitation(&grace, sent.link.split_once("?invitation=").unwrap().1).await.unwrap();
    services.team().delete(&grace, "grace@example.org").await.unwrap();
    let teams = async || services.team().list_teams(&grace).await.unwrap();
    assert_eq!(teams().await.iter().map(|team| team.id).collect::<Vec<_>>(), [ada.team_id]);

    for _ in 0..2 {
        services.team().suspend(&ada, grace.user_id).await.unwrap();
        let left = teams().await;
        assert!(left.len() == 1 && left[0].is_personal && left[0].id != ada.team_id, "one, and no second: {left:?}");
    }
    // From there she reaches what is hers.
    let home = Viewer { team_id: teams().await[0].id, ..grace.clone() };
    services.team().restore(&home, grace.team_id).await.unwrap();
    services.team().reinstate(&ada, grace.user_id).await.unwrap();
    assert_eq!(teams().await.len(), 3);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_was_theirs_alone_goes_to_whoever_removes_them(pool: PgPool) {
    let (services, ada, grace, token) = with_sessions(&pool).await;
    for visibility in [Visibility::Private, Visibility::Team] {
        let name = format!("{visibility}");
        let draft = PromptDraft { name: name.clone(), visibility, ..PromptDraft::default() };
        services.prompts().create(&grace, draft).await.unwrap();
        let new = NewDataset { name, description: String::new(), visibility, embedding_model_id: None };
        services.datasets().create(&grace, new).await.unwrap();
    }
    let insert = "INSERT INTO conversations (id, team_id, user_id, title) VALUES (gen_random_uuid(), $1, $2, 'About owls')";
    sqlx::query(insert).bind(ada.team_id).bind(grace.user_id).execute(&pool).await.unwrap();
    let expected = Belongings { prompts: 1, datasets: 1, chats: 1 };
    assert_eq!(services.team().belongings(&ada, grace.user_id).await.unwrap(), expected);
    assert_eq!(services.prompts().list(&ada).await.unwrap().len(), 1, "private ones are not Ada's yet");

    assert_eq!(services.team().remove(&ada, grace.user_id).await.unwrap(), expected);
    assert_eq!(services.prompts().list(&ada).await.unwrap().len(), 2);
    assert_eq!(services.datasets().list(&ada).await.unwrap().len(), 2);
    assert_eq!(services.chat().list(&ada, domain::PageRequest::default()).await.unwrap().total, 1);
    assert!(services.identity().viewer_for_token(&token, &here()).await.unwrap().is_none());
    assert_eq!(services.team().list_members(&ada).await.unwrap().len(), 1);
    assert!(matches!(services.team().remove(&ada, grace.user_id).await, Err(Error::NotFound)));
    let shared: UserId = sqlx::query_scalar("SELECT created_by FROM prompts WHERE visibility = 'Team'").fetch_one(&pool).await.unwrap();
    assert_eq!(shared, grace.user_id, "what was shared keeps its maker");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn who_is_removed_from_their_only_team_gets_one_of_their_own(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Owner).await;
    // Ada has made this team, and it is her only one.
    services.team().remove(&bob, ada.user_id).await.unwrap();
    let teams = services.team().list_teams(&ada).await.unwrap();
    assert_eq!(teams.len(), 1);
    assert!(teams[0].is_personal && teams[0].id != ada.team_id, "{teams:?}");
    let left = services.team().list_teams(&bob).await.unwrap();
    assert!(left.iter().any(|team| team.id == ada.team_id && !team.is_personal), "nobody's own any more: {left:?}");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn ownership_changes_hands(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let grace = member(&services, &ada, "grace@example.org", Role::Collaborator).await;
    assert!(matches!(services.team().hand_over(&ada, ada.user_id).await, Err(Error::Conflict(_))));
    services.team().suspend(&ada, grace.user_id).await.unwrap();
    assert!(matches!(services.team().hand_over(&ada, grace.user_id).await, Err(Error::Conflict(_))));
    services.team().reinstate(&ada, grace.user_id).await.unwrap();
    for gone in ["suspended_at", "deletion_requested_at"] {
        let change = |when: &str| sqlx::AssertSqlSafe(format!("UPDATE users SET {gone} = {when} WHERE id = $1"));
        sqlx::query(change("now()")).bind(grace.user_id).execute(&pool).await.unwrap();
        let refused = services.team().hand_over(&ada, grace.user_id).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{gone}: {refused:?}");
        sqlx::query(change("NULL")).bind(grace.user_id).execute(&pool).await.unwrap();
    }
    let now = services.team().hand_over(&ada, grace.user_id).await.unwrap();
    assert_eq!(now.roles, [Role::Collaborator, Role::Owner]);
    assert_eq!(of(&services, &grace, ada.user_id).await.roles, [Role::TeamManager]);
    // Ada still holds the rights of her last request; the roles of this moment decide.
    assert!(matches!(services.team().hand_over(&ada, ada.user_id).await, Err(Error::Forbidden)));
    assert!(matches!(services.team().change_roles(&ada, grace.user_id, &[Role::Viewer]).await, Err(Error::Forbidden)));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_owner_who_is_about_to_leave_does_not_count(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Owner).await;
    sqlx::query("UPDATE users SET deletion_requested_at = now() WHERE id = $1").bind(bob.user_id).execute(&pool).await.unwrap();
    let refused = services.team().change_roles(&ada, ada.user_id, &[Role::Viewer]).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    sqlx::query("UPDATE users SET deletion_requested_at = NULL").execute(&pool).await.unwrap();
    services.team().change_roles(&ada, ada.user_id, &[Role::Viewer]).await.unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whoever_only_looks_is_refused_by_postgres_itself(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let looking = Viewer { seen_by: Some(UserId::new()), ..ada.clone() };
    let refused = services.team().create_group(&looking, "Readers").await;
    assert!(matches!(refused, Err(Error::ReadOnly)), "{refused:?}");
    assert!(services.team().list_groups(&looking).await.unwrap().is_empty());
}
