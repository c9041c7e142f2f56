//! Proof: the password, and a code where the person signs in with one, asked for before something is done.

use super::api::mail_two_step_code;
use super::own_password::OwnPassword;
use crate::error::AppError;
use crate::ui::{Button, ButtonVariant, DialogActions, Field, FormError, use_toasts};
use domain::identity::SecondStep;
use leptos::prelude::*;

/// What was typed, the token of the code where it was mailed, and what was wrong with it.
#[derive(Clone, Copy)]
pub struct Proof {
    password: RwSignal<String>,
    code: RwSignal<String>,
    token: RwSignal<String>,
    /// Why the last attempt was not taken.
    pub trouble: RwSignal<Option<AppError>>,
}

impl Proof {
    /// Nothing yet.
    pub fn empty() -> Self {
        let empty = || RwSignal::new(String::new());
        Self { password: empty(), code: empty(), token: empty(), trouble: RwSignal::new(None) }
    }

    /// The password, the code, and the token of the code.
    pub fn read(self) -> (String, String, String) {
        (self.password.get_untracked(), self.code.get_untracked(), self.token.get_untracked())
    }

    /// Says why it was not taken, where the form is still there to say it.
    pub fn refuse(self, error: AppError) {
        self.trouble.try_set(Some(error));
    }

    fn wrong(self, name: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || self.trouble.with(|trouble| trouble.as_ref().and_then(|error| error.field(name))))
    }
}

/// Asks for the proof and runs what it is for.
#[component]
pub fn ProofForm(
    /// What is typed.
    proof: Proof,
    /// Begins the ids of its fields: two forms can be open at once.
    place: &'static str,
    /// The code that goes with the password; none is asked for where there is no second step.
    step: Option<SecondStep>,
    /// What is done with the proof.
    act: Action<(), ()>,
    /// The word on the button that does it.
    verb: &'static str,
    /// How loud that button is.
    variant: ButtonVariant,
    /// What closes the dialog around it.
    #[prop(into)]
    on_cancel: Callback<()>,
    /// What happens, where the title does not say it.
    #[prop(optional)]
    text: &'static str,
    /// Whether they have a password, where that is known from just now.
    #[prop(default = None)]
    has_password: Option<bool>,
    /// Another proof that will do.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let toasts = use_toasts();
    let mail = Action::new(move |(): &()| async move {
        match mail_two_step_code(proof.password.get_untracked()).await {
            Ok(sent) => {
                proof.token.try_set(sent);
                toasts.success("A code is on its way to your address.");
            }
            Err(error) => proof.refuse(error),
        }
    });
    let ask = move |act: Action<(), ()>| {
        proof.trouble.set(None);
        act.dispatch(());
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        ask(act);
    };
    let sends_code = step.is_some_and(|step| step.is_mailed && step.sends_mail);
    let code_field = step.map(|step| {
        let hint = if step.is_mailed {
            "The six digits of a mail, or a recovery code."
        } else {
            "The six digits your app shows now, or a recovery code."
        };
        view! {
            <Field
                label="Code" name="code" id=format!("{place}-code") value=proof.code error=proof.wrong("code") autocomplete="one-time-code"
                required=true hint=hint
            />
        }
    });
    view! {
        <form class="form" on:submit=submit novalidate>
            <FormError error=proof.trouble/>
            {(!text.is_empty()).then(|| view! { <p class="dialog-text">{text}</p> })}
            <OwnPassword
                id=format!("{place}-password") value=proof.password error=proof.wrong("password") autofocus=true has_password
            />
            {code_field}
            <DialogActions>
                {sends_code.then(|| view! { <Button loading=mail.pending() on_click=move || ask(mail)>"E-mail me a code"</Button> })}
                <Button on_click=move || on_cancel.run(())>"Cancel"</Button>
                {children.map(|children| children())}
                <Button submit=true variant loading=act.pending()>{verb}</Button>
            </DialogActions>
        </form>
    }
    .into_any()
}
