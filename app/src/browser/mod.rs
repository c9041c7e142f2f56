//! What only a browser can do, with one signature on both targets.
//!
//! The one invariant: nothing here runs while a page is rendered on the server. Everything is called from effects and event
//! handlers, which the server never runs, or says itself that it does nothing there.

pub mod animation_frame;
pub mod clipboard;
pub mod event_stream;
pub mod file_text;
pub mod focus;
pub mod leaving;
pub mod links;
pub mod module_script;
pub mod passkey;
pub mod placement;
pub mod returning;
pub mod scroll;
pub mod shortcuts;
pub mod storage;
pub mod theme;
pub mod timer;
