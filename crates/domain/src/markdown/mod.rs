//! Markdown as a closed tree: what models, documents and people write, safe by construction.
//!
//! The invariant: no raw HTML and no link but http, https and mailto leaves [`parse()`]; every screen, export and share
//! renders this tree and nothing else. Next: [`parse()`], then `app::ui::markdown` which turns it into views.

mod parse;
mod split;
#[cfg(test)]
mod tests;

pub use parse::parse;
pub use split::split_last_block;

/// A block of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Running text.
    Paragraph(Vec<Inline>),
    /// A heading of level 1 to 6.
    Heading {
        /// 1 to 6.
        level: u8,
        /// Its words.
        content: Vec<Inline>,
    },
    /// A list; numbered when it has a start.
    List {
        /// First number.
        start: Option<u64>,
        /// Blocks of each item.
        items: Vec<Vec<Block>>,
    },
    /// Quoted blocks.
    Quote(Vec<Block>),
    /// Code, as written.
    Code {
        /// The word behind the fence, letters, digits and `+-#_` only.
        language: Option<String>,
        /// The code.
        text: String,
    },
    /// A table.
    Table {
        /// Cells of the head.
        header: Vec<Vec<Inline>>,
        /// Rows of cells.
        rows: Vec<Vec<Vec<Inline>>>,
        /// One per column.
        alignments: Vec<Alignment>,
    },
    /// A line across.
    Rule,
}

/// How a table's column is aligned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alignment {
    /// As the language reads.
    Start,
    /// Centred.
    Center,
    /// To the far side.
    End,
}

/// A run of text inside a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    /// Plain text.
    Text(String),
    /// Bold.
    Strong(Vec<Inline>),
    /// Italic.
    Emphasis(Vec<Inline>),
    /// Struck through.
    Strike(Vec<Inline>),
    /// Code.
    Code(String),
    /// A link with a safe scheme.
    Link {
        /// http, https or mailto.
        href: String,
        /// Shown on hover.
        title: String,
        /// Its words.
        content: Vec<Inline>,
    },
    /// An image; shown only when asked for.
    Image {
        /// What it shows.
        alt: String,
        /// http or https; empty when it is neither.
        src: String,
    },
    /// `[3]`: the third source.
    Citation(u32),
    /// A line break.
    Break,
}
