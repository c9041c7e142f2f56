//! Links: followed as browsers do, past the router.

use gloo::events::{EventListener, EventListenerOptions, EventListenerPhase};
use leptos::prelude::document;
use leptos::web_sys::Event;

/// As long as it is there every link leads to a whole page: before the program has taken a page over, the router hears clicks that
/// nothing answers.
#[must_use]
pub struct PastRouter(EventListener);

impl PastRouter {
    /// From now on.
    pub fn begin() -> Self {
        // The capture phase of the document comes before the router, which listens on the window.
        let first = EventListenerOptions { phase: EventListenerPhase::Capture, passive: true };
        Self(EventListener::new_with_options(&document(), "click", first, Event::stop_propagation))
    }

    /// For good.
    pub fn stay(self) {
        self.0.forget();
    }
}
