//! Providers and models: what answers questions and what makes vectors.
//!
//! The invariant: a stored key leaves this folder only inside a model that is about to be called, and goes to the origin
//! it was entered for. Models belong to the installation; only its administrators change them (`Permission::ManageModels`), and
//! whoever may choose among them sees their names (`Permission::ViewModels`).
//!
//! for other services  [`Models::chat_model`], [`Models::embedder`], [`Models::embedding_trouble`]   (`resolve`)
//! for screens         [`Models::list`], `choosable`, `add`, `change`, `connection` ("Test connection")
//! at start            [`Models::check_keyring`]
//! tables              providers, models, settings

mod add;
mod change;
mod connection;
mod draft;
mod keyring;
mod list;
mod provider_key;
mod queries;
mod resolve;
#[cfg(test)]
mod tests;

pub use connection::ConnectionTest;
pub(crate) use resolve::removed;
pub use resolve::{ResolvedChat, ResolvedEmbedder};

use crate::{Error, Result, Services, Viewer};
use domain::{ModelId, Permission, ProviderId};
use uuid::uuid;

/// The provider that is this process itself.
pub const BUILT_IN_PROVIDER: ProviderId = ProviderId::from_uuid(uuid!("01900000-0000-7000-8000-000000000001"));
/// The built-in model that quotes what was found.
pub const EXTRACTIVE: ModelId = ModelId::from_uuid(uuid!("01900000-0000-7000-8000-000000000002"));
/// The built-in embedding model.
pub const MINILM: ModelId = ModelId::from_uuid(uuid!("01900000-0000-7000-8000-000000000003"));

/// Most dimensions a vector index takes.
const MOST_DIMENSIONS: u32 = 2_000;

/// Providers and models.
pub struct Models<'a> {
    pub(crate) services: &'a Services,
}

/// Refuses unless the viewer manages models; for others the screen does not exist.
fn require_managing(viewer: &Viewer) -> Result<()> {
    if viewer.may(Permission::ManageModels) { Ok(()) } else { Err(Error::NotFound) }
}
