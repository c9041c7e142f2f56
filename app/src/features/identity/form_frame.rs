//! Form frame: a plain form that works with and without JavaScript, with what is wrong at its head.

use super::outcome::FormOutcome;
use crate::ui::{Field, FieldKind, FormError};
use leptos::prelude::*;

/// A form that is posted by the browser itself; the answer is a page or a redirect.
#[component]
pub fn PostForm(
    /// Where it is posted to.
    action: &'static str,
    /// What became of the last post.
    outcome: FormOutcome,
    /// Fields, then the button.
    children: Children,
) -> impl IntoView {
    let error = outcome.form_error();
    view! {
        <form method="post" action=action class="form">
            <FormError error=Signal::stored(error)/>
            {children()}
        </form>
    }
    .into_any()
}

/// One field that keeps what was typed and says what is wrong with it.
#[component]
pub fn TypedField(
    /// The visible label.
    label: &'static str,
    /// Its name in the form.
    name: &'static str,
    /// What it takes.
    #[prop(optional)]
    kind: FieldKind,
    /// What was typed before.
    #[prop(optional, into)]
    typed: String,
    /// What is wrong with it.
    #[prop(optional_no_strip)]
    error: Option<String>,
    /// A sentence under it.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What the browser may fill in.
    autocomplete: &'static str,
    /// It may stay empty.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    let error = Signal::stored(error);
    let kind = if kind == FieldKind::Password { FieldKind::TypedPassword } else { kind };
    match hint {
        Some(hint) => view! { <Field label name kind initial=typed error hint autocomplete required=!optional/> }.into_any(),
        None => view! { <Field label name kind initial=typed error autocomplete required=!optional/> }.into_any(),
    }
}
