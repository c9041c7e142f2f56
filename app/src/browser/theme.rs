//! Theme: light, dark, or as the device has it; kept in a cookie so that the server writes the first picture right.

use domain::Theme;
use leptos::prelude::*;

/// The cookie's name; its value is one of the words of [`Theme`].
pub const COOKIE: &str = "theme";

/// The value of `data-theme` on `<html>`; without one the style sheet follows the device.
pub fn attribute(theme: Theme) -> Option<&'static str> {
    match theme {
        Theme::System => None,
        Theme::Light => Some("lyceum"),
        Theme::Dark => Some("lyceum-dark"),
    }
}

/// The theme the page has now. On the server always [`Theme::System`].
pub fn current() -> Theme {
    if !super::timer::in_browser() {
        return Theme::System;
    }
    let attribute = document().document_element().and_then(|root| root.get_attribute("data-theme"));
    match attribute.as_deref() {
        Some("lyceum") => Theme::Light,
        Some("lyceum-dark") => Theme::Dark,
        _ => Theme::System,
    }
}

/// Changes the theme of the page and keeps it for a year. On the server nothing happens.
pub fn set(theme: Theme) {
    if !super::timer::in_browser() {
        return;
    }
    if let Some(root) = document().document_element() {
        let _ = match attribute(theme) {
            Some(name) => root.set_attribute("data-theme", name),
            None => root.remove_attribute("data-theme"),
        };
    }
    let secure = if window().location().protocol().is_ok_and(|protocol| protocol == "https:") { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={theme}; Path=/; Max-Age=31536000; SameSite=Lax{secure}");
    // A browser that keeps no cookies still shows the theme until the page is left.
    let _ = js_sys::Reflect::set(&document(), &"cookie".into(), &cookie.into());
}

/// The theme a `Cookie` header asks for.
pub fn from_cookies(header: &str) -> Theme {
    header
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .and_then(|(_, value)| value.parse().ok())
        .unwrap_or(Theme::System)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_theme_is_found_among_other_cookies() {
        assert_eq!(from_cookies("session=abc; theme=dark; a=b"), Theme::Dark);
        assert_eq!(from_cookies("theme=light"), Theme::Light);
    }

    #[test]
    fn an_unknown_theme_follows_the_device() {
        assert_eq!(from_cookies("theme=\"><script>"), Theme::System);
        assert_eq!(from_cookies(""), Theme::System);
    }
}
