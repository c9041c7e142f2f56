//! What licences promise: only what was signed is believed, the last seat is taken once, and nobody is locked in or out.

mod features;
mod files;
mod over;
mod seats;

use super::testing::{payload, sign};
use crate::identity::{NewPerson, Origin, SignedIn};
use crate::testing::{owner, parts};
use crate::{Error, Services, Settings, SignUp, Viewer};
use chrono::Utc;
use sqlx::PgPool;

const PASSWORD: &str = "correct horse battery staple";

/// Anybody may sign up here.
fn services(pool: &PgPool) -> Services {
    let parts = parts(pool);
    let settings = Settings { sign_up: SignUp::Open, ..parts.settings.clone() };
    Services::new(crate::Parts { settings, ..parts })
}

/// Somebody who manages the installation.
async fn administrator(services: &Services, pool: &PgPool) -> Viewer {
    let root = owner(services, "root@example.org").await;
    sqlx::query("UPDATE users SET is_system_administrator = true WHERE id = $1").bind(root.user_id).execute(pool).await.unwrap();
    Viewer { is_system_administrator: true, ..root }
}

async fn install(services: &Services, root: &Viewer, id: &str, seats: u32) -> domain::licences::LicenceInstalled {
    services.licences().install(root, &sign(&payload(id, seats, Utc::now()))).await.unwrap()
}

/// Moves the end of the licence in force.
async fn end_in(pool: &PgPool, days: i32) {
    let move_end = "UPDATE licences SET expires_at = now() + make_interval(days => $1) WHERE replaced_at IS NULL";
    sqlx::query(move_end).bind(days).execute(pool).await.unwrap();
}

fn origin() -> Origin {
    Origin { ip: "192.0.2.1".parse().unwrap(), user_agent: "Test".to_owned() }
}

async fn sign_up(services: &Services, email: &str) -> Result<SignedIn, Error> {
    // One network address may make only so many accounts in a row.
    let mut tx = services.db().system_tx().await.unwrap();
    sqlx::query("DELETE FROM throttles").execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    let person = NewPerson {
        first_name: "Ada".to_owned(),
        last_name: String::new(),
        email: email.to_owned(),
        password: PASSWORD.to_owned().into(),
        invitation: None,
    };
    let signed_up = services.identity().sign_up(person, origin()).await;
    signed_up.map(|signed_up| signed_up.session().expect("nothing is mailed"))
}

async fn sign_in(services: &Services, email: &str) -> Result<SignedIn, Error> {
    services
        .identity()
        .sign_in(email, PASSWORD.to_owned().into(), origin())
        .await
        .map(|entry| entry.session().expect("no code is asked for"))
}

/// The sentence of a refusal.
#[track_caller]
fn sentence<T: std::fmt::Debug>(outcome: Result<T, Error>) -> String {
    match outcome.unwrap_err() {
        Error::Conflict(sentence) => sentence,
        Error::Invalid(errors) => errors.get("licence").expect("it is about the licence").to_owned(),
        other => panic!("no sentence: {other:?}"),
    }
}

async fn actions(pool: &PgPool) -> Vec<String> {
    let of_licences = "SELECT action FROM audit_events WHERE action LIKE 'licence.%' OR action LIKE 'seat.%' ORDER BY position";
    sqlx::query_scalar(of_licences).fetch_all(pool).await.unwrap()
}
