//! The second page of signing in: a code of the person's app, or a recovery code. Works without JavaScript.

use super::form_frame::{PostForm, TypedField};
use super::outcome::FormOutcome;
use crate::own_path;
use crate::ui::layout::AuthFrame;
use crate::ui::{Button, ButtonVariant};
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_query_map;

/// Asks for the code. Who is meant stands in a cookie that is good for this alone.
#[component]
pub fn SignInCodePage() -> impl IntoView {
    let outcome = FormOutcome::of_this_page();
    let asked = use_query_map().with_untracked(|query| query.get("next")).unwrap_or_default();
    let next = [outcome.next.clone(), asked].iter().find_map(|next| own_path::parse(next).map(str::to_owned)).unwrap_or_default();
    view! {
        <AuthFrame title="Enter your code" subtitle="Your password is right. Two-step sign-in asks for one thing more.">
            <PostForm action="/sign-in/code" outcome=outcome.clone()>
                <TypedField
                    label="Code" name="code" error=outcome.field("code") autocomplete="one-time-code"
                    hint="The six digits your app shows now, or one of your recovery codes."
                />
                <input type="hidden" name="next" value=next/>
                <Button submit=true variant=ButtonVariant::Primary wide=true>"Sign in"</Button>
            </PostForm>
            <p class="auth-foot">"Neither at hand? Ask the person who runs your installation."</p>
            <p class="auth-foot"><A href="/sign-in" attr:class="text-link">"Back to sign in"</A></p>
        </AuthFrame>
    }
    .into_any()
}
