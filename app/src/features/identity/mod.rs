//! Identity: signing in and up, and one's own account.
//!
//! screens       [`page`]: `sign_in`, `sign_up`, `sign_in_code`, `email_code`, `forgot_password`, `reset_password`, `confirm_email`, `finish_sign_up`; `account` with `profile_form`, `answers_form`, `password_form`, `theme_choice`, `shortcuts_card`, `sessions`, `teams` with `leave_team`,
//!               `email_form`, `two_step` → `two_step_setup`, `recovery_codes`; `two_step_required`
//! posts         plain forms to `/sign-in`, `/sign-in/code`, `/sign-in/email-code`, `/sign-up`, `/sign-up/finish`, `/join`, `/sign-out`, `/forgot-password`, `/reset-password`, `/confirm-email` (server/src/api); what went wrong comes back as [`outcome`]
//! confirming    `confirmation`: whatever the server wants confirmed first is called through [`Confirming::run`]; what proves it is asked for by `proof`
//! server fns    [`api`]
//! rules + SQL   `services::identity`        tables: users, sessions, sign_ins, throttles, password_resets, two_step, recovery_codes, sign_in_steps, email_changes, email_codes, sign_ups

pub mod account;
mod answers_form;
pub mod api;
mod confirm_email;
mod confirmation;
mod email_code;
mod email_form;
mod finish_sign_up;
pub mod flow_cookie;
mod forgot_password;
pub(crate) mod form_frame;
mod leave_team;
pub mod outcome;
mod own_password;
pub mod page;
mod password_form;
mod profile_form;
mod proof;
mod recovery_codes;
mod reset_password;
pub mod session_cookie;
mod sessions;
mod shortcuts_card;
mod sign_in;
mod sign_in_code;
mod sign_up;
mod teams;
mod theme_choice;
mod two_step;
mod two_step_required;
mod two_step_setup;

pub use confirmation::{ConfirmationDialog, Confirming, provide_confirming, use_confirming};
pub use own_password::OwnPassword;
