//! Identity: signing in and up, and one's own account.
//!
//! screens       [`page`]: `sign_in`, `sign_up`, `forgot_password`; `account` with `profile_form`, `password_form`, `theme_choice`, `sessions`, `teams`
//! posts         plain forms to `/sign-in`, `/sign-up`, `/join`, `/sign-out` (server/src/api/identity.rs); what went wrong comes back as [`outcome`]
//! server fns    [`api`]
//! rules + SQL   `services::identity`        tables: users, sessions, sign_ins, throttles

pub mod account;
pub mod api;
pub mod flow_cookie;
mod forgot_password;
pub(crate) mod form_frame;
pub mod outcome;
pub mod page;
mod password_form;
mod profile_form;
pub mod session_cookie;
mod sessions;
mod sign_in;
mod sign_up;
mod teams;
mod theme_choice;
