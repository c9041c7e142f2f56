//! Form error: the one line at the head of a form that says why it was not taken.

use super::icon::Icon;
use crate::error::AppError;
use icondata_lu as lu;
use leptos::prelude::*;

/// Says what went wrong with the whole form. Errors of single fields are left to the fields.
#[component]
pub fn FormError(
    /// What the last attempt ended with.
    #[prop(into)]
    error: Signal<Option<AppError>>,
) -> impl IntoView {
    let sentence = move || error.get().filter(|error| !matches!(error, AppError::Invalid(_))).map(|error| error.to_string());
    view! {
        <div class="form-error-place" aria-live="assertive">
            {move || sentence().map(|sentence| view! { <p class="form-error"><Icon icon=lu::LuCircleAlert/><span>{sentence}</span></p> })}
        </div>
    }
    .into_any()
}
