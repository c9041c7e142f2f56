//! Sign in: for people who have an account. Works without JavaScript.

use super::api::read_sign_up_terms;
use super::form_frame::{PostForm, TypedField};
use super::outcome::FormOutcome;
use crate::error::AppError;
use crate::features::passkeys::PasskeyWay;
use crate::own_path;
use crate::ui::layout::AuthFrame;
use crate::ui::{Button, ButtonVariant, FieldKind, FormError, ResourceView};
use domain::identity::SignUpTerms;
use domain::identity_providers::WayIn;
use domain::sign_ins::SignInReason;
use domain::team::invitation_in;
use leptos::prelude::*;
use leptos_router::components::{A, Redirect};
use leptos_router::hooks::use_query_map;

/// The sign-in screen; whoever is signed in already goes on to where they were going.
#[component]
pub fn SignInPage() -> impl IntoView {
    let mut outcome = FormOutcome::of_this_page();
    // A word of a closed list: what stands in an address is never shown itself.
    let trouble = use_query_map().with_untracked(|query| query.get("trouble")).and_then(|word| word.parse::<SignInReason>().ok());
    if let (None, Some(reason)) = (&outcome.error, trouble) {
        outcome.error = Some(AppError::Conflict(reason.sentence().to_owned()));
    }
    let asked = use_query_map().with_untracked(|query| query.get("next")).unwrap_or_default();
    let next = [outcome.next.clone(), asked].iter().find_map(|next| own_path::parse(next).map(str::to_owned)).unwrap_or_default();
    // Whoever has no password proves who they are by signing in once more.
    let signs_in_again = use_query_map().with_untracked(|query| query.get("again")).is_some();
    let terms = Resource::new_blocking(|| (), |()| read_sign_up_terms(None));
    let show = move |terms: SignUpTerms| {
        let is_known = terms.signed_in_as.is_some();
        // Whoever tried that in vain reads why, and tries again.
        let again = signs_in_again || (is_known && outcome.error.is_some());
        if is_known && !again {
            let onward = own_path::parse(&next).unwrap_or("/chat").to_owned();
            return view! { <Redirect path=onward/> }.into_any();
        }
        let form = if terms.takes_passwords {
            view! { <Form outcome=outcome.clone() next=next.clone()/> }.into_any()
        } else {
            view! { <FormError error=Signal::stored(outcome.form_error())/> }.into_any()
        };
        view! { {form}<WaysIn terms=terms.clone() next=next.clone() again/><WaysOn terms next=next.clone()/> }.into_any()
    };
    view! {
        <AuthFrame title="Sign in"><ResourceView resource=terms children=show/></AuthFrame>
    }
    .into_any()
}

#[component]
fn Form(outcome: FormOutcome, next: String) -> impl IntoView {
    view! {
        <PostForm action="/sign-in" outcome=outcome.clone()>
            <TypedField label="Email" name="email" kind=FieldKind::Email typed=outcome.email.clone() error=outcome.field("email") autocomplete="username"/>
            <TypedField label="Password" name="password" kind=FieldKind::Password error=outcome.field("password") autocomplete="current-password"/>
            <input type="hidden" name="next" value=next/>
            <Button submit=true variant=ButtonVariant::Primary wide=true>"Sign in"</Button>
        </PostForm>
    }
    .into_any()
}

/// A passkey, a mailed code, and the identity providers: the browser itself goes there, so those work without JavaScript too. For
/// whoever signs in again, providers are to ask who they are.
#[component]
pub(super) fn WaysIn(
    terms: SignUpTerms,
    next: String,
    #[prop(optional)] again: bool,
    /// What the list is called.
    #[prop(default = "Other ways to sign in")]
    label: &'static str,
) -> impl IntoView {
    let SignUpTerms { ways, takes_passkeys, mails_codes, .. } = terms;
    if ways.is_empty() && !takes_passkeys && !mails_codes {
        return ().into_any();
    }
    let by_mail = own_path::with_next("/sign-in/email-code", &next);
    let onward = next.clone();
    let button = move |way: WayIn| {
        let href = own_path::with_next(&way.address(), &onward);
        let href = if again { own_path::asking_anew(&href) } else { href };
        view! { <li><a href=href rel="external" class="button button-secondary button-wide">{format!("Continue with {}", way.name)}</a></li> }
    };
    view! {
        <ul class="ways-in" aria-label=label>
            {takes_passkeys.then(|| view! { <li><PasskeyWay next/></li> })}
            {mails_codes.then(|| view! { <li><A href=by_mail attr:class="button button-secondary button-wide">"E-mail me a code"</A></li> })}
            {ways.into_iter().map(button).collect_view()}
        </ul>
    }
    .into_any()
}

#[component]
fn WaysOn(terms: SignUpTerms, next: String) -> impl IntoView {
    if !terms.takes_passwords {
        return ().into_any();
    }
    // Whoever came from the page of an invitation finds back to it.
    let is_invited = invitation_in(&next).is_some();
    let sign_up = if is_invited { next } else { "/sign-up".to_owned() };
    let invitation = if terms.is_first {
        Some(("Nobody has an account here yet. ", "Create the first one"))
    } else if terms.needs_invitation && !is_invited {
        None
    } else {
        Some(("New here? ", "Create an account"))
    };
    view! {
        <p class="auth-foot"><A href="/forgot-password" attr:class="text-link">"Forgot password?"</A></p>
        {invitation.map(|(words, link)| view! { <p class="auth-foot">{words}<A href=sign_up attr:class="text-link">{link}</A></p> })}
    }
    .into_any()
}
