//! Finish sign-up: whoever reads the mail of the address they gave says so, and has an account. Works without JavaScript.

use super::api::read_waiting_sign_up;
use super::form_frame::{PostForm, TypedField};
use super::outcome::FormOutcome;
use crate::ui::layout::AuthFrame;
use crate::ui::{Button, ButtonLink, ButtonVariant, FieldKind, ResourceView};
use domain::identity::WaitingSignUp;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// A form, while the link works: programs that open links in mails send none.
#[component]
pub fn FinishSignUpPage() -> impl IntoView {
    let outcome = FormOutcome::of_this_page();
    let asked = use_query_map().with_untracked(|query| query.get("token")).unwrap_or_default();
    let token = if outcome.token.is_empty() { asked } else { outcome.token.clone() };
    let asked = token.clone();
    let waiting = Resource::new_blocking(move || asked.clone(), read_waiting_sign_up);
    let show = move |waiting: Option<WaitingSignUp>| match waiting {
        Some(waiting) => view! { <Form waiting token=token.clone() outcome=outcome.clone()/> }.into_any(),
        None => view! {
            <p class="auth-subtitle">"This link does not work any more. A link works once, for 24 hours."</p>
            <ButtonLink href="/sign-up" variant=ButtonVariant::Primary>"Sign up again"</ButtonLink>
        }
        .into_any(),
    };
    view! {
        <AuthFrame title="Finish your account"><ResourceView resource=waiting children=show/></AuthFrame>
    }
    .into_any()
}

#[component]
fn Form(waiting: WaitingSignUp, token: String, outcome: FormOutcome) -> impl IntoView {
    let WaitingSignUp { name, email } = waiting;
    view! {
        <p class="auth-subtitle">{name}" gets an account that signs in with "{email}". Type once more the password that it was asked for with."</p>
        <PostForm action="/sign-up/finish" outcome=outcome.clone()>
            <TypedField label="Password" name="password" kind=FieldKind::Password error=outcome.field("password") autocomplete="current-password"/>
            <input type="hidden" name="token" value=token/>
            <Button submit=true variant=ButtonVariant::Primary wide=true>"Create account"</Button>
        </PostForm>
        <p class="auth-foot">"It was not you who signed up? Close this page, and there is no account."</p>
    }
    .into_any()
}
