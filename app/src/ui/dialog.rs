//! Dialog: asks for something before the person goes on.
//!
//! The one invariant: it is the browser's own modal `<dialog>`, so that Esc, the inert page behind it and the return of the
//! focus are the browser's, and its content exists only while it is open.

use super::icon_button::IconButton;
use crate::browser::animation_frame;
use icondata_lu as lu;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// How wide a dialog is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DialogSize {
    /// 400 px: a question.
    Small,
    /// 520 px: a form.
    #[default]
    Medium,
    /// 760 px: something to read or compare.
    Large,
}

impl DialogSize {
    const fn class(self) -> &'static str {
        match self {
            Self::Small => "dialog dialog-small",
            Self::Medium => "dialog",
            Self::Large => "dialog dialog-large",
        }
    }
}

/// A modal dialog. Its content is made afresh each time it opens.
#[component]
pub fn Dialog(
    /// Whether it is open; Esc and a press outside set it to `false`.
    open: RwSignal<bool>,
    /// Its heading and accessible name.
    #[prop(into)]
    title: Signal<String>,
    /// A sentence under the heading.
    #[prop(optional, into)]
    description: Option<String>,
    /// How wide it is.
    #[prop(optional)]
    size: DialogSize,
    /// What it asks; usually a form that ends in [`DialogActions`].
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| follow(dialog, open.get()));
    let outside = move |event: leptos::ev::MouseEvent| {
        let on_backdrop = event.target().is_some_and(|target| target.dyn_ref::<web_sys::HtmlDialogElement>().is_some());
        if on_backdrop {
            open.set(false);
        }
    };
    let description = StoredValue::new(description);
    let children = StoredValue::new(children);
    view! {
        <dialog
            node_ref=dialog class=size.class() aria-label=move || open.get().then(|| title.get())
            on:close=move |_| open.set(false) on:mousedown=outside
        >
            <Show when=move || open.get()>
                <div class="dialog-body">
                    <h2 class="dialog-title">{move || title.get()}</h2>
                    {description.get_value().map(|description| view! { <p class="dialog-description">{description}</p> })}
                    {children.with_value(|children| children())}
                    <div class="dialog-close">
                        <IconButton label="Close" icon=lu::LuX on_click=move || open.set(false)/>
                    </div>
                </div>
            </Show>
        </dialog>
    }
    .into_any()
}

/// Opens or closes the element; the frame's delay lets the content appear first, so that its first control takes the focus.
fn follow(dialog: NodeRef<html::Dialog>, open: bool) {
    let Some(element) = dialog.get() else { return };
    if !open {
        element.close();
        return;
    }
    animation_frame::next(move || {
        if !element.open() && element.is_connected() {
            // It fails only when the element is open already or gone: there is nothing left to do then.
            let _ = element.show_modal();
        }
    });
}

/// The buttons at the foot of a dialog, the affirmative one last.
#[component]
pub fn DialogActions(
    /// The buttons.
    children: Children,
) -> impl IntoView {
    view! { <div class="dialog-actions">{children()}</div> }
}
