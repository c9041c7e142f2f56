//! Confirmation: where the server wants to know again who somebody is, they are asked in one dialog, and what they wanted is done then.
//!
//! The invariant: whatever the server can answer with [`AppError::ConfirmFirst`] is called through [`Confirming::run`], so that nothing
//! that was typed is lost. The dialog stands once, in the frame, above whatever is open.

use super::api::{confirm_identity, mail_two_step_code, read_confirmation_terms};
use crate::browser::passkey;
use crate::error::AppError;
use crate::features::passkeys::api::{confirm_with_passkey, start_passkey_confirmation};
use crate::ui::{Button, ButtonLink, ButtonVariant, Dialog, DialogActions, Field, FieldKind, FormError, sign_in_address, use_toasts};
use domain::identity::ConfirmationTerms;
use icondata_lu as lu;
use leptos::prelude::*;
use std::future::{Future, poll_fn};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};

/// One question to the person, and what waits for the answer.
#[derive(Default)]
struct Question {
    answer: Option<bool>,
    waiting: Vec<Waker>,
}

/// Asks people to confirm that it is they; a copy is as good as the original.
#[derive(Clone, Copy)]
pub struct Confirming {
    open: RwSignal<bool>,
    terms: RwSignal<Option<ConfirmationTerms>>,
    question: StoredValue<Arc<Mutex<Question>>>,
}

/// Makes it available to every screen of the frame.
pub fn provide_confirming() {
    provide_context(Confirming { open: RwSignal::new(false), terms: RwSignal::new(None), question: StoredValue::new(Arc::default()) });
}

/// Asks people to confirm that it is they. Only inside the frame.
pub fn use_confirming() -> Confirming {
    expect_context::<Confirming>()
}

impl Confirming {
    /// Calls the server. If it wants to know first who the person is, they are asked, and it is called again once they have said so.
    pub async fn run<T, F>(self, call: impl Fn() -> F) -> Result<T, AppError>
    where
        F: Future<Output = Result<T, AppError>>,
    {
        let answer = call().await;
        let is_asked = matches!(answer, Err(AppError::ConfirmFirst));
        if is_asked && self.ask().await { call().await } else { answer }
    }

    /// Opens the dialog and waits; whether the person confirmed that it is they.
    async fn ask(self) -> bool {
        // Known before the dialog opens, so that its first field takes the focus.
        let Ok(terms) = read_confirmation_terms().await else { return false };
        let Some(question) = self.question.try_get_value() else { return false };
        if self.open.try_get_untracked() == Some(false) {
            self.terms.try_set(Some(terms));
            self.open.try_set(true);
        }
        poll_fn(move |context| {
            let mut question = question.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(answer) = question.answer {
                return Poll::Ready(answer);
            }
            question.waiting.push(context.waker().clone());
            Poll::Pending
        })
        .await
    }

    /// Answers the question that is open, if there is one, and closes the dialog.
    fn settle(self, answer: bool) {
        if let Some(question) = self.question.try_update_value(std::mem::take) {
            let waiting = {
                let mut question = question.lock().unwrap_or_else(PoisonError::into_inner);
                question.answer = Some(answer);
                std::mem::take(&mut question.waiting)
            };
            waiting.into_iter().for_each(Waker::wake);
        }
        self.open.try_set(false);
    }
}

/// The dialog; stands once, in the frame.
#[component]
pub fn ConfirmationDialog() -> impl IntoView {
    let confirming = use_confirming();
    // Esc, a press outside and the buttons that close it are a no.
    Effect::new(move |was_open: Option<bool>| {
        let is_open = confirming.open.get();
        if was_open == Some(true) && !is_open {
            confirming.settle(false);
        }
        is_open
    });
    view! {
        <Dialog open=confirming.open title="Confirm it’s you">
            {move || confirming.terms.get().map(|terms| view! { <Proof terms confirming/> })}
        </Dialog>
    }
    .into_any()
}

