//! Two-step sign-in on the account screen: whether it is on, and turning it on and off.

use super::api::{open_two_step, renew_recovery_codes, turn_off_two_step};
use super::proof::{Proof, ProofForm};
use super::recovery_codes::RecoveryCodes;
use super::two_step_setup::{SetUp, Way};
use crate::own_path;
use crate::ui::{Badge, Button, ButtonVariant, Card, Dialog, FormSkeleton, ResourceView, Time, Tone, use_toasts};
use domain::identity::{SecondStep, TwoStepState};
use leptos::prelude::*;

/// What is open above the card.
#[derive(Clone, Copy)]
struct Dialogs {
    set_up: RwSignal<bool>,
    by_mail: RwSignal<bool>,
    renew: RwSignal<bool>,
    turn_off: RwSignal<bool>,
    replace: RwSignal<bool>,
}

/// The card, and the dialogs behind its buttons; they outlive what they change.
#[component]
pub fn TwoStepCard() -> impl IntoView {
    let changed = RwSignal::new(0_u32);
    let state = Resource::new(move || changed.get(), |_| open_two_step());
    let closed = || RwSignal::new(false);
    let dialogs = Dialogs { set_up: closed(), by_mail: closed(), renew: closed(), turn_off: closed(), replace: closed() };
    let is_mailed = RwSignal::new(false);
    view! {
        <Card title="Two-step sign-in" description="After your password, Lyceum asks for a code that your phone shows or that is mailed to you.">
            <ResourceView resource=state skeleton=|| view! { <FormSkeleton/> } let:state><Standing state dialogs is_mailed/></ResourceView>
        </Card>
        <Dialog open=dialogs.set_up title="Set up two-step sign-in"><SetUp way=Way::App open=dialogs.set_up changed/></Dialog>
        <Dialog open=dialogs.by_mail title="Second step by mail"><SetUp way=Way::Mail open=dialogs.by_mail changed/></Dialog>
        <Dialog open=dialogs.renew title="New recovery codes"><Renew open=dialogs.renew changed is_mailed/></Dialog>
        <Dialog open=dialogs.turn_off title="Turn two-step sign-in off?"><TurnOff open=dialogs.turn_off changed is_mailed/></Dialog>
        <Dialog open=dialogs.replace title="Set up another second step?"><Replace open=dialogs.replace is_mailed/></Dialog>
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
    let turn_off = if state.is_required {
        view! { <Button on_click=ask(dialogs.replace)>"Set up another…"</Button> }.into_any()
    } else {
        view! { <Button variant=ButtonVariant::Danger on_click=ask(dialogs.turn_off)>"Turn off…"</Button> }.into_any()
    };
    let required = state.is_required.then_some(" Your administrator requires it of you.");
    view! {
        <p><Badge tone=Tone::Success>"On"</Badge>" since "<Time at=since/>". "{how}" "{left}{required}</p>
        <div class="row">
            <Button on_click=ask(dialogs.renew)>"New recovery codes…"</Button>
            {turn_off}
        </div>
    }
    .into_any()
}

/// The code that goes with the password. Whether mail is set up is said when one is asked for.
fn second_step(is_mailed: RwSignal<bool>) -> SecondStep {
    SecondStep { is_mailed: is_mailed.get_untracked(), sends_mail: true }
}

/// The proof, then the codes.
#[component]
fn Renew(open: RwSignal<bool>, changed: RwSignal<u32>, is_mailed: RwSignal<bool>) -> impl IntoView {
    let codes = RwSignal::new(None::<Vec<String>>);
    let proof = Proof::empty();
    let renew = Action::new(move |(): &()| async move {
        let (password, code, token) = proof.read();
        match renew_recovery_codes(password, code, token).await {
            Ok(fresh) => {
                codes.try_set(Some(fresh));
                changed.update(|count| *count += 1);
            }
            Err(error) => proof.refuse(error),
        }
    });
    move || match codes.get() {
        Some(codes) => view! { <RecoveryCodes codes open/> }.into_any(),
        None => view! {
            <ProofForm
                proof place="proof" step=Some(second_step(is_mailed)) act=renew verb="Make new codes" variant=ButtonVariant::Primary
                on_cancel=move || open.set(false) text="The recovery codes you have stop working."
            />
        }
        .into_any(),
    }
}

#[component]
fn TurnOff(open: RwSignal<bool>, changed: RwSignal<u32>, is_mailed: RwSignal<bool>) -> impl IntoView {
    let proof = Proof::empty();
    let toasts = use_toasts();
    let turn_off = Action::new(move |(): &()| async move {
        let (password, code, token) = proof.read();
        match turn_off_two_step(password, code, token).await {
            Ok(()) => {
                open.set(false);
                changed.update(|count| *count += 1);
                toasts.success("Two-step sign-in is off.");
            }
            Err(error) => proof.refuse(error),
        }
    });
    view! {
        <ProofForm
            proof place="proof" step=Some(second_step(is_mailed)) act=turn_off verb="Turn off" variant=ButtonVariant::Danger
            on_cancel=move || open.set(false)
        />
    }
    .into_any()
}

/// For whom it is required: the one they have goes, and the only screen that is open to them then sets up the next.
#[component]
fn Replace(open: RwSignal<bool>, is_mailed: RwSignal<bool>) -> impl IntoView {
    let proof = Proof::empty();
    let replace = Action::new(move |(): &()| async move {
        let (password, code, token) = proof.read();
        match turn_off_two_step(password, code, token).await {
            Ok(()) => drop(window().location().set_href(&own_path::with_next(own_path::TWO_STEP_REQUIRED, "/account"))),
            Err(error) => proof.refuse(error),
        }
    });
    view! {
        <ProofForm
            proof place="proof" step=Some(second_step(is_mailed)) act=replace verb="Go on" variant=ButtonVariant::Primary
            on_cancel=move || open.set(false)
            text="The one you have ends, with its recovery codes, and you set up another before anything else: another phone, say, or mailed codes."
        />
    }
    .into_any()
}
