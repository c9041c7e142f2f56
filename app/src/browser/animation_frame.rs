//! Animation frames: do something once, right before the next picture is drawn.

/// Runs `act` before the next picture. On the server nothing happens.
pub fn next(act: impl FnOnce() + 'static) {
    if super::timer::in_browser() {
        leptos::prelude::request_animation_frame(act);
    }
}
