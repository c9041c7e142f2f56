//! Two-step required: the one screen of somebody who has to set up a second step before anything else. It stands outside the frame,
//! which would ask for more than they may see.

use super::api::open_two_step;
use super::form_frame::PostForm;
use super::outcome::FormOutcome;
use super::two_step_setup::{SetUp, Way};
use crate::own_path;
use crate::ui::layout::AuthFrame;
use crate::ui::{Button, ButtonLink, ButtonVariant, Dialog, FormSkeleton, ResourceView};
use domain::identity::TwoStepState;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// The screen, and the dialogs behind its buttons; they outlive what they change. Once the second step is on it leads on.
#[component]
pub fn TwoStepRequiredPage() -> impl IntoView {
    let asked = use_query_map().with_untracked(|query| query.get("next")).unwrap_or_default();
    let next = own_path::parse(&asked).unwrap_or("/chat").to_owned();
    let changed = RwSignal::new(0_u32);
    let state = Resource::new_blocking(move || changed.get(), |_| open_two_step());
    let (set_up, by_mail) = (RwSignal::new(false), RwSignal::new(false));
    view! {
        <AuthFrame title="Two-step sign-in">
            <ResourceView resource=state skeleton=|| view! { <FormSkeleton/> } children=move |state: TwoStepState| {
                view! { <Standing state next=next.clone() set_up by_mail/> }
            }/>
            <PostForm action="/sign-out" outcome=FormOutcome::default()>
                <Button submit=true wide=true>"Sign out"</Button>
            </PostForm>
        </AuthFrame>
        <Dialog open=set_up title="Set up two-step sign-in"><SetUp way=Way::App open=set_up changed/></Dialog>
        <Dialog open=by_mail title="Second step by mail"><SetUp way=Way::Mail open=by_mail changed/></Dialog>
    }
    .into_any()
}

#[component]
fn Standing(state: TwoStepState, next: String, set_up: RwSignal<bool>, by_mail: RwSignal<bool>) -> impl IntoView {
    let sentence = if state.since.is_some() {
        "Two-step sign-in is on: from now on Lyceum asks for a code after your password."
    } else if state.is_required {
        "Your administrator requires it of you: after your password, Lyceum asks for a code that your phone shows or that is mailed to you. Set it up, and everything else is open to you again."
    } else {
        "It is not required of you here, and you can turn it on all the same."
    };
    let is_waited_for = state.since.is_none() && state.is_required;
    view! {
        <p class="auth-subtitle">{sentence}</p>
        {state.since.is_none().then(|| view! {
            <Button variant=ButtonVariant::Primary wide=true on_click=move || set_up.set(true)>"Set up two-step sign-in…"</Button>
            {state.offers_mail.then(|| view! { <Button wide=true on_click=move || by_mail.set(true)>"Use mailed codes…"</Button> })}
        })}
        {(!is_waited_for).then(|| view! { <ButtonLink href=next variant=ButtonVariant::Primary>"Go on"</ButtonLink> })}
        {is_waited_for.then(|| view! {
            <p class="auth-foot">"With a passkey or through an identity provider you need no code: sign out, and sign in that way."</p>
        })}
    }
    .into_any()
}
