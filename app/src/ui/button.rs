//! Button: does something on this screen. What leads to another screen is a [`super::ButtonLink`].

use super::icon::{Icon, IconDrawing};
use super::progress::SpinnerMark;
use leptos::prelude::*;

/// How loud a button is. One primary button per screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonVariant {
    /// An ordinary action.
    #[default]
    Secondary,
    /// The one thing this screen is for.
    Primary,
    /// An action that should not draw the eye.
    Ghost,
    /// Destroys something.
    Danger,
}

/// How high a button is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonSize {
    /// 36 px, 44 on touch.
    #[default]
    Medium,
    /// 28 px, 44 on touch: in rows and toolbars.
    Small,
}

/// The classes of a button or of a link that looks like one.
pub(crate) fn button_class(variant: ButtonVariant, size: ButtonSize) -> &'static str {
    match (variant, size) {
        (ButtonVariant::Secondary, ButtonSize::Medium) => "button button-secondary",
        (ButtonVariant::Secondary, ButtonSize::Small) => "button button-secondary button-small",
        (ButtonVariant::Primary, ButtonSize::Medium) => "button button-primary",
        (ButtonVariant::Primary, ButtonSize::Small) => "button button-primary button-small",
        (ButtonVariant::Ghost, ButtonSize::Medium) => "button button-ghost",
        (ButtonVariant::Ghost, ButtonSize::Small) => "button button-ghost button-small",
        (ButtonVariant::Danger, ButtonSize::Medium) => "button button-danger",
        (ButtonVariant::Danger, ButtonSize::Small) => "button button-danger button-small",
    }
}

/// A button with words. While `loading` it keeps its width, shows a spinner and ignores presses.
#[component]
pub fn Button(
    /// How loud it is.
    #[prop(optional)]
    variant: ButtonVariant,
    /// How high it is.
    #[prop(optional)]
    size: ButtonSize,
    /// Submits the form around it.
    #[prop(optional)]
    submit: bool,
    /// Its action is under way.
    #[prop(optional, into)]
    loading: Signal<bool>,
    /// It cannot be pressed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Drawn before the words.
    #[prop(optional)]
    icon: Option<IconDrawing>,
    /// What a press does.
    #[prop(optional, into)]
    on_click: Option<Callback<()>>,
    /// Stretches over the whole width of its container.
    #[prop(optional)]
    wide: bool,
    /// The words: a verb and its object.
    children: Children,
) -> impl IntoView {
    let press = move |_| {
        if let Some(on_click) = on_click
            && !loading.get_untracked()
        {
            on_click.run(());
        }
    };
    view! {
        <button
            type=if submit { "submit" } else { "button" }
            class=button_class(variant, size)
            class:button-wide=wide
            disabled=move || disabled.get() || loading.get()
            aria-busy=move || loading.get().then_some("true")
            on:click=press
        >
            {move || loading.get().then(|| view! { <SpinnerMark/> })}
            {icon.map(|icon| view! { <span class="button-icon" class:hidden=move || loading.get()><Icon icon/></span> })}
            <span class="button-words">{children()}</span>
        </button>
    }
    .into_any()
}
