//! Confirmation: where the server wants to know again who somebody is, they are asked in one dialog, and what they wanted is done then.
//!
//! The invariant: whatever the server can answer with [`AppError::ConfirmFirst`] is called through [`Confirming::run`], so that nothing
//! that was typed is lost. The dialog stands once, in the frame, above whatever is open; what it asks is fetched when it is first asked.

use super::api::{confirm_identity, read_confirmation_terms};
use super::proof::{Proof, ProofForm};
use crate::browser::passkey;
use crate::error::AppError;
use crate::features::passkeys::api::{confirm_with_passkey, start_passkey_confirmation};
use crate::own_path;
use crate::ui::{
    Button, ButtonLink, ButtonVariant, Dialog, DialogActions, FormError, NOT_FETCHED, Toasts, sign_in_address, use_toasts, use_viewer,
};
use domain::identity::ConfirmationTerms;
use icondata_lu as lu;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
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
    toasts: Toasts,
}

/// Makes it available to every screen of the frame.
pub fn provide_confirming() {
    let question = StoredValue::new(Arc::default());
    provide_context(Confirming { open: RwSignal::new(false), terms: RwSignal::new(None), question, toasts: use_toasts() });
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
        // Known and there before the dialog opens, so that its first field takes the focus.
        let Ok(terms) = read_confirmation_terms().await else { return false };
        if load_ways_to_prove().await.is_err() {
            self.toasts.error(NOT_FETCHED);
            return false;
        }
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

    /// Reads anew with what the person can prove it; what the dialog asks for follows.
    async fn look_again(self) {
        if let Ok(terms) = read_confirmation_terms().await {
            self.terms.try_set(Some(terms));
        }
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
            {move || confirming.terms.get().map(|terms| Suspend::new(async move { show_ways_to_prove(terms, confirming).await.ok() }))}
        </Dialog>
    }
    .into_any()
}

#[wasm_split(late, wasm_split_path = ::leptos::wasm_split, preload(load_ways_to_prove), fallible)]
#[allow(clippy::unnecessary_wraps, reason = "the error is that of fetching the part, which the macro adds")]
fn show_ways_to_prove(terms: ConfirmationTerms, confirming: Confirming) -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <WaysToProve terms confirming/> }.into_any())
}

/// What the person can prove it with.
#[component]
fn WaysToProve(terms: ConfirmationTerms, confirming: Confirming) -> impl IntoView {
    if !terms.has_password {
        follow_first_password(confirming);
    }
    if !terms.has_password && !terms.has_passkey {
        let again = own_path::asking_anew(&sign_in_address());
        return view! {
            <p class="dialog-text">"This step needs to know that it is you, and no password is taken from you here. Sign in again; it leads you back to this screen."</p>
            <DialogActions>
                <Button on_click=move || confirming.settle(false)>"Cancel"</Button>
                <ButtonLink href=again variant=ButtonVariant::Primary>"Sign in again"</ButtonLink>
            </DialogActions>
        }
        .into_any();
    }
    let proof = Proof::empty();
    let sentence = "It is a while since you proved who you are. Do it again, and what you began goes on.";
    if !terms.has_password {
        return view! {
            <p class="dialog-text">{sentence}</p>
            <FormError error=proof.trouble/>
            <DialogActions>
                <Button on_click=move || confirming.settle(false)>"Cancel"</Button>
                <PasskeyProof confirming proof/>
            </DialogActions>
        }
        .into_any();
    }
    let confirm = Action::new(move |(): &()| async move {
        let (password, code, token) = proof.read();
        match confirm_identity(password, code, token).await {
            Ok(()) => confirming.settle(true),
            Err(error) => proof.refuse(error),
        }
    });
    view! {
        <ProofForm
            proof place="confirm" step=terms.second_step act=confirm verb="Confirm" variant=ButtonVariant::Primary
            on_cancel=move || confirming.settle(false) text=sentence has_password=Some(terms.has_password)
        >
            {terms.has_passkey.then(|| view! { <PasskeyProof confirming proof/> })}
        </ProofForm>
    }
    .into_any()
}

/// Whoever sets their first password in another tab is asked for it here: the frame learns of it when they come back.
fn follow_first_password(confirming: Confirming) {
    let viewer = use_viewer();
    Effect::new(move |had_one: Option<bool>| {
        let has_one = viewer.with(|viewer| viewer.has_password);
        if had_one == Some(false) && has_one {
            spawn_local(confirming.look_again());
        }
        has_one
    });
}

/// A passkey, in place of password and code.
#[component]
fn PasskeyProof(confirming: Confirming, proof: Proof) -> impl IntoView {
    let confirm = Action::new_local(move |(): &()| async move {
        match prove_by_passkey().await {
            Ok(()) => confirming.settle(true),
            Err(error) => proof.refuse(error),
        }
    });
    let press = move || {
        proof.trouble.set(None);
        confirm.dispatch_local(());
    };
    view! { <Button icon=lu::LuKeyRound loading=confirm.pending() on_click=press>"Use a passkey"</Button> }.into_any()
}

async fn prove_by_passkey() -> Result<(), AppError> {
    let options = start_passkey_confirmation().await?;
    let found = passkey::get(&options).await.map_err(|trouble| AppError::Conflict(trouble.sentence().to_owned()))?;
    confirm_with_passkey(found).await
}
