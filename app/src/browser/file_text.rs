//! The text of a file the person chose.

use super::timer::in_browser;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

/// Reads the file as UTF-8; none when it cannot be read. On the server nothing happens.
pub fn read(file: &File, done: impl FnOnce(Option<String>) + 'static) {
    if !in_browser() {
        return;
    }
    let text = file.text();
    spawn_local(async move {
        done(JsFuture::from(text).await.ok().and_then(|text| text.as_string()));
    });
}
