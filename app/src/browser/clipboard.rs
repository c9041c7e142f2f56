//! Clipboard: take text along.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

/// Copies `text` and then says whether it worked (it does not without a secure context or permission).
/// On the server nothing happens.
pub fn copy(text: String, done: impl FnOnce(bool) + 'static) {
    if !super::timer::in_browser() {
        return;
    }
    spawn_local(async move {
        let navigator = window().navigator();
        // Browsers leave the clipboard out of pages that came over plain http from another machine.
        let is_there = js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|clipboard| !clipboard.is_undefined());
        let copied = is_there && JsFuture::from(navigator.clipboard().write_text(&text)).await.is_ok();
        done(copied);
    });
}
