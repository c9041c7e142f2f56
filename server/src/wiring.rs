//! Wiring: makes the services from the configuration.
//!
//! The invariant: everything the rules need is built here, once, before the first request.

#[cfg(test)]
pub mod stand_in;

use crate::config::{Config, ObjectStoreLocation, SignUp};
use anyhow::Context as _;
use egress::{EgressClient, EgressPolicy};
use llm::MiniLmEmbedder;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, RetryConfig};
use services::{Db, Parts, Services, Settings, SystemClock};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How long a session lives without being used.
const SESSION_LIFETIME: Duration = Duration::from_hours(720);

/// The services on this database.
pub fn services(config: &Config, db: Db) -> anyhow::Result<Services> {
    let policy = EgressPolicy { allow: config.egress_allow.clone(), ..EgressPolicy::default() };
    let program = std::env::current_exe().context("the program cannot find itself")?;
    Ok(Services::new(Parts {
        db,
        clock: Arc::new(SystemClock),
        keyring: config.keyring.clone(),
        objects: objects(&config.object_store, environment(), RetryConfig::default())?,
        egress: Arc::new(EgressClient::new(policy)?),
        mailer: config.mailer.clone(),
        minilm: Arc::new(MiniLmEmbedder::lazy(config.models_dir.join("all-MiniLM-L6-v2"))),
        settings: Settings {
            public_url: config.public_url.clone(),
            sign_up: match config.sign_up {
                SignUp::Invited => services::SignUp::Invited,
                SignUp::Open => services::SignUp::Open,
            },
            max_upload_bytes: config.max_upload_bytes,
            extractor: (program, vec!["extract".to_owned()]),
            session_lifetime: SESSION_LIFETIME,
            licence_key: config.licence_key.clone(),
        },
    }))
}

/// The variables that an object store may be set up with.
pub fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// Where the bytes of documents are kept. S3 takes its keys, region and endpoint from the usual `AWS_…` variables.
pub fn objects(
    place: &ObjectStoreLocation,
    environment: impl IntoIterator<Item = (String, String)>,
    retries: RetryConfig,
) -> anyhow::Result<Arc<dyn ObjectStore>> {
    match place {
        ObjectStoreLocation::Folder(folder) => Ok(Arc::new(files(folder)?)),
        ObjectStoreLocation::S3 { bucket, prefix } => {
            // Both of our HTTP clients want one chosen; that it was chosen before is as good.
            let _ = rustls::crypto::ring::default_provider().install_default();
            let store = s3(environment).with_bucket_name(bucket).with_retry(retries).build();
            let store = store.with_context(|| format!("the object store s3://{bucket} cannot be used"))?;
            Ok(if prefix.is_empty() { Arc::new(store) } else { Arc::new(PrefixStore::new(store, prefix.as_str())) })
        }
    }
}

/// S3 as the environment describes it; variables that are no settings of a store are passed over.
fn s3(environment: impl IntoIterator<Item = (String, String)>) -> AmazonS3Builder {
    let ours = environment.into_iter().filter(|(name, _)| name.starts_with("AWS_"));
    let known = ours.filter_map(|(name, value)| Some((name.to_ascii_lowercase().parse::<AmazonS3ConfigKey>().ok()?, value)));
    known.fold(AmazonS3Builder::new(), |builder, (key, value)| builder.with_config(key, value))
}

fn files(folder: &Path) -> anyhow::Result<LocalFileSystem> {
    let store = LocalFileSystem::new_with_prefix(folder);
    store.with_context(|| format!("documents cannot be kept in {}", folder.display()))
}

#[cfg(test)]
mod tests;
