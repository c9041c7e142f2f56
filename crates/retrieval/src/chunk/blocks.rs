//! Divides a page into blocks: headings and paragraphs.
//!
//! The one invariant: blocks are ordered, do not touch each other, and cover every character that is not white space.

use std::ops::Range;

use super::headings::{self, Heading};

/// A heading or a paragraph: byte range in the page, without white space at its ends.
#[derive(Debug)]
pub(super) struct Block {
    pub bytes: Range<usize>,
    pub heading: Option<Heading>,
}

/// Reads the blocks of one page.
pub(super) fn read(page: &str) -> Vec<Block> {
    let mut reader = Reader { page, blocks: Vec::new(), open: None, lines: 0, is_fenced: false };
    let mut at = 0;
    for line in page.split_inclusive('\n') {
        reader.line(line, at);
        at += line.len();
    }
    reader.close();
    reader.blocks
}

struct Reader<'a> {
    page: &'a str,
    blocks: Vec<Block>,
    /// The paragraph being read, ends included.
    open: Option<Range<usize>>,
    lines: usize,
    is_fenced: bool,
}

impl Reader<'_> {
    fn line(&mut self, line: &str, at: usize) {
        let text = line.trim();
        if text.is_empty() {
            return self.close();
        }
        if text.starts_with("```") || text.starts_with("~~~") {
            self.is_fenced = !self.is_fenced;
        } else if !self.is_fenced && self.heading(line, at) {
            return;
        }
        let start = at + (line.len() - line.trim_start().len());
        let end = at + line.trim_end().len();
        self.open = Some(self.open.take().map_or(start, |open| open.start)..end);
        self.lines += 1;
    }

    fn heading(&mut self, line: &str, at: usize) -> bool {
        let end = at + line.trim_end().len();
        if let Some(heading) = headings::atx(line) {
            self.close();
            self.blocks.push(Block { bytes: at + (line.len() - line.trim_start().len())..end, heading: Some(heading) });
            return true;
        }
        let (Some(level), 1, Some(title)) = (headings::underline(line), self.lines, self.open.clone()) else {
            return false;
        };
        let Some(heading) = headings::titled(level, &self.page[title.clone()]) else {
            return false;
        };
        self.blocks.push(Block { bytes: title.start..end, heading: Some(heading) });
        self.open = None;
        self.lines = 0;
        true
    }

    fn close(&mut self) {
        if let Some(bytes) = self.open.take() {
            let is_alone = self.lines == 1 && !self.is_fenced;
            let heading = is_alone.then(|| headings::numbered(&self.page[bytes.clone()])).flatten();
            self.blocks.push(Block { bytes, heading });
        }
        self.lines = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    fn texts(page: &str) -> Vec<(&str, bool)> {
        read(page).into_iter().map(|block| (&page[block.bytes.clone()], block.heading.is_some())).collect()
    }

    #[test]
    fn headings_and_paragraphs_are_told_apart() {
        let page = "# Title\nFirst line\nsecond line\n\n  Other\n-----\nText\n";
        assert_eq!(texts(page), [("# Title", true), ("First line\nsecond line", false), ("Other\n-----", true), ("Text", false)]);
    }

    #[test]
    fn a_comment_in_a_code_fence_is_no_heading() {
        assert_eq!(texts("```\n# not a title\n```\n"), [("```\n# not a title\n```", false)]);
    }
}
