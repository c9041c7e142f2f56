//! Forgot password: how to get back in, said honestly: nothing is mailed.

use crate::ui::layout::AuthFrame;
use crate::ui::{ButtonLink, ButtonVariant};
use leptos::prelude::*;

/// The way back in.
#[component]
pub fn ForgotPasswordPage() -> impl IntoView {
    view! {
        <AuthFrame title="Forgot your password?">
            <p>"Lyceum does not send mail here, so it cannot send you a link. Ask the person who runs your installation."</p>
            <p>"They run " <code>"lyceum reset-password you@example.org"</code> " on the server and hand you a new password. \
                Change it on your account page after you signed in."</p>
            <ButtonLink href="/sign-in" variant=ButtonVariant::Primary>"Back to sign in"</ButtonLink>
        </AuthFrame>
    }
    .into_any()
}
