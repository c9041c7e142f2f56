//! Focus: keep it somewhere when what had it disappears.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// Focuses the first element that takes the focus, selector by selector, if the focus is nowhere now: on the page itself, or
/// on what is hidden or inert. Waits for the next picture, so that what is about to change has changed. On the server nothing happens.
pub fn rescue(selectors: &'static [&'static str]) {
    super::animation_frame::next(move || {
        if document().active_element().is_some_and(|active| holds_focus(&active)) {
            return;
        }
        let _ = selectors.iter().any(|selector| take_focus(selector));
    });
}

fn holds_focus(active: &Element) -> bool {
    active.tag_name() != "BODY" && active.closest("[inert]").ok().flatten().is_none() && active.get_bounding_client_rect().right() > 0.0
}

/// Tries the elements in turn; one that is hidden refuses.
fn take_focus(selector: &str) -> bool {
    let Ok(found) = document().query_selector_all(selector) else { return false };
    (0..found.length()).filter_map(|index| found.item(index)?.dyn_into::<HtmlElement>().ok()).any(|element| {
        let focused = element.focus().is_ok();
        focused && document().active_element().is_some_and(|active| active.is_same_node(Some(&element)))
    })
}
