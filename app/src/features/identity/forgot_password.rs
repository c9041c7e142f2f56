//! Forgot password: asks for the address and says the same whoever has it. Works without JavaScript.

use super::api::read_reset_terms;
use super::form_frame::{PostForm, TypedField};
use super::outcome::FormOutcome;
use crate::ui::layout::AuthFrame;
use crate::ui::{Button, ButtonLink, ButtonVariant, FieldKind, ResourceView};
use domain::identity::ResetTerms;
use leptos::prelude::*;
use leptos_router::components::A;

/// The way back in: by mail, or where there is none by the person who runs the installation.
#[component]
pub fn ForgotPasswordPage() -> impl IntoView {
    let outcome = FormOutcome::of_this_page();
    let terms = Resource::new_blocking(|| (), |()| read_reset_terms(None));
    let show = move |terms: ResetTerms| {
        if !terms.takes_passwords {
            view! { <NoPasswords/> }.into_any()
        } else if terms.is_mailed {
            view! { <Form outcome=outcome.clone()/> }.into_any()
        } else {
            view! { <NotMailed/> }.into_any()
        }
    };
    view! {
        <AuthFrame title="Forgot your password?"><ResourceView resource=terms children=show/></AuthFrame>
    }
    .into_any()
}

#[component]
fn Form(outcome: FormOutcome) -> impl IntoView {
    view! {
        <p class="auth-subtitle">"Enter the address you sign in with. Lyceum mails you a link that lets you choose a new password."</p>
        <PostForm action="/forgot-password" outcome=outcome.clone()>
            <TypedField label="Email" name="email" kind=FieldKind::Email typed=outcome.email.clone() error=outcome.field("email") autocomplete="username"/>
            <Button submit=true variant=ButtonVariant::Primary wide=true>"Mail me a link"</Button>
        </PostForm>
        <p class="auth-foot"><A href="/sign-in" attr:class="text-link">"Back to sign in"</A></p>
    }
    .into_any()
}

/// What whoever wants a new password is told while nobody signs in with one.
#[component]
pub(super) fn NoPasswords() -> impl IntoView {
    view! {
        <p class="auth-subtitle">"People sign in without a password here. Choose another way on the sign-in page."</p>
        <ButtonLink href="/sign-in" variant=ButtonVariant::Primary>"Back to sign in"</ButtonLink>
    }
    .into_any()
}

#[component]
fn NotMailed() -> impl IntoView {
    view! {
        <p>"Mail is not set up here, so Lyceum cannot send you a link. Ask the person who runs your installation."</p>
        <p>"They run " <code>"lyceum reset-password you@example.org"</code> " on the server and hand you a new password. \
            Change it on your account page after you signed in."</p>
        <ButtonLink href="/sign-in" variant=ButtonVariant::Primary>"Back to sign in"</ButtonLink>
    }
    .into_any()
}

/// What everybody is told who asked for a link.
#[component]
pub fn ForgotPasswordSentPage() -> impl IntoView {
    view! {
        <AuthFrame title="Look at your mail">
            <p>"If somebody has an account with that address, a link is on its way to it. The link works once, for one hour."</p>
            <p>"Nothing arrives? Look among the unwanted mail, and check the address: you may have signed up with another."</p>
            <ButtonLink href="/sign-in" variant=ButtonVariant::Primary>"Back to sign in"</ButtonLink>
        </AuthFrame>
    }
    .into_any()
}
