//! The second page of signing in: a code of the person's app or one that was mailed, or a recovery code. Works without JavaScript.

use super::api::read_second_step;
use super::form_frame::{PostForm, TypedField};
use super::outcome::FormOutcome;
use crate::own_path;
use crate::ui::layout::AuthFrame;
use crate::ui::{Button, ButtonVariant, ResourceView};
use domain::identity::SecondStep;
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_query_map;

/// Asks for the code. Who is meant stands in a cookie that is good for this alone.
#[component]
pub fn SignInCodePage() -> impl IntoView {
    let outcome = FormOutcome::of_this_page();
    let asked = use_query_map().with_untracked(|query| query.get("next")).unwrap_or_default();
    let next = [outcome.next.clone(), asked].iter().find_map(|next| own_path::parse(next).map(str::to_owned)).unwrap_or_default();
    let step = Resource::new_blocking(|| (), |()| read_second_step());
    let back = own_path::with_next("/sign-in", &next);
    let show = move |step: Option<SecondStep>| {
        view! { <CodeForm outcome=outcome.clone() next=next.clone() step/> }
    };
    view! {
        <AuthFrame title="Enter your code" subtitle="You have two-step sign-in: it asks for one thing more.">
            <ResourceView resource=step children=show/>
            <p class="auth-foot"><A href=back attr:class="text-link">"Back to sign in"</A></p>
        </AuthFrame>
    }
    .into_any()
}

#[component]
fn CodeForm(outcome: FormOutcome, next: String, step: Option<SecondStep>) -> impl IntoView {
    let hint = match step {
        Some(SecondStep { is_mailed: true, sends_mail: true }) => "The six digits that are mailed to you, or one of your recovery codes.",
        Some(SecondStep { is_mailed: true, .. }) => "One of your recovery codes. Lyceum does not send mail here at the moment.",
        _ => "The six digits your app shows now, or one of your recovery codes.",
    };
    let again = step.is_some_and(|step| step.is_mailed && step.sends_mail).then(|| view! { <MailAgain next=next.clone()/> });
    view! {
        <PostForm action="/sign-in/code" outcome=outcome.clone()>
            <TypedField label="Code" name="code" error=outcome.field("code") autocomplete="one-time-code" hint=hint/>
            <input type="hidden" name="next" value=next/>
            <Button submit=true variant=ButtonVariant::Primary wide=true>"Sign in"</Button>
        </PostForm>
        {again}
        <p class="auth-foot">"Neither at hand? Ask the person who runs your installation."</p>
    }
    .into_any()
}

#[component]
fn MailAgain(next: String) -> impl IntoView {
    view! {
        <form method="post" action="/sign-in/code/again" class="auth-foot">
            <input type="hidden" name="next" value=next/>
            <Button submit=true variant=ButtonVariant::Ghost wide=true>"E-mail me another code"</Button>
        </form>
    }
    .into_any()
}
