//! Placement: put what floats beside what opened it, inside the window.
//!
//! The position is set through the style object, which the content policy allows, never through an attribute, which it refuses.

use leptos::prelude::*;
use web_sys::HtmlElement;

/// Pixels between the two, and between the panel and the window's edge.
const GAP: f64 = 6.0;

/// Puts `panel` under `anchor`, or above it where there is more room; `end` lines up the right edges.
/// Only for elements of a browser.
pub fn beside(panel: &HtmlElement, anchor: &HtmlElement, end: bool) {
    let anchor = anchor.get_bounding_client_rect();
    let size = panel.get_bounding_client_rect();
    let (width, height) = window_size();
    let below = anchor.bottom() + GAP;
    let fits_below = below + size.height() + GAP <= height;
    let top = if fits_below || anchor.top() < height - anchor.bottom() { below } else { anchor.top() - GAP - size.height() };
    let left = if end { anchor.right() - size.width() } else { anchor.left() };
    let left = left.clamp(GAP, (width - size.width() - GAP).max(GAP));
    let style = panel.style();
    // Setting a known property of an element that is shown cannot fail.
    let _ = style.set_property("top", &format!("{}px", top.max(GAP)));
    let _ = style.set_property("left", &format!("{left}px"));
    let _ = style.set_property("visibility", "visible");
}

fn window_size() -> (f64, f64) {
    let window = window();
    let read = |value: Result<wasm_bindgen::JsValue, wasm_bindgen::JsValue>| value.ok().and_then(|value| value.as_f64()).unwrap_or(0.0);
    (read(window.inner_width()), read(window.inner_height()))
}
