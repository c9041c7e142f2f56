//! Scroll: where a scrolling element stands, and moving it.

use web_sys::{Element, ScrollBehavior, ScrollIntoViewOptions, ScrollLogicalPosition, ScrollToOptions};

/// Whether an element shows its end, give or take `slack_px` pixels. Only for elements of a browser.
pub fn is_at_bottom(element: &Element, slack_px: i32) -> bool {
    element.scroll_height() - element.scroll_top() - element.client_height() <= slack_px
}

/// Scrolls an element to its end. Only for elements of a browser.
pub fn to_bottom(element: &Element, smooth: bool) {
    let options = ScrollToOptions::new();
    options.set_top(f64::from(element.scroll_height()));
    options.set_behavior(behavior(smooth));
    element.scroll_to_with_scroll_to_options(&options);
}

/// Scrolls whatever holds an element until it can be seen. Only for elements of a browser.
pub fn into_view(element: &Element) {
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Center);
    options.set_behavior(behavior(true));
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// Scrolls what holds an element sideways until it can be seen, and not further down than it has to. Only for elements of a browser.
pub fn into_view_sideways(element: &Element) {
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Nearest);
    options.set_inline(ScrollLogicalPosition::Nearest);
    options.set_behavior(behavior(false));
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// Smooth only where the person has not asked for less motion.
fn behavior(smooth: bool) -> ScrollBehavior {
    let calm =
        leptos::prelude::window().match_media("(prefers-reduced-motion: reduce)").ok().flatten().is_some_and(|query| query.matches());
    if smooth && !calm { ScrollBehavior::Smooth } else { ScrollBehavior::Instant }
}
