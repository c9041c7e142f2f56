//! Select: one of a few choices, in the browser's own control.

use super::field_frame::{ControlIds, FieldFrame};
use leptos::prelude::*;

/// One choice of a [`Select`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectOption {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub label: String,
}

impl SelectOption {
    /// A choice with what is sent and what is shown.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

/// One of a few choices, with label, hint and error.
#[component]
pub fn Select(
    /// The visible label; it is the accessible name.
    #[prop(into)]
    label: String,
    /// Its name in the form.
    #[prop(into)]
    name: String,
    /// Its id; `field-{name}` unless two fields of one name share the page.
    #[prop(optional, into)]
    id: Option<String>,
    /// The choices, in the order shown.
    #[prop(into)]
    options: Signal<Vec<SelectOption>>,
    /// Follows and sets the chosen value.
    #[prop(optional, into)]
    value: Option<RwSignal<String>>,
    /// The value it starts with.
    #[prop(optional, into)]
    initial: Option<String>,
    /// A sentence under it.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with the choice.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// One must be chosen.
    #[prop(optional)]
    required: bool,
    /// It cannot be changed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// The label is read out but not shown.
    #[prop(optional)]
    hide_label: bool,
) -> impl IntoView {
    let ids = ControlIds::new(id, &name);
    let described_by = ids.described_by(hint.is_some(), error);
    let control = ids.control.clone();
    let chosen = value.unwrap_or_else(|| RwSignal::new(initial.unwrap_or_default()));
    let choices = move || {
        let choice = |option: SelectOption| {
            let value = option.value.clone();
            let is_chosen = move || chosen.with(|chosen| *chosen == value);
            let starts_chosen = untrack(&is_chosen);
            view! { <option value=option.value selected=starts_chosen prop:selected=is_chosen>{option.label}</option> }
        };
        options.get().into_iter().map(choice).collect_view()
    };
    let select = view! {
        <select
            id=control name=name class="input-box select-box" required=required disabled=move || disabled.get()
            aria-describedby=move || described_by.get()
            aria-invalid=move || error.with(Option::is_some).then_some("true")
            on:change=move |event| chosen.set(event_target_value(&event))
        >
            {choices}
        </select>
    };
    view! { <FieldFrame ids label hide_label hint error>{select.into_any()}</FieldFrame> }.into_any()
}
