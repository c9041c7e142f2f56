//! "Add a passkey": its name and the password, then the device is asked.

use super::api::{add_passkey, start_passkey};
use crate::browser::passkey;
use crate::error::AppError;
use crate::features::identity::{OwnPassword, use_confirming};
use crate::ui::{Button, ButtonVariant, DialogActions, Field, FormError, use_toasts};
use leptos::prelude::*;

/// The form.
#[component]
pub fn AddPasskey(
    /// The dialog around it.
    open: RwSignal<bool>,
    /// What follows when there is one more.
    #[prop(into)]
    on_added: Callback<()>,
) -> impl IntoView {
    let (name, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (toasts, confirming) = (use_toasts(), use_confirming());
    let add = Action::new_local(move |(): &()| async move {
        let options = confirming.run(move || start_passkey(name.get_untracked(), password.get_untracked())).await?;
        let made = passkey::create(&options).await.map_err(|trouble| AppError::Conflict(trouble.sentence().to_owned()))?;
        let added = add_passkey(made).await?;
        open.set(false);
        toasts.success(format!("You can sign in with “{}” from now on.", added.name));
        on_added.run(());
        Ok::<(), AppError>(())
    });
    let error = Signal::derive(move || add.value().get().and_then(Result::err));
    let at = move |name: &'static str| Signal::derive(move || error.get().and_then(|error| error.field(name)));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        add.dispatch_local(());
    };
    view! {
        <form class="form" on:submit=submit novalidate>
            <FormError error/>
            <p class="dialog-text">"Your browser then asks where to keep it. It replaces the password and the code at sign-in; both stay as they are."</p>
            <Field
                label="Name" name="name" id="passkey-name" value=name error=at("name") maxlength=60 autocomplete="off" required=true autofocus=true
                hint="So that you know it again: “Phone”, “Key on my desk”."
            />
            <OwnPassword id="passkey-password" value=password error=at("password")/>
            <DialogActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button submit=true variant=ButtonVariant::Primary loading=add.pending()>"Continue"</Button>
            </DialogActions>
        </form>
    }
    .into_any()
}
