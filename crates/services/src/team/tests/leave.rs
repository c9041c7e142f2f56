//! Leaving: always an owner behind, nothing lost, and somewhere to go on.

use crate::identity::Origin;
use crate::testing::{member, owner, services};
use crate::{Error, Services, Viewer};
use domain::datasets::{NewDataset, Visibility};
use domain::prompts::PromptDraft;
use domain::sign_ins::SignInMethod;
use domain::team::Belongings;
use domain::{Role, TeamId, UserId};
use secrecy::ExposeSecret as _;
use sqlx::PgPool;

fn here() -> Origin {
    Origin { ip: "192.0.2.1".parse().unwrap(), user_agent: "Test".to_owned() }
}

async fn teams_of(services: &Services, viewer: &Viewer) -> Vec<TeamId> {
    services.team().list_teams(viewer).await.unwrap().into_iter().map(|team| team.id).collect()
}

/// Why the viewer cannot leave the team, as they are told before and when they try.
async fn hindrance(services: &Services, viewer: &Viewer, team: TeamId) -> String {
    let told = services.team().leaving_terms(viewer, team).await.unwrap().hindrance.expect("something hinders them");
    match services.team().leave(viewer, team).await {
        Err(Error::Conflict(sentence)) => assert_eq!(sentence, told),
        other => panic!("not refused: {other:?}"),
    }
    told
}

