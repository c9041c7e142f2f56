//! Models against a real database, and providers against a wire.
#![allow(clippy::disallowed_methods, reason = "tests arrange and look with statements of their own")]

mod connection;
mod rights;
mod rules;
mod wire;

use crate::testing;
use crate::{Services, Viewer};
use domain::models::{ModelType, NewModel, ProviderKind};
use egress::{EgressClient, EgressPolicy};
use sqlx::PgPool;
use std::sync::Arc;
use wire::Provider;

/// Services that may call these providers on this machine, and somebody who manages the installation.
async fn set_up(pool: &PgPool, providers: &[&Provider]) -> (Services, Viewer) {
    let mut parts = testing::parts(pool);
    let allow = providers.iter().map(|provider| provider.host().parse().expect("host and port")).collect();
    parts.egress = Arc::new(EgressClient::new(EgressPolicy { allow, ..EgressPolicy::default() }).expect("TLS can be set up"));
    let services = Services::new(parts);
    let administrator = administrator(&services, "grace@example.org").await;
    (services, administrator)
}

async fn administrator(services: &Services, email: &str) -> Viewer {
    testing::administrator(testing::owner(services, email).await)
}

fn draft(provider: &Provider, name: &str, model_type: ModelType) -> NewModel {
    NewModel {
        provider: "Here".to_owned(),
        kind: ProviderKind::OpenAiCompatible,
        base_url: provider.url(),
        api_key: "sk-very-secret".to_owned(),
        name: name.to_owned(),
        model_type,
        context_size: 8_192,
    }
}
