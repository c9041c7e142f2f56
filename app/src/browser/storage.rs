//! Storage: small things this browser remembers. Never anything secret.

use leptos::prelude::*;

fn local() -> Option<web_sys::Storage> {
    if !super::timer::in_browser() {
        return None;
    }
    window().local_storage().ok().flatten()
}

/// What is kept under `key`. On the server always `None`.
pub fn get(key: &str) -> Option<String> {
    local()?.get_item(key).ok().flatten()
}

/// Keeps `value` under `key`; a full or forbidden storage is ignored. On the server nothing happens.
pub fn set(key: &str, value: &str) {
    if let Some(storage) = local() {
        let _ = storage.set_item(key, value);
    }
}

/// Forgets what is kept under `key`. On the server nothing happens.
pub fn remove(key: &str) {
    if let Some(storage) = local() {
        let _ = storage.remove_item(key);
    }
}
