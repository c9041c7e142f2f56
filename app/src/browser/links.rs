//! Links: followed as browsers do, past the router.

use gloo::events::{EventListener, EventListenerOptions, EventListenerPhase};
use leptos::prelude::document;

/// From now on every link leads to a whole page: on one that the program cannot take over, the router hears clicks that nothing answers.
pub fn follow_without_router() {
    // The capture phase of the document comes before the router, which listens on the window.
    let first = EventListenerOptions { phase: EventListenerPhase::Capture, passive: true };
    EventListener::new_with_options(&document(), "click", first, |event| event.stop_propagation()).forget();
}
