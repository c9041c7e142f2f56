//! Toasts: a line that says what just happened, and takes it back where that is possible.
//!
//! The one invariant: a toast is never the only place where something can be read or done.

use super::icon::{Icon, IconDrawing};
use super::icon_button::IconButton;
use crate::browser::timer;
use crate::error::AppError;
use icondata_lu as lu;
use leptos::prelude::*;

/// How long a toast stays, in milliseconds.
const STAYS_MS: u32 = 5_000;
/// How long one that can be taken back or that reports trouble stays, in milliseconds.
const STAYS_LONG_MS: u32 = 10_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Success,
    Info,
    Error,
}

#[derive(Clone)]
struct Toast {
    id: u64,
    kind: Kind,
    text: String,
    undo: Option<Callback<()>>,
}

/// Said where a part of the program that was to open does not come.
pub const NOT_FETCHED: &str = "This could not be fetched. Lyceum may have been updated, or the connection was lost. Reload the page.";

/// Where toasts are put; a copy is as good as the original.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    last_id: StoredValue<u64>,
}

impl Toasts {
    fn new() -> Self {
        Self { shown: RwSignal::new(Vec::new()), last_id: StoredValue::new(0) }
    }

    /// Something was done.
    pub fn success(self, text: impl Into<String>) {
        self.show(Kind::Success, text.into(), None);
    }

    /// Something is worth knowing.
    pub fn info(self, text: impl Into<String>) {
        self.show(Kind::Info, text.into(), None);
    }

    /// Something did not work.
    pub fn error(self, text: impl Into<String>) {
        self.show(Kind::Error, text.into(), None);
    }

    /// Something was done that `undo` takes back.
    pub fn undo(self, text: impl Into<String>, undo: impl Fn() + Send + Sync + 'static) {
        self.show(Kind::Success, text.into(), Some(Callback::new(move |()| undo())));
    }

    /// Says an error in its own words.
    pub fn app_error(self, error: &AppError) {
        self.error(error.to_string());
    }

    fn show(self, kind: Kind, text: String, undo: Option<Callback<()>>) {
        let id = self.last_id.get_value() + 1;
        self.last_id.set_value(id);
        let stays = if undo.is_some() || kind == Kind::Error { STAYS_LONG_MS } else { STAYS_MS };
        self.shown.update(|shown| shown.push(Toast { id, kind, text, undo }));
        timer::detached(stays, move || self.dismiss(id));
    }

    fn dismiss(self, id: u64) {
        self.shown.try_update(|shown| shown.retain(|toast| toast.id != id));
    }
}

/// Makes the place where toasts are put available to everything below.
pub fn provide_toasts() {
    provide_context(Toasts::new());
}

/// The place where toasts are put.
pub fn use_toasts() -> Toasts {
    expect_context::<Toasts>()
}

/// Shows the toasts; stands once, in the root of the application.
#[component]
pub fn Toaster() -> impl IntoView {
    let toasts = use_toasts();
    view! {
        <div class="toaster" role="region" aria-label="Notifications" aria-live="polite">
            <For each=move || toasts.shown.get() key=|toast| toast.id let:toast>
                <ToastLine toast toasts/>
            </For>
        </div>
    }
    .into_any()
}

#[component]
fn ToastLine(toast: Toast, toasts: Toasts) -> impl IntoView {
    let (class, drawing): (_, IconDrawing) = match toast.kind {
        Kind::Success => ("toast-line toast-success", lu::LuCircleCheck),
        Kind::Info => ("toast-line", lu::LuInfo),
        Kind::Error => ("toast-line toast-error", lu::LuCircleAlert),
    };
    let id = toast.id;
    let take_back = toast.undo.map(|undo| {
        let press = move |_| {
            toasts.dismiss(id);
            undo.run(());
        };
        view! { <button type="button" class="toast-undo" on:click=press>"Undo"</button> }
    });
    view! {
        <div class=class>
            <Icon icon=drawing/>
            <span class="toast-text">{toast.text}</span>
            {take_back}
            <IconButton label="Dismiss" icon=lu::LuX on_click=move || toasts.dismiss(id)/>
        </div>
    }
}
