//! Field frame: the label, hint and error that every form control has around it.
//!
//! The one invariant: what describes a control is wired to it by id, so that it is read out with it.

use leptos::prelude::*;

/// The ids of one control and of what describes it, all derived from its name or given id.
#[derive(Clone, Debug)]
pub(crate) struct ControlIds {
    /// The control itself.
    pub control: String,
    /// Its hint.
    pub hint: String,
    /// Its error.
    pub error: String,
}

impl ControlIds {
    /// Ids from the explicit id or, without one, from the name of the field.
    pub(crate) fn new(id: Option<String>, name: &str) -> Self {
        let control = id.unwrap_or_else(|| format!("field-{name}"));
        Self { hint: format!("{control}-hint"), error: format!("{control}-error"), control }
    }

    /// The value of `aria-describedby`.
    pub(crate) fn described_by(&self, has_hint: bool, error: Signal<Option<String>>) -> Signal<Option<String>> {
        let (hint, error_id) = (self.hint.clone(), self.error.clone());
        Signal::derive(move || match (has_hint, error.with(Option::is_some)) {
            (false, false) => None,
            (true, false) => Some(hint.clone()),
            (false, true) => Some(error_id.clone()),
            (true, true) => Some(format!("{hint} {error_id}")),
        })
    }
}

/// Puts label, hint and error around a control.
#[component]
pub(crate) fn FieldFrame(
    /// The ids in use.
    ids: ControlIds,
    /// The visible label.
    label: String,
    /// The label is read out but not shown.
    hide_label: bool,
    /// A sentence under the control.
    hint: Option<String>,
    /// What is wrong with the value.
    error: Signal<Option<String>>,
    /// The control.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="field" class:field-invalid=move || error.with(Option::is_some)>
            <label class="field-label" class:sr-only=hide_label for=ids.control>{label}</label>
            {children()}
            {hint.map(|hint| view! { <p class="field-hint" id=ids.hint>{hint}</p> })}
            <div class="field-error" id=ids.error aria-live="polite">
                {move || error.get().map(|message| view! { <p>{message}</p> })}
            </div>
        </div>
    }
}

/// Whether no field had this control before. The framework hands the element of a field that went away to a field of the same
/// shape in its place, with what was typed into it (a password, say): that is not for the new one.
pub(super) fn is_first_field_of(control: &web_sys::Element) -> bool {
    const HAD_BY_A_FIELD: &str = "data-field";
    let is_first = !control.has_attribute(HAD_BY_A_FIELD);
    let _ = control.set_attribute(HAD_BY_A_FIELD, "");
    is_first
}
