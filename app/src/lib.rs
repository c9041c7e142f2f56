//! The screens of Lyceum and their server functions, compiled for the server and for the browser.
//!
//! The one invariant: this crate decides nothing. A screen shows what a server function returned; a server function parses,
//! asks one service and maps the error.
//!
//! document      `server_context::shell` → [`App`] → [`routes::AppRoutes`]
//! screens       [`features`], one folder per noun; which of them the browser fetches together: `screens`
//! addresses     [`own_path`], [`stay`]; whose page it is, and of which team: [`page_team`]
//! design        [`ui`]; what only a browser can do: [`browser`]
//! server side   [`error`], `server_context`

#![recursion_limit = "512"]

pub mod browser;
pub mod error;
pub mod features;
pub mod own_path;
pub mod page_team;
pub mod routes;
mod screens;
pub mod server_context;
pub mod stay;
pub mod ui;

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::Router;

/// The attribute of the document's root that says that the program has taken the page over. Browser tests wait for it, too.
const HYDRATED: &str = "data-hydrated";

/// The application: the same on the server and in the browser.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    ui::provide_toasts();
    view! {
        <Title text="Lyceum" formatter=document_title/>
        <Router>
            <routes::AppRoutes/>
        </Router>
        <ui::Toaster/>
    }
    .into_any()
}

/// Says in the document that the program has taken the page over: what is pressed from now on is heard.
pub fn note_taken_over() {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute(HYDRATED, "true");
    }
}

/// The title of the document from the name of the screen.
fn document_title(screen: String) -> String {
    if screen.is_empty() || screen == "Lyceum" { "Lyceum".to_owned() } else { format!("{screen} · Lyceum") }
}
