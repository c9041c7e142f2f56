//! Account menu: who is signed in, how it looks, and the way out.

use crate::browser::theme;
use crate::features::identity::api::SignOut;
use crate::ui::avatar::Avatar;
use crate::ui::icon::{Icon, IconDrawing};
use crate::ui::menu::{Menu, MenuAlign, MenuItem, MenuLink, MenuSeparator};
use crate::ui::viewer::use_viewer;
use domain::Theme;
use icondata_lu as lu;
use leptos::prelude::*;

/// The foot of the sidebar.
#[component]
pub fn AccountMenu() -> impl IntoView {
    let viewer = use_viewer();
    let name = Signal::derive(move || viewer.with(|viewer| format!("{} {}", viewer.first_name, viewer.last_name).trim().to_owned()));
    let team = move || viewer.with(|viewer| viewer.team_name.clone());
    let sign_out = ServerAction::<SignOut>::new();
    Effect::new(move |_| {
        if sign_out.value().get().is_some_and(|result| result.is_ok()) {
            // A full load leaves nothing of the person behind in this page's memory.
            let _ = window().location().set_href("/sign-in");
        }
    });
    let face = move || {
        view! {
            <span class="account-face">
                <Avatar name/>
                <span class="account-words">
                    <span class="account-name">{move || name.get()}</span>
                    <span class="account-team">{team}</span>
                </span>
                <Icon icon=lu::LuChevronsUpDown/>
            </span>
        }
    };
    view! {
        <Menu label="Account menu" trigger=face align=MenuAlign::Start>
            <MenuLink href="/account" label="Account" icon=lu::LuUserRound/>
            <MenuSeparator/>
            <ThemeItems/>
            <MenuSeparator/>
            <MenuItem label="Sign out" icon=lu::LuLogOut on_select=move || { sign_out.dispatch(SignOut {}); }/>
        </Menu>
    }
    .into_any()
}

/// The three themes; the menu is made afresh each time it opens, so what is read here is what the page has.
#[component]
fn ThemeItems() -> impl IntoView {
    let now = theme::current();
    let item = move |theme: Theme| {
        let (label, icon): (_, IconDrawing) = match theme {
            Theme::System => ("Theme of the device", lu::LuMonitor),
            Theme::Light => ("Light theme", lu::LuSun),
            Theme::Dark => ("Dark theme", lu::LuMoon),
        };
        view! { <MenuItem label icon chosen=now == theme on_select=move || theme::set(theme)/> }
    };
    Theme::ALL.iter().copied().map(item).collect_view()
}
