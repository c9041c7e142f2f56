//! Two-step sign-in on the account screen: whether it is on, and turning it on and off.

use super::api::{mail_two_step_code, open_two_step, renew_recovery_codes, turn_off_two_step};
use super::recovery_codes::RecoveryCodes;
use super::two_step_by_mail::SetUpByMail;
use super::two_step_setup::SetUp;
use crate::error::AppError;
use crate::ui::{
    Badge, Button, ButtonVariant, Card, Dialog, DialogActions, Field, FieldKind, FormError, FormSkeleton, ResourceView, Time, Tone,
    use_toasts,
};
use domain::identity::TwoStepState;
use leptos::prelude::*;

/// What is open above the card.
#[derive(Clone, Copy)]
struct Dialogs {
    set_up: RwSignal<bool>,
    by_mail: RwSignal<bool>,
    renew: RwSignal<bool>,
    turn_off: RwSignal<bool>,
}

/// The card, and the dialogs behind its buttons; they outlive what they change.
#[component]
pub fn TwoStepCard() -> impl IntoView {
    let changed = RwSignal::new(0_u32);
    let state = Resource::new(move || changed.get(), |_| open_two_step());
    let closed = || RwSignal::new(false);
    let dialogs = Dialogs { set_up: closed(), by_mail: closed(), renew: closed(), turn_off: closed() };
    let is_mailed = RwSignal::new(false);
    view! {
        <Card title="Two-step sign-in" description="After your password, Lyceum asks for a code that your phone shows or that is mailed to you.">
            <ResourceView resource=state skeleton=|| view! { <FormSkeleton/> } let:state><Standing state dialogs is_mailed/></ResourceView>
        </Card>
        <Dialog open=dialogs.set_up title="Set up two-step sign-in"><SetUp open=dialogs.set_up changed/></Dialog>
        <Dialog open=dialogs.by_mail title="Second step by mail"><SetUpByMail open=dialogs.by_mail changed/></Dialog>
        <Dialog open=dialogs.renew title="New recovery codes"><Renew open=dialogs.renew changed is_mailed/></Dialog>
        <Dialog open=dialogs.turn_off title="Turn two-step sign-in off?"><TurnOff open=dialogs.turn_off changed is_mailed/></Dialog>
    }
    .into_any()
}

#[component]
fn Standing(state: TwoStepState, dialogs: Dialogs, is_mailed: RwSignal<bool>) -> impl IntoView {
    // What is open above the card outlives what it changes, and asks for what was true when it opened.
    let ask = move |dialog: RwSignal<bool>| {
        move || {
            is_mailed.set(state.is_mailed);
            dialog.set(true);
        }
    };
    let Some(since) = state.since else {
        return view! {
            <p><Badge>"Off"</Badge>" Whoever learns your password can sign in as you."</p>
            <div class="row">
                <Button on_click=move || dialogs.set_up.set(true)>"Set up two-step sign-in…"</Button>
                {state.offers_mail.then(|| view! { <Button on_click=move || dialogs.by_mail.set(true)>"Use mailed codes…"</Button> })}
            </div>
        }
        .into_any();
    };
    let how = if state.is_mailed { "The codes are mailed to you." } else { "The codes come from your app." };
    let left = match state.codes_left {
        0 => "No recovery code is left: make new ones.".to_owned(),
        1 => "1 recovery code is left.".to_owned(),
        count => format!("{count} recovery codes are left."),
    };
    view! {
        <p><Badge tone=Tone::Success>"On"</Badge>" since "<Time at=since/>". "{how}" "{left}</p>
        <div class="row">
            <Button on_click=ask(dialogs.renew)>"New recovery codes…"</Button>
            <Button variant=ButtonVariant::Danger on_click=ask(dialogs.turn_off)>"Turn off…"</Button>
        </div>
    }
    .into_any()
}

/// What the card asks for before it changes anything: the password, a code, and the token of the code where it was mailed.
#[derive(Clone, Copy)]
struct Proof {
    password: RwSignal<String>,
    code: RwSignal<String>,
    token: RwSignal<String>,
}

