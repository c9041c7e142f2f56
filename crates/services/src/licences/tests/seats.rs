//! Seats: taken by signing in, never twice, and given back.

use super::{PASSWORD, actions, administrator, end_in, install, origin, sentence, services, sign_in, sign_up};
use crate::identity::{NewPerson, Newcomer, SignedIn, SignedUp};
use crate::licences::seats;
use crate::testing::owner;
use crate::{Error, Services, SystemTx, Viewer};
use domain::Role;
use domain::api_keys::{ApiScope, NewApiKey};
use domain::sign_ins::SignInMethod;
use domain::text::{EmailAddress, FirstName, LastName};
use secrecy::ExposeSecret as _;
use sqlx::PgPool;
use std::cell::Cell;

async fn used(services: &Services, root: &Viewer) -> u32 {
    services.licences().overview(root).await.unwrap().licence.unwrap().seats_used
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn of_two_people_one_gets_the_last_seat(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    let (one, two) = (sign_up(&services, "one@example.org").await.unwrap(), sign_up(&services, "two@example.org").await.unwrap());
    for viewer in [&one, &two] {
        sqlx::query("DELETE FROM sessions WHERE user_id = $1").bind(viewer.user_id).execute(&pool).await.unwrap();
    }
    install(&services, &root, "L-1", 2).await;
    assert_eq!(used(&services, &root).await, 1, "the administrator sits; nobody else is signed in");
    for _ in 0..5 {
        let (first, second) = tokio::join!(sign_in(&services, "one@example.org"), sign_in(&services, "two@example.org"));
        assert!(first.is_ok() != second.is_ok(), "exactly one comes in: {first:?} {second:?}");
        assert!(sentence(if first.is_err() { first } else { second }).contains("All 2 seats of this installation are taken."));
        assert_eq!(used(&services, &root).await, 2);
        sqlx::query("DELETE FROM seats WHERE user_id <> $1").bind(root.user_id).execute(&pool).await.unwrap();
        sqlx::query("DELETE FROM throttles").execute(&pool).await.unwrap();
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn full_seats_refuse_new_people_and_nobody_who_has_one(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    install(&services, &root, "L-1", 2).await;
    let terms = services.identity().sign_up_terms(None, None).await.unwrap();
    assert_eq!(terms.refusal, None);
    sign_up(&services, "ada@example.org").await.unwrap();
    assert!(sentence(sign_up(&services, "eve@example.org").await).starts_with("All 2 seats"));
    let terms = services.identity().sign_up_terms(None, None).await.unwrap();
    assert!(terms.refusal.unwrap().starts_with("All 2 seats"));
    let made: i64 = sqlx::query_scalar("SELECT count(*) FROM users WHERE email = 'eve@example.org'").fetch_one(&pool).await.unwrap();
    assert_eq!(made, 0, "no account without a seat");
    sign_in(&services, "ada@example.org").await.unwrap();
    assert_eq!(actions(&pool).await, ["licence.installed", "seat.taken"]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_freed_seat_signs_its_person_out_and_is_taken_by_the_next(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    install(&services, &root, "L-1", 2).await;
    let ada = sign_up(&services, "ada@example.org").await.unwrap();
    services.licences().free_seat(&root, ada.user_id).await.unwrap();
    let sessions: i64 = sqlx::query_scalar("SELECT count(*) FROM sessions").fetch_one(&pool).await.unwrap();
    assert_eq!(sessions, 0);
    assert!(matches!(services.licences().free_seat(&root, ada.user_id).await, Err(Error::NotFound)));
    let eve = sign_up(&services, "eve@example.org").await.unwrap();
    assert!(sentence(sign_in(&services, "ada@example.org").await).starts_with("All 2 seats"));
    let refused = sentence(services.licences().give_seat(&root, ada.user_id).await);
    assert_eq!(refused, "All 2 seats of this installation are taken. Free one first, or install a licence with more.");
    services.licences().free_seat(&root, eve.user_id).await.unwrap();
    services.licences().give_seat(&root, ada.user_id).await.unwrap();
    services.licences().give_seat(&root, ada.user_id).await.unwrap();
    sign_in(&services, "ada@example.org").await.unwrap();
    assert!(sentence(services.licences().free_seat(&root, root.user_id).await).contains("keeps their seat"));
    let told = ["licence.installed", "seat.taken", "seat.freed", "seat.taken", "seat.freed", "seat.given"];
    assert_eq!(actions(&pool).await, told);
    let list = services.licences().list_seats(&root, "ADA@").await.unwrap();
    assert_eq!((list.people.len(), list.people[0].seated_at.is_some(), list.has_more), (1, true, false));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_licence_seats_whoever_is_signed_in_as_far_as_it_goes(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    for (name, minutes) in [("one", 3), ("two", 1), ("three", 2)] {
        let session = sign_up(&services, &format!("{name}@example.org")).await.unwrap();
        let seen = "UPDATE sessions SET last_seen_at = now() - make_interval(mins => $2) WHERE user_id = $1";
        sqlx::query(seen).bind(session.user_id).bind(minutes).execute(&pool).await.unwrap();
    }
    let installed = install(&services, &root, "L-1", 3).await;
    assert_eq!((installed.licence.seats_used, installed.turned_away), (3, 1));
    let seated = "SELECT split_part(email, '@', 1) FROM seats JOIN users ON users.id = user_id ORDER BY email";
    let seated: Vec<String> = sqlx::query_scalar(seated).fetch_all(&pool).await.unwrap();
    assert_eq!(seated, ["root", "three", "two"], "who was seen last first");

    let smaller = install(&services, &root, "L-2", 1).await;
    assert_eq!((smaller.licence.seats_used, smaller.turned_away), (3, 0), "nobody who has a seat loses it");
    assert_eq!(smaller.licence.seats_free(), 0);
    sign_in(&services, "two@example.org").await.unwrap();
    assert!(sentence(sign_in(&services, "one@example.org").await).starts_with("The only seat"));
    let larger = install(&services, &root, "L-3", 4).await;
    assert_eq!(larger.licence.number, "L-3");
    sign_in(&services, "one@example.org").await.unwrap();
    let history: i64 = sqlx::query_scalar("SELECT count(*) FROM licences WHERE replaced_at IS NOT NULL").fetch_one(&pool).await.unwrap();
    assert_eq!(history, 2);
}

/// Somebody who is signed in, with a key.
async fn with_key(services: &Services, email: &str) -> (Viewer, String) {
    let session = sign_up(services, email).await.unwrap();
    let viewer = services.identity().viewer_for_token(session.token.expose_secret(), &origin()).await.unwrap().unwrap();
    let new = NewApiKey { name: "import".to_owned(), scopes: vec![ApiScope::Read], days: None };
    let made = services.api_keys().create(&viewer, new, PASSWORD.to_owned().into()).await.unwrap();
    (viewer, made.key)
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_key_opens_only_while_its_person_has_a_seat(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    let (ada, key) = with_key(&services, "ada@example.org").await;
    let (identity, keys, licences) = (services.identity(), services.api_keys(), services.licences());
    let enter = async || keys.let_in(&key, origin().ip).await.viewer;
    let refusal = "The person of this API key has no seat under the licence. They take a free one by signing in.";
    let program = enter().await.unwrap().expect("without a licence nobody needs a seat");
    let is_shut = async || sentence(enter().await) == refusal && !identity.is_still_signed_in(&program).await.unwrap();
    let is_open = async || enter().await.unwrap().is_some() && identity.is_still_signed_in(&program).await.unwrap();
    assert!(is_open().await);

    assert_eq!(install(&services, &root, "L-1", 1).await.turned_away, 1);
    assert!(is_shut().await, "there was no seat for its person");
    install(&services, &root, "L-2", 2).await;
    assert!(is_shut().await, "a key takes no seat");
    assert_eq!(used(&services, &root).await, 1);
    sign_in(&services, "ada@example.org").await.unwrap();
    assert!(is_open().await);
    install(&services, &root, "L-3", 1).await;
    assert!(is_open().await, "nobody who has a seat loses it to a smaller licence");
    end_in(&pool, 0).await;
    assert!(is_open().await, "nor at the end");

    install(&services, &root, "L-4", 2).await;
    licences.free_seat(&root, ada.user_id).await.unwrap();
    assert!(is_shut().await);
    let another_secret = format!("{}_{}", key.rsplit_once('_').unwrap().0, "0".repeat(64));
    assert!(keys.let_in(&another_secret, origin().ip).await.viewer.unwrap().is_none(), "who only guesses is not told");
    end_in(&pool, 0).await;
    assert!(is_open().await, "everything is read-only then, and no seat is asked for");
    assert_eq!(used(&services, &root).await, 1, "nor taken");
    end_in(&pool, 30).await;
    assert!(is_shut().await);
    licences.give_seat(&root, ada.user_id).await.unwrap();
    assert!(is_open().await);
    licences.free_seat(&root, ada.user_id).await.unwrap();
    sqlx::query("UPDATE licences SET replaced_at = now() WHERE replaced_at IS NULL").execute(&pool).await.unwrap();
    assert!(is_open().await, "without a licence nobody needs a seat");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn seats_that_are_missed_least_are_listed_first(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    install(&services, &root, "L-1", 50).await;
    let days_ago = async |name: &str, days: i32| {
        let (viewer, key) = with_key(&services, &format!("{name}@example.org")).await;
        let seen = "WITH s AS (UPDATE sessions SET last_seen_at = now() - make_interval(days => $2) WHERE user_id = $1)
                    UPDATE sign_ins SET created_at = now() - make_interval(days => $2) WHERE user_id = $1";
        sqlx::query(seen).bind(viewer.user_id).bind(days).execute(&pool).await.unwrap();
        (viewer, key)
    };
    days_ago("lately", 1).await;
    days_ago("long-unseen", 90).await;
    let (_, key) = days_ago("by-program", 200).await;
    services.api_keys().let_in(&key, origin().ip).await.viewer.unwrap().unwrap();
    let suspended = days_ago("suspended", 2).await.0.user_id;
    services.people().suspend(&root, suspended).await.unwrap();
    let seatless = days_ago("seatless", 300).await.0.user_id;
    services.licences().free_seat(&root, seatless).await.unwrap();

    let people = services.licences().list_seats(&root, "@example.org").await.unwrap().people;
    let names = people.iter().map(|person| person.email.split_once('@').unwrap().0).collect::<Vec<_>>();
    assert_eq!(names, ["suspended", "root", "long-unseen", "lately", "by-program", "seatless"]);
    assert!(people[0].suspended_at.is_some() && people[1].suspended_at.is_none());
    assert!(people[1].last_seen_at.is_none(), "they were never signed in");
    assert!(people[4].last_seen_at > people[3].last_seen_at);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn for_people_who_do_not_manage_the_installation_there_is_nothing(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    let eve = owner(&services, "eve@example.org").await;
    let licences = services.licences();
    assert!(matches!(licences.overview(&eve).await, Err(Error::NotFound)));
    assert!(matches!(licences.list_seats(&eve, "").await, Err(Error::NotFound)));
    assert!(matches!(licences.install(&eve, "x").await, Err(Error::NotFound)));
    assert!(matches!(licences.give_seat(&eve, eve.user_id).await, Err(Error::NotFound)));
    assert!(matches!(licences.free_seat(&eve, root.user_id).await, Err(Error::NotFound)));
}

async fn count(pool: &PgPool, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(pool).await.unwrap()
}

const SESSIONS: &str = "SELECT count(*) FROM sessions";
const WITHOUT_SEAT: &str = "SELECT count(*) FROM sessions WHERE user_id NOT IN (SELECT user_id FROM seats)";

/// A sign-in that has begun its session and is not over.
async fn under_way(services: &Services, person: &SignedIn) -> SystemTx {
    let mut tx = services.db().system_tx().await.unwrap();
    let whose = (person.user_id, person.team_id);
    services.identity().start_session(&mut tx, whose, SignInMethod::Password, &origin()).await.unwrap();
    tx
}

/// Lets a sign-in end once an act waits for it, or is over because it does not.
async fn meanwhile<T>(pool: &PgPool, sign_in: SystemTx, act: impl Future<Output = T>) -> T {
    let is_over = Cell::new(false);
    let act = async {
        let done = act.await;
        is_over.set(true);
        done
    };
    let ends = async {
        until_waiting(pool, 1, &is_over).await;
        sign_in.commit().await.unwrap();
    };
    futures::join!(act, ends).0
}

/// Waits until so many wait for a lock, or one of the acts is over.
async fn until_waiting(pool: &PgPool, wanted: i64, is_over: &Cell<bool>) {
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while !is_over.get() && count(pool, waiting).await < wanted {
        tokio::task::yield_now().await;
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn freeing_a_seat_ends_the_session_that_begins_at_that_moment(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    install(&services, &root, "L-1", 2).await;
    let ada = sign_up(&services, "ada@example.org").await.unwrap();
    let signing_in = under_way(&services, &ada).await;
    meanwhile(&pool, signing_in, services.licences().free_seat(&root, ada.user_id)).await.unwrap();
    assert_eq!((count(&pool, SESSIONS).await, used(&services, &root).await), (0, 1));
    sign_up(&services, "eve@example.org").await.unwrap();
    assert!(sentence(sign_in(&services, "ada@example.org").await).starts_with("All 2 seats"));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whoever_signs_in_while_their_seat_is_freed_takes_another_one(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    install(&services, &root, "L-1", 2).await;
    let ada = sign_up(&services, "ada@example.org").await.unwrap();
    // Whoever frees it has done everything but record it.
    let mut chain = pool.begin().await.unwrap();
    let lock = sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended('audit ' || $1::uuid, 0))");
    lock.bind(uuid::Uuid::nil()).execute(&mut *chain).await.unwrap();
    let is_over = Cell::new(false);
    let licences = services.licences();
    let frees = licences.free_seat(&root, ada.user_id);
    let signs_in = async {
        until_waiting(&pool, 1, &is_over).await;
        let signed_in = sign_in(&services, "ada@example.org").await;
        is_over.set(true);
        signed_in
    };
    let release = async {
        until_waiting(&pool, 2, &is_over).await;
        chain.rollback().await.unwrap();
    };
    let (freed, signed_in, ()) = futures::join!(frees, signs_in, release);
    freed.unwrap();
    signed_in.unwrap();
    assert_eq!((count(&pool, SESSIONS).await, count(&pool, WITHOUT_SEAT).await, used(&services, &root).await), (1, 0, 2));
    assert_eq!(actions(&pool).await, ["licence.installed", "seat.taken", "seat.freed", "seat.taken"]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_first_licence_seats_whoever_signs_in_at_that_moment(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    let ada = sign_up(&services, "ada@example.org").await.unwrap();
    sqlx::query("DELETE FROM sessions").execute(&pool).await.unwrap();
    let signing_in = under_way(&services, &ada).await;
    let installed = meanwhile(&pool, signing_in, install(&services, &root, "L-1", 2)).await;
    assert_eq!((installed.licence.seats_used, installed.turned_away), (2, 0));
    assert_eq!((count(&pool, SESSIONS).await, count(&pool, WITHOUT_SEAT).await), (1, 0));
}

/// What becomes of somebody new a provider vouches for: an account by their latest invitation, and a session.
async fn come_by_provider(services: &Services, email: &EmailAddress) -> Result<(), Error> {
    let identity = services.identity();
    let mut tx = services.db().system_tx().await?;
    if let Some(refusal) = seats::refusal_of_newcomer(&mut tx).await? {
        return Err(refusal);
    }
    let invitation = identity.find_invitation_of(&mut tx, email).await?;
    let (first_name, last_name) = (FirstName::parse("Ada")?, LastName::parse("")?);
    let place = identity.welcome(&mut tx, Newcomer { email, first_name, last_name, joins: None, invitation }, &origin()).await?;
    identity.start_session(&mut tx, place, SignInMethod::Provider, &origin()).await?;
    tx.commit().await
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whoever_comes_twice_at_once_with_one_invitation_by_different_ways_is_in_once_and_nobody_is_cut_off(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    install(&services, &root, "L-1", 5).await;
    let email = EmailAddress::parse("ada@example.org").unwrap();
    let sent = services.team().invite(&root, email.as_str(), Role::Viewer).await.unwrap();
    let person = NewPerson {
        first_name: "Ada".to_owned(),
        last_name: String::new(),
        email: email.as_str().to_owned(),
        password: PASSWORD.to_owned().into(),
        invitation: Some(sent.link.split_once("?invitation=").unwrap().1.to_owned()),
    };
    // Whoever signs up gets as far as the invitation, and the other as far as they can, before either goes on.
    let mut held = pool.begin().await.unwrap();
    sqlx::query("SELECT FROM invitations FOR UPDATE").execute(&mut *held).await.unwrap();
    let is_over = Cell::new(false);
    let signs_up = async {
        let done = services.identity().sign_up(person, origin()).await;
        is_over.set(true);
        done
    };
    let comes = async {
        until_waiting(&pool, 1, &is_over).await;
        let done = come_by_provider(&services, &email).await;
        is_over.set(true);
        done
    };
    let release = async {
        until_waiting(&pool, 2, &is_over).await;
        held.rollback().await.unwrap();
    };
    let (signed_up, came, ()) = futures::join!(signs_up, comes, release);
    assert!(matches!(signed_up, Ok(SignedUp::In(_))), "{signed_up:?}");
    assert!(sentence(came).starts_with("Somebody made this account at the same moment."));
    assert_eq!(used(&services, &root).await, 2);
}
