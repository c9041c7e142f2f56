//! The HTTP side of Lyceum: one router, its sessions and its defences.
//!
//! The invariant: every answer passed the layers of [`router::build_router`], and a handler learns who asks from
//! [`session`] alone. Next: [`router`] for what is served, [`security`] for what is refused, [`api`] for the plain routes.

pub mod api;
pub mod cross_origin;
pub mod error_page;
pub mod keys;
pub mod looking;
pub mod observe;
pub mod peer;
pub mod router;
pub mod security;
pub mod session;
pub mod setting_up;
pub mod statuses;
