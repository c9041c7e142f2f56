//! Text area: several lines of text in a form.

use super::field_frame::{ControlIds, FieldFrame, is_first_field_of};
use leptos::html;
use leptos::prelude::*;

/// Several lines of text, with label, hint and error. See [`super::Field`] for `value` and `initial`.
#[component]
pub fn TextArea(
    /// The visible label; it is the accessible name.
    #[prop(into)]
    label: String,
    /// Its name in the form.
    #[prop(into)]
    name: String,
    /// Its id; `field-{name}` unless two fields of one name share the page.
    #[prop(optional, into)]
    id: Option<String>,
    /// Follows and sets the text.
    #[prop(optional, into)]
    value: Option<RwSignal<String>>,
    /// The text it starts with.
    #[prop(optional, into)]
    initial: Option<String>,
    /// A sentence under it.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with the text.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// An example of what it takes.
    #[prop(optional, into)]
    placeholder: Option<String>,
    /// It may not stay empty.
    #[prop(optional)]
    required: bool,
    /// It cannot be changed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// How many characters it takes.
    #[prop(optional)]
    maxlength: Option<u32>,
    /// Lines shown before it scrolls.
    #[prop(default = 4)]
    rows: u32,
    /// The label is read out but not shown.
    #[prop(optional)]
    hide_label: bool,
    /// In the mono typeface.
    #[prop(optional)]
    mono: bool,
    /// The text area itself.
    #[prop(optional)]
    node_ref: NodeRef<html::Textarea>,
) -> impl IntoView {
    let ids = ControlIds::new(id, &name);
    let described_by = ids.described_by(hint.is_some(), error);
    let control = ids.control.clone();
    let start = value.map(|value| value.get_untracked()).or(initial).unwrap_or_default();
    let typed = move |event| {
        if let Some(value) = value {
            value.set(event_target_value(&event));
        }
    };
    let area = view! {
        <textarea
            node_ref=node_ref id=control name=name class="input-box text-box" class:mono=mono rows=rows
            placeholder=placeholder maxlength=maxlength required=required disabled=move || disabled.get()
            aria-describedby=move || described_by.get()
            aria-invalid=move || error.with(Option::is_some).then_some("true")
            on:input=typed
        >
            {start}
        </textarea>
    };
    if let Some(value) = value {
        follow(node_ref, value);
    }
    view! { <FieldFrame ids label hide_label hint error>{area.into_any()}</FieldFrame> }.into_any()
}

/// Keeps the text area and the signal at one text. What was typed before the page became interactive counts as typed.
fn follow(area: NodeRef<html::Textarea>, value: RwSignal<String>) {
    Effect::new(move |before: Option<()>| {
        let (Some(area), text) = (area.get(), value.get()) else { return };
        let is_new = before.is_none() && is_first_field_of(&area);
        if is_new && area.default_value().is_ok_and(|start| start != area.value()) {
            value.set(area.value());
        } else if area.value() != text {
            area.set_value(&text);
        }
    });
}
