//! Leaving: whoever would lose something with a page is asked before it goes.
//!
//! Whatever can be lost listens to what browsers ask a page before they leave it ([`guard`]). What is about to end the page by its own
//! doing asks the same ([`may_leave`]) before it does so, and goes past it then ([`go_on_at`]): nobody is asked twice, or too late.

use super::timer::in_browser;
use gloo::events::{EventListener, EventListenerOptions};
use leptos::prelude::{document, window, window_event_listener_untyped};
use std::cell::Cell;

/// What browsers ask a page before they leave it.
const LEAVING: &str = "beforeunload";
const QUESTION: &str = "Leave this page? What is not saved, or still being uploaded, will be lost.";

thread_local! {
    /// Whether the page goes elsewhere, whatever is lost.
    static IS_GOING: Cell<bool> = const { Cell::new(false) };
}

/// Has the browser ask before it leaves the page, as long as something would be lost. Called in effects and handlers only.
pub fn guard(would_lose: impl Fn() -> bool + 'static) -> EventListener {
    EventListener::new_with_options(&window(), LEAVING, EventListenerOptions::enable_prevent_default(), move |event| {
        if !is_going() && would_lose() {
            event.prevent_default();
        }
    })
}

/// Whether the page may go: nothing would be lost, or the person says so. On the server always.
pub fn may_leave() -> bool {
    !in_browser() || is_free() || window().confirm_with_message(QUESTION).unwrap_or(true)
}

/// Asks every guard as the browser does.
fn is_free() -> bool {
    let Ok(asked) = document().create_event("Event") else { return true };
    asked.init_event_with_bubbles_and_cancelable(LEAVING, false, true);
    window().dispatch_event(&asked).unwrap_or(true)
}

/// Goes on at another address as a whole page; nobody is asked any more. On the server nothing happens.
pub fn go_on_at(path: &str) {
    if !in_browser() {
        return;
    }
    IS_GOING.set(true);
    // Somebody who comes back to a page that the browser has kept is there again.
    let _ = window_event_listener_untyped("pageshow", |_| IS_GOING.set(false));
    let _ = window().location().set_href(path);
}

/// Whether the page goes elsewhere by its own doing.
pub fn is_going() -> bool {
    IS_GOING.get()
}
