//! Confirm email: whoever reads the mail of their new address says so. Works without JavaScript.

use super::api::read_email_to_confirm;
use super::form_frame::PostForm;
use super::outcome::FormOutcome;
use crate::ui::layout::AuthFrame;
use crate::ui::{Button, ButtonLink, ButtonVariant, ResourceView};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// One button, while the link works: programs that open links in mails press none.
#[component]
pub fn ConfirmEmailPage() -> impl IntoView {
    let outcome = FormOutcome::of_this_page();
    let asked = use_query_map().with_untracked(|query| query.get("token")).unwrap_or_default();
    let token = if outcome.token.is_empty() { asked } else { outcome.token.clone() };
    let asked = token.clone();
    let email = Resource::new_blocking(move || asked.clone(), read_email_to_confirm);
    let show = move |email: Option<String>| match email {
        Some(email) => view! { <Form email token=token.clone() outcome=outcome.clone()/> }.into_any(),
        None => view! {
            <p class="auth-subtitle">"This link does not work any more. A link works once, for one hour."</p>
            <ButtonLink href="/account" variant=ButtonVariant::Primary>"Go to your account"</ButtonLink>
        }
        .into_any(),
    };
    view! {
        <AuthFrame title="Confirm your new address"><ResourceView resource=email children=show/></AuthFrame>
    }
    .into_any()
}

#[component]
fn Form(email: String, token: String, outcome: FormOutcome) -> impl IntoView {
    view! {
        <p class="auth-subtitle">"From now on you sign in to Lyceum with "{email}"."</p>
        <PostForm action="/confirm-email" outcome>
            <input type="hidden" name="token" value=token/>
            <Button submit=true variant=ButtonVariant::Primary wide=true>"Confirm the address"</Button>
        </PostForm>
    }
    .into_any()
}

/// What whoever confirmed their address sees.
#[component]
pub fn EmailConfirmedPage() -> impl IntoView {
    view! {
        <AuthFrame title="Your address is changed">
            <p>"Sign in with it from now on. Your former address is told."</p>
            <ButtonLink href="/chat" variant=ButtonVariant::Primary>"Go to your chats"</ButtonLink>
        </AuthFrame>
    }
    .into_any()
}
