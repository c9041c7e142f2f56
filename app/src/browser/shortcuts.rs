//! Shortcuts: the keys that work wherever the focus is.
//!
//! A component asks for a shortcut with [`on`]; what asked last answers first, and stops answering when it is gone.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// What a key chord asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortcut {
    /// Ctrl+Shift+O.
    NewChat,
    /// Ctrl+Shift+S.
    ToggleSidebar,
    /// Shift+Esc.
    FocusComposer,
    /// Esc, unless a dialog or menu is open.
    Stop,
}

/// A chord as the keyboard reports it.
#[derive(Clone, Copy, Debug)]
struct Chord<'a> {
    key: &'a str,
    control: bool,
    shift: bool,
    alt: bool,
}

impl Shortcut {
    fn of(chord: Chord<'_>) -> Option<Self> {
        if chord.alt {
            return None;
        }
        match (chord.key, chord.control, chord.shift) {
            ("o" | "O", true, true) => Some(Self::NewChat),
            ("s" | "S", true, true) => Some(Self::ToggleSidebar),
            ("Escape", false, true) => Some(Self::FocusComposer),
            ("Escape", false, false) => Some(Self::Stop),
            _ => None,
        }
    }
}

/// Runs `act` when the shortcut is pressed, until the component is gone. On the server nothing happens.
pub fn on(shortcut: Shortcut, act: impl Fn() + 'static) {
    if !super::timer::in_browser() {
        return;
    }
    let handle = window_event_listener(ev::keydown, move |event| {
        let key = event.key();
        let chord = Chord { key: &key, control: event.ctrl_key() || event.meta_key(), shift: event.shift_key(), alt: event.alt_key() };
        if event.default_prevented() || Shortcut::of(chord) != Some(shortcut) || (shortcut == Shortcut::Stop && is_covered(&event)) {
            return;
        }
        event.prevent_default();
        act();
    });
    on_cleanup(move || handle.remove());
}

/// Whether Esc belongs to an open dialog.
fn is_covered(event: &ev::KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|target| target.closest("dialog[open]").ok().flatten().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chord(key: &str, control: bool, shift: bool) -> Option<Shortcut> {
        Shortcut::of(Chord { key, control, shift, alt: false })
    }

    #[test]
    fn each_chord_asks_for_one_thing() {
        assert_eq!(chord("O", true, true), Some(Shortcut::NewChat));
        assert_eq!(chord("s", true, true), Some(Shortcut::ToggleSidebar));
        assert_eq!(chord("Escape", false, true), Some(Shortcut::FocusComposer));
        assert_eq!(chord("Escape", false, false), Some(Shortcut::Stop));
    }

    #[test]
    fn plain_letters_are_left_to_what_is_being_typed() {
        assert_eq!(chord("o", false, true), None);
        assert_eq!(chord("s", true, false), None);
    }
}
