//! Seats: taken by signing in, never twice, and given back.

use super::{actions, administrator, install, sentence, services, sign_in, sign_up};
use crate::testing::owner;
use crate::{Error, Viewer};
use sqlx::PgPool;

async fn used(services: &crate::Services, root: &Viewer) -> u32 {
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
    assert!(sentence(services.licences().give_seat(&root, ada.user_id).await).starts_with("All 2 seats"));
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
