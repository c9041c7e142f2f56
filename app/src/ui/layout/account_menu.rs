//! Account menu: who is signed in, where else they work, how it looks, and the way out.

use crate::browser::{leaving, theme};
use crate::features::identity::api::{SignOut, switch_team};
use crate::page_team;
use crate::ui::avatar::Avatar;
use crate::ui::icon::{Icon, IconDrawing};
use crate::ui::menu::{Menu, MenuAlign, MenuItem, MenuLink, MenuSeparator};
use crate::ui::toast::use_toasts;
use crate::ui::viewer::use_viewer;
use domain::Theme;
use domain::team::TeamSummary;
use icondata_lu as lu;
use leptos::prelude::*;
use leptos::task::spawn_local;

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
            leaving::go_on_at("/sign-in");
        }
    });
    let leave = move || {
        if leaving::may_leave() {
            sign_out.dispatch(SignOut {});
        }
    };
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
            <TeamItems/>
            <ThemeItems/>
            <MenuSeparator/>
            <MenuItem label="Sign out" icon=lu::LuLogOut on_select=leave/>
        </Menu>
    }
    .into_any()
}

/// The teams of the person, where there are several; choosing another goes on in it.
#[component]
fn TeamItems() -> impl IntoView {
    let toasts = use_toasts();
    let (present, teams) = use_viewer().with_untracked(|viewer| (viewer.team_id, viewer.teams.clone()));
    if teams.len() < 2 {
        return ().into_any();
    }
    let item = move |team: TeamSummary| {
        let id = team.id;
        let switch = move || {
            // Whoever went on elsewhere in another tab comes back to the team of this page, with everything that is on screen.
            let is_back = page_team::shows(id);
            if !is_back && !leaving::may_leave() {
                return;
            }
            spawn_local(async move {
                match switch_team(id).await {
                    Ok(()) if is_back => {
                        page_team::stay();
                        toasts.success("You work in this team.");
                    }
                    // Everything on screen belongs to the former team: begin afresh.
                    Ok(()) => leaving::go_on_at("/chat"),
                    Err(error) => toasts.app_error(&error),
                }
            });
        };
        view! { <MenuItem label=team.name icon=lu::LuUsers chosen=id == present on_select=switch/> }
    };
    view! {
        <p class="menu-heading" role="presentation">"Teams"</p>
        {teams.into_iter().map(item).collect_view()}
        <MenuSeparator/>
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
