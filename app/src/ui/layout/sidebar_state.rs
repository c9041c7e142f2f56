//! Whether the sidebar shows: folded away on wide screens, a drawer on phones.
//!
//! The one invariant: the fold is an attribute of `<html>`, written by the server from a cookie, so that the first picture is
//! right and nothing shifts; the drawer is a signal, closed on every arrival.

use crate::browser::focus;
use crate::browser::timer::in_browser;
use leptos::prelude::*;

/// The cookie that keeps the fold.
pub const COOKIE: &str = "sidebar";
/// The attribute of `<html>` and its value while folded.
const ATTRIBUTE: &str = "data-sidebar";
const FOLDED: &str = "folded";
/// Where the focus goes when what had it was folded away; the hidden ones refuse it.
const BUTTONS: &[&str] = &[".topbar button", "#sidebar button"];

/// The state of the sidebar; a copy is as good as the original.
#[derive(Clone, Copy)]
pub struct Sidebar {
    folded: RwSignal<bool>,
    drawer: RwSignal<bool>,
}

impl Sidebar {
    pub(super) fn provide() -> Self {
        let sidebar = Self { folded: RwSignal::new(false), drawer: RwSignal::new(false) };
        provide_context(sidebar);
        Effect::new(move |_| {
            let root = document().document_element();
            sidebar.folded.set(root.is_some_and(|root| root.has_attribute(ATTRIBUTE)));
        });
        sidebar
    }

    /// Whether it is folded away (wide screens).
    pub fn is_folded(self) -> bool {
        self.folded.get()
    }

    /// Whether the drawer is open (phones).
    pub fn is_drawer_open(self) -> bool {
        self.drawer.get()
    }

    /// Opens the drawer.
    pub fn open_drawer(self) {
        self.drawer.set(true);
    }

    /// Closes the drawer.
    pub fn close_drawer(self) {
        if self.drawer.get_untracked() {
            self.drawer.set(false);
            focus::rescue(BUTTONS);
        }
    }

    /// Shows or hides it, whichever of the two the width of the window calls for.
    pub fn toggle(self) {
        if !in_browser() {
            return;
        }
        let narrow = window().match_media("(max-width: 767px)").ok().flatten().is_some_and(|query| query.matches());
        if narrow {
            self.drawer.update(|open| *open = !*open);
        } else {
            self.fold(!self.folded.get_untracked());
        }
        focus::rescue(BUTTONS);
    }

    fn fold(self, folded: bool) {
        self.folded.set(folded);
        if let Some(root) = document().document_element() {
            let _ = if folded { root.set_attribute(ATTRIBUTE, FOLDED) } else { root.remove_attribute(ATTRIBUTE) };
        }
        let cookie = format!("{COOKIE}={}; Path=/; Max-Age=31536000; SameSite=Lax", if folded { FOLDED } else { "shown" });
        // A browser that keeps no cookies still folds until the page is left.
        let _ = js_sys::Reflect::set(&document(), &"cookie".into(), &cookie.into());
    }
}

/// The value of the attribute that a `Cookie` header asks for.
pub fn fold_from_cookies(header: &str) -> Option<&'static str> {
    let asks = |pair: &str| pair.trim().split_once('=') == Some((COOKIE, FOLDED));
    header.split(';').any(asks).then_some(FOLDED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fold_is_found_among_other_cookies() {
        assert_eq!(fold_from_cookies("a=b; sidebar=folded"), Some("folded"));
        assert_eq!(fold_from_cookies("sidebar=shown"), None);
        assert_eq!(fold_from_cookies("xsidebar=folded"), None);
    }
}
