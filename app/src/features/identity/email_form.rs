//! Email form: another address for whoever knows their password; it counts once its link was used.

use super::api::{ChangeEmail, read_reset_terms};
use super::own_password::OwnPassword;
use crate::error::AppError;
use crate::ui::{Button, Card, Field, FieldKind, FormError, FormSkeleton, ResourceView, use_toasts, use_viewer};
use domain::identity::ResetTerms;
use leptos::prelude::*;

/// The present address, and the form where mail is set up.
#[component]
pub fn EmailCard() -> impl IntoView {
    let viewer = use_viewer();
    let terms = Resource::new(|| (), |()| read_reset_terms(None));
    let show = |terms: ResetTerms| {
        if terms.is_mailed {
            view! { <EmailForm/> }.into_any()
        } else {
            view! { <p>"Mail is not set up here, so Lyceum cannot check another address."</p> }.into_any()
        }
    };
    view! {
        <Card title="Email" description="The address you sign in with, and where mail goes.">
            <p>"You sign in with "<strong>{move || viewer.with(|viewer| viewer.email.clone())}</strong>"."</p>
            <ResourceView resource=terms skeleton=|| view! { <FormSkeleton/> } children=show/>
        </Card>
    }
    .into_any()
}

#[component]
fn EmailForm() -> impl IntoView {
    let change = ServerAction::<ChangeEmail>::new();
    let toasts = use_toasts();
    let (email, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    Effect::new(move |_| {
        if let Some(Ok(())) = change.value().get() {
            email.set(String::new());
            password.set(String::new());
            toasts.success("Unless somebody else has that address, a link is on its way to it.");
        }
    });
    let error = Signal::derive(move || change.value().get().and_then(Result::err));
    let field =
        move |name: &'static str| Signal::derive(move || error.with(|error| error.as_ref().and_then(|error: &AppError| error.field(name))));
    view! {
        <ActionForm action=change attr:class="form" attr:novalidate=true>
            <FormError error/>
            <Field
                label="New email" name="email" id="new-email" kind=FieldKind::Email value=email error=field("email") autocomplete="email" required=true
                hint="Lyceum mails a link there. Your address changes when you follow it."
            />
            <OwnPassword id="new-email-password" value=password error=field("password")/>
            <div><Button submit=true loading=change.pending()>"Change email"</Button></div>
        </ActionForm>
    }
    .into_any()
}
