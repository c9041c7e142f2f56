//! App frame: the sidebar and the screen, for everyone who is signed in.
//!
//! The one invariant: nothing below it is made before the viewer is known, so every screen inside may ask [`super::super::use_viewer`].

use super::sidebar::SidebarPanel;
use super::sidebar_state::Sidebar;
use crate::browser::returning;
use crate::browser::shortcuts::{self, Shortcut};
use crate::error::AppError;
use crate::features::identity::api::current_viewer;
use crate::features::identity::{ConfirmationDialog, provide_confirming};
use crate::features::licences::LicenceBanner;
use crate::features::my_data::DeletionBanner;
use crate::features::team::ViewAsBanner;
use crate::page_team;
use crate::ui::error_panel::{ErrorPanel, sign_in_address};
use crate::ui::icon::Icon;
use crate::ui::icon_button::IconButton;
use crate::ui::resource_view::LiveView;
use crate::ui::viewer::{ViewerResource, may};
use domain::{Permission, ViewerInfo};
use icondata_lu as lu;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::{A, Outlet, Redirect};
use leptos_router::hooks::{use_location, use_navigate};

/// How long the frame does not ask again whose page it is, in milliseconds.
const REST_MS: u32 = 5_000;

/// The layout route of every signed-in screen.
#[component]
pub fn AppFrame() -> impl IntoView {
    let viewer = Resource::new_blocking(|| (), |()| current_viewer());
    provide_context(ViewerResource(viewer));
    view! { <LiveView resource=viewer failed=turn_away let:viewer><Frame viewer/></LiveView> }.into_any()
}

/// Nobody signed in: to the sign-in screen and back here afterwards. Anything else is shown.
fn turn_away(error: AppError) -> AnyView {
    match error {
        AppError::SignedOut => view! { <Redirect path=sign_in_address()/> }.into_any(),
        error => {
            let viewer = expect_context::<ViewerResource>().0;
            view! { <main class="auth" id="main"><ErrorPanel error on_retry=move || viewer.refetch()/></main> }.into_any()
        }
    }
}

#[component]
fn Frame(viewer: Signal<ViewerInfo>) -> impl IntoView {
    provide_context(viewer);
    stay_theirs(viewer);
    crate::features::chat::provide_chat_changes();
    provide_confirming();
    let sidebar = Sidebar::provide();
    let chats = may(Permission::ViewChats);
    let main = NodeRef::<html::Main>::new();
    shortcuts::provide(Signal::derive(move || viewer.with(|viewer| viewer.single_key_shortcuts)));
    listen(sidebar);
    let skip = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        if let Some(main) = main.get_untracked() {
            let _ = main.focus();
        }
    };
    view! {
        <a class="skip-link" href="#main" on:click=skip>"Skip to content"</a>
        <div class="frame">
            <SidebarPanel sidebar/>
            <div
                class="drawer-shade" aria-hidden="true"
                class:drawer-shade-open=move || sidebar.is_drawer_open() on:click=move |_| sidebar.close_drawer()
            ></div>
            <div class="frame-main" inert=move || sidebar.is_drawer_open()>
                <header class="topbar">
                    <IconButton label="Open sidebar" icon=lu::LuPanelLeft on_click=move || sidebar.toggle()/>
                    <Show when=move || chats.get()>
                        <A href="/chat" exact=true attr:class="icon-button topbar-new" attr:aria-label="New chat" attr:title="New chat">
                            <Icon icon=lu::LuSquarePen/>
                        </A>
                    </Show>
                </header>
                <ViewAsBanner/>
                <DeletionBanner/>
                <LicenceBanner/>
                <main class="screen" id="main" tabindex="-1" node_ref=main><Outlet/></main>
            </div>
        </div>
        <ConfirmationDialog/>
    }
    .into_any()
}

/// The page stays that of one person in one team: who comes back to it after another tab has signed somebody else in or out, or gone on in
/// another team, is shown what is theirs now. Whoever set their first password there is asked for it from now on.
fn stay_theirs(viewer: Signal<ViewerInfo>) {
    let frame = expect_context::<ViewerResource>().0;
    Effect::new(move |_| viewer.with(page_team::meet));
    returning::on(REST_MS, move || {
        spawn_local(async move {
            match current_viewer().await {
                Ok(now) => {
                    page_team::meet(&now);
                    if viewer.try_with_untracked(|shown| has_other_proof(shown, &now)) == Some(true) {
                        frame.set(Some(Ok(now)));
                    }
                }
                // A conflict is the end of a view as somebody else, told once: what is pressed next would be the owner's own doing.
                Err(AppError::SignedOut | AppError::Conflict(_)) => page_team::begin_afresh(),
                // Whatever it is passes, or is said by what the person does next.
                Err(_) => {}
            }
        });
    });
}

/// Whether a page that stays theirs has yet to learn that they have a password, or have none any more.
fn has_other_proof(shown: &ViewerInfo, now: &ViewerInfo) -> bool {
    (shown.user_id, shown.team_id) == (now.user_id, now.team_id) && shown.has_password != now.has_password
}

/// The keys of the frame, and the drawer that closes when the person has chosen where to go.
fn listen(sidebar: Sidebar) {
    let navigate = use_navigate();
    shortcuts::on(Shortcut::ToggleSidebar, move || sidebar.toggle());
    shortcuts::on(Shortcut::NewChat, move || navigate("/chat", leptos_router::NavigateOptions::default()));
    let location = use_location();
    Effect::new(move |_| {
        // Read, not only tracked: a memo that nobody reads is never worked out and tells of no change.
        location.pathname.with(|_| ());
        sidebar.close_drawer();
    });
    Effect::new(move |_| {
        if sidebar.is_drawer_open() {
            shortcuts::on(Shortcut::CloseDrawer, move || sidebar.close_drawer());
        }
    });
}
