//! Background work as people meet it: it goes on by itself, and nothing stays in work for ever.

use super::datasets::{create, documents, start, upload};
use domain::datasets::DocumentStatus;
use sqlx::PgPool;

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn documents_get_ready_while_nobody_looks(pool: PgPool) {
    let app = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let id = create(&ada, "Rules", "Team").await;
    let worker = tokio::spawn({
        let (services, stop) = (app.services.clone(), app.shutdown.clone());
        async move { services.jobs().work(stop).await }
    });
    upload(&ada, id, &[("a.txt", b"one"), ("b.txt", b"two"), ("c.txt", b"three")]).await.ok();
    let ready = async || documents(&ada, id).await.iter().filter(|document| document.status == DocumentStatus::Ready).count();
    while ready().await < 3 {
        tokio::task::yield_now().await;
    }
    app.shutdown.cancel();
    worker.await.unwrap();
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn work_of_a_server_that_died_is_taken_over(pool: PgPool) {
    let app = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let id = create(&ada, "Rules", "Team").await;
    upload(&ada, id, &[("a.txt", b"one")]).await.ok();
    // What a kill -9 leaves behind: a claimed job, a document in the middle, and a lease that runs out.
    sqlx::query("UPDATE jobs SET status = 'Running', attempts = 1, fence = 1, lease_expires_at = now() - interval '1 s'")
        .execute(&pool)
        .await
        .unwrap();
    sqlx::query("UPDATE documents SET status = 'Extracting'").execute(&pool).await.unwrap();
    app.services.jobs().run_due_once().await.unwrap();
    assert_eq!(documents(&ada, id).await[0].status, DocumentStatus::Ready);
}
