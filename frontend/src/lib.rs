//! What the browser runs: takes over the page the server wrote.

use leptos::prelude::document;
use wasm_bindgen::prelude::wasm_bindgen;

/// Called once by the document after the program has loaded. The part of the screen is fetched before the page is taken over.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    wasm_bindgen_futures::spawn_local(async {
        let Some(body) = document().body() else { return };
        leptos::mount::hydrate_from_async(body, app::App).await.forget();
        app::note_taken_over();
    });
}
