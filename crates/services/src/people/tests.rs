//! What administrators can do about people, and what nobody can: to themselves, to the last administrator, or in a session that was not
//! confirmed lately.

use crate::identity::{NewPerson, Origin};
use crate::licences::testing::licence;
use crate::testing::parts;
use crate::{Error, MockClock, Parts, Services, SignUp, Viewer};
use chrono::{SubsecRound as _, TimeDelta, Utc};
use domain::api_keys::{ApiScope, NewApiKey};
use domain::people::{PeopleList, PersonSummary};
use domain::{PageRequest, UserId};
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::PgPool;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

mod deletion;

const PASSWORD: &str = "correct horse battery staple";
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// Anybody may sign up here.
fn services_at(pool: &PgPool) -> (Services, Arc<MockClock>) {
    let clock = Arc::new(MockClock::at(Utc::now().trunc_subsecs(6)));
    let mut parts = Parts { clock: clock.clone(), ..parts(pool) };
    parts.settings.sign_up = SignUp::Open;
    (Services::new(parts), clock)
}

fn origin() -> Origin {
    Origin { ip: HERE, user_agent: "Firefox".to_owned() }
}

fn password() -> SecretString {
    PASSWORD.to_owned().into()
}

/// Makes an account; the first one manages the installation. Returns the token of its session, too.
async fn sign_up(services: &Services, name: &str) -> (Viewer, String) {
    let new = NewPerson {
        first_name: name.to_owned(),
        last_name: "Tester".to_owned(),
        email: format!("{}@example.org", name.to_lowercase()),
        password: password(),
        invitation: None,
    };
    let session = services.identity().sign_up(new, origin()).await.unwrap().session().expect("nothing is mailed");
    let token = session.token.expose_secret().to_owned();
    (services.identity().viewer_for_token(&token, &origin()).await.unwrap().unwrap(), token)
}

/// Two who manage the installation.
async fn two_administrators(services: &Services) -> (Viewer, Viewer) {
    let (root, _) = sign_up(services, "Root").await;
    let (eve, token) = sign_up(services, "Eve").await;
    services.people().make_administrator(&root, eve.user_id).await.unwrap();
    let eve = services.identity().viewer_for_token(&token, &origin()).await.unwrap().unwrap();
    assert!(root.is_system_administrator && eve.is_system_administrator, "from the next request on");
    (root, eve)
}

async fn everybody(services: &Services, viewer: &Viewer) -> PeopleList {
    services.people().list(viewer, "", PageRequest::default()).await.unwrap()
}

async fn row_of(services: &Services, viewer: &Viewer, person: UserId) -> PersonSummary {
    let people = everybody(services, viewer).await.page.items;
    people.into_iter().find(|row| row.user_id == person).expect("they stay in the list")
}

#[track_caller]
fn sentence<T: std::fmt::Debug>(outcome: Result<T, Error>) -> String {
    match outcome.unwrap_err() {
        Error::Conflict(sentence) => sentence,
        other => panic!("no sentence: {other:?}"),
    }
}

async fn told(pool: &PgPool) -> Vec<(String, String)> {
    let of_people = "SELECT action, target_name FROM audit_events
                     WHERE team_id IS NULL AND (action LIKE 'person.%' OR action LIKE 'seat.%') ORDER BY position";
    sqlx::query_as(of_people).fetch_all(pool).await.unwrap()
}

