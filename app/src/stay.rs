//! Stay: what the address says for as long as one stays at a screen.
//!
//! The invariant: on the way to another screen the router changes the address before this one is gone; what this one loads
//! does not follow it there.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map};

/// Whether the address is below this section, as `/datasets` is of `/datasets/1`.
pub fn is_at(section: &'static str) -> impl Fn() -> bool + Copy + Send + Sync + 'static {
    let pathname = use_location().pathname;
    move || pathname.with(|path| path.strip_prefix(section).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// A parameter of the address of a screen below this section; what it was last once the address is another's.
pub fn use_param(section: &'static str, name: &'static str) -> Memo<Option<String>> {
    let (params, is_here) = (use_params_map(), is_at(section));
    Memo::new(move |last: Option<&Option<String>>| match last {
        Some(last) if !is_here() => last.clone(),
        _ => params.with(|params| params.get(name)),
    })
}
