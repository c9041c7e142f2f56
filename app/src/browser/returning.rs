//! Returning: somebody looks at the page again, after another tab, window or program.

use super::timer;
use leptos::prelude::*;
use std::cell::Cell;
use std::rc::Rc;

/// How long it is waited for what comes with a return, in milliseconds: browsers tell of one more than once.
const SOON_MS: u32 = 100;

/// What is done at a return, and when.
struct Returns {
    act: Box<dyn Fn()>,
    rest_ms: u32,
    /// Somebody came back, and nothing was done yet.
    is_due: Cell<bool>,
    /// It was done a moment ago.
    is_resting: Cell<bool>,
}

/// Runs `act` soon after somebody came back to the page, at most once in `rest_ms` milliseconds and never while the page is hidden, until
/// the component is gone. On the server nothing happens.
pub fn on(rest_ms: u32, act: impl Fn() + 'static) {
    if !timer::in_browser() {
        return;
    }
    let returns = Rc::new(Returns { act: Box::new(act), rest_ms, is_due: Cell::new(false), is_resting: Cell::new(false) });
    for event in ["focus", "visibilitychange"] {
        let noticed = returns.clone();
        let handle = window_event_listener_untyped(event, move |_| notice(&noticed));
        on_cleanup(move || handle.remove());
    }
}

/// Somebody came back: what follows is done once, soon, or when it has rested.
fn notice(returns: &Rc<Returns>) {
    if document().hidden() || returns.is_due.replace(true) || returns.is_resting.get() {
        return;
    }
    let due = returns.clone();
    timer::detached(SOON_MS, move || run(&due));
}

/// Acts and rests, unless the page is hidden again: then the next return counts.
fn run(returns: &Rc<Returns>) {
    returns.is_due.set(false);
    if document().hidden() {
        return;
    }
    (returns.act)();
    returns.is_resting.set(true);
    let rested = returns.clone();
    timer::detached(returns.rest_ms, move || {
        rested.is_resting.set(false);
        if rested.is_due.get() {
            run(&rested);
        }
    });
}
