//! Onboarding: the guide on the first screen, and whom to ask for what one may not do.
//!
//! shown on      `/chat`: [`GuideCard`]; in empty lists: [`WhomToAsk`]
//! server fns    [`api`]
//! rules + SQL   `services::onboarding`        table: onboarding

pub mod api;
mod guide;
mod whom;

pub use guide::GuideCard;
pub use whom::WhomToAsk;
