//! Identity providers: signing in with what one has elsewhere; set up by system administrators.
//!
//! The one invariant: a client secret goes to the server and never comes back.
//!
//! screens       [`page`]: `/admin/sign-in` → `table`, `dialog` (state: `form`), `trial`, `own_ways`, `two_step_rule`; `/sign-in/link` (`link`); a card on `/account` (`ways`)
//! server fns    [`api`]        there and back are plain routes (server/src/api/oidc.rs)
//! rules + SQL   `services::identity_providers`        tables: identity_providers, identities, sign_in_flows

pub mod api;
mod dialog;
mod form;
mod link;
mod own_ways;
pub mod page;
mod table;
mod trial;
mod two_step_rule;
mod ways;

pub use ways::WaysCard;
