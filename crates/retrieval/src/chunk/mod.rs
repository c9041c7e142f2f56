//! Cuts the pages of a document into chunks: the unit that is embedded, searched and cited.
//!
//! The one invariant: chunks are ranges of the page texts, in order; with no overlap every character that is not white
//! space lies in exactly one chunk, so what a citation marks on the page is exactly what the model read.
//!
//! page → [`blocks`] (headings, paragraphs) → [`sentences`] → [`atoms`] (with positions) → [`assemble`] (chunks)

mod assemble;
mod atoms;
mod blocks;
mod headings;
mod sentences;

use domain::PageText;

/// How chunks are cut. All lengths are characters (Unicode scalar values).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkOptions {
    /// A chunk is closed once the next sentence would take it past this length. At least 100.
    pub new_after_chars: u32,
    /// A chunk shorter than this takes in its neighbour, even across a heading. At most `new_after_chars`.
    pub combine_under_chars: u32,
    /// How much of the text before it a chunk repeats (whole words, same page). 0 makes the split lossless and disjoint.
    pub overlap: u32,
    /// Whether a chunk may run on from one page to the next.
    pub multipage_sections: bool,
}

impl Default for ChunkOptions {
    fn default() -> Self {
        Self { new_after_chars: 1000, combine_under_chars: 500, overlap: 0, multipage_sections: true }
    }
}

impl ChunkOptions {
    /// The length no chunk exceeds: 1.3 × `new_after_chars` (plus the overlap, when there is one).
    pub fn hard_cap(&self) -> usize {
        self.new_after() * 13 / 10
    }

    fn new_after(&self) -> usize {
        usize::try_from(self.new_after_chars.max(100)).unwrap_or(usize::MAX / 16)
    }

    fn combine_under(&self) -> usize {
        usize::try_from(self.combine_under_chars).unwrap_or(usize::MAX).min(self.new_after())
    }
}

/// A piece of a document with the place it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Order in the document, counted from 0.
    pub position: u32,
    /// Number of the page it starts on, as in [`PageText::number`].
    pub page_first: u32,
    /// Number of the page it ends on.
    pub page_last: u32,
    /// Where it starts in the text of `page_first`, in characters (Unicode scalar values).
    pub char_start: u32,
    /// Where it ends in the text of `page_first` (exclusive); the end of that page's text if it runs on to another page.
    pub char_end: u32,
    /// Where it ends in the text of `page_last` (exclusive); equals `char_end` on a single page.
    pub page_last_end: u32,
    /// Headings above it, outermost first, joined by " › ".
    pub heading: Option<String>,
    /// The text of the range, white space as on the page; pages are joined by an empty line.
    pub text: String,
}

/// Splits pages into chunks; a document without text gives none.
pub fn split(pages: &[PageText], options: &ChunkOptions) -> Vec<Chunk> {
    // A sentence of at most this length can always join a chunk that is still too small to stand alone.
    let longest_atom = (options.hard_cap() - options.combine_under()).max(options.hard_cap() / 2);
    let document = atoms::Document::read(pages, longest_atom);
    assemble::chunks(pages, &document, options)
}

#[cfg(test)]
mod tests;
