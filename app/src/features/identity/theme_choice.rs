//! Theme choice: as the device has it, light, or dark; kept in a cookie of this browser.

use crate::browser::theme;
use domain::Theme;
use leptos::prelude::*;

/// Three buttons, one of them pressed.
#[component]
pub fn ThemeChoice() -> impl IntoView {
    let chosen = RwSignal::new(None::<Theme>);
    // What the page has is known in the browser only; until then no button is pressed.
    Effect::new(move |_| chosen.set(Some(theme::current())));
    let choose = move |theme: Theme| {
        theme::set(theme);
        chosen.set(Some(theme));
    };
    let button = move |theme: Theme| {
        let label = match theme {
            Theme::System => "System",
            Theme::Light => "Light",
            Theme::Dark => "Dark",
        };
        let pressed = move || if chosen.get() == Some(theme) { "true" } else { "false" };
        let looks = move || if chosen.get() == Some(theme) { "button button-primary" } else { "button button-secondary" };
        view! { <button type="button" class=looks aria-pressed=pressed on:click=move |_| choose(theme)>{label}</button> }
    };
    view! {
        <div class="row" role="group" aria-label="Theme">{Theme::ALL.iter().copied().map(button).collect_view()}</div>
    }
    .into_any()
}
