//! Reset password: a new password for whoever follows the link that was mailed to them. Works without JavaScript.

use super::api::read_reset_terms;
use super::forgot_password::NoPasswords;
use super::form_frame::{PostForm, TypedField};
use super::outcome::FormOutcome;
use crate::ui::layout::AuthFrame;
use crate::ui::{Button, ButtonLink, ButtonVariant, FieldKind, ResourceView};
use domain::identity::ResetTerms;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// The form, while the link works.
#[component]
pub fn ResetPasswordPage() -> impl IntoView {
    let outcome = FormOutcome::of_this_page();
    let asked = use_query_map().with_untracked(|query| query.get("token")).unwrap_or_default();
    let token = if outcome.token.is_empty() { asked } else { outcome.token.clone() };
    let asked = token.clone();
    let terms = Resource::new_blocking(move || Some(asked.clone()), read_reset_terms);
    let show = move |terms: ResetTerms| {
        if !terms.takes_passwords {
            view! { <NoPasswords/> }.into_any()
        } else if terms.is_open {
            view! { <Form outcome=outcome.clone() token=token.clone()/> }.into_any()
        } else {
            view! { <Over/> }.into_any()
        }
    };
    view! {
        <AuthFrame title="Choose a new password"><ResourceView resource=terms children=show/></AuthFrame>
    }
    .into_any()
}

#[component]
fn Form(outcome: FormOutcome, token: String) -> impl IntoView {
    view! {
        <p class="auth-subtitle">"It signs you out of all browsers. Then sign in with it."</p>
        <PostForm action="/reset-password" outcome=outcome.clone()>
            <TypedField
                label="New password" name="password" kind=FieldKind::Password error=outcome.field("password") autocomplete="new-password"
                hint="At least 8 characters that are not easy to guess; a few uncommon words are good."
            />
            <input type="hidden" name="token" value=token/>
            <Button submit=true variant=ButtonVariant::Primary wide=true>"Change password"</Button>
        </PostForm>
    }
    .into_any()
}

#[component]
fn Over() -> impl IntoView {
    view! {
        <p class="auth-subtitle">"This link does not work any more. A link works once, for one hour."</p>
        <ButtonLink href="/forgot-password" variant=ButtonVariant::Primary>"Get a new link"</ButtonLink>
    }
    .into_any()
}

/// What whoever chose a new password sees.
#[component]
pub fn PasswordResetPage() -> impl IntoView {
    view! {
        <AuthFrame title="Your password is changed">
            <p>"You are signed out of all browsers. Sign in with the new password."</p>
            <ButtonLink href="/sign-in" variant=ButtonVariant::Primary>"Sign in"</ButtonLink>
        </AuthFrame>
    }
    .into_any()
}