/// What the person can prove it with.
#[component]
fn Proof(terms: ConfirmationTerms, confirming: Confirming) -> impl IntoView {
    if !terms.has_password && !terms.has_passkey {
        let again = format!("{}&again=true", sign_in_address());
        return view! {
            <p class="dialog-text">"This step needs to know that it is you, and you have no password here. Sign in again; it leads you back to this screen."</p>
            <DialogActions>
                <Button on_click=move || confirming.settle(false)>"Cancel"</Button>
                <ButtonLink href=again variant=ButtonVariant::Primary>"Sign in again"</ButtonLink>
            </DialogActions>
        }
        .into_any();
    }
    let trouble = RwSignal::new(None::<AppError>);
    let sentence = "It is a while since you proved who you are. Do it again, and what you began goes on.";
    view! {
        <p class="dialog-text">{sentence}</p>
        <FormError error=trouble/>
        {terms.has_password.then(|| view! { <PasswordProof terms confirming trouble/> })}
        {(!terms.has_password).then(|| view! {
            <DialogActions>
                <Button on_click=move || confirming.settle(false)>"Cancel"</Button>
                <PasskeyProof confirming trouble/>
            </DialogActions>
        })}
    }
    .into_any()
}

/// The password, with a code where the person signs in with one.
#[component]
fn PasswordProof(terms: ConfirmationTerms, confirming: Confirming, trouble: RwSignal<Option<AppError>>) -> impl IntoView {
    let empty = || RwSignal::new(String::new());
    let (password, code, token) = (empty(), empty(), empty());
    let toasts = use_toasts();
    let confirm = Action::new(move |(): &()| async move {
        match confirm_identity(password.get_untracked(), code.get_untracked(), token.get_untracked()).await {
            Ok(()) => confirming.settle(true),
            Err(error) => drop(trouble.try_set(Some(error))),
        }
    });
    let mail = Action::new(move |(): &()| async move {
        match mail_two_step_code(password.get_untracked()).await {
            Ok(sent) => {
                token.try_set(sent);
                toasts.success("A code is on its way to your address.");
            }
            Err(error) => drop(trouble.try_set(Some(error))),
        }
    });
    let at = move |name: &'static str| Signal::derive(move || trouble.with(|error| error.as_ref().and_then(|error| error.field(name))));
    let ask = move |act: Action<(), ()>| {
        trouble.set(None);
        act.dispatch(());
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        ask(confirm);
    };
    let sends_code = terms.second_step.is_some_and(|step| step.is_mailed && step.sends_mail);
    let code_field = terms.second_step.map(|step| {
        let hint = if step.is_mailed {
            "The six digits of a mail, or a recovery code."
        } else {
            "The six digits your app shows now, or a recovery code."
        };
        view! { <Field label="Code" name="code" id="confirm-code" value=code error=at("code") autocomplete="one-time-code" required=true hint=hint/> }
    });
    view! {
        <form class="form" on:submit=submit novalidate>
            <Field
                label="Your password" name="password" id="confirm-password" kind=FieldKind::Password value=password error=at("password")
                autocomplete="current-password" required=true autofocus=true
            />
            {code_field}
            <DialogActions>
                {sends_code.then(|| view! { <Button loading=mail.pending() on_click=move || ask(mail)>"E-mail me a code"</Button> })}
                <Button on_click=move || confirming.settle(false)>"Cancel"</Button>
                {terms.has_passkey.then(|| view! { <PasskeyProof confirming trouble/> })}
                <Button submit=true variant=ButtonVariant::Primary loading=confirm.pending()>"Confirm"</Button>
            </DialogActions>
        </form>
    }
    .into_any()
}

/// A passkey, in place of password and code.
#[component]
fn PasskeyProof(confirming: Confirming, trouble: RwSignal<Option<AppError>>) -> impl IntoView {
    let confirm = Action::new_local(move |(): &()| async move {
        match prove_by_passkey().await {
            Ok(()) => confirming.settle(true),
            Err(error) => drop(trouble.try_set(Some(error))),
        }
    });
    let press = move || {
        trouble.set(None);
        confirm.dispatch_local(());
    };
    view! { <Button icon=lu::LuKeyRound loading=confirm.pending() on_click=press>"Use a passkey"</Button> }.into_any()
}

async fn prove_by_passkey() -> Result<(), AppError> {
    let options = start_passkey_confirmation().await?;
    let found = passkey::get(&options).await.map_err(|trouble| AppError::Conflict(trouble.sentence().to_owned()))?;
    confirm_with_passkey(found).await
}
