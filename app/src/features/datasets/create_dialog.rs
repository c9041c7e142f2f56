//! "New dataset": name, description, visibility; then its page.

use super::api::create_dataset;
use super::state::visibility_options;
use crate::error::AppError;
use crate::ui::{Button, ButtonVariant, Dialog, DialogActions, Field, FormError, Select, TextArea, use_viewer};
use domain::ViewerInfo;
use domain::datasets::{NewDataset, Visibility};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

/// Asks for what a dataset needs and goes to its page.
#[component]
pub fn CreateDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    view! { <Dialog open title="New dataset"><CreateForm open/></Dialog> }.into_any()
}

/// Made afresh each time the dialog opens, with its draft and its errors.
#[component]
fn CreateForm(open: RwSignal<bool>) -> impl IntoView {
    let navigate = use_navigate();
    let (name, description) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let visibility = RwSignal::new(Visibility::Team.as_str().to_owned());
    let options = visibility_options(use_viewer().with_untracked(ViewerInfo::may_share_with_company));
    let create = Action::new(move |dataset: &NewDataset| {
        let (dataset, navigate) = (dataset.clone(), navigate.clone());
        async move {
            let made = create_dataset(dataset).await?;
            navigate(&format!("/datasets/{}", made.id), leptos_router::NavigateOptions::default());
            Ok::<(), AppError>(())
        }
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        create.dispatch(NewDataset {
            name: name.get_untracked(),
            description: description.get_untracked(),
            visibility: visibility.get_untracked().parse().unwrap_or(Visibility::Team),
            embedding_model_id: None,
        });
    };
    let error = Signal::derive(move || create.value().get().and_then(Result::err));
    let at = move |field: &'static str| Signal::derive(move || error.get().and_then(|error| error.field(field)));
    view! {
        <form class="form" on:submit=submit novalidate>
            <FormError error/>
            <Field label="Name" name="name" id="new-dataset-name" value=name error=at("name") required=true maxlength=120 autofocus=true autocomplete="off"/>
            <TextArea label="Description" name="description" id="new-dataset-description" value=description error=at("description") rows=3 maxlength=1000/>
            <Select label="Visibility" name="visibility" id="new-dataset-visibility" options value=visibility error=at("visibility")/>
            <DialogActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button variant=ButtonVariant::Primary submit=true loading=create.pending()>"Create"</Button>
            </DialogActions>
        </form>
    }
    .into_any()
}
