//! The design system: every control and state a screen is made of.
//!
//! The one invariant: a feature writes no class for looks, no `style=` (the content policy refuses it) and no `inner_html`;
//! what it needs is here. Looks live in `style/`, one sheet per group of components.
//!
//! controls      [`Button`], [`ButtonLink`], [`ExportLink`], [`IconButton`], [`Menu`], [`Tabs`]
//! forms         [`Field`], [`TextArea`], [`Select`], [`Checkbox`], [`Switch`], [`FilePicker`], [`FormError`], [`Dialog`], [`ConfirmDialog`]
//! showing       [`Table`], [`TableHead`], [`TickBox`], [`Badge`], [`StatusBadge`], [`Progress`], [`Time`], [`Avatar`], [`Markdown`], [`Pager`]
//! states        [`ResourceView`], [`LiveView`], [`ErrorPanel`], [`EmptyState`], [`Included`], skeletons, toasts
//! frame         [`layout`]

mod avatar;
mod badge;
mod button;
mod button_link;
mod card;
mod checkbox;
mod confirm_dialog;
mod dialog;
mod empty_state;
mod error_panel;
mod export_link;
mod field;
mod field_frame;
mod file_picker;
mod form_error;
mod icon;
mod icon_button;
mod included;
mod kbd;
pub mod layout;
mod markdown;
mod menu;
mod page_body;
mod page_header;
mod pager;
mod progress;
mod resource_view;
mod screen_title;
mod select;
mod skeleton;
mod switch;
mod table;
mod table_head;
mod tabs;
mod text_area;
mod tick_box;
mod time;
mod toast;
mod viewer;

pub use avatar::Avatar;
pub use badge::{Badge, StatusBadge, Tone};
pub use button::{Button, ButtonSize, ButtonVariant};
pub use button_link::ButtonLink;
pub use card::Card;
pub use checkbox::Checkbox;
pub use confirm_dialog::ConfirmDialog;
pub use dialog::{Dialog, DialogActions, DialogSize};
pub use empty_state::EmptyState;
pub use error_panel::ErrorPanel;
pub(crate) use error_panel::sign_in_address;
pub use export_link::ExportLink;
pub use field::{Field, FieldKind};
pub use file_picker::FilePicker;
pub use form_error::FormError;
pub use icon::{Icon, IconDrawing, IconSize};
pub use icon_button::IconButton;
pub use included::Included;
pub use kbd::Kbd;
pub use markdown::{Markdown, MarkdownBlocks};
pub use menu::{Menu, MenuAlign, MenuItem, MenuLink, MenuSeparator};
pub use page_body::{PageBody, PageWidth};
pub use page_header::PageHeader;
pub use pager::Pager;
pub use progress::{Progress, Spinner, SpinnerMark};
pub use resource_view::{LiveView, Loaded, ResourceView};
pub use screen_title::ScreenTitle;
pub use select::{Select, SelectOption};
pub use skeleton::{FormSkeleton, ListSkeleton, MessagesSkeleton, TableSkeleton};
pub use switch::Switch;
pub use table::Table;
pub use table_head::{Column, TableHead};
pub use tabs::{Tab, TabPanel, Tabs};
pub use text_area::TextArea;
pub use tick_box::TickBox;
pub use time::{Time, TimeStyle, write_time};
pub use toast::{NOT_FETCHED, Toaster, Toasts, provide_toasts, use_toasts};
pub use viewer::{ViewerResource, includes, may, may_change, use_viewer, use_viewer_resource};
