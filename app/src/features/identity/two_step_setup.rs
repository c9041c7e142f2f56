//! Setting two-step sign-in up: the password, a first code of the app or of a mail, the recovery codes. With an app the secret stands above
//! the code, as a QR code and in letters.

use super::api::{confirm_mailed_two_step, confirm_two_step, start_mailed_two_step, start_two_step};
use super::own_password::OwnPassword;
use super::recovery_codes::RecoveryCodes;
use crate::error::AppError;
use crate::ui::{Button, ButtonVariant, DialogActions, Field, FormError};
use domain::identity::TwoStepSetup;
use leptos::prelude::*;

/// Where the codes come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// An app shows them.
    App,
    /// They are mailed.
    Mail,
}

/// What the password was exchanged for.
#[derive(Clone)]
enum Begun {
    /// The secret for the app.
    App(TwoStepSetup),
    /// The token of the code that is on its way.
    Mail(String),
}

/// The steps, one after the other.
#[component]
pub fn SetUp(
    /// Where the codes come from.
    way: Way,
    /// The dialog around it.
    open: RwSignal<bool>,
    /// Counts what was changed.
    changed: RwSignal<u32>,
) -> impl IntoView {
    let (begun, codes) = (RwSignal::new(None::<Begun>), RwSignal::new(None::<Vec<String>>));
    move || match (codes.get(), begun.get()) {
        (Some(codes), _) => view! { <RecoveryCodes codes open/> }.into_any(),
        (None, Some(begun)) => view! { <Confirm begun codes open changed/> }.into_any(),
        (None, None) => view! { <Start way begun open/> }.into_any(),
    }
}

#[component]
fn Start(way: Way, begun: RwSignal<Option<Begun>>, open: RwSignal<bool>) -> impl IntoView {
    let (text, verb) = match way {
        Way::App => ("You need an app that makes codes, on your phone or in your password manager.", "Continue"),
        Way::Mail => (
            "After your password, Lyceum then mails you a code. An app on your phone is safer: mail can be read by others.",
            "E-mail me a code",
        ),
    };
    let password = RwSignal::new(String::new());
    let start = Action::new(move |(): &()| async move {
        let password = password.get_untracked();
        let answer = match way {
            Way::App => Begun::App(start_two_step(password).await?),
            Way::Mail => Begun::Mail(start_mailed_two_step(password).await?),
        };
        begun.try_set(Some(answer));
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
            <p class="dialog-text">{text}</p>
            <OwnPassword id="two-step-password" value=password error=wrong autofocus=true/>
            <DialogActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button submit=true variant=ButtonVariant::Primary loading=start.pending()>{verb}</Button>
            </DialogActions>
        </form>
    }
    .into_any()
}

#[component]
fn Confirm(begun: Begun, codes: RwSignal<Option<Vec<String>>>, open: RwSignal<bool>, changed: RwSignal<u32>) -> impl IntoView {
    let code = RwSignal::new(String::new());
    let (text, hint, token, setup) = match begun {
        Begun::App(setup) => {
            ("Scan this with your app, or type the letters under it.", "The six digits the app shows now.", None, Some(setup))
        }
        Begun::Mail(token) => ("A code is on its way to your address.", "The six digits of the mail.", Some(token), None),
    };
    let is_mailed = token.is_some();
    let token = StoredValue::new(token);
    let confirm = Action::new(move |(): &()| async move {
        let code = code.get_untracked();
        let fresh = match token.get_value() {
            Some(token) => confirm_mailed_two_step(token, code).await?,
            None => confirm_two_step(code).await?,
        };
        codes.try_set(Some(fresh));
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
            <p class="dialog-text">{text}</p>
            {setup.map(|setup| view! {
                <QrCode size=setup.qr_size path=setup.qr_path/>
                <p class="two-step-secret"><code>{setup.secret}</code></p>
            })}
            <Field
                label="Code" name="code" id="two-step-code" value=code error=wrong autocomplete="one-time-code" required=true
                autofocus=is_mailed hint=hint
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
