//! What the trail tells of an account: what was asked for it, and once it is gone what its person did, without a word about them.

use super::{count, delete, installation, sign_up};
use crate::testing::{many_events, member, owner, services};
use crate::{CameFrom, Error, Viewer};
use chrono::TimeDelta;
use domain::audit::{AuditQuery, AuditScope, Via};
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

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_trail_keeps_what_somebody_did_and_forgets_who_it_was(pool: PgPool) {
    let (services, clock, administrator) = installation(&pool).await;
    let olga = owner(&services, "olga@example.org").await;
    let ada = sign_up(&services, "ada@example.org").await;
    let sent = services.team().invite(&olga, "ada@example.org", Role::Collaborator).await.unwrap();
    services.team().accept_invitation(&ada, sent.link.split_once("?invitation=").unwrap().1).await.unwrap();
    let (first_name, last_name) = ("Augusta".to_owned(), "Lovelace".to_owned());
    let profile = Profile { first_name, last_name, tone: String::new(), about: String::new() };
    services.identity().update_profile(&ada, profile).await.unwrap();
    let came_from = CameFrom { via: Via::Screen, ip: Some("192.0.2.77".parse().unwrap()) };
    let there = Viewer { team_id: olga.team_id, came_from, ..ada.clone() };
    let new = NewDataset { name: "Payroll".to_owned(), description: String::new(), visibility: Visibility::Team, embedding_model_id: None };
    services.datasets().create(&there, new).await.unwrap();
    services.team().create_group(&there, "Lovelace’s readers").await.unwrap();
    services.team().change_roles(&olga, ada.user_id, &[Role::Viewer]).await.unwrap();
    services.team().create_group(&ada, "Hers alone").await.unwrap();
    delete(&services, &ada).await.unwrap();
    let words = ["augusta", "lovelace", "ada@example.org", "ada’s team", "192.0.2.77"];
    let before = everything(&pool).await;
    assert!(words.iter().filter(|word| **word != "ada’s team").all(|word| before.contains(word)));

    clock.advance(TimeDelta::days(15));
    assert_eq!(services.my_data().remove_gone_accounts().await.unwrap(), 1);
    let after = everything(&pool).await;
    for word in words {
        assert!(!after.contains(word), "{word}: {after}");
    }
    let former = format!("Former person {:04x}", ada.user_id.as_uuid().as_u128() & 0xffff);
    let told = async |viewer: &Viewer, scope| -> Vec<String> {
        let page = services.audit().list(viewer, scope, &AuditQuery::default(), None).await.unwrap();
        page.entries.into_iter().map(|entry| entry.sentence).collect()
    };
    let expected = [
        format!("olga@example.org changed the roles of {former} to viewer"),
        format!("{former} made the group “…”"),
        format!("{former} made the dataset “Payroll”"),
        format!("{former} joined the team as collaborator"),
        "olga@example.org invited somebody as collaborator".to_owned(),
    ];
    assert_eq!(told(&olga, AuditScope::Team).await, expected);
    let choices = services.audit().choices(&olga, AuditScope::Team).await.unwrap();
    assert!(choices.people.contains(&(ada.user_id, former.clone())), "{:?}", choices.people);
    let all = told(&administrator, AuditScope::Installation).await;
    let expected = [format!("Lyceum deleted the account of {former} for good"), format!("{former} removed the deleted team “…” for good")];
    assert_eq!(all[..2], expected);
    let report = services.audit().verify(&administrator, AuditScope::Installation).await.unwrap();
    assert!(report.is_whole, "{}", report.sentence);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_person_is_forgotten_in_chains_of_thousands_of_events_and_nobody_else_is(pool: PgPool) {
    let (services, clock, administrator) = installation(&pool).await;
    let olga = owner(&services, "olga@example.org").await;
    let ada = sign_up(&services, "ada@example.org").await;
    for team in [Some(olga.team_id), None] {
        many_events(&pool, team, &[ada.user_id, olga.user_id], 3000).await;
    }
    delete(&services, &ada).await.unwrap();
    clock.advance(TimeDelta::days(15));
    assert_eq!(services.my_data().remove_gone_accounts().await.unwrap(), 1);
    let forgotten = "SELECT count(*) FILTER (WHERE actor_id = $1 AND actor_name = '' AND ip = '' AND salt IS NULL),
                            count(*) FILTER (WHERE actor_id = $2 AND actor_name = 'olga@example.org' AND ip <> '' AND salt IS NOT NULL),
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
    delete(&services, &ada).await.unwrap();
    clock.advance(TimeDelta::days(15));
    assert_eq!(services.my_data().remove_gone_accounts().await.unwrap(), 1);
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
