//! The end of an account for somebody who cannot ask for it: what is said before, who is out at once, who calls it off, and what is left.

use super::{HERE, origin, password, row_of, sentence, services_at, sign_up, told, two_administrators};
use crate::testing::{member, owner};
use crate::{Clock as _, Error, Services, Viewer};
use chrono::TimeDelta;
use domain::api_keys::{ApiScope, NewApiKey};
use domain::audit::{AuditQuery, AuditScope};
use domain::people::TeamHeir;
use domain::{Role, UserId};
use sqlx::PgPool;

const ADA: &str = "ada@example.org";

async fn sentences(services: &Services, viewer: &Viewer, scope: AuditScope) -> Vec<String> {
    let page = services.audit().list(viewer, scope, &AuditQuery::default(), None).await.unwrap();
    page.entries.into_iter().map(|entry| entry.sentence).collect()
}

async fn has_another_address(pool: &PgPool, person: &Viewer, email: &str) {
    let change = sqlx::query("UPDATE users SET email = $2 WHERE id = $1").bind(person.user_id).bind(email);
    change.execute(pool).await.unwrap();
}

/// What somebody did with their account, the earliest first.
async fn acts(pool: &PgPool, person: &Viewer) -> Vec<String> {
    let acts = "SELECT action FROM audit_events WHERE actor_id = $1 AND starts_with(action, 'account.deletion') ORDER BY position";
    sqlx::query_scalar(acts).bind(person.user_id).fetch_all(pool).await.unwrap()
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn before_an_account_is_deleted_it_is_said_what_goes_and_who_gets_its_teams(pool: PgPool) {
    let (services, _) = services_at(&pool);
    let (root, _) = sign_up(&services, "Root").await;
    let (ada, _) = sign_up(&services, "Ada").await;
    let terms = async || services.people().deletion_terms(&root, ada.user_id).await.unwrap();
    let alone = terms().await;
    assert_eq!((alone.own.ending_teams, alone.own.blocking_teams.len(), alone.heirs.len()), (vec!["Ada’s team".to_owned()], 0, 0));

    let heirs = |heir: &str| vec![TeamHeir { team: "Ada’s team".to_owned(), heir: heir.to_owned() }];
    let olga = member(&services, &ada, "olga@example.org", Role::Owner).await;
    member(&services, &ada, "bob@example.org", Role::Collaborator).await;
    let grace = member(&services, &ada, "grace@example.org", Role::TeamManager).await;
    assert!(terms().await.heirs.is_empty(), "Olga owns it too");
    services.people().suspend(&root, olga.user_id).await.unwrap();
    let others = terms().await;
    assert_eq!((others.heirs, others.own.ending_teams.len()), (heirs("grace@example.org"), 0));
    services.people().delete(&root, grace.user_id, "grace@example.org").await.unwrap();
    assert_eq!(terms().await.heirs, heirs("bob@example.org"), "whoever is about to go gets nothing");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whose_account_an_administrator_deletes_is_out_at_once_and_it_can_be_kept(pool: PgPool) {
    let (services, clock) = services_at(&pool);
    let (root, _) = sign_up(&services, "Root").await;
    let (ada, token) = sign_up(&services, "Ada").await;
    let key = NewApiKey { name: "import".to_owned(), scopes: vec![ApiScope::Read], days: None };
    let key = services.api_keys().create(&ada, key, password()).await.unwrap().key;
    let people = services.people();
    let wrong = people.delete(&root, ada.user_id, "bob@example.org").await;
    assert!(matches!(wrong, Err(Error::Invalid(errors)) if errors.get("email").is_some()));
    assert!(services.identity().is_still_signed_in(&ada).await.unwrap());

    people.delete(&root, ada.user_id, " Ada@Example.org ").await.unwrap();
    let row = row_of(&services, &root, ada.user_id).await;
    let gone_at = clock.now() + TimeDelta::days(14);
    assert_eq!((row.gone_at, row.can_be_kept), (Some(gone_at), true));
    assert!(!services.identity().is_still_signed_in(&ada).await.unwrap(), "an open stream ends");
    assert!(services.identity().viewer_for_token(&token, &origin()).await.unwrap().is_none(), "the next request is nobody's");
    assert!(services.api_keys().let_in(&key, HERE).await.viewer.unwrap().is_none());
    clock.advance(TimeDelta::hours(1));
    people.delete(&root, ada.user_id, ADA).await.unwrap();
    assert_eq!(row_of(&services, &root, ada.user_id).await.gone_at, Some(gone_at), "it does not begin anew");

    for _ in 0..2 {
        people.keep(&root, ada.user_id).await.unwrap();
    }
    let row = row_of(&services, &root, ada.user_id).await;
    assert_eq!((row.gone_at, row.can_be_kept), (None, false));
    services.identity().sign_in(ADA, password(), origin()).await.unwrap();
    assert!(services.api_keys().let_in(&key, HERE).await.viewer.unwrap().is_none(), "it stays revoked");
    let ada_is_named = |action: &str| (action.to_owned(), ADA.to_owned());
    assert_eq!(told(&pool).await, [ada_is_named("person.deletion-requested"), ada_is_named("person.deletion-called-off")]);
    let revoked = "SELECT count(*) FROM audit_events WHERE team_id = $1 AND actor_id = $2 AND action = 'api-key.revoked'";
    let revoked: i64 = sqlx::query_scalar(revoked).bind(ada.team_id).bind(root.user_id).fetch_one(&pool).await.unwrap();
    assert_eq!(revoked, 1, "in the trail of the team it was for");
    clock.advance(TimeDelta::days(20));
    assert_eq!(services.my_data().remove_gone_accounts().await.unwrap(), 0);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_administrator_calls_off_what_one_asked_for_and_nobody_what_is_past_keeping(pool: PgPool) {
    let (services, clock) = services_at(&pool);
    let (root, _) = sign_up(&services, "Root").await;
    let (ada, _) = sign_up(&services, "Ada").await;
    let people = services.people();
    services.my_data().delete_account(&ada, password()).await.unwrap();
    people.delete(&root, ada.user_id, ADA).await.unwrap();
    let row = row_of(&services, &root, ada.user_id).await;
    assert!(row.gone_at.is_some() && !row.can_be_kept, "it is her own wish");
    assert!(services.identity().is_still_signed_in(&ada).await.unwrap(), "nothing was done");
    assert!(sentence(people.keep(&root, ada.user_id).await).contains("only they can keep their account"));
    services.my_data().keep_account(&ada).await.unwrap();

    people.delete(&root, ada.user_id, ADA).await.unwrap();
    services.my_data().keep_account(&ada).await.unwrap();
    assert_eq!(row_of(&services, &root, ada.user_id).await.gone_at, None, "she keeps it herself");
    assert_eq!(acts(&pool, &ada).await, ["account.deletion-requested", "account.deletion-called-off", "account.deletion-called-off"]);

    people.delete(&root, ada.user_id, ADA).await.unwrap();
    clock.advance(TimeDelta::days(14));
    assert!(sentence(people.keep(&root, ada.user_id).await).starts_with("The 14 days are over"));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn after_fourteen_days_the_account_is_gone_its_teams_have_an_owner_and_no_trail_names_it(pool: PgPool) {
    let (services, clock) = services_at(&pool);
    let (root, _) = sign_up(&services, "Root").await;
    let (ada, _) = sign_up(&services, "Ada").await;
    let people = services.people();
    let olaf = member(&services, &ada, "olaf@example.org", Role::Owner).await;
    let zoe = member(&services, &ada, "zoe@example.org", Role::TeamManager).await;
    member(&services, &ada, "bob@example.org", Role::Collaborator).await;
    let grace = member(&services, &ada, "grace@example.org", Role::TeamManager).await;
    people.suspend(&root, olaf.user_id).await.unwrap();
    let leaves = sqlx::query("UPDATE users SET deletion_requested_at = now() + interval '1 day' WHERE id = $1").bind(zoe.user_id);
    leaves.execute(&pool).await.unwrap();

    // An address that nothing but this tells of.
    let olga = owner(&services, "olga@example.org").await;
    services.team().invite(&olga, "office@example.org", Role::Viewer).await.unwrap();
    has_another_address(&pool, &ada, "office@example.org").await;
    people.delete(&root, ada.user_id, "office@example.org").await.unwrap();
    people.keep(&root, ada.user_id).await.unwrap();
    has_another_address(&pool, &ada, ADA).await;
    people.delete(&root, ada.user_id, ADA).await.unwrap();

    clock.advance(TimeDelta::days(13));
    assert_eq!(services.my_data().remove_gone_accounts().await.unwrap(), 0);
    clock.advance(TimeDelta::days(1));
    assert_eq!(services.my_data().remove_gone_accounts().await.unwrap(), 1);
    assert!(matches!(people.deletion_terms(&root, ada.user_id).await, Err(Error::NotFound)));
    let roles = "SELECT roles FROM memberships WHERE team_id = $1 AND user_id = $2";
    let roles: Vec<String> = sqlx::query_scalar(roles).bind(ada.team_id).bind(grace.user_id).fetch_one(&pool).await.unwrap();
    assert_eq!(roles, ["TeamManager", "Owner"], "Olaf may not come in, and Zoe leaves");
    let former = format!("Former person {:04x}", ada.user_id.as_uuid().as_u128() & 0xffff);
    let expected = ["Lyceum handed the team over to grace@example.org".to_owned(), format!("Lyceum removed {former} from the team")];
    assert_eq!(sentences(&services, &grace, AuditScope::Team).await[..2], expected);
    let of_the_installation = sentences(&services, &root, AuditScope::Installation).await;
    let asked = format!("Root Tester asked for the deletion of the account of {former}");
    assert!(of_the_installation.contains(&asked), "{of_the_installation:?}");
    let naming = "SELECT count(*) FROM audit_events e WHERE e::text ILIKE '%ada@example.org%' OR e::text ILIKE '%office@example.org%'";
    assert_eq!(sqlx::query_scalar::<_, i64>(naming).fetch_one(&pool).await.unwrap(), 0);
    assert!(services.audit().verify(&root, AuditScope::Installation).await.unwrap().is_whole);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn nobody_deletes_their_own_account_there_nor_that_of_the_last_administrator(pool: PgPool) {
    let (services, _) = services_at(&pool);
    let (root, eve) = two_administrators(&services).await;
    let (ada, _) = sign_up(&services, "Ada").await;
    let people = services.people();
    let liar = Viewer { is_system_administrator: true, ..ada.clone() };
    for stranger in [&ada, &liar] {
        assert!(matches!(people.deletion_terms(stranger, root.user_id).await, Err(Error::NotFound)));
        assert!(matches!(people.delete(stranger, root.user_id, "root@example.org").await, Err(Error::NotFound)));
        assert!(matches!(people.keep(stranger, root.user_id).await, Err(Error::NotFound)));
    }
    assert!(matches!(people.delete(&root, UserId::new(), ADA).await, Err(Error::NotFound)));
    assert!(sentence(people.delete(&root, root.user_id, "root@example.org").await).contains("on your account page"));
    sqlx::query("UPDATE sessions SET confirmed_at = now() - interval '11 minutes'").execute(&pool).await.unwrap();
    assert!(matches!(people.delete(&root, ada.user_id, ADA).await, Err(Error::ConfirmFirst)));
    sqlx::query("UPDATE sessions SET confirmed_at = now()").execute(&pool).await.unwrap();

    // Eve does not stay, so that Root is the last who does.
    services.my_data().delete_account(&eve, password()).await.unwrap();
    assert!(people.deletion_terms(&eve, root.user_id).await.unwrap().own.is_last_administrator);
    let refused = people.delete(&eve, root.user_id, "root@example.org").await;
    assert!(sentence(refused).contains("Make somebody else an administrator first."));
    let told = told(&pool).await.into_iter().map(|(action, _)| action).collect::<Vec<_>>();
    assert_eq!(told, ["person.made-administrator"]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_an_administrator_asked_for_is_the_persons_own_wish_once_they_ask_for_it_too(pool: PgPool) {
    let (services, _) = services_at(&pool);
    let (root, _) = sign_up(&services, "Root").await;
    let (ada, _) = sign_up(&services, "Ada").await;
    let people = services.people();
    people.delete(&root, ada.user_id, ADA).await.unwrap();
    let again = Viewer { session_id: None, ..ada.clone() };
    services.my_data().delete_account(&again, password()).await.unwrap();
    assert!(sentence(people.keep(&root, ada.user_id).await).contains("only they can keep their account"));
    assert_eq!(acts(&pool, &ada).await, ["account.deletion-requested"]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whose_account_stays_is_not_mailed_any_more_that_it_goes(pool: PgPool) {
    let (services, _) = services_at(&pool);
    let (root, _) = sign_up(&services, "Root").await;
    let (ada, _) = sign_up(&services, "Ada").await;
    let given_up = "INSERT INTO mails (id, kind, sealed, recipient, address_hash, failed_at)
                    SELECT gen_random_uuid(), kind, '', '', sha256(address), now()
                    FROM unnest(ARRAY['DeletionScheduled', 'DeletionOrdered', 'NewDevice']) AS kind,
                         unnest(ARRAY['ada@example.org', 'root@example.org']::bytea[]) AS address";
    let left = "SELECT array_agg(kind ORDER BY kind) FROM mails WHERE address_hash = sha256('ada@example.org')";
    let keep_herself = async || services.my_data().keep_account(&ada).await;
    let keep_hers = async || services.people().keep(&root, ada.user_id).await;
    for is_her_act in [true, false] {
        sqlx::query("DELETE FROM mails").execute(&pool).await.unwrap();
        services.people().delete(&root, ada.user_id, ADA).await.unwrap();
        sqlx::query(given_up).execute(&pool).await.unwrap();
        if is_her_act { keep_herself().await } else { keep_hers().await }.unwrap();
        assert_eq!(sqlx::query_scalar::<_, Vec<String>>(left).fetch_one(&pool).await.unwrap(), ["NewDevice"]);
        assert_eq!(sqlx::query_scalar::<_, i64>("SELECT count(*) FROM mails").fetch_one(&pool).await.unwrap(), 4);
    }
}
