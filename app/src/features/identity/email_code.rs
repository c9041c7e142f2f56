//! Signing in with a mailed code: first the address, then the code. Says the same whoever has the address. Works without JavaScript.

use super::api::read_sign_up_terms;
use super::form_frame::{PostForm, TypedField};
use super::outcome::FormOutcome;
use crate::own_path;
use crate::ui::layout::AuthFrame;
use crate::ui::{Button, ButtonVariant, FieldKind, ResourceView};
use domain::identity::SignUpTerms;
use domain::sign_ins::SignInReason;
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_query_map;

/// Where the person was going, as the last post or the address says.
fn onward(outcome: &FormOutcome) -> String {
    let asked = use_query_map().with_untracked(|query| query.get("next")).unwrap_or_default();
    [outcome.next.clone(), asked].iter().find_map(|next| own_path::parse(next).map(str::to_owned)).unwrap_or_default()
}

/// Asks for the address.
#[component]
pub fn EmailCodePage() -> impl IntoView {
    let outcome = FormOutcome::of_this_page();
    let next = onward(&outcome);
    let back = own_path::with_next("/sign-in", &next);
    let terms = Resource::new_blocking(|| (), |()| read_sign_up_terms(None));
    let show = move |terms: SignUpTerms| {
        if !terms.mails_codes {
            return view! { <p class="auth-subtitle">{SignInReason::WayOff.sentence()}</p> }.into_any();
        }
        view! { <AddressForm outcome=outcome.clone() next=next.clone()/> }.into_any()
    };
    view! {
        <AuthFrame title="Sign in by mail">
            <ResourceView resource=terms children=show/>
            <p class="auth-foot"><A href=back attr:class="text-link">"Back to sign in"</A></p>
        </AuthFrame>
    }
    .into_any()
}

#[component]
fn AddressForm(outcome: FormOutcome, next: String) -> impl IntoView {
    view! {
        <p class="auth-subtitle">"Enter the address you sign in with. Lyceum mails you a code of six digits."</p>
        <PostForm action="/sign-in/email-code" outcome=outcome.clone()>
            <TypedField label="Email" name="email" kind=FieldKind::Email typed=outcome.email.clone() error=outcome.field("email") autocomplete="username"/>
            <input type="hidden" name="next" value=next/>
            <Button submit=true variant=ButtonVariant::Primary wide=true>"E-mail me a code"</Button>
        </PostForm>
    }
    .into_any()
}

/// Asks for the code. Which one is meant stands in a cookie that is good for this alone.
#[component]
pub fn EnterEmailCodePage() -> impl IntoView {
    let outcome = FormOutcome::of_this_page();
    let next = onward(&outcome);
    let (again, back) = (own_path::with_next("/sign-in/email-code", &next), own_path::with_next("/sign-in", &next));
    view! {
        <AuthFrame
            title="Look at your mail"
            subtitle="If somebody has an account with that address, a code is on its way to it. It works for ten minutes, in this browser."
        >
            <PostForm action="/sign-in/email-code/enter" outcome=outcome.clone()>
                <TypedField
                    label="Code" name="code" error=outcome.field("code") autocomplete="one-time-code" hint="The six digits of the latest mail."
                />
                <input type="hidden" name="next" value=next/>
                <Button submit=true variant=ButtonVariant::Primary wide=true>"Sign in"</Button>
            </PostForm>
            <p class="auth-foot"><A href=again attr:class="text-link">"Get a new code"</A></p>
            <p class="auth-foot"><A href=back attr:class="text-link">"Back to sign in"</A></p>
        </AuthFrame>
    }
    .into_any()
}
