//! Screen title: what the browser's tab says.
//!
//! The one invariant: on the server it is read when it is made. The document's head is written last, when signals of another
//! answer may be the ones this thread knows: a signal that is read then looks as if it were gone. In the browser it may really be
//! gone: of a screen that was drawn anew in its place the head keeps the title, and reads it while the next one is on its way.

use crate::browser::timer::in_browser;
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use leptos_meta::Title;

/// The title of the document, after the name of this screen.
#[component]
pub fn ScreenTitle(
    /// The name of the screen.
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    let text: TextProp = if in_browser() { (move || text.try_get().unwrap_or_default()).into() } else { text.get_untracked().into() };
    view! { <Title text/> }
}
