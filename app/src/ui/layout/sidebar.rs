//! The sidebar: what is always one press away.

use super::account_menu::AccountMenu;
use super::brand::Brand;
use super::main_navigation::MainNavigation;
use super::sidebar_state::Sidebar;
use crate::features::chat::sidebar::ConversationList;
use crate::ui::icon::Icon;
use crate::ui::icon_button::IconButton;
use crate::ui::viewer::may;
use domain::Permission;
use icondata_lu as lu;
use leptos::prelude::*;
use leptos_router::components::A;

/// New chat, the sections, the conversations, and the account at the foot. Without JavaScript its menu does not open: then a form
/// leads out. A browser with JavaScript takes what is inside of `<noscript>` for text, so nothing in there may be alive: it is all
/// literal, and passed over when the page comes to life. Of chats there is nothing for those who may not read their own.
#[component]
pub fn SidebarPanel(
    /// Whether it shows.
    sidebar: Sidebar,
) -> impl IntoView {
    let chats = may(Permission::ViewChats);
    view! {
        <aside class="sidebar" id="sidebar" aria-label="Sidebar" class:sidebar-open=move || sidebar.is_drawer_open()>
            <div class="sidebar-head">
                <Brand/>
                <IconButton label="Close sidebar" icon=lu::LuPanelLeft on_click=move || sidebar.toggle()/>
            </div>
            <Show when=move || chats.get()>
                <A href="/chat" exact=true attr:class="new-chat"><Icon icon=lu::LuSquarePen/><span>"New chat"</span></A>
            </Show>
            <MainNavigation/>
            <div class="sidebar-list"><Show when=move || chats.get()><ConversationList/></Show></div>
            <div class="sidebar-foot">
                <AccountMenu/>
                <noscript>
                    <form method="post" action="/sign-out"><button type="submit" class="button button-secondary button-small">"Sign out"</button></form>
                </noscript>
            </div>
        </aside>
    }
    .into_any()
}
