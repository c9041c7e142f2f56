//! What the browser runs: takes over the page the server wrote.

use wasm_bindgen::prelude::wasm_bindgen;

/// Called once by the document after the program has loaded.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_lazy(app::App);
}
