//! What the server does beside answering requests: jobs, leases of running answers, and tidying up.
//!
//! The invariant: every worker ends soon after `stop`, and no worker ends because of an error: it logs and goes on.

use services::Services;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How often finished jobs are forgotten and documents without vectors are looked for.
const HOUSEKEEPING: Duration = Duration::from_hours(1);

/// Starts all workers. Await the handles after cancelling `stop`: running jobs are given back to the queue by then.
pub fn spawn(services: &Services, stop: &CancellationToken) -> Vec<JoinHandle<()>> {
    vec![
        tokio::spawn(work(services.clone(), stop.clone())),
        tokio::spawn(keep_answers(services.clone(), stop.clone())),
        tokio::spawn(keep_house(services.clone(), stop.clone())),
    ]
}

async fn work(services: Services, stop: CancellationToken) {
    services.jobs().work(stop).await;
}

/// Leases of running answers, and the sweep of those whose server went away.
async fn keep_answers(services: Services, stop: CancellationToken) {
    services.chat().work(stop).await;
}

async fn keep_house(services: Services, stop: CancellationToken) {
    loop {
        match services.jobs().purge().await {
            Ok(purged) => tracing::debug!(purged, "finished jobs were forgotten"),
            Err(error) => tracing::warn!(%error, "finished jobs could not be forgotten"),
        }
        if let Err(error) = services.mails().purge().await {
            tracing::warn!(%error, "old mails could not be forgotten");
        }
        if let Err(error) = services.identity().delete_expired().await {
            tracing::warn!(%error, "expired sessions could not be forgotten");
        }
        match services.sign_ins().delete_old().await {
            Ok(0) => {}
            Ok(deleted) => tracing::info!(deleted, "sign-ins of more than a year ago were forgotten"),
            Err(error) => tracing::warn!(%error, "old sign-ins could not be forgotten"),
        }
        match services.team().remove_deleted().await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "teams that were deleted 30 days ago are gone"),
            Err(error) => tracing::warn!(%error, "deleted teams could not be removed"),
        }
        match services.team().delete_old_chats().await {
            Ok(0) => {}
            Ok(deleted) => tracing::info!(deleted, "chats were deleted as their teams have set"),
            Err(error) => tracing::warn!(%error, "old chats could not be deleted"),
        }
        match services.my_data().delete_expired_exports().await {
            Ok(0) => {}
            Ok(deleted) => tracing::info!(deleted, "exports whose seven days are over were deleted"),
            Err(error) => tracing::warn!(%error, "expired exports could not be deleted"),
        }
        match services.my_data().remove_gone_accounts().await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "accounts that were deleted 14 days ago are gone"),
            Err(error) => tracing::warn!(%error, "deleted accounts could not be removed"),
        }
        match services.datasets().resume_embedding().await {
            Ok(0) => {}
            Ok(resumed) => tracing::info!(resumed, "documents get the vectors they lack"),
            Err(error) => tracing::warn!(%error, "documents without vectors could not be looked for"),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(HOUSEKEEPING) => {}
        }
    }
}
