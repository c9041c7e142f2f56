//! Collects the text of a document page by page.
//!
//! The one invariant: Word writes the break a person made and then, on the next page, the one it saw itself; the two are
//! one page.

#[derive(Debug, Default)]
pub(super) struct Pages {
    done: Vec<String>,
    current: String,
    notes: Vec<String>,
    /// A break by hand came and no text since.
    just_broken: bool,
    last: Kind,
}

/// What stands last on the page; neighbours of a kind are not divided by an empty line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    #[default]
    Paragraph,
    Item,
    Row,
}

impl Pages {
    /// Adds a paragraph, an item or a row; an empty one is left out.
    pub(super) fn add(&mut self, kind: Kind, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        if !self.current.is_empty() {
            let is_together = kind == self.last && kind != Kind::Paragraph;
            self.current.push_str(if is_together { "\n" } else { "\n\n" });
        }
        self.current.push_str(text.trim_end());
        self.last = kind;
        self.just_broken = false;
    }

    /// Adds a footnote to the end of the page.
    pub(super) fn note(&mut self, id: &str, text: &str) {
        self.notes.push(format!("[^{id}]: {text}"));
    }

    /// A break a person made: page break, section, "page break before".
    pub(super) fn break_by_hand(&mut self) {
        self.turn();
        self.just_broken = true;
    }

    /// A break Word saw when it last laid out the document.
    pub(super) fn break_as_rendered(&mut self) {
        if !self.just_broken {
            self.turn();
        }
        self.just_broken = false;
    }

    fn turn(&mut self) {
        for note in std::mem::take(&mut self.notes) {
            self.add(Kind::Paragraph, &note);
        }
        self.done.push(std::mem::take(&mut self.current));
        self.last = Kind::Paragraph;
    }

    /// Whether the current page is the first and still empty.
    pub(super) fn is_at_start(&self) -> bool {
        self.done.is_empty() && self.current.is_empty()
    }

    /// All pages; empty ones at the end are left out.
    pub(super) fn finish(mut self) -> Vec<String> {
        self.turn();
        while self.done.len() > 1 && self.done.last().is_some_and(String::is_empty) {
            self.done.pop();
        }
        self.done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_break_by_hand_and_its_rendering_are_one() {
        let mut pages = Pages::default();
        pages.add(Kind::Paragraph, "one");
        pages.break_by_hand();
        pages.break_as_rendered();
        pages.add(Kind::Paragraph, "two");
        pages.break_as_rendered();
        pages.add(Kind::Paragraph, "three");
        assert_eq!(pages.finish(), ["one", "two", "three"]);
    }

    #[test]
    fn an_empty_page_between_two_breaks_keeps_its_number() {
        let mut pages = Pages::default();
        pages.add(Kind::Paragraph, "one");
        pages.break_by_hand();
        pages.break_by_hand();
        pages.add(Kind::Paragraph, "three");
        assert_eq!(pages.finish(), ["one", "", "three"]);
    }

    #[test]
    fn items_and_rows_stay_together() {
        let mut pages = Pages::default();
        for (kind, text) in [(Kind::Paragraph, "a"), (Kind::Item, "- b"), (Kind::Item, "- c"), (Kind::Paragraph, "d")] {
            pages.add(kind, text);
        }
        pages.note("1", "note");
        assert_eq!(pages.finish(), ["a\n\n- b\n- c\n\nd\n\n[^1]: note"]);
    }
}
