//! Focus: keep it somewhere when what had it disappears.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// Focuses the first element that takes the focus, selector by selector, if the focus is nowhere now: on the page itself, or
/// on what is hidden or inert. Waits until what is about to change has changed. On the server nothing happens.
pub fn rescue(selectors: &'static [&'static str]) {
    super::animation_frame::next(move || give(selectors));
}

fn give(selectors: &[&str]) {
    if let Some(active) = document().active_element() {
        if holds_focus(&active) {
            return;
        }
        if let Some(hidden) = active.dyn_ref::<HtmlElement>() {
            let _ = hidden.blur();
        }
    }
    let _ = selectors.iter().any(|selector| take_focus(selector));
}

/// Browsers leave the focus for a while with what has just been hidden: that holds nothing.
fn holds_focus(active: &Element) -> bool {
    let style = window().get_computed_style(active).ok().flatten();
    let is_visible = style.is_some_and(|style| style.get_property_value("visibility").is_ok_and(|value| value == "visible"));
    let is_laid_out = active.get_bounding_client_rect().width() > 0.0;
    active.tag_name() != "BODY" && is_visible && is_laid_out && active.closest("[inert]").ok().flatten().is_none()
}

/// Tries the elements in turn; one that is hidden refuses.
fn take_focus(selector: &str) -> bool {
    let Ok(found) = document().query_selector_all(selector) else { return false };
    (0..found.length()).filter_map(|index| found.item(index)?.dyn_into::<HtmlElement>().ok()).any(|element| {
        let focused = element.focus().is_ok();
        focused && document().active_element().is_some_and(|active| active.is_same_node(Some(&element)))
    })
}
