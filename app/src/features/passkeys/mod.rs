//! Passkeys: signing in with what one's device keeps.
//!
//! The one invariant: what a device is asked and what it answers passes through unread; the server alone judges it.
//!
//! screens       a card on `/account` (`card`, `add`), a button on `/sign-in` (`sign_in`); the device is asked by `browser::passkey`
//! posts         the answer of a sign-in goes to `/sign-in/passkey` as a form (server/src/api/passkeys.rs)
//! server fns    [`api`]
//! rules + SQL   `services::passkeys`        tables: passkeys, passkey_ceremonies

mod add;
pub mod api;
mod card;
mod sign_in;

pub use card::PasskeysCard;
pub use sign_in::PasskeyWay;
