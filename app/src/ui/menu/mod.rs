//! Menu: a few actions behind one button.
//!
//! parts      [`menu::Menu`] → [`item::MenuItem`], [`item::MenuLink`], [`item::MenuSeparator`]
//! rules      [`roving`]: which item the arrow keys lead to (pure)

mod item;
#[expect(clippy::module_inception, reason = "a file per component, named after it")]
mod menu;
mod roving;

pub use item::{MenuItem, MenuLink, MenuSeparator};
pub use menu::{Menu, MenuAlign};
pub(crate) use roving::{Step, focus_step};
