//! Timers that end with the component they belong to.

use leptos::leptos_dom::helpers::{set_interval_with_handle, set_timeout_with_handle};
use leptos::prelude::*;
use std::time::Duration;

/// Whether this code runs in a browser; on the server always `false`.
pub(crate) fn in_browser() -> bool {
    cfg!(target_arch = "wasm32")
}

/// Runs `act` once after `ms` milliseconds, unless the owner is gone by then. On the server nothing happens.
pub fn after(ms: u32, act: impl FnOnce() + 'static) {
    if !in_browser() {
        return;
    }
    if let Ok(handle) = set_timeout_with_handle(act, Duration::from_millis(u64::from(ms)))
        && Owner::current().is_some()
    {
        on_cleanup(move || handle.clear());
    }
}

/// Runs `act` every `ms` milliseconds until the owner is gone. On the server nothing happens.
pub fn every(ms: u32, act: impl Fn() + 'static) {
    if !in_browser() {
        return;
    }
    if let Ok(handle) = set_interval_with_handle(act, Duration::from_millis(u64::from(ms)))
        && Owner::current().is_some()
    {
        on_cleanup(move || handle.clear());
    }
}

/// Runs `act` once after `ms` milliseconds, whatever becomes of the component that asked. On the server nothing happens.
pub fn detached(ms: u32, act: impl FnOnce() + 'static) {
    if in_browser() {
        set_timeout(act, Duration::from_millis(u64::from(ms)));
    }
}
