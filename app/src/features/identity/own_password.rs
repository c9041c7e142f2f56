//! The field "Your password" of every form that wants it; where somebody has none, what does instead.

use crate::own_path;
use crate::ui::{Field, FieldKind};
use domain::ViewerInfo;
use leptos::prelude::*;
use leptos_router::components::A;

/// The field, or the way to sign in again. The form gets `password` either way, empty where there is none.
#[component]
pub fn OwnPassword(
    /// The id of the field, unique on the page.
    #[prop(into)]
    id: String,
    /// Follows what is typed.
    value: RwSignal<String>,
    /// What is wrong with it.
    #[prop(into)]
    error: Signal<Option<String>>,
    /// It takes the focus when the form opens.
    #[prop(optional)]
    autofocus: bool,
    /// Whether they have one, where the form was told so just now; else it stands with the viewer.
    #[prop(default = None)]
    has_password: Option<bool>,
) -> impl IntoView {
    let viewer = use_context::<Signal<ViewerInfo>>();
    if viewer.is_none() && has_password.is_none() {
        // On the one screen before the frame nobody is known yet, and signing in again leads nowhere: whoever has no password leaves this
        // empty, and reads that they sign out and in where they came too long ago.
        return view! {
            <Field
                label="Your password" name="password" id kind=FieldKind::Password value error
                autocomplete="current-password" hint="Leave it empty if you have none here." autofocus
            />
        }
        .into_any();
    }
    let has_password = Memo::new(move |_| {
        let stands = || viewer.is_some_and(|viewer| viewer.with(|viewer| viewer.has_password));
        has_password.unwrap_or_else(stands)
    });
    view! {
        <Show when=move || has_password.get() fallback=move || view! { <SignInAgain error/> }>
            <Field
                label="Your password" name="password" id=id.clone() kind=FieldKind::Password value error
                autocomplete="current-password" required=true autofocus
            />
        </Show>
    }
    .into_any()
}

#[component]
fn SignInAgain(error: Signal<Option<String>>) -> impl IntoView {
    let again = own_path::asking_anew(&own_path::with_next("/sign-in", "/account"));
    view! {
        <input type="hidden" name="password" value=""/>
        <p class="dialog-text">
            "You have no password here. " <A href=again attr:class="text-link">"Sign in again"</A> " first, and do this within 10 minutes."
        </p>
        {move || error.get().map(|sentence| view! { <p class="field-error" role="alert">{sentence}</p> })}
    }
    .into_any()
}
