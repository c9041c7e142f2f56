//! Sign-ins: one's own on `/account`, those of the installation on `/admin/sign-in`.
//!
//! cards         [`OwnSignInsCard`] (`own`), [`SignInRecord`] (`record`); the table of both: `table`
//! server fns    [`api`]
//! rules + SQL   `services::sign_ins`        table: sign_ins

pub mod api;
mod own;
mod record;
mod table;

pub use own::OwnSignInsCard;
pub use record::SignInRecord;
