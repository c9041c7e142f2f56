//! The promises of the queue, on a database.

use super::{ClaimedJob, JobKind, NewJob, enqueue, hold, queries, run};
use crate::testing::{owner, services};
use crate::{Services, Viewer};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

async fn accept(services: &Services, viewer: &Viewer, payload: serde_json::Value) -> Uuid {
    let subject_id = Uuid::now_v7();
    let mut tx = services.db().team_tx(viewer).await.unwrap();
    enqueue(&mut tx, NewJob { team_id: viewer.team_id, kind: JobKind::DeleteObjects, subject_id, payload }).await.unwrap();
    tx.commit().await.unwrap();
    subject_id
}

async fn claim(services: &Services) -> Option<ClaimedJob> {
    let mut tx = services.db().system_tx().await.unwrap();
    let job = queries::claim(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    job
}

async fn status(pool: &PgPool, subject: Uuid) -> (String, i32) {
    sqlx::query_as("SELECT status, attempts FROM jobs WHERE subject_id = $1").bind(subject).fetch_one(pool).await.unwrap()
}

/// Lets the leases of all running jobs run out, as when their worker was killed a minute ago.
async fn expire_leases(pool: &PgPool) {
    sqlx::query("UPDATE jobs SET lease_expires_at = now() - interval '1 s' WHERE status = 'Running'").execute(pool).await.unwrap();
}

async fn make_due(pool: &PgPool) {
    sqlx::query("UPDATE jobs SET run_at = now() WHERE status = 'Waiting'").execute(pool).await.unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_job_is_accepted_with_its_transaction_or_not_at_all(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let mut tx = services.db().team_tx(&ada).await.unwrap();
    let job = NewJob { team_id: ada.team_id, kind: JobKind::DeleteObjects, subject_id: Uuid::now_v7(), payload: json!({ "keys": [] }) };
    enqueue(&mut tx, job).await.unwrap();
    drop(tx);
    assert_eq!(services.jobs().run_due_once().await.unwrap(), 0);

    let subject = accept(&services, &ada, json!({ "keys": [] })).await;
    assert_eq!(services.jobs().run_due_once().await.unwrap(), 1);
    assert_eq!(status(&pool, subject).await, ("Done".to_owned(), 1));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_team_with_many_jobs_does_not_keep_another_waiting(pool: PgPool) {
    let services = services(&pool);
    let (ada, eve) = (owner(&services, "ada@example.org").await, owner(&services, "eve@example.org").await);
    for _ in 0..3 {
        accept(&services, &ada, json!({ "keys": [] })).await;
    }
    accept(&services, &eve, json!({ "keys": [] })).await;
    let mut order = Vec::new();
    while let Some(job) = claim(&services).await {
        order.push(job.team_id);
    }
    assert_eq!(order, [ada.team_id, eve.team_id, ada.team_id, ada.team_id]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_worker_that_lost_its_lease_can_neither_write_nor_finish(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let subject = accept(&services, &ada, json!({ "keys": [] })).await;
    let slow = claim(&services).await.unwrap();
    assert!(claim(&services).await.is_none(), "a leased job is not given twice");
    expire_leases(&pool).await;
    let quick = claim(&services).await.unwrap();
    assert_eq!((quick.id, quick.attempts), (slow.id, 2));

    let mut tx = services.db().team_tx(&ada).await.unwrap();
    assert!(hold(&mut tx, &slow).await.is_err());
    assert!(hold(&mut tx, &quick).await.is_ok());
    drop(tx);
    let mut tx = services.db().system_tx().await.unwrap();
    assert!(!queries::finish(&mut tx, slow.id, slow.fence).await.unwrap());
    assert!(!queries::extend_lease(&mut tx, slow.id, slow.fence).await.unwrap());
    assert_eq!(queries::fail(&mut tx, slow.id, slow.fence, "late").await.unwrap(), None);
    assert!(queries::finish(&mut tx, quick.id, quick.fence).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(status(&pool, subject).await.0, "Done");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_failing_job_is_tried_again_later_and_ends_as_a_dead_letter(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let subject = accept(&services, &ada, json!({ "keys": "not a list" })).await;
    assert_eq!(services.jobs().run_due_once().await.unwrap(), 1, "the next attempt is not due yet");
    let wait: f64 = sqlx::query_scalar("SELECT extract(epoch FROM run_at - now())::float8 FROM jobs WHERE subject_id = $1")
        .bind(subject)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert!((8.0..=10.0).contains(&wait), "waits {wait} s");
    for _ in 0..9 {
        make_due(&pool).await;
        services.jobs().run_due_once().await.unwrap();
    }
    assert_eq!(status(&pool, subject).await, ("Dead".to_owned(), 10));
    make_due(&pool).await;
    assert_eq!(services.jobs().run_due_once().await.unwrap(), 0);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_job_whose_worker_dies_every_time_does_not_stay_running(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let subject = accept(&services, &ada, json!({ "keys": [] })).await;
    for _ in 0..10 {
        assert!(claim(&services).await.is_some());
        expire_leases(&pool).await;
    }
    services.jobs().run_due_once().await.unwrap();
    assert_eq!(status(&pool, subject).await.0, "Dead");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_job_given_back_keeps_its_attempts(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let subject = accept(&services, &ada, json!({ "keys": [] })).await;
    let job = claim(&services).await.unwrap();
    let mut tx = services.db().system_tx().await.unwrap();
    queries::release(&mut tx, job.id, job.fence).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(status(&pool, subject).await, ("Waiting".to_owned(), 0));
    assert_eq!(services.jobs().run_due_once().await.unwrap(), 1);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_team_sees_its_own_jobs_only(pool: PgPool) {
    let services = services(&pool);
    let (ada, eve) = (owner(&services, "ada@example.org").await, owner(&services, "eve@example.org").await);
    accept(&services, &ada, json!({ "keys": [] })).await;
    let mut tx = services.db().team_tx(&eve).await.unwrap();
    let seen: i64 = sqlx::query_scalar("SELECT count(*) FROM jobs").fetch_one(&mut *tx).await.unwrap();
    assert_eq!(seen, 0);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_worker_loop_runs_what_comes_and_ends_when_told_to(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let stop = tokio_util::sync::CancellationToken::new();
    let worker = tokio::spawn({
        let (services, stop) = (services.clone(), stop.clone());
        async move { services.jobs().work(stop).await }
    });
    let subject = accept(&services, &ada, json!({ "keys": [] })).await;
    while status(&pool, subject).await.0 != "Done" {
        tokio::task::yield_now().await;
    }
    stop.cancel();
    worker.await.unwrap();
}

#[tokio::test]
async fn a_panic_is_a_failure_with_its_words() {
    let outcome = run::caught(async { panic!("no such page") }).await;
    assert!(crate::error::chain(&outcome.unwrap_err()).contains("no such page"));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn finished_jobs_are_forgotten_after_a_week_and_dead_letters_stay(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let mut subjects = Vec::new();
    for _ in 0..4 {
        subjects.push(accept(&services, &ada, json!({ "keys": [] })).await);
    }
    services.jobs().run_due_once().await.unwrap();
    let [_, recent, dead, waiting] = subjects[..] else { panic!("four") };
    let past = "UPDATE jobs SET finished_at = now() - CASE subject_id WHEN $1 THEN interval '6 days' ELSE interval '8 days' END";
    sqlx::query(past).bind(recent).execute(&pool).await.unwrap();
    for (subject, status) in [(dead, "Dead"), (waiting, "Waiting")] {
        sqlx::query("UPDATE jobs SET status = $2 WHERE subject_id = $1").bind(subject).bind(status).execute(&pool).await.unwrap();
    }
    assert_eq!(services.jobs().purge().await.unwrap(), 1);
    let left: Vec<Uuid> = sqlx::query_scalar("SELECT subject_id FROM jobs ORDER BY created_at").fetch_all(&pool).await.unwrap();
    assert_eq!(left, [recent, dead, waiting]);
}
