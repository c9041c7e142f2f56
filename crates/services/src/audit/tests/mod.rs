//! What the trail promises: every act is there, nothing is changed afterwards, and nobody reads another team's.

mod chain;
mod events;
mod opened;
mod reading;

use crate::{Services, Viewer};
use domain::audit::{AuditEntry, AuditQuery, AuditScope};
use sqlx::PgPool;

async fn list(services: &Services, viewer: &Viewer, query: &AuditQuery) -> Vec<AuditEntry> {
    services.audit().list(viewer, AuditScope::Team, query, None).await.unwrap().entries
}

async fn sentences(services: &Services, viewer: &Viewer, query: &AuditQuery) -> Vec<String> {
    list(services, viewer, query).await.into_iter().map(|entry| entry.sentence).collect()
}

fn administrator(viewer: &Viewer) -> Viewer {
    crate::testing::administrator(viewer.clone())
}

/// All actions there are, the earliest first.
async fn actions(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar("SELECT action FROM audit_events ORDER BY position").fetch_all(pool).await.unwrap()
}
