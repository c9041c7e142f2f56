//! Module script: a script of ours that is loaded only when it is needed.

use leptos::prelude::*;

/// Loads `/{name}` as a module, once. On the server nothing happens.
pub fn load(name: &str) {
    if !super::timer::in_browser() {
        return;
    }
    let address = format!("/{name}");
    let known = document().query_selector(&format!("script[src=\"{address}\"]")).ok().flatten();
    let head = document().query_selector("head").ok().flatten();
    let (None, Some(head)) = (known, head) else { return };
    let Ok(script) = document().create_element("script") else { return };
    // Both are plain attributes of an element that was just made.
    let _ = script.set_attribute("type", "module");
    let _ = script.set_attribute("src", &address);
    let _ = head.append_child(&script);
}
