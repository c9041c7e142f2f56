//! A block of code with its language and a button that copies it.

use crate::browser::{clipboard, timer};
use crate::ui::icon::{Icon, IconDrawing, IconSize};
use icondata_lu as lu;
use leptos::prelude::*;

/// How long "Copied" shows, in milliseconds.
const SAYS_COPIED_MS: u32 = 2_000;

/// Code as written.
#[component]
pub(super) fn CodeBlock(
    /// The word behind the fence.
    language: Option<String>,
    /// The code.
    text: String,
) -> impl IntoView {
    let (copied, set_copied) = signal(false);
    let code = StoredValue::new(text.clone());
    let copy = move |_| {
        clipboard::copy(code.get_value(), move |worked| {
            set_copied.set(worked);
            timer::detached(SAYS_COPIED_MS, move || {
                set_copied.try_set(false);
            });
        });
    };
    let icon = move || -> IconDrawing { if copied.get() { lu::LuCheck } else { lu::LuCopy } };
    let words = move || if copied.get() { "Copied" } else { "Copy" };
    let name = language.clone().map_or_else(|| "Code".to_owned(), |language| format!("Code in {language}"));
    view! {
        <div class="code-block">
            <div class="code-head">
                <span class="code-language">{language.unwrap_or_else(|| "text".to_owned())}</span>
                <button type="button" class="code-copy" aria-label="Copy code" on:click=copy>
                    {move || view! { <Icon icon=icon() size=IconSize::Small/> }}
                    <span aria-live="polite">{words}</span>
                </button>
            </div>
            <pre tabindex="0" role="group" aria-label=name><code>{text}</code></pre>
        </div>
    }
    .into_any()
}
