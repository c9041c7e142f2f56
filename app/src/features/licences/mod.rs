//! Licences: what the installation may be used for, by how many people and until when, for system administrators.
//!
//! screen        [`page`] → `features`, `install`, `seats`; in the frame of every screen: [`LicenceBanner`]
//! server fns    [`api`]
//! rules + SQL   `services::licences`        tables: licences, seats

pub mod api;
mod banner;
mod features;
mod install;
pub mod page;
mod seats;

pub use banner::LicenceBanner;
pub use seats::FREEING;
