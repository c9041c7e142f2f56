//! Asks before a person leaves a form with changes that were not saved.
//!
//! The one invariant: it asks only while something is unsaved. On the server nothing happens.

use crate::browser::leaving;
use gloo::events::{EventListener, EventListenerOptions, EventListenerPhase};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Event, MouseEvent};

const QUESTION: &str = "Leave without saving? What you changed here will be lost.";

/// Guards the end of the page, as when the tab is closed, and following links for as long as the component lives.
pub fn guard(is_unsaved: Signal<bool>) {
    Effect::new(move |_| {
        let closing = leaving::guard(move || is_unsaved.get_untracked());
        // The capture phase of the document comes before the router, which listens on the window.
        let first = EventListenerOptions { phase: EventListenerPhase::Capture, passive: false };
        let links = EventListener::new_with_options(&document(), "click", first, move |event| {
            if is_unsaved.get_untracked() && leads_away(event) && !is_confirmed() {
                event.prevent_default();
                event.stop_propagation();
            }
        });
        // They end with the effect, and so with the component.
        StoredValue::new_local((closing, links));
    });
}

/// Whether a click follows a link in this tab.
fn leads_away(event: &Event) -> bool {
    let element = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let link = element.and_then(|element| element.closest("a[href]").ok().flatten());
    let opens_a_tab = event.dyn_ref::<MouseEvent>().is_some_and(|click| click.ctrl_key() || click.meta_key() || click.shift_key());
    let is_of_this_page = |link: &web_sys::Element| link.get_attribute("href").is_some_and(|href| href.starts_with('#'));
    link.is_some_and(|link| !opens_a_tab && !link.has_attribute("target") && !is_of_this_page(&link))
}

fn is_confirmed() -> bool {
    window().confirm_with_message(QUESTION).unwrap_or(true)
}
