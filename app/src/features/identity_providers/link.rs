//! Link: there is an account with the address already; its password proves that it belongs to whoever came. Works without JavaScript.

use super::api::read_pending_link;
use crate::features::identity::form_frame::{PostForm, TypedField};
use crate::features::identity::outcome::FormOutcome;
use crate::ui::layout::AuthFrame;
use crate::ui::{Button, ButtonVariant, FieldKind, ResourceView};
use domain::identity_providers::PendingLink;
use leptos::prelude::*;
use leptos_router::components::A;

/// The screen between an identity provider and an account it is not linked to yet.
#[component]
pub fn LinkPage() -> impl IntoView {
    let outcome = FormOutcome::of_this_page();
    let pending = Resource::new_blocking(|| (), |()| read_pending_link());
    let show = move |pending: Option<PendingLink>| match pending {
        Some(pending) => view! { <ProofForm pending outcome=outcome.clone()/> }.into_any(),
        None => view! {
            <p class="auth-subtitle">"This took too long, or it is done already. Start again."</p>
            <p class="auth-foot"><A href="/sign-in" attr:class="text-link">"Back to sign in"</A></p>
        }
        .into_any(),
    };
    view! {
        <AuthFrame title="Is this your account?"><ResourceView resource=pending children=show/></AuthFrame>
    }
    .into_any()
}

#[component]
fn ProofForm(pending: PendingLink, outcome: FormOutcome) -> impl IntoView {
    let PendingLink { provider, email } = pending;
    let sentence = format!(
        "There is an account with {email} here. Sign in to it with its password once; then {provider} is linked to it and opens it from now on."
    );
    view! {
        <p class="auth-subtitle">{sentence}</p>
        <PostForm action="/sign-in/link" outcome=outcome.clone()>
            <TypedField label="Password" name="password" kind=FieldKind::Password error=outcome.field("password") autocomplete="current-password"/>
            <Button submit=true variant=ButtonVariant::Primary wide=true>"Sign in and link"</Button>
        </PostForm>
        <p class="auth-foot"><A href="/sign-in" attr:class="text-link">"Not now"</A></p>
    }
    .into_any()
}
