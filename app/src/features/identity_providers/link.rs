//! Link: there is an account with the address already; its password proves that it belongs to whoever came. Works without JavaScript.

use super::api::read_pending_link;
use crate::features::identity::form_frame::{PostForm, TypedField};
use crate::features::identity::outcome::FormOutcome;
use crate::own_path;
use crate::ui::layout::AuthFrame;
use crate::ui::{Button, ButtonVariant, FieldKind, ResourceView};
use domain::identity_providers::PendingLink;
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_query_map;

/// The screen between an identity provider and an account it is not linked to yet.
#[component]
pub fn LinkPage() -> impl IntoView {
    let outcome = FormOutcome::of_this_page();
    let asked = use_query_map().with_untracked(|query| query.get("next")).unwrap_or_default();
    let next = [outcome.next.clone(), asked].iter().find_map(|next| own_path::parse(next).map(str::to_owned)).unwrap_or_default();
    let pending = Resource::new_blocking(|| (), |()| read_pending_link());
    let show = move |pending: Option<PendingLink>| {
        if let Some(pending) = pending {
            return view! { <ProofForm pending outcome=outcome.clone() next=next.clone()/> }.into_any();
        }
        let back = own_path::with_next("/sign-in", &next);
        view! {
            <p class="auth-subtitle">"This took too long, or it is done already. Start again."</p>
            <p class="auth-foot"><A href=back attr:class="text-link">"Back to sign in"</A></p>
        }
        .into_any()
    };
    view! {
        <AuthFrame title="Is this your account?"><ResourceView resource=pending children=show/></AuthFrame>
    }
    .into_any()
}

#[component]
fn ProofForm(pending: PendingLink, outcome: FormOutcome, next: String) -> impl IntoView {
    let PendingLink { provider, email } = pending;
    // Who does it later goes where they were going all the same: an invitation waits for that.
    let back = own_path::with_next("/sign-in", &next);
    let sentence = format!(
        "There is an account with {email} here. Sign in to it with its password once; then {provider} is linked to it and opens it from now on."
    );
    view! {
        <p class="auth-subtitle">{sentence}</p>
        <PostForm action="/sign-in/link" outcome=outcome.clone()>
            <TypedField label="Password" name="password" kind=FieldKind::Password error=outcome.field("password") autocomplete="current-password"/>
            <input type="hidden" name="next" value=next/>
            <Button submit=true variant=ButtonVariant::Primary wide=true>"Sign in and link"</Button>
        </PostForm>
        <p class="auth-foot"><A href=back attr:class="text-link">"Not now"</A></p>
    }
    .into_any()
}
