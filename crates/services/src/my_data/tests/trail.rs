//! What the trail tells of an account: what was asked for it, and once it is gone what its person did, without a word about them.

use super::{count, delete, installation, sign_up};
use crate::audit::record_in;
use crate::testing::{many_events, member, owner, services};
use crate::{CameFrom, Error, MockClock, Services, Viewer};
use chrono::TimeDelta;
use domain::audit::{Action, AuditQuery, AuditScope, Event, Via};
use domain::datasets::{NewDataset, Visibility};
use domain::identity::Profile;
use domain::{Role, UserId};
use sqlx::PgPool;

/// All events as one text, in lower case.
async fn everything(pool: &PgPool) -> String {
    let rows: Vec<String> = sqlx::query_scalar("SELECT lower(e::text) FROM audit_events e").fetch_all(pool).await.unwrap();
    rows.join("\n")
}

/// What a person did with their account, the earliest first.
async fn acts(pool: &PgPool, person: UserId, start: &str) -> Vec<String> {
    let acts = "SELECT action FROM audit_events WHERE actor_id = $1 AND starts_with(action, $2) ORDER BY position";
    sqlx::query_scalar(acts).bind(person).bind(start).fetch_all(pool).await.unwrap()
}

/// What a trail tells, the latest first.
async fn sentences(services: &Services, viewer: &Viewer, scope: AuditScope) -> Vec<String> {
    let page = services.audit().list(viewer, scope, &AuditQuery::default(), None).await.unwrap();
    page.entries.into_iter().map(|entry| entry.sentence).collect()
}

/// Ada, who signed up, in Olga's team, which she was invited to.
async fn ada_in_the_team_of(olga: &Viewer, services: &Services) -> (Viewer, Viewer) {
    let ada = sign_up(services, "ada@example.org").await;
    let sent = services.team().invite(olga, "ada@example.org", Role::Collaborator).await.unwrap();
    services.team().accept_invitation(&ada, sent.link.split_once("?invitation=").unwrap().1).await.unwrap();
    let there = Viewer { team_id: olga.team_id, ..ada.clone() };
    (ada, there)
}

async fn rename(services: &Services, person: &Viewer, first_name: &str, last_name: &str) {
    let (first_name, last_name) = (first_name.to_owned(), last_name.to_owned());
    let profile = Profile { first_name, last_name, tone: String::new(), about: String::new() };
    services.identity().update_profile(person, profile).await.unwrap();
}

