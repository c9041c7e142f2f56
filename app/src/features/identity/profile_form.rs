//! Profile form: name, tone, and what models should know about the person.

use super::api::{UpdateProfile, open_profile};
use crate::error::AppError;
use crate::ui::{Button, ButtonVariant, Card, Field, FormError, FormSkeleton, ResourceView, TextArea, use_toasts, use_viewer_resource};
use domain::identity::Profile;
use leptos::prelude::*;

/// The profile, once it is loaded.
#[component]
pub fn ProfileCard() -> impl IntoView {
    let profile = Resource::new(|| (), |()| open_profile());
    view! {
        <Card title="Profile" description="Your name as your team sees it, and what Lyceum tells models about you.">
            <ResourceView resource=profile skeleton=|| view! { <FormSkeleton/> } let:profile><ProfileForm profile/></ResourceView>
        </Card>
    }
    .into_any()
}

#[component]
fn ProfileForm(profile: Profile) -> impl IntoView {
    let save = ServerAction::<UpdateProfile>::new();
    let viewer = use_viewer_resource();
    let toasts = use_toasts();
    Effect::new(move |_| {
        if let Some(Ok(_)) = save.value().get() {
            toasts.success("Your profile is saved.");
            viewer.refetch();
        }
    });
    let error = Signal::derive(move || save.value().get().and_then(Result::err));
    let field =
        move |name: &'static str| Signal::derive(move || error.with(|error| error.as_ref().and_then(|error: &AppError| error.field(name))));
    view! {
        <ActionForm action=save attr:class="form">
            <FormError error/>
            <Field label="First name" name="profile[first_name]" id="first-name" initial=profile.first_name error=field("first_name") autocomplete="given-name" required=true/>
            <Field label="Last name" name="profile[last_name]" id="last-name" initial=profile.last_name error=field("last_name") autocomplete="family-name"/>
            <Field label="Tone" name="profile[tone]" id="tone" initial=profile.tone error=field("tone") hint="How you like to be answered, in your own words, as in “short and factual”. Language and style are chosen under Answers."/>
            <TextArea label="About you" name="profile[about]" id="about" initial=profile.about error=field("about") hint="What models should know about you: your work, your subject."/>
            <div><Button submit=true variant=ButtonVariant::Primary loading=save.pending()>"Save profile"</Button></div>
        </ActionForm>
    }
    .into_any()
}