async fn administrators(pool: &PgPool) -> i64 {
    let count = "SELECT count(*) FROM users WHERE is_system_administrator AND suspended_at IS NULL";
    sqlx::query_scalar(count).fetch_one(pool).await.unwrap()
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_list_tells_who_somebody_is_and_finds_them_by_name_and_address(pool: PgPool) {
    let (services, clock) = services_at(&pool);
    let (root, _) = sign_up(&services, "Root").await;
    let (ada, token) = sign_up(&services, "Ada").await;
    sqlx::query("INSERT INTO memberships (team_id, user_id, roles) VALUES ($1, $2, '{Viewer}')")
        .bind(root.team_id)
        .bind(ada.user_id)
        .execute(&pool)
        .await
        .unwrap();
    sqlx::query("INSERT INTO two_step (user_id, sealed_secret, started_at, confirmed_at) VALUES ($1, '', now(), now())")
        .bind(ada.user_id)
        .execute(&pool)
        .await
        .unwrap();
    let row = row_of(&services, &root, ada.user_id).await;
    assert_eq!((row.name.as_str(), row.email.as_str(), row.called()), ("Ada Tester", "ada@example.org", "Ada Tester"));
    assert_eq!((row.teams, row.has_two_step, row.is_administrator, row.suspended_at), (2, true, false, None));
    let signed_up = row.last_seen_at.unwrap();
    assert!(row_of(&services, &root, root.user_id).await.is_administrator);

    // Being seen counts, and signing in stays known when the session is over.
    clock.advance(TimeDelta::hours(1));
    services.identity().viewer_for_token(&token, &origin()).await.unwrap().unwrap();
    assert_eq!(row_of(&services, &root, ada.user_id).await.last_seen_at, Some(signed_up + TimeDelta::hours(1)));
    let here = Origin { ip: "192.0.2.1".parse().unwrap(), user_agent: String::new() };
    services.identity().sign_out(&token, &here).await.unwrap();
    assert_eq!(row_of(&services, &root, ada.user_id).await.last_seen_at, Some(signed_up));
    // A program with her key is seen as she is.
    let used = signed_up + TimeDelta::hours(2);
    sqlx::query(
        "INSERT INTO api_keys (id, team_id, user_id, name, selector, secret_hash, scopes, created_at, last_used_at)
         VALUES (gen_random_uuid(), $1, $2, 'import', 'x', '', '{read}', $3, $3)",
    )
    .bind(ada.team_id)
    .bind(ada.user_id)
    .bind(used)
    .execute(&pool)
    .await
    .unwrap();
    assert_eq!(row_of(&services, &root, ada.user_id).await.last_seen_at, Some(used));

    let names = |list: PeopleList| list.page.items.into_iter().map(|row| row.name).collect::<Vec<_>>();
    let find = async |words: &str, page: PageRequest| services.people().list(&root, words, page).await.unwrap();
    assert_eq!(names(everybody(&services, &root).await), ["Ada Tester", "Root Tester"]);
    assert_eq!(names(find(" ADA@EXAMPLE ", PageRequest::default()).await), ["Ada Tester"]);
    assert_eq!(names(find("root test", PageRequest::default()).await), ["Root Tester"]);
    assert!(names(find("%", PageRequest::default()).await).is_empty());
    let second = find("tester", PageRequest { index: 1, size: 1 }).await;
    assert_eq!((second.page.total, second.has_seats), (2, false));
    assert_eq!(names(second), ["Root Tester"]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn for_people_who_do_not_manage_the_installation_there_is_nothing(pool: PgPool) {
    let (services, _) = services_at(&pool);
    let (root, _) = sign_up(&services, "Root").await;
    let (ada, _) = sign_up(&services, "Ada").await;
    let people = services.people();
    assert!(matches!(people.list(&ada, "", PageRequest::default()).await, Err(Error::NotFound)));
    assert!(matches!(people.suspend(&ada, root.user_id).await, Err(Error::NotFound)));
    assert!(matches!(people.reinstate(&ada, root.user_id).await, Err(Error::NotFound)));
    assert!(matches!(people.make_administrator(&ada, ada.user_id).await, Err(Error::NotFound)));
    assert!(matches!(people.take_administration(&ada, root.user_id).await, Err(Error::NotFound)));
    // Whoever only says so finds nobody either: what counts is what they are when it is done.
    let liar = Viewer { is_system_administrator: true, ..ada };
    assert!(matches!(people.suspend(&liar, root.user_id).await, Err(Error::NotFound)));
    assert!(matches!(people.reinstate(&liar, root.user_id).await, Err(Error::NotFound)));
    // And nobody is nobody.
    assert!(matches!(people.suspend(&root, UserId::new()).await, Err(Error::NotFound)));
    assert!(told(&pool).await.is_empty());
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_is_dangerous_wants_a_session_that_was_confirmed_lately(pool: PgPool) {
    let (services, _) = services_at(&pool);
    let (root, eve) = two_administrators(&services).await;
    let (ada, _) = sign_up(&services, "Ada").await;
    let people = services.people();
    // Somebody without a password acts like everybody else.
    sqlx::query("UPDATE users SET password_hash = '' WHERE id = $1").bind(root.user_id).execute(&pool).await.unwrap();
    people.suspend(&root, ada.user_id).await.unwrap();
    sqlx::query("UPDATE sessions SET confirmed_at = now() - interval '11 minutes'").execute(&pool).await.unwrap();
    assert!(matches!(people.reinstate(&root, ada.user_id).await, Err(Error::ConfirmFirst)));
    sqlx::query("UPDATE users SET suspended_at = NULL").execute(&pool).await.unwrap();
    assert!(matches!(people.suspend(&root, ada.user_id).await, Err(Error::ConfirmFirst)));
    assert!(matches!(people.make_administrator(&root, ada.user_id).await, Err(Error::ConfirmFirst)));
    assert!(matches!(people.take_administration(&root, eve.user_id).await, Err(Error::ConfirmFirst)));
    assert_eq!((administrators(&pool).await, row_of(&services, &root, ada.user_id).await.suspended_at), (2, None));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_suspended_person_has_no_session_no_key_and_no_way_in_until_they_are_reinstated(pool: PgPool) {
    let (services, _) = services_at(&pool);
    let (root, _) = sign_up(&services, "Root").await;
    let (ada, token) = sign_up(&services, "Ada").await;
    let key = NewApiKey { name: "import".to_owned(), scopes: vec![ApiScope::Read], days: None };
    let key = services.api_keys().create(&ada, key, password()).await.unwrap().key;
    let sign_in = async || services.identity().sign_in("ada@example.org", password(), origin()).await;
    assert!(services.identity().is_still_signed_in(&ada).await.unwrap());

    services.people().suspend(&root, ada.user_id).await.unwrap();
    let since = row_of(&services, &root, ada.user_id).await.suspended_at;
    assert!(since.is_some());
    assert!(!services.identity().is_still_signed_in(&ada).await.unwrap(), "an open stream ends");
    assert!(services.identity().viewer_for_token(&token, &origin()).await.unwrap().is_none(), "the next request is nobody's");
    assert!(services.api_keys().let_in(&key, HERE).await.viewer.unwrap().is_none());
    let Err(Error::Invalid(refused)) = sign_in().await else { panic!("they came in") };
    assert_eq!(refused.get("form"), Some("The email address or the password is not right."));
    services.people().suspend(&root, ada.user_id).await.unwrap();
    assert_eq!(row_of(&services, &root, ada.user_id).await.suspended_at, since, "it does not begin anew");
    let refused = services.people().make_administrator(&root, ada.user_id).await;
    assert!(sentence(refused).contains("Reinstate them first."));

    services.people().reinstate(&root, ada.user_id).await.unwrap();
    services.people().reinstate(&root, ada.user_id).await.unwrap();
    assert!(services.identity().viewer_for_token(&token, &origin()).await.unwrap().is_none(), "the old session is over");
    assert!(services.api_keys().let_in(&key, HERE).await.viewer.unwrap().is_some());
    sign_in().await.unwrap();
    let ada = "ada@example.org".to_owned();
    assert_eq!(told(&pool).await, [("person.suspended".to_owned(), ada.clone()), ("person.reinstated".to_owned(), ada)]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_sign_in_that_overtakes_a_suspension_leaves_no_session(pool: PgPool) {
    let (services, _) = services_at(&pool);
    let (root, _) = sign_up(&services, "Root").await;
    let (ada, _) = sign_up(&services, "Ada").await;
    let (identity, people) = (services.identity(), services.people());
    for _ in 0..5 {
        let (_, suspended) = futures::join!(identity.sign_in("ada@example.org", password(), origin()), people.suspend(&root, ada.user_id));
        suspended.unwrap();
        let sessions = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM sessions WHERE user_id = $1").bind(ada.user_id);
        assert_eq!(sessions.fetch_one(&pool).await.unwrap(), 0);
        people.reinstate(&root, ada.user_id).await.unwrap();
        sqlx::query("DELETE FROM throttles").execute(&pool).await.unwrap();
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn nobody_suspends_or_demotes_themselves(pool: PgPool) {
    let (services, _) = services_at(&pool);
    let (root, _) = two_administrators(&services).await;
    let people = services.people();
    assert!(sentence(people.suspend(&root, root.user_id).await).starts_with("You cannot suspend yourself."));
    let refused = people.take_administration(&root, root.user_id).await;
    assert!(sentence(refused).starts_with("You cannot take the administration from yourself."));
    assert_eq!(administrators(&pool).await, 2);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_administrator_who_may_come_in_and_stays_is_always_left(pool: PgPool) {
    let (services, _) = services_at(&pool);
    let (root, eve) = two_administrators(&services).await;
    let people = services.people();
    // Eve does not stay, so that Root is the last who does.
    services.my_data().delete_account(&eve, password()).await.unwrap();
    let suspended = people.suspend(&eve, root.user_id).await;
    let demoted = people.take_administration(&eve, root.user_id).await;
    for refused in [suspended, demoted] {
        assert!(sentence(refused).contains("Make somebody else an administrator first."));
    }
    assert!(sentence(services.my_data().delete_account(&root, password()).await).contains("Nobody else manages this installation."));
    services.my_data().keep_account(&eve).await.unwrap();
    people.take_administration(&eve, root.user_id).await.unwrap();
    people.take_administration(&eve, root.user_id).await.unwrap();
    assert_eq!(administrators(&pool).await, 1);
    let told = told(&pool).await.into_iter().map(|(action, _)| action).collect::<Vec<_>>();
    assert_eq!(told, ["person.made-administrator", "person.administration-taken"]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn two_administrators_who_go_at_each_other_at_once_leave_one(pool: PgPool) {
    let (services, _) = services_at(&pool);
    let (root, eve) = two_administrators(&services).await;
    // A round that suspends somebody ends their sessions; in the next one they go at each other all the same.
    let (root, eve) = (Viewer { session_id: None, ..root }, Viewer { session_id: None, ..eve });
    let people = services.people();
    for round in 0..6 {
        let (one, other) = if round % 2 == 0 {
            futures::join!(people.take_administration(&root, eve.user_id), people.take_administration(&eve, root.user_id))
        } else {
            futures::join!(people.suspend(&root, eve.user_id), people.take_administration(&eve, root.user_id))
        };
        assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
        assert_eq!(administrators(&pool).await, 1);
        sqlx::query("UPDATE users SET is_system_administrator = true, suspended_at = NULL").execute(&pool).await.unwrap();
    }
    let my_data = services.my_data();
    let (one, other) = futures::join!(my_data.delete_account(&root, password()), my_data.delete_account(&eve, password()));
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_administrator_takes_a_seat_and_without_a_licence_only_keeping_out_goes_on(pool: PgPool) {
    let (services, _) = services_at(&pool);
    let (root, _) = sign_up(&services, "Root").await;
    let (ada, _) = sign_up(&services, "Ada").await;
    let (bob, _) = sign_up(&services, "Bob").await;
    sqlx::query("DELETE FROM sessions WHERE user_id <> $1").bind(root.user_id).execute(&pool).await.unwrap();
    services.licences().install(&root, &licence("L-1", 2)).await.unwrap();
    let people = services.people();
    people.make_administrator(&root, ada.user_id).await.unwrap();
    assert!(everybody(&services, &root).await.has_seats);
    assert!(row_of(&services, &root, ada.user_id).await.seated_at.is_some());
    assert!(sentence(people.make_administrator(&root, bob.user_id).await).starts_with("All 2 seats"));
    let actions = told(&pool).await.into_iter().map(|(action, _)| action).collect::<Vec<_>>();
    assert_eq!(actions, ["seat.given", "person.made-administrator"]);

    people.suspend(&root, bob.user_id).await.unwrap();
    sqlx::query("UPDATE licences SET expires_at = now()").execute(&pool).await.unwrap();
    assert!(matches!(people.reinstate(&root, bob.user_id).await, Err(Error::ReadOnly)));
    assert!(matches!(people.make_administrator(&root, bob.user_id).await, Err(Error::ReadOnly)));
    people.take_administration(&root, ada.user_id).await.unwrap();
    people.suspend(&root, ada.user_id).await.unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whoever_is_kept_out_leaves_no_invitation_that_leads_back(pool: PgPool) {
    let (services, _) = services_at(&pool);
    let (root, _) = two_administrators(&services).await;
    let (ada, _) = sign_up(&services, "Ada").await;
    services.team().invite(&ada, "ada.two@example.org", domain::Role::Owner).await.unwrap();
    services.team().invite(&root, "bob@example.org", domain::Role::Viewer).await.unwrap();
    services.people().suspend(&root, ada.user_id).await.unwrap();
    let open: Vec<String> = sqlx::query_scalar("SELECT email FROM invitations WHERE revoked_at IS NULL").fetch_all(&pool).await.unwrap();
    assert_eq!(open, ["bob@example.org"]);
    let told = "SELECT count(*) FROM audit_events WHERE team_id = $1 AND actor_id = $2 AND action = 'invitation.revoked'";
    let told: i64 = sqlx::query_scalar(told).bind(ada.team_id).bind(root.user_id).fetch_one(&pool).await.unwrap();
    assert_eq!(told, 1, "in the trail of the team it was for");
}
