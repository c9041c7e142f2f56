//! Setting two-step sign-in up: the password, the secret as a QR code and in letters, a first code, the recovery codes.

use super::api::{confirm_two_step, start_two_step};
use super::recovery_codes::RecoveryCodes;
use crate::error::AppError;
use crate::ui::{Button, ButtonVariant, DialogActions, Field, FieldKind, FormError};
use domain::identity::TwoStepSetup;
use leptos::prelude::*;

/// The steps, one after the other.
#[component]
pub fn SetUp(
    /// The dialog around it.
    open: RwSignal<bool>,
    /// Counts what was changed.
    changed: RwSignal<u32>,
) -> impl IntoView {
    let (setup, codes) = (RwSignal::new(None::<TwoStepSetup>), RwSignal::new(None::<Vec<String>>));
    move || match (codes.get(), setup.get()) {
        (Some(codes), _) => view! { <RecoveryCodes codes open/> }.into_any(),
        (None, Some(setup)) => view! { <Confirm setup codes open changed/> }.into_any(),
        (None, None) => view! { <Start setup open/> }.into_any(),
    }
}

#[component]
fn Start(setup: RwSignal<Option<TwoStepSetup>>, open: RwSignal<bool>) -> impl IntoView {
    let password = RwSignal::new(String::new());
    let start = Action::new(move |(): &()| async move {
        let secret = start_two_step(password.get_untracked()).await?;
        setup.try_set(Some(secret));
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
            <p class="dialog-text">"You need an app that makes codes, on your phone or in your password manager."</p>
            <Field
                label="Your password" name="password" id="two-step-password" kind=FieldKind::Password value=password error=wrong
                autocomplete="current-password" required=true autofocus=true
            />
            <DialogActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button submit=true variant=ButtonVariant::Primary loading=start.pending()>"Continue"</Button>
            </DialogActions>
        </form>
    }
    .into_any()
}

#[component]
fn Confirm(setup: TwoStepSetup, codes: RwSignal<Option<Vec<String>>>, open: RwSignal<bool>, changed: RwSignal<u32>) -> impl IntoView {
    let code = RwSignal::new(String::new());
    let confirm = Action::new(move |(): &()| async move {
        codes.try_set(Some(confirm_two_step(code.get_untracked()).await?));
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
            <p class="dialog-text">"Scan this with your app, or type the letters under it."</p>
            <QrCode size=setup.qr_size path=setup.qr_path/>
            <p class="two-step-secret"><code>{setup.secret}</code></p>
            <Field
                label="Code" name="code" id="two-step-code" value=code error=wrong autocomplete="one-time-code" required=true
                hint="The six digits the app shows now."
            />
            <DialogActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button submit=true variant=ButtonVariant::Primary loading=confirm.pending()>"Turn on"</Button>
            </DialogActions>
        </form>
    }
    .into_any()
}

/// Dark on light whatever the theme, with the quiet margin that scanners look for.
#[component]
fn QrCode(size: u32, path: String) -> impl IntoView {
    let whole = size + 8;
    view! {
        <svg class="qr-code" role="img" aria-label="QR code of the secret" viewBox=format!("-4 -4 {whole} {whole}")>
            <path class="qr-code-light" d=format!("M-4 -4h{whole}v{whole}h-{whole}z")/>
            <path class="qr-code-dark" d=path/>
        </svg>
    }
    .into_any()
}
