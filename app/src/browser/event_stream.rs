//! Event stream: follow what the server says until the handle is dropped.
//!
//! The browser reconnects by itself and then sends the id of the last event it saw as `Last-Event-ID`; the id that a page
//! starts with cannot be a header, so it travels as `?last_event_id=`.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{EventSource, MessageEvent};

/// One event of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamEvent {
    /// Its name; one of those that were asked for.
    pub name: &'static str,
    /// Its id, from which a later stream can go on.
    pub id: String,
    /// What it carries.
    pub data: String,
}

/// Why nothing arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamTrouble {
    /// The connection was lost; the browser is already trying again.
    Reconnecting,
    /// The server refused it; nobody tries again.
    Closed,
}

/// A stream being followed; dropping it ends it.
pub struct EventStream {
    source: EventSource,
    /// Kept alive for as long as the browser may call them.
    _on_event: Vec<Closure<dyn Fn(MessageEvent)>>,
    _on_error: Closure<dyn Fn()>,
}

impl EventStream {
    /// Ends it at once: nothing is said any more, even while the handle lives on.
    pub fn close(&self) {
        self.source.set_onerror(None);
        self.source.close();
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        self.close();
    }
}

/// Follows the events of `names` at `url`, after `last_event_id` where one is given.
/// `None` when the browser takes no such address. On the server always `None`.
pub fn open(
    url: &str,
    last_event_id: Option<&str>,
    names: &'static [&'static str],
    on_event: impl Fn(StreamEvent) + Clone + 'static,
    on_error: impl Fn(StreamTrouble) + 'static,
) -> Option<EventStream> {
    if !super::timer::in_browser() {
        return None;
    }
    let source = EventSource::new(&address(url, last_event_id)).ok()?;
    let mut closures = Vec::with_capacity(names.len());
    for name in names {
        let closure = listener(name, on_event.clone());
        source.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref()).ok()?;
        closures.push(closure);
    }
    let watched = source.clone();
    let failed = Closure::<dyn Fn()>::new(move || {
        let closed = watched.ready_state() == EventSource::CLOSED;
        on_error(if closed { StreamTrouble::Closed } else { StreamTrouble::Reconnecting });
    });
    source.set_onerror(Some(failed.as_ref().unchecked_ref()));
    Some(EventStream { source, _on_event: closures, _on_error: failed })
}

fn listener(name: &'static str, on_event: impl Fn(StreamEvent) + 'static) -> Closure<dyn Fn(MessageEvent)> {
    Closure::new(move |event: MessageEvent| {
        // Data of an event stream is always text.
        let data = event.data().as_string().unwrap_or_default();
        on_event(StreamEvent { name, id: event.last_event_id(), data });
    })
}

fn address(url: &str, last_event_id: Option<&str>) -> String {
    let mark = if url.contains('?') { '&' } else { '?' };
    last_event_id.map_or_else(|| url.to_owned(), |id| format!("{url}{mark}last_event_id={id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_id_travels_in_the_address() {
        assert_eq!(address("/api/x", None), "/api/x");
        assert_eq!(address("/api/x", Some("7")), "/api/x?last_event_id=7");
        assert_eq!(address("/api/x?a=b", Some("7")), "/api/x?a=b&last_event_id=7");
    }
}
