//! Confirm dialog: asks before what cannot be undone, and names what would be lost.

use super::button::{Button, ButtonVariant};
use super::dialog::{Dialog, DialogActions, DialogSize};
use leptos::prelude::*;

/// A question with two answers. The affirmative one carries the verb.
#[component]
pub fn ConfirmDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// The question.
    #[prop(into)]
    title: Signal<String>,
    /// What would be lost.
    #[prop(into)]
    body: Signal<String>,
    /// The affirmative answer: the verb and its object.
    #[prop(into)]
    confirm: Signal<String>,
    /// What the affirmative answer does.
    #[prop(into)]
    on_confirm: Callback<()>,
    /// The act is under way: the dialog then stays until its owner closes it.
    #[prop(optional, into)]
    pending: Option<Signal<bool>>,
    /// The affirmative answer destroys nothing.
    #[prop(optional, into)]
    harmless: Signal<bool>,
) -> impl IntoView {
    let is_pending = Signal::derive(move || pending.is_some_and(|pending| pending.get()));
    let agree = move || {
        if pending.is_none() {
            open.set(false);
        }
        on_confirm.run(());
    };
    // Read whenever it opens: what is inside is made afresh then.
    let variant = move || if harmless.get_untracked() { ButtonVariant::Primary } else { ButtonVariant::Danger };
    view! {
        <Dialog open title size=DialogSize::Small>
            <p class="dialog-text">{move || body.get()}</p>
            <DialogActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button variant=variant() loading=is_pending on_click=agree>{confirm.get_untracked()}</Button>
            </DialogActions>
        </Dialog>
    }
    .into_any()
}
