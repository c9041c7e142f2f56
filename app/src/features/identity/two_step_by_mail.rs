//! Setting the second step up by mail: the password, the code that arrives, the recovery codes.

use super::api::{confirm_mailed_two_step, start_mailed_two_step};
use super::recovery_codes::RecoveryCodes;
use crate::error::AppError;
use crate::ui::{Button, ButtonVariant, DialogActions, Field, FieldKind, FormError};
use leptos::prelude::*;

/// The steps, one after the other.
#[component]
pub fn SetUpByMail(
    /// The dialog around it.
    open: RwSignal<bool>,
    /// Counts what was changed.
    changed: RwSignal<u32>,
) -> impl IntoView {
    let (token, codes) = (RwSignal::new(None::<String>), RwSignal::new(None::<Vec<String>>));
    move || match (codes.get(), token.get()) {
        (Some(codes), _) => view! { <RecoveryCodes codes open/> }.into_any(),
        (None, Some(token)) => view! { <Confirm token codes open changed/> }.into_any(),
        (None, None) => view! { <Start token open/> }.into_any(),
    }
}

#[component]
fn Start(token: RwSignal<Option<String>>, open: RwSignal<bool>) -> impl IntoView {
    let password = RwSignal::new(String::new());
    let start = Action::new(move |(): &()| async move {
        let begun = start_mailed_two_step(password.get_untracked()).await?;
        token.try_set(Some(begun));
        Ok::<(), AppError>(())
    });
    let error = Signal::derive(move || start.value().get().and_then(Result::err));
    let wrong = Signal::derive(move || error.get().and_then(|error| error.field("password")));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        start.dispatch(());
    };
    view! {
        <form class="form" on:submit=submit novalidate>
            <FormError error/>
            <p class="dialog-text">"After your password, Lyceum then mails you a code. An app on your phone is safer: mail can be read by others."</p>
            <Field
                label="Your password" name="password" id="mailed-step-password" kind=FieldKind::Password value=password error=wrong
                autocomplete="current-password" required=true autofocus=true
            />
            <DialogActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button submit=true variant=ButtonVariant::Primary loading=start.pending()>"E-mail me a code"</Button>
            </DialogActions>
        </form>
    }
    .into_any()
}

#[component]
fn Confirm(token: String, codes: RwSignal<Option<Vec<String>>>, open: RwSignal<bool>, changed: RwSignal<u32>) -> impl IntoView {
    let code = RwSignal::new(String::new());
    let token = StoredValue::new(token);
    let confirm = Action::new(move |(): &()| async move {
        codes.try_set(Some(confirm_mailed_two_step(token.get_value(), code.get_untracked()).await?));
        changed.update(|count| *count += 1);
        Ok::<(), AppError>(())
    });
    let error = Signal::derive(move || confirm.value().get().and_then(Result::err));
    let wrong = Signal::derive(move || error.get().and_then(|error| error.field("code")));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        confirm.dispatch(());
    };
    view! {
        <form class="form" on:submit=submit novalidate>
            <FormError error/>
            <p class="dialog-text">"A code is on its way to your address."</p>
            <Field
                label="Code" name="code" id="mailed-step-code" value=code error=wrong autocomplete="one-time-code" required=true autofocus=true
                hint="The six digits of the mail."
            />
            <DialogActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button submit=true variant=ButtonVariant::Primary loading=confirm.pending()>"Turn on"</Button>
            </DialogActions>
        </form>
    }
    .into_any()
}
