//! The frames around screens.
//!
//! signed in     [`AppFrame`] → `sidebar`, `main_navigation`, `account_menu`; what is shared: [`Sidebar`]
//! above a screen of a section   [`TeamSections`], [`AdminSections`]
//! signed out    [`AuthFrame`], [`AuthTitle`]

mod account_menu;
mod app_frame;
mod auth_frame;
mod brand;
mod main_navigation;
mod section_bar;
mod sidebar;
mod sidebar_state;

pub use app_frame::AppFrame;
pub use auth_frame::{AuthFrame, AuthTitle};
pub use brand::Brand;
pub use section_bar::{AdminSections, TeamSections};
pub use sidebar_state::{Sidebar, fold_from_cookies};
