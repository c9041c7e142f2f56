//! Shortcuts: the keys that work wherever the focus is.
//!
//! A component asks for a shortcut with [`on`]; what asked last answers first, and stops answering when it is gone. Those of one key
//! do nothing for people who turned them off; the frame says so with [`provide`].

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
    /// Esc, while the drawer of a narrow screen is open: as every overlay it closes by Esc, whatever is turned off.
    CloseDrawer,
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
    /// Every one there is, in the order shown.
    pub const ALL: &[Self] = &[Self::NewChat, Self::ToggleSidebar, Self::FocusComposer, Self::Stop, Self::CloseDrawer];

    /// The keys, joined by `+`.
    pub const fn keys(self) -> &'static str {
        match self {
            Self::NewChat => "Ctrl+Shift+O",
            Self::ToggleSidebar => "Ctrl+Shift+S",
            Self::FocusComposer => "Shift+Esc",
            Self::Stop | Self::CloseDrawer => "Esc",
        }
    }

    /// What it does.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NewChat => "Start a new chat",
            Self::ToggleSidebar => "Show or hide the sidebar",
            Self::FocusComposer => "Go to the message field",
            Self::Stop => "Close the sources, or stop the answer",
            Self::CloseDrawer => "Close the sidebar on a narrow screen",
        }
    }

    /// Whether it is one key alone that acts without anything to close: what people can turn off.
    pub const fn is_single_key(self) -> bool {
        matches!(self, Self::Stop)
    }

    fn fits(self, chord: Chord<'_>) -> bool {
        let expected = match self {
            Self::NewChat => ("o", true, true),
            Self::ToggleSidebar => ("s", true, true),
            Self::FocusComposer => ("escape", false, true),
            Self::Stop | Self::CloseDrawer => ("escape", false, false),
        };
        !chord.alt && (chord.key.to_ascii_lowercase().as_str(), chord.control, chord.shift) == expected
    }
}

/// Whether shortcuts of one key do anything.
#[derive(Clone, Copy)]
struct SingleKeys(Signal<bool>);

/// Says to everything below whether shortcuts of one key do anything.
pub fn provide(single_keys: Signal<bool>) {
    provide_context(SingleKeys(single_keys));
}

/// Runs `act` when the shortcut is pressed, until the component is gone. On the server nothing happens.
pub fn on(shortcut: Shortcut, act: impl Fn() + 'static) {
    if !super::timer::in_browser() {
        return;
    }
    let single_keys = use_context::<SingleKeys>();
    let is_off = move || shortcut.is_single_key() && single_keys.is_some_and(|keys| keys.0.try_get_untracked() == Some(false));
    let handle = window_event_listener(ev::keydown, move |event| {
        let key = event.key();
        let chord = Chord { key: &key, control: event.ctrl_key() || event.meta_key(), shift: event.shift_key(), alt: event.alt_key() };
        if event.default_prevented() || !shortcut.fits(chord) || is_off() || (shortcut == Shortcut::Stop && is_covered(&event)) {
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

    fn asked(key: &str, control: bool, shift: bool) -> Vec<Shortcut> {
        let chord = Chord { key, control, shift, alt: false };
        Shortcut::ALL.iter().copied().filter(|shortcut| shortcut.fits(chord)).collect()
    }

    #[test]
    fn each_chord_asks_for_one_thing() {
        assert_eq!(asked("O", true, true), [Shortcut::NewChat]);
        assert_eq!(asked("s", true, true), [Shortcut::ToggleSidebar]);
        assert_eq!(asked("Escape", false, true), [Shortcut::FocusComposer]);
        assert_eq!(asked("Escape", false, false), [Shortcut::Stop, Shortcut::CloseDrawer]);
    }

    #[test]
    fn plain_letters_are_left_to_what_is_being_typed() {
        assert!(asked("o", false, true).is_empty() && asked("s", true, false).is_empty());
        let with_alt = Chord { key: "o", control: true, shift: true, alt: true };
        assert!(!Shortcut::NewChat.fits(with_alt));
    }

    #[test]
    fn whatever_is_one_character_alone_can_be_turned_off() {
        for shortcut in Shortcut::ALL.iter().filter(|shortcut| shortcut.keys().chars().count() == 1) {
            assert!(shortcut.is_single_key(), "{shortcut:?}");
        }
        assert!(Shortcut::Stop.is_single_key() && !Shortcut::CloseDrawer.is_single_key());
    }
}
