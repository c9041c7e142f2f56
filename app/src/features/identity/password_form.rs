//! Password form: a new password for whoever knows the present one.

use super::api::{ChangePassword, read_reset_terms};
use crate::error::AppError;
use crate::own_path;
use crate::ui::{Button, Card, Field, FieldKind, FormError, FormSkeleton, ResourceView, use_toasts, use_viewer, use_viewer_resource};
use domain::identity::ResetTerms;
use leptos::prelude::*;
use leptos_router::components::A;

/// The form, where people sign in with passwords.
#[component]
pub fn PasswordCard() -> impl IntoView {
    let terms = Resource::new(|| (), |()| read_reset_terms(None));
    let show = |terms: ResetTerms| {
        if terms.takes_passwords {
            view! { <PasswordForm/> }.into_any()
        } else {
            let again = own_path::asking_anew(&own_path::with_next("/sign-in", "/account"));
            view! {
                <p>
                    "People sign in without a password here. Before you do anything that asks for one, "
                    <A href=again attr:class="text-link">"sign in again"</A> "."
                </p>
            }
            .into_any()
        }
    };
    view! {
        <Card title="Password" description="A new password signs you out in all other browsers.">
            <ResourceView resource=terms skeleton=|| view! { <FormSkeleton/> } children=show/>
        </Card>
    }
    .into_any()
}

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
fn PasswordForm() -> impl IntoView {
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
