//! Field: one line of text in a form, with its label, hint and error.

use super::field_frame::{ControlIds, FieldFrame, is_first_field_of};
use leptos::html;
use leptos::prelude::*;

/// What a field takes; decides the keyboard on phones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldKind {
    /// Any text.
    #[default]
    Text,
    /// An email address.
    Email,
    /// A password; never shown.
    Password,
    /// A password that can be shown while it is typed.
    TypedPassword,
    /// A number.
    Number,
    /// A web address.
    Url,
    /// Words to search for.
    Search,
    /// A day.
    Date,
    /// A time of day.
    Time,
}

impl FieldKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Email => "email",
            Self::Password | Self::TypedPassword => "password",
            Self::Number => "number",
            Self::Url => "url",
            Self::Search => "search",
            Self::Date => "date",
            Self::Time => "time",
        }
    }
}

/// One line of text. Give `value` to follow every key, or `initial` and read the form when it is sent
/// (the only way that works before the page is interactive).
#[component]
pub fn Field(
    /// The visible label; it is the accessible name.
    #[prop(into)]
    label: String,
    /// Its name in the form.
    #[prop(into)]
    name: String,
    /// Its id; `field-{name}` unless two fields of one name share the page.
    #[prop(optional, into)]
    id: Option<String>,
    /// What it takes.
    #[prop(optional)]
    kind: FieldKind,
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
    /// An example of what it takes; never the only explanation.
    #[prop(optional, into)]
    placeholder: Option<String>,
    /// What the browser may fill in ("current-password").
    #[prop(optional)]
    autocomplete: Option<&'static str>,
    /// It may not stay empty.
    #[prop(optional)]
    required: bool,
    /// It cannot be changed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// How many characters it takes.
    #[prop(optional)]
    maxlength: Option<u32>,
    /// Smallest number.
    #[prop(optional, into)]
    min: Option<String>,
    /// Largest number.
    #[prop(optional, into)]
    max: Option<String>,
    /// Distance between numbers.
    #[prop(optional, into)]
    step: Option<String>,
    /// Takes the focus when its dialog or page opens.
    #[prop(optional)]
    autofocus: bool,
    /// The label is read out but not shown.
    #[prop(optional)]
    hide_label: bool,
    /// The input itself.
    #[prop(optional)]
    node_ref: NodeRef<html::Input>,
) -> impl IntoView {
    let ids = ControlIds::new(id, &name);
    let described_by = ids.described_by(hint.is_some(), error);
    let control = ids.control.clone();
    let start = value.map(|value| value.get_untracked()).or(initial);
    let typed = move |event| {
        if let Some(value) = value {
            value.set(event_target_value(&event));
        }
    };
    let shown = RwSignal::new(false);
    let kind_now = move || if shown.get() { "text" } else { kind.as_str() };
    let input = view! {
        <input
            node_ref=node_ref id=control name=name type=kind_now class="input-box" value=start
            placeholder=placeholder autocomplete=autocomplete maxlength=maxlength min=min max=max step=step
            required=required autofocus=autofocus disabled=move || disabled.get()
            aria-describedby=move || described_by.get()
            aria-invalid=move || error.with(Option::is_some).then_some("true")
            on:input=typed
        />
    };
    if let Some(value) = value {
        follow(node_ref, value);
    }
    let input = input.into_any();
    let input = if kind == FieldKind::TypedPassword { view! { <Reveal shown>{input}</Reveal> }.into_any() } else { input };
    view! { <FieldFrame ids label hide_label hint error>{input}</FieldFrame> }.into_any()
}

/// A password with the button that shows it; there is no button before it can do anything.
#[component]
fn Reveal(shown: RwSignal<bool>, children: Children) -> impl IntoView {
    let is_ready = RwSignal::new(false);
    Effect::new(move |_| is_ready.set(true));
    let word = move || if shown.get() { "Hide" } else { "Show" };
    view! {
        <div class="input-reveal">
            {children()}
            <button
                type="button" class="input-reveal-button" hidden=move || !is_ready.get()
                aria-label=move || format!("{} password", word()) on:click=move |_| shown.update(|shown| *shown = !*shown)
            >{word}</button>
        </div>
    }
    .into_any()
}

/// Keeps the input and the signal at one text. What was typed before the page became interactive counts as typed.
fn follow(input: NodeRef<html::Input>, value: RwSignal<String>) {
    Effect::new(move |before: Option<()>| {
        let (Some(input), text) = (input.get(), value.get()) else { return };
        let is_new = before.is_none() && is_first_field_of(&input);
        if is_new && input.value() != input.default_value() {
            value.set(input.value());
        } else if input.value() != text {
            input.set_value(&text);
        }
    });
}
