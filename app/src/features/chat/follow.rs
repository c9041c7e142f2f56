//! Follow: the events of the running answer, applied once per picture.
//!
//! The browser mends a broken line by itself and goes on after the last event it saw. Where the server refuses, or an event
//! is missing, the conversation is read again and followed from there.

use super::api;
use super::state::Outcome;
use super::store::{ChatStore, Connection};
use crate::browser::event_stream::{self, StreamEvent, StreamTrouble};
use crate::browser::{animation_frame, timer};
use crate::error::AppError;
use domain::chat::{ChatEvent, ConversationDetail};
use leptos::__reexports::send_wrapper::SendWrapper;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The names of the events; "reconnect" is said by a server that goes away.
const NAMES: &[&str] = &["message", "reconnect"];
/// When the conversation is read again after a refusal, in milliseconds.
const READ_AGAIN_MS: u32 = 1_500;

/// Follows the newest message from the last event it holds.
pub(super) fn newest(store: ChatStore) {
    let Some(entry) = store.newest() else { return };
    let (generation, after) = entry.message.with_untracked(|transcript| (transcript.message.generation_id, transcript.message.last_seq));
    let Some(generation) = generation else { return };
    store.inbox.set_value(Vec::new());
    let address = format!("/api/generations/{generation}/events?after={after}");
    let stream = event_stream::open(&address, None, NAMES, move |event| take(store, &event), move |trouble| mend(store, trouble));
    store.stream.set_value(stream.map(SendWrapper::new));
}

/// Takes an event; it shows with the next picture. The last one, and any of a hidden page, which has no pictures, counts at once.
fn take(store: ChatStore, event: &StreamEvent) {
    if store.is_gone() {
        return;
    }
    if event.name == "reconnect" {
        store.connection.set(Connection::Mending);
        return;
    }
    // What this version does not know is left out; its number is missed and the conversation read again.
    let (Ok(seq), Ok(payload)) = (event.id.parse(), serde_json::from_str::<ChatEvent>(&event.data)) else { return };
    if store.connection.get_untracked() != Connection::Up {
        store.connection.set(Connection::Up);
    }
    let is_first = store.inbox.with_value(Vec::is_empty);
    // The server hangs up behind the last event: it must be known as the end before that looks like a broken line.
    let at_once = payload.is_last() || document().hidden();
    store.inbox.update_value(|inbox| inbox.push((seq, payload)));
    if at_once {
        show(store);
    } else if is_first {
        animation_frame::next(move || show(store));
    }
}

/// Applies what has come since the last picture.
fn show(store: ChatStore) {
    if store.is_gone() {
        return;
    }
    let events = store.inbox.try_update_value(std::mem::take).unwrap_or_default();
    let Some(entry) = store.newest().filter(|_| !events.is_empty()) else { return };
    let outcome = entry.message.try_update(|transcript| transcript.apply_all(events)).unwrap_or(Outcome::Unchanged);
    store.grow();
    match outcome {
        Outcome::Unchanged | Outcome::Grew => {}
        Outcome::Ended => {
            close(store);
            store.ended();
        }
        Outcome::Broken => {
            close(store);
            read_again(store);
        }
    }
}

fn mend(store: ChatStore, trouble: StreamTrouble) {
    if store.is_gone() {
        return;
    }
    match trouble {
        StreamTrouble::Reconnecting => store.connection.set(Connection::Mending),
        StreamTrouble::Closed => {
            store.connection.set(Connection::Mending);
            close(store);
            read_again(store);
        }
    }
}

/// Lets go of the stream, but not inside its own callback, which would be freed while it runs.
fn close(store: ChatStore) {
    let stream = store.stream.try_update_value(Option::take).flatten();
    if let Some(stream) = &stream {
        // Or the server's hanging up behind the last event would still be told as a broken line.
        stream.close();
    }
    timer::detached(0, move || drop(stream));
}

/// Reads the conversation again, until the server answers, and goes on from there.
fn read_again(store: ChatStore) {
    let Some(id) = store.conversation.get_untracked() else { return };
    spawn_local(async move {
        let read = api::open_conversation(id).await;
        if store.is_gone() {
            return;
        }
        match read {
            Ok(conversation) => catch_up(store, conversation),
            Err(AppError::Network | AppError::Unavailable | AppError::Busy { .. } | AppError::Internal { .. }) => {
                timer::detached(READ_AGAIN_MS, move || {
                    if !store.is_gone() {
                        read_again(store);
                    }
                });
            }
            Err(error) => {
                store.running.set(None);
                store.connection.set(Connection::Up);
                store.refusal.set(Some(error));
            }
        }
    });
}

fn catch_up(store: ChatStore, conversation: ConversationDetail) {
    let running = conversation.messages.last().and_then(|message| message.generation_id);
    for message in conversation.messages {
        store.replace(message);
    }
    store.grow();
    if running.is_some() {
        store.running.set(running);
        newest(store);
    } else {
        store.ended();
    }
}
