//! The atoms of a document: headings and sentences with their places, the pieces chunks are made of.
//!
//! The one invariant: atoms are ordered and disjoint, and cover every character that is not white space.

use std::ops::Range;

use domain::PageText;

use super::{blocks, headings::Path, sentences};

/// How good a place to cut lies before an atom; later is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cut {
    InSentence,
    Sentence,
    Paragraph,
    Page,
    Heading,
}

/// A heading or a sentence.
#[derive(Debug)]
pub(super) struct Atom {
    /// Index into the pages (not the page's number).
    pub page: usize,
    pub bytes: Range<usize>,
    pub chars: Range<usize>,
    /// Characters before its page, so that lengths across pages can be told by subtraction.
    page_offset: usize,
    pub before: Cut,
    /// Index into [`Document::sections`].
    pub section: usize,
}

impl Atom {
    pub(super) fn is_heading(&self) -> bool {
        self.before == Cut::Heading
    }

    pub(super) fn start(&self) -> usize {
        self.page_offset + self.chars.start
    }

    pub(super) fn end(&self) -> usize {
        self.page_offset + self.chars.end
    }
}

/// A whole document, read.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub atoms: Vec<Atom>,
    /// Heading paths; the first is that of the text above any heading.
    pub sections: Vec<Option<String>>,
}

/// Characters between two pages in a chunk: an empty line.
pub(super) const PAGE_JOIN: &str = "\n\n";

impl Document {
    pub(super) fn read(pages: &[PageText], longest_atom: usize) -> Self {
        let mut document = Self { atoms: Vec::new(), sections: vec![None] };
        let mut path = Path::default();
        let mut page_offset = 0;
        for (page, text) in pages.iter().enumerate() {
            let mut cursor = Cursor { text: &text.text, byte: 0, char: 0 };
            document.read_page(page, page_offset, longest_atom, &mut path, &mut cursor);
            page_offset += cursor.to(text.text.len()) + PAGE_JOIN.len();
        }
        document
    }

    fn read_page(&mut self, page: usize, page_offset: usize, longest: usize, path: &mut Path, cursor: &mut Cursor<'_>) {
        let mut is_first = true;
        for block in blocks::read(cursor.text) {
            let is_heading = block.heading.is_some();
            if let Some(heading) = block.heading {
                path.enter(heading);
                self.sections.push(path.label());
            }
            for piece in sentences::split(&cursor.text[block.bytes.clone()], longest) {
                let bytes = block.bytes.start + piece.bytes.start..block.bytes.start + piece.bytes.end;
                let starts_block = piece.bytes.start == 0;
                let before = match (starts_block, piece.starts_sentence) {
                    (true, _) if is_heading => Cut::Heading,
                    (true, _) if is_first && !cursor.text[bytes.clone()].starts_with(char::is_lowercase) => Cut::Page,
                    // A page that starts in lower case goes on with the sentence of the page before.
                    (true, _) if is_first => Cut::InSentence,
                    (true, _) => Cut::Paragraph,
                    (false, true) => Cut::Sentence,
                    (false, false) => Cut::InSentence,
                };
                let chars = cursor.to(bytes.start)..cursor.to(bytes.end);
                let section = self.sections.len() - 1;
                self.atoms.push(Atom { page, bytes, chars, page_offset, before, section });
                is_first = false;
            }
        }
    }
}

/// Turns growing byte positions into character positions in one pass.
struct Cursor<'a> {
    text: &'a str,
    byte: usize,
    char: usize,
}

impl Cursor<'_> {
    fn to(&mut self, byte: usize) -> usize {
        self.char += self.text[self.byte..byte].chars().count();
        self.byte = byte;
        self.char
    }
}