/// Puts acts of a person on their own account into the trail, all under this name.
async fn act(services: &Services, person: &Viewer, actions: &[Action], name: &str) {
    let mut tx = services.db().system_tx().await.unwrap();
    for action in actions {
        record_in(&mut tx, None, person, Event::new(*action, person.user_id.as_uuid(), name)).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// Somebody's account goes for good.
async fn end(services: &Services, clock: &MockClock, person: &Viewer) {
    delete(services, person).await.unwrap();
    clock.advance(TimeDelta::days(15));
    assert_eq!(services.my_data().remove_gone_accounts().await.unwrap(), 1);
}

fn former(person: &Viewer) -> String {
    format!("Former person {:04x}", person.user_id.as_uuid().as_u128() & 0xffff)
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_trail_keeps_what_somebody_did_and_forgets_who_it_was(pool: PgPool) {
    let (services, clock, administrator) = installation(&pool).await;
    let olga = owner(&services, "olga@example.org").await;
    let (ada, there) = ada_in_the_team_of(&olga, &services).await;
    rename(&services, &ada, "Augusta", "Lovelace").await;
    let came_from = CameFrom { via: Via::Screen, ip: Some("192.0.2.77".parse().unwrap()) };
    let there = Viewer { came_from, ..there };
    let new = NewDataset { name: "Payroll".to_owned(), description: String::new(), visibility: Visibility::Team, embedding_model_id: None };
    services.datasets().create(&there, new).await.unwrap();
    services.team().create_group(&there, "Lovelace’s readers").await.unwrap();
    services.team().change_roles(&olga, ada.user_id, &[Role::Viewer]).await.unwrap();
    services.team().create_group(&ada, "Hers alone").await.unwrap();
    let words = ["augusta", "lovelace", "ada@example.org", "ada’s team", "192.0.2.77"];
    let before = everything(&pool).await;
    assert!(words.iter().filter(|word| **word != "ada’s team").all(|word| before.contains(word)));

    end(&services, &clock, &ada).await;
    let after = everything(&pool).await;
    for word in words {
        assert!(!after.contains(word), "{word}: {after}");
    }
    let former = former(&ada);
    let expected = [
        format!("Lyceum removed {former} from the team"),
        format!("olga@example.org changed the roles of {former} to viewer"),
        format!("{former} made the group “…”"),
        format!("{former} made the dataset “Payroll”"),
        format!("{former} joined the team as collaborator"),
        "olga@example.org invited somebody as collaborator".to_owned(),
    ];
    assert_eq!(sentences(&services, &olga, AuditScope::Team).await, expected);
    let about = AuditQuery { about: ada.user_id.to_string(), ..AuditQuery::default() };
    let called = services.audit().list(&olga, AuditScope::Team, &about, None).await.unwrap().about;
    assert_eq!(called.as_ref(), Some(&former));
    let choices = services.audit().choices(&olga, AuditScope::Team).await.unwrap();
    assert!(choices.people.contains(&(ada.user_id, former.clone())), "{:?}", choices.people);
    let all = sentences(&services, &administrator, AuditScope::Installation).await;
    let expected = [
        format!("Lyceum removed {former} from the team"),
        format!("Lyceum deleted the account of {former} for good"),
        format!("{former} removed the deleted team “…” for good"),
    ];
    assert_eq!(all[..3], expected);
    let report = services.audit().verify(&administrator, AuditScope::Installation).await.unwrap();
    assert!(report.is_whole, "{}", report.sentence);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_is_called_like_the_address_of_somebody_else_takes_no_word_about_them_along(pool: PgPool) {
    let (services, clock, administrator) = installation(&pool).await;
    let olga = owner(&services, "olga@example.org").await;
    let ada = sign_up(&services, "ada@example.org").await;
    services.team().invite(&olga, "bob@example.org", Role::Viewer).await.unwrap();
    let bob = member(&services, &olga, "bob@example.org", Role::Viewer).await;
    services.team().change_roles(&olga, bob.user_id, &[Role::Collaborator]).await.unwrap();
    let of_her_choice = [
        Action::AccountPasskeyAdded,
        Action::AccountPasskeyRemoved,
        Action::AccountIdentityLinked,
        Action::AccountIdentityUnlinked,
        Action::MemberRolesProvided,
    ];
    act(&services, &ada, &of_her_choice, "Bob@example.org").await;
    end(&services, &clock, &ada).await;
    let expected =
        ["olga@example.org changed the roles of bob@example.org to collaborator", "olga@example.org invited bob@example.org as viewer"];
    assert_eq!(sentences(&services, &olga, AuditScope::Team).await, expected);
    let about_her = "SELECT count(*) FROM audit_events WHERE target_id = $1 AND target_name <> ''";
    let named: i64 = sqlx::query_scalar(about_her).bind(ada.user_id).fetch_one(&pool).await.unwrap();
    assert_eq!(named, 0, "what she called her passkeys goes");
    assert!(services.audit().verify(&administrator, AuditScope::Installation).await.unwrap().is_whole);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_earlier_address_is_forgotten_and_whoever_has_it_now_is_not(pool: PgPool) {
    let (services, clock, _) = installation(&pool).await;
    let olga = owner(&services, "olga@example.org").await;
    let ada = sign_up(&services, "ada@example.org").await;
    services.team().invite(&olga, "office@example.org", Role::Viewer).await.unwrap();
    act(&services, &ada, &[Action::AccountEmailChanged], "office@example.org").await;
    let heir = member(&services, &olga, "office@example.org", Role::Viewer).await;
    services.team().change_roles(&olga, heir.user_id, &[Role::Collaborator]).await.unwrap();
    end(&services, &clock, &ada).await;
    let expected =
        ["olga@example.org changed the roles of office@example.org to collaborator", "olga@example.org invited somebody as viewer"];
    assert_eq!(sentences(&services, &olga, AuditScope::Team).await, expected);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_name_that_is_taken_later_hides_nothing_that_was_done_before(pool: PgPool) {
    let (services, clock, _) = installation(&pool).await;
    let olga = owner(&services, "olga@example.org").await;
    let (ada, there) = ada_in_the_team_of(&olga, &services).await;
    services.team().create_group(&there, "Payroll").await.unwrap();
    rename(&services, &ada, "Augusta", "Payroll").await;
    services.team().create_group(&there, "Augusta’s readers").await.unwrap();
    services.team().create_group(&there, "Ada’s readers").await.unwrap();
    end(&services, &clock, &ada).await;
    let former = former(&ada);
    let told = sentences(&services, &olga, AuditScope::Team).await;
    let made = |name: &str| format!("{former} made the group “{name}”");
    assert_eq!(told[1..4], [made("…"), made("…"), made("Payroll")], "before the end of her account");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_person_is_forgotten_in_chains_of_thousands_of_events_and_nobody_else_is(pool: PgPool) {
    let (services, clock, administrator) = installation(&pool).await;
    let olga = owner(&services, "olga@example.org").await;
    let ada = sign_up(&services, "ada@example.org").await;
    for team in [Some(olga.team_id), None] {
        many_events(&pool, team, &[ada.user_id, olga.user_id], 3000).await;
    }
    end(&services, &clock, &ada).await;
    let forgotten = "SELECT count(*) FILTER (WHERE actor_id = $1 AND actor_name = '' AND ip = '' AND salts[1] IS NULL),
                            count(*) FILTER (WHERE actor_id = $2 AND actor_name = 'olga@example.org' AND ip <> '' AND salts[1] IS NOT NULL),
                            count(*) FILTER (WHERE target_name = '')
                     FROM audit_events WHERE action = 'group.created'";
    let counts: (i64, i64, i64) = sqlx::query_as(forgotten).bind(ada.user_id).bind(olga.user_id).fetch_one(&pool).await.unwrap();
    assert_eq!(counts, (3000, 3000, 0));
    for (viewer, scope) in [(&olga, AuditScope::Team), (&administrator, AuditScope::Installation)] {
        let report = services.audit().verify(viewer, scope).await.unwrap();
        assert!(report.is_whole, "{}", report.sentence);
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_trail_of_a_team_that_goes_with_its_person_leaves_its_last_hash(pool: PgPool) {
    let (services, clock, administrator) = installation(&pool).await;
    let ada = sign_up(&services, "ada@example.org").await;
    for name in ["One", "Two"] {
        services.team().create_group(&ada, name).await.unwrap();
    }
    let last = "SELECT encode(hash, 'hex') FROM audit_events WHERE team_id = $1 ORDER BY seq DESC LIMIT 1";
    let last: String = sqlx::query_scalar(last).bind(ada.team_id).fetch_one(&pool).await.unwrap();
    end(&services, &clock, &ada).await;
    assert_eq!(count(&pool, "SELECT count(*) FROM audit_events WHERE team_id IS NOT NULL").await, 0);
    let sealed =
        "SELECT (details->'sealed'->>'events')::bigint, details->'sealed'->>'last_hash' FROM audit_events WHERE action = 'team.removed'";
    let sealed: (i64, String) = sqlx::query_as(sealed).fetch_one(&pool).await.unwrap();
    assert_eq!(sealed, (2, last));
    assert!(services.audit().verify(&administrator, AuditScope::Installation).await.unwrap().is_whole);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn asking_for_the_end_of_an_account_and_calling_it_off_are_told_once(pool: PgPool) {
    let (services, ..) = installation(&pool).await;
    let ada = sign_up(&services, "ada@example.org").await;
    services.my_data().keep_account(&ada).await.unwrap();
    for _ in 0..2 {
        delete(&services, &ada).await.unwrap();
    }
    for _ in 0..2 {
        services.my_data().keep_account(&ada).await.unwrap();
    }
    assert_eq!(acts(&pool, ada.user_id, "account.deletion").await, ["account.deletion-requested", "account.deletion-called-off"]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_export_is_told_when_it_is_asked_for_and_when_it_is_downloaded(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Owner).await;
    let id = services.my_data().request_export(&ada).await.unwrap().id;
    services.my_data().request_export(&ada).await.unwrap_err();
    assert!(matches!(services.my_data().open_export(&ada, id).await, Err(Error::NotFound)), "not ready");
    services.jobs().run_due_once().await.unwrap();
    assert!(matches!(services.my_data().open_export(&bob, id).await, Err(Error::NotFound)), "not his");
    services.my_data().open_export(&ada, id).await.unwrap();
    assert_eq!(acts(&pool, ada.user_id, "account.export").await, ["account.export-requested", "account.export-downloaded"]);
    assert!(acts(&pool, bob.user_id, "account").await.is_empty());
}
