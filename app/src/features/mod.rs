//! The screens, one folder per noun.

pub mod api_keys;
pub mod audit;
pub mod chat;
pub mod datasets;
pub mod identity;
pub mod identity_providers;
pub mod licences;
pub mod mails;
pub mod models;
pub mod my_data;
pub mod onboarding;
pub mod passkeys;
pub mod people;
pub mod prompts;
pub mod roles;
pub mod sharing;
pub mod sign_ins;
pub mod team;
