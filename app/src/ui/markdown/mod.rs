//! Markdown on the screen: the tree of `domain::markdown` as views.
//!
//! The one invariant: nothing is inserted as HTML and nothing is loaded from elsewhere; a picture is a link until pressed.
//!
//! screen        [`Markdown`] (text that may still grow), [`MarkdownBlocks`] (a finished tree)
//! parts         `blocks`, `inlines`, `code_block`

mod blocks;
mod code_block;
mod inlines;
#[expect(clippy::module_inception, reason = "a file per component, named after it")]
mod markdown;

pub use blocks::MarkdownBlocks;
pub use markdown::Markdown;
