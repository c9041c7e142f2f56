//! Install: a licence is pasted or taken from a file; what is wrong with it stands under the field.

use super::api::install_licence;
use crate::features::identity::use_confirming;
use crate::ui::{Button, ButtonVariant, Card, FilePicker, FormError, TextArea, use_toasts, use_viewer_resource};
use leptos::prelude::*;

/// Takes a licence, where a key to check it with is set.
#[component]
pub fn InstallCard(
    /// The key that licences have to be signed with.
    key: Option<String>,
    /// A licence was installed.
    on_installed: Callback<()>,
) -> impl IntoView {
    match key {
        Some(key) => {
            let description = format!("It has to be signed with the key {key}. It takes the place of the one before.");
            view! { <Card title="Install a licence" description><InstallForm on_installed/></Card> }.into_any()
        }
        None => view! {
            <Card title="Install a licence">
                <p>"No licence can be installed: set " <code>"LYCEUM_LICENCE_KEY"</code> " to the public key of whoever issues your licences, and start Lyceum again."</p>
            </Card>
        }
        .into_any(),
    }
}

#[component]
fn InstallForm(on_installed: Callback<()>) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let (toasts, confirming, frame) = (use_toasts(), use_confirming(), use_viewer_resource());
    let install = Action::new(move |licence: &String| {
        let licence = licence.clone();
        async move {
            let installed = confirming.run(move || install_licence(licence.clone())).await?;
            text.set(String::new());
            toasts.success(match installed.turned_away {
                0 => "The licence is installed".to_owned(),
                1 => "The licence is installed. 1 person was signed out: there is no seat for them.".to_owned(),
                count => format!("The licence is installed. {count} people were signed out: there are no seats for them."),
            });
            on_installed.run(());
            frame.refetch();
            Ok::<(), crate::error::AppError>(())
        }
    });
    let error = Signal::derive(move || install.value().get().and_then(Result::err));
    let wrong = Signal::derive(move || error.get().and_then(|error| error.field("licence")));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        install.dispatch(text.get_untracked());
    };
    view! {
        <form class="form" on:submit=submit novalidate>
            <FormError error/>
            <TextArea label="Licence" name="licence" value=text error=wrong rows=7 mono=true placeholder="-----BEGIN LYCEUM LICENCE-----"/>
            <FilePicker label="Or take it from a file" accept=".txt,.licence,.lic,text/plain" on_text=move |content: String| text.set(content)/>
            <div class="row">
                <Button variant=ButtonVariant::Primary submit=true loading=install.pending()>"Install licence"</Button>
            </div>
        </form>
    }
    .into_any()
}
