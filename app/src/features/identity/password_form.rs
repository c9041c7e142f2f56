//! Password form: a new password for whoever knows the present one.

use super::api::ChangePassword;
use crate::error::AppError;
use crate::own_path;
use crate::ui::{Button, Field, FieldKind, FormError, use_toasts, use_viewer, use_viewer_resource};
use leptos::prelude::*;
use leptos_router::components::A;

/// What whoever has none is told: they prove in another way who they are.
#[component]
fn NoPassword() -> impl IntoView {
    let again = own_path::asking_anew(&own_path::with_next("/sign-in", "/account"));
    view! {
        <p>
            "You have no password yet; you sign in through your identity provider. Before you set one, or do anything else that asks for a \
             password, " <A href=again attr:class="text-link">"sign in again"</A> "."
        </p>
    }
}

/// The form; it empties itself once the password is changed.
#[component]
pub fn PasswordForm() -> impl IntoView {
    let change = ServerAction::<ChangePassword>::new();
    let (toasts, frame, viewer) = (use_toasts(), use_viewer_resource(), use_viewer());
    let has_password = Memo::new(move |_| viewer.with(|viewer| viewer.has_password));
    let (current, new) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    Effect::new(move |_| {
        if let Some(Ok(())) = change.value().get() {
            current.set(String::new());
            new.set(String::new());
            toasts.success("Your password is changed.");
            frame.refetch();
        }
    });
    let error = Signal::derive(move || change.value().get().and_then(Result::err));
    let field =
        move |name: &'static str| Signal::derive(move || error.with(|error| error.as_ref().and_then(|error: &AppError| error.field(name))));
    view! {
        <ActionForm action=change attr:class="form">
            <FormError error/>
            <Show when=move || has_password.get() fallback=|| view! { <NoPassword/> }>
                <Field label="Present password" name="current_password" kind=FieldKind::Password value=current error=field("current_password") autocomplete="current-password" required=true/>
            </Show>
            <Field label="New password" name="new_password" kind=FieldKind::Password value=new error=field("new_password") autocomplete="new-password" required=true/>
            <div><Button submit=true loading=change.pending()>"Change password"</Button></div>
        </ActionForm>
    }
    .into_any()
}
