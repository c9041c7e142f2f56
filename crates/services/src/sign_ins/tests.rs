use crate::identity::Origin;
use crate::testing::{owner, parts};
use crate::{Error, MockClock, Parts, Services, Viewer};
use chrono::{SubsecRound as _, TimeDelta, Utc};
use domain::sign_ins::SignInQuery;
use sqlx::PgPool;
use std::sync::Arc;

fn origin() -> Origin {
    Origin { ip: "192.0.2.1".parse().unwrap(), user_agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0".to_owned() }
}

fn administrator(viewer: Viewer) -> Viewer {
    Viewer { is_system_administrator: true, ..viewer }
}

async fn try_in(services: &Services, email: &str) {
    services.identity().sign_in(email, "not the password".to_owned().into(), origin()).await.unwrap_err();
}

fn asked(person: &str, outcome: &str) -> SignInQuery {
    SignInQuery { person: person.to_owned(), outcome: outcome.to_owned() }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_try_is_shown_to_its_person_and_found_by_the_administrator(pool: PgPool) {
    let services = Services::new(parts(&pool));
    let ada = administrator(owner(&services, "ada@example.org").await);
    let grace = owner(&services, "grace@example.org").await;
    try_in(&services, "grace@example.org").await;
    try_in(&services, "nobody@example.org").await;
    let own = services.sign_ins().list_own(&grace).await.unwrap();
    assert_eq!(own.len(), 1);
    assert_eq!((own[0].reason.as_deref(), own[0].device.as_str()), (Some("Wrong password"), "Firefox on Linux"));
    assert!(services.sign_ins().list_own(&ada).await.unwrap().is_empty());

    let found = async |query: SignInQuery| services.sign_ins().list(&ada, &query, None).await.unwrap().entries;
    assert_eq!(found(asked("", "")).await.len(), 2);
    let nobody = found(asked("Nobody@example.org", "failed")).await;
    assert_eq!((nobody.len(), nobody[0].person.as_str(), nobody[0].reason.as_deref()), (1, "", Some("Unknown address")));
    assert!(found(asked("grace@example.org", "")).await[0].person.contains("grace@example.org"));
    assert!(found(asked("", "succeeded")).await.is_empty());
    assert!(matches!(services.sign_ins().list(&grace, &asked("", ""), None).await, Err(Error::NotFound)));
    assert!(matches!(services.sign_ins().list(&ada, &asked("grace", "often"), None).await, Err(Error::Invalid(_))));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_row_outlives_its_person_and_goes_after_a_year(pool: PgPool) {
    let clock = Arc::new(MockClock::at(Utc::now().trunc_subsecs(6)));
    let services = Services::new(Parts { clock: clock.clone(), ..parts(&pool) });
    let ada = administrator(owner(&services, "ada@example.org").await);
    owner(&services, "grace@example.org").await;
    try_in(&services, "grace@example.org").await;
    sqlx::query("DELETE FROM teams WHERE name = 'grace@example.org'").execute(&pool).await.unwrap();
    sqlx::query("DELETE FROM users WHERE email = 'grace@example.org'").execute(&pool).await.unwrap();
    assert_eq!(services.sign_ins().list(&ada, &asked("grace@example.org", ""), None).await.unwrap().entries.len(), 1);
    clock.advance(TimeDelta::days(365));
    assert_eq!(services.sign_ins().delete_old().await.unwrap(), 0);
    clock.advance(TimeDelta::seconds(1));
    assert_eq!(services.sign_ins().delete_old().await.unwrap(), 1);
}