impl Proof {
    fn new() -> Self {
        let empty = || RwSignal::new(String::new());
        Self { password: empty(), code: empty(), token: empty() }
    }

    fn read(self) -> (String, String, String) {
        (self.password.get_untracked(), self.code.get_untracked(), self.token.get_untracked())
    }
}

/// Asks for the proof and runs what it is for.
#[component]
fn ProofForm(
    open: RwSignal<bool>,
    proof: Proof,
    is_mailed: RwSignal<bool>,
    /// What is done with the proof.
    act: Action<(), Result<(), AppError>>,
    /// The word on the button that does it.
    verb: &'static str,
    variant: ButtonVariant,
    /// What happens, where the title does not say it.
    #[prop(optional)]
    text: &'static str,
) -> impl IntoView {
    let toasts = use_toasts();
    let mail = Action::new(move |(): &()| async move {
        proof.token.set(mail_two_step_code(proof.password.get_untracked()).await?);
        toasts.success("A code is on its way to your address.");
        Ok::<(), AppError>(())
    });
    let error = Signal::derive(move || act.value().get().and_then(Result::err).or_else(|| mail.value().get().and_then(Result::err)));
    let at = move |name: &'static str| Signal::derive(move || error.get().and_then(|error| error.field(name)));
    let hint = if is_mailed.get_untracked() {
        "The six digits of a mail, or a recovery code."
    } else {
        "The six digits your app shows now, or a recovery code."
    };
    let ask = move || drop(mail.dispatch(()));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        act.dispatch(());
    };
    view! {
        <form class="form" on:submit=submit novalidate>
            <FormError error/>
            {(!text.is_empty()).then(|| view! { <p class="dialog-text">{text}</p> })}
            <Field
                label="Your password" name="password" id="proof-password" kind=FieldKind::Password value=proof.password error=at("password")
                autocomplete="current-password" required=true autofocus=true
            />
            <Field label="Code" name="code" id="proof-code" value=proof.code error=at("code") autocomplete="one-time-code" required=true hint=hint/>
            <DialogActions>
                {is_mailed.get_untracked().then(|| view! { <Button loading=mail.pending() on_click=ask>"E-mail me a code"</Button> })}
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button submit=true variant loading=act.pending()>{verb}</Button>
            </DialogActions>
        </form>
    }
    .into_any()
}

/// The proof, then the codes.
#[component]
fn Renew(open: RwSignal<bool>, changed: RwSignal<u32>, is_mailed: RwSignal<bool>) -> impl IntoView {
    let codes = RwSignal::new(None::<Vec<String>>);
    let proof = Proof::new();
    let renew = Action::new(move |(): &()| async move {
        let (password, code, token) = proof.read();
        codes.try_set(Some(renew_recovery_codes(password, code, token).await?));
        changed.update(|count| *count += 1);
        Ok::<(), AppError>(())
    });
    move || match codes.get() {
        Some(codes) => view! { <RecoveryCodes codes open/> }.into_any(),
        None => view! {
            <ProofForm
                open proof is_mailed act=renew verb="Make new codes" variant=ButtonVariant::Primary
                text="The recovery codes you have stop working."
            />
        }
        .into_any(),
    }
}

#[component]
fn TurnOff(open: RwSignal<bool>, changed: RwSignal<u32>, is_mailed: RwSignal<bool>) -> impl IntoView {
    let proof = Proof::new();
    let toasts = use_toasts();
    let turn_off = Action::new(move |(): &()| async move {
        let (password, code, token) = proof.read();
        turn_off_two_step(password, code, token).await?;
        open.set(false);
        changed.update(|count| *count += 1);
        toasts.success("Two-step sign-in is off.");
        Ok::<(), AppError>(())
    });
    view! { <ProofForm open proof is_mailed act=turn_off verb="Turn off" variant=ButtonVariant::Danger/> }.into_any()
}
