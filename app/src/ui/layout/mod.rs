//! The frames around screens.
//!
//! signed in     [`AppFrame`] → `sidebar`, `main_navigation`, `account_menu`; what is shared: [`Sidebar`]
//! signed out    [`AuthFrame`]

mod account_menu;
mod app_frame;
mod auth_frame;
mod brand;
mod main_navigation;
mod sidebar;
mod sidebar_state;

pub use app_frame::AppFrame;
pub use auth_frame::AuthFrame;
pub use brand::Brand;
pub use sidebar_state::{Sidebar, fold_from_cookies};