/// A private prompt, a private dataset, the same for the team, a chat and an API key.
async fn make_things(services: &Services, pool: &PgPool, viewer: &Viewer) {
    for visibility in [Visibility::Private, Visibility::Team] {
        let name = format!("{visibility}");
        let draft = PromptDraft { name: name.clone(), visibility, ..PromptDraft::default() };
        services.prompts().create(viewer, draft).await.unwrap();
        let new = NewDataset { name, description: String::new(), visibility, embedding_model_id: None };
        services.datasets().create(viewer, new).await.unwrap();
    }
    for insert in [
        "INSERT INTO conversations (id, team_id, user_id, title) VALUES (gen_random_uuid(), $1, $2, 'About owls')",
        "INSERT INTO api_keys (id, team_id, user_id, name, selector, secret_hash, scopes, created_at)
         VALUES (gen_random_uuid(), $1, $2, 'Nightly', 'nightly', '', '{read}', now())",
    ] {
        sqlx::query(insert).bind(viewer.team_id).bind(viewer.user_id).execute(pool).await.unwrap();
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_is_theirs_alone_goes_to_an_owner_and_what_they_gave_others_ends(pool: PgPool) {
    let services = services(&pool);
    let team = services.team();
    let ada = owner(&services, "ada@example.org").await;
    let grace = member(&services, &ada, "grace@example.org", Role::TeamManager).await;
    make_things(&services, &pool, &grace).await;
    team.invite(&grace, "carol@example.org", Role::Viewer).await.unwrap();
    let terms = team.leaving_terms(&grace, ada.team_id).await.unwrap();
    let own = Belongings { prompts: 1, datasets: 1, chats: 1 };
    assert_eq!((terms.hindrance, terms.heir.as_str(), terms.belongings), (None, "ada@example.org", own));

    team.leave(&grace, ada.team_id).await.unwrap();
    assert!(!teams_of(&services, &grace).await.contains(&ada.team_id));
    assert_eq!(team.list_members(&ada).await.unwrap().len(), 1);
    assert_eq!(team.list_invitations(&ada).await.unwrap(), []);
    assert_eq!(services.chat().list(&ada, domain::PageRequest::default()).await.unwrap().total, 1);
    let makers = "SELECT visibility, created_by FROM prompts UNION ALL SELECT visibility, created_by FROM datasets ORDER BY visibility";
    let makers: Vec<(String, UserId)> = sqlx::query_as(makers).fetch_all(&pool).await.unwrap();
    let expected = [("Private", ada.user_id), ("Private", ada.user_id), ("Team", grace.user_id), ("Team", grace.user_id)];
    assert_eq!(makers, expected.map(|(visibility, maker)| (visibility.to_owned(), maker)));
    let keys: i64 = sqlx::query_scalar("SELECT count(*) FROM api_keys").fetch_one(&pool).await.unwrap();
    assert_eq!(keys, 0);
    let told = "SELECT action, actor_id, details->'belongings'->>'chats' FROM audit_events
                WHERE team_id = $1 AND action IN ('member.left', 'invitation.revoked') ORDER BY position";
    let told: Vec<(String, Option<UserId>, Option<String>)> = sqlx::query_as(told).bind(ada.team_id).fetch_all(&pool).await.unwrap();
    let by_grace = Some(grace.user_id);
    let expected = [("member.left".to_owned(), by_grace, Some("1".to_owned())), ("invitation.revoked".to_owned(), by_grace, None)];
    assert_eq!(told, expected);
    assert!(matches!(team.leave(&grace, ada.team_id).await, Err(Error::NotFound)), "once");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_heir_is_the_owner_who_is_there_longest_of_those_who_stay(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Owner).await;
    let vera = member(&services, &ada, "vera@example.org", Role::Viewer).await;
    let mary = member(&services, &ada, "mary@example.org", Role::TeamManager).await;
    let grace = member(&services, &ada, "grace@example.org", Role::Viewer).await;
    let heir = async || services.team().leaving_terms(&grace, ada.team_id).await.unwrap().heir;
    assert_eq!(heir().await, "ada@example.org");
    let earlier = "UPDATE memberships SET created_at = now() - interval '1 day' WHERE team_id = $1 AND user_id = ANY ($2)";
    let before_ada = vec![bob.user_id.as_uuid(), vera.user_id.as_uuid(), mary.user_id.as_uuid()];
    sqlx::query(earlier).bind(ada.team_id).bind(before_ada).execute(&pool).await.unwrap();
    assert_eq!(heir().await, "bob@example.org");
    sqlx::query("UPDATE users SET deletion_requested_at = now() WHERE id = $1").bind(bob.user_id).execute(&pool).await.unwrap();
    assert_eq!(heir().await, "ada@example.org");
    let name = "UPDATE users SET first_name = 'Ada', last_name = 'Lovelace' WHERE id = $1";
    sqlx::query(name).bind(ada.user_id).execute(&pool).await.unwrap();
    assert_eq!(heir().await, "Ada Lovelace");
    assert!(!services.team().leaving_terms(&grace, ada.team_id).await.unwrap().is_heir_no_owner);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn nothing_goes_to_an_owner_who_cannot_come_in_or_is_about_to_go_while_somebody_else_stays(pool: PgPool) {
    let services = services(&pool);
    let team = services.team();
    let ada = owner(&services, "ada@example.org").await;
    member(&services, &ada, "vera@example.org", Role::Viewer).await;
    let mary = member(&services, &ada, "mary@example.org", Role::TeamManager).await;
    let grace = member(&services, &ada, "grace@example.org", Role::Viewer).await;
    let chat = "INSERT INTO conversations (id, team_id, user_id, title) VALUES (gen_random_uuid(), $1, $2, 'About owls')";
    sqlx::query(chat).bind(grace.team_id).bind(grace.user_id).execute(&pool).await.unwrap();
    let terms = async || {
        let terms = team.leaving_terms(&grace, ada.team_id).await.unwrap();
        (terms.heir, terms.is_heir_no_owner)
    };
    let who = |name: &str, is_heir_no_owner: bool| (format!("{name}@example.org"), is_heir_no_owner);
    for (keep_out, let_in) in [
        ("UPDATE users SET suspended_at = now() WHERE id = $1", "UPDATE users SET suspended_at = NULL WHERE id = $1"),
        ("UPDATE memberships SET suspended_at = now() WHERE user_id = $1", "UPDATE memberships SET suspended_at = NULL WHERE user_id = $1"),
        ("UPDATE users SET deletion_requested_at = now() WHERE id = $1", "UPDATE users SET deletion_requested_at = NULL WHERE id = $1"),
    ] {
        sqlx::query(keep_out).bind(ada.user_id).execute(&pool).await.unwrap();
        assert_eq!(terms().await, who("mary", true), "{keep_out}");
        sqlx::query(let_in).bind(ada.user_id).execute(&pool).await.unwrap();
        assert_eq!(terms().await, who("ada", false), "{let_in}");
    }
    // Where nobody stays it is an owner after all.
    let everybody = "UPDATE users SET suspended_at = now() WHERE id <> $1";
    sqlx::query(everybody).bind(grace.user_id).execute(&pool).await.unwrap();
    assert_eq!(terms().await, who("ada", false));
    sqlx::query("UPDATE users SET suspended_at = NULL WHERE id <> $1").bind(ada.user_id).execute(&pool).await.unwrap();
    team.leave(&grace, ada.team_id).await.unwrap();
    let owners: Vec<UserId> = sqlx::query_scalar("SELECT user_id FROM conversations").fetch_all(&pool).await.unwrap();
    assert_eq!(owners, [mary.user_id]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_last_owner_stays_and_so_does_whoever_is_alone(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let made = services.team().create(&ada, "Legal").await.unwrap().id;
    for alone in [ada.team_id, made] {
        assert!(hindrance(&services, &ada, alone).await.starts_with("Nobody else is in this team"));
    }
    let grace = member(&services, &ada, "grace@example.org", Role::TeamManager).await;
    assert!(hindrance(&services, &ada, ada.team_id).await.starts_with("A team needs an owner"));
    let bob = member(&services, &ada, "bob@example.org", Role::Owner).await;
    services.team().suspend(&ada, bob.user_id).await.unwrap();
    assert!(hindrance(&services, &ada, ada.team_id).await.starts_with("A team needs an owner"), "he cannot come in");
    services.team().reinstate(&ada, bob.user_id).await.unwrap();

    services.team().leave(&ada, ada.team_id).await.unwrap();
    let left = services.team().list_teams(&bob).await.unwrap();
    assert!(left.iter().any(|team| team.id == ada.team_id && !team.is_personal), "nobody's own any more: {left:?}");
    assert_eq!(teams_of(&services, &ada).await, [made], "who has a team gets no other");
    assert!(teams_of(&services, &grace).await.contains(&ada.team_id));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn two_owners_who_leave_at_once_leave_one(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    for round in 0..4 {
        let eve = member(&services, &ada, &format!("eve{round}@example.org"), Role::Owner).await;
        let bob = member(&services, &ada, &format!("bob{round}@example.org"), Role::Owner).await;
        services.team().change_roles(&ada, ada.user_id, &[Role::TeamManager]).await.unwrap();
        let team = services.team();
        let (one, other) = futures::join!(team.leave(&eve, ada.team_id), team.leave(&bob, ada.team_id));
        assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
        let stays = if one.is_ok() { bob } else { eve };
        team.change_roles(&stays, ada.user_id, &[Role::Owner]).await.unwrap();
        team.leave(&stays, ada.team_id).await.unwrap();
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whoever_leaves_goes_on_in_another_team_or_gets_one_of_their_own(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let grace = member(&services, &ada, "grace@example.org", Role::Viewer).await;
    let own = services.team().list_teams(&grace).await.unwrap().into_iter().find(|team| team.is_personal).unwrap().id;
    sqlx::query("UPDATE teams SET deleted_at = now() WHERE id = $1").bind(own).execute(&pool).await.unwrap();
    let mut tx = services.db().system_tx().await.unwrap();
    let at = (grace.user_id, ada.team_id);
    let session = services.identity().start_session(&mut tx, at, SignInMethod::Password, &here()).await.unwrap();
    tx.commit().await.unwrap();
    let viewer = async || services.identity().viewer_for_token(session.token.expose_secret(), &here()).await.unwrap().unwrap();
    let before = viewer().await;
    assert_eq!(before.team_id, ada.team_id);

    services.team().leave(&before, ada.team_id).await.unwrap();
    assert!(!services.identity().is_still_signed_in(&before).await.unwrap(), "an open stream ends");
    let after = viewer().await;
    let teams = services.team().list_teams(&after).await.unwrap();
    assert!(teams.len() == 1 && teams[0].is_personal && teams[0].id == after.team_id && after.team_id != own, "{teams:?}");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_team_one_does_not_work_in_does_not_exist_and_whoever_only_looks_leaves_nothing(pool: PgPool) {
    let services = services(&pool);
    let team = services.team();
    let ada = owner(&services, "ada@example.org").await;
    let grace = member(&services, &ada, "grace@example.org", Role::Viewer).await;
    let eve = owner(&services, "eve@example.org").await;
    let is_hidden = async |viewer: &Viewer| {
        let (terms, left) = (team.leaving_terms(viewer, ada.team_id).await, team.leave(viewer, ada.team_id).await);
        matches!(terms, Err(Error::NotFound)) && matches!(left, Err(Error::NotFound))
    };
    assert!(is_hidden(&eve).await);
    assert!(matches!(team.leave(&grace, TeamId::new()).await, Err(Error::NotFound)));
    let looking = Viewer { seen_by: Some(ada.user_id), ..grace.clone() };
    assert!(matches!(team.leaving_terms(&looking, ada.team_id).await, Err(Error::Conflict(_))));
    assert!(matches!(team.leave(&looking, ada.team_id).await, Err(Error::Conflict(_))));
    team.suspend(&ada, grace.user_id).await.unwrap();
    assert!(is_hidden(&grace).await);
    team.reinstate(&ada, grace.user_id).await.unwrap();
    sqlx::query("UPDATE teams SET deleted_at = now() WHERE id = $1").bind(ada.team_id).execute(&pool).await.unwrap();
    assert!(is_hidden(&grace).await);
    let count = "SELECT count(*) FROM memberships WHERE team_id = $1";
    let memberships: i64 = sqlx::query_scalar(count).bind(ada.team_id).fetch_one(&pool).await.unwrap();
    assert_eq!(memberships, 2);
}
