//! My data: what a person takes along, and the end of their account, as parts of the account screen.
//!
//! shown on      `/account`: [`ExportCard`], [`DeletionCard`]; in the frame of every screen: [`DeletionBanner`]
//! server fns    [`api`]; the file comes from `GET /api/exports/{id}/file`, which is no server function
//! rules + SQL   `services::my_data`        tables: exports, users

pub mod api;
mod banner;
mod deletion;
mod exports;

pub use banner::DeletionBanner;
pub use deletion::DeletionCard;
pub use exports::ExportCard;
