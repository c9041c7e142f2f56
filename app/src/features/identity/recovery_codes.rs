//! Recovery codes: shown once, to be copied or downloaded.

use crate::browser::clipboard;
use crate::own_path;
use crate::ui::{Button, ButtonVariant, DialogActions, ExportLink, use_toasts};
use leptos::prelude::*;

/// The codes, and the two ways to keep them.
#[component]
pub fn RecoveryCodes(
    /// The codes.
    codes: Vec<String>,
    /// The dialog around them.
    open: RwSignal<bool>,
) -> impl IntoView {
    let toasts = use_toasts();
    let text = format!("Recovery codes for Lyceum. Each works once, in place of a code of your app.\n\n{}\n", codes.join("\n"));
    let file = format!("data:text/plain;charset=utf-8,{}", own_path::escape(&text));
    let copy = move || {
        clipboard::copy(text.clone(), move |is_copied| {
            if is_copied {
                toasts.success("The recovery codes are copied.");
            } else {
                toasts.error("They could not be copied. Download them instead.");
            }
        });
    };
    view! {
        <p class="dialog-text">
            "Two-step sign-in is on. Keep these codes where you find them without your phone: each lets you in once. They are not shown again."
        </p>
        <ul class="recovery-codes">{codes.into_iter().map(|code| view! { <li><code>{code}</code></li> }).collect_view()}</ul>
        <DialogActions>
            <ExportLink href=file filename="lyceum-recovery-codes.txt">"Download"</ExportLink>
            <Button on_click=copy>"Copy"</Button>
            <Button variant=ButtonVariant::Primary on_click=move || open.set(false)>"I have kept them"</Button>
        </DialogActions>
    }
    .into_any()
}
