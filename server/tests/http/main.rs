//! The server over HTTP, as browsers and programs meet it. One module per noun; `support` starts the server.
#![allow(clippy::disallowed_methods, reason = "tests arrange rows with statements of their own")]

#[path = "../support/mod.rs"]
mod support;

mod api_keys;
mod audit;
mod chat;
mod confirmation;
mod cross_origin;
mod datasets;
mod email_change;
mod email_codes;
mod forged_headers;
mod guessed_codes;
mod guessing;
mod held_accounts;
mod identity;
mod invitations;
mod jobs;
mod joining;
mod key_streams;
mod licence_features;
mod licences;
mod mails;
mod models;
mod my_data;
mod oidc;
mod oidc_again;
mod oidc_links;
mod oidc_replays;
mod oidc_roles;
mod oidc_two_providers;
mod passkeys;
mod password_reset;
mod people;
mod prompts;
mod rate;
mod redirects;
mod required_two_step;
mod roles;
mod screens;
mod search;
mod security;
mod sharing;
mod sign_up;
mod team;
mod two_servers;
mod two_servers_sign_in;
mod two_step;
mod under_way;
mod view_as;
mod ways_up;
mod whole_program;
mod without_passwords;
