//! Walks `word/document.xml` and writes Markdown.
//!
//! The one invariant: what a reader of the document sees is written once and in order; deleted, moved-away and hidden
//! text, field codes and fall-back copies of drawings are not.

use quick_xml::events::BytesStart;

use super::{
    Trouble,
    footnotes::Footnotes,
    numbering::{Counters, Numbering},
    pages::{Kind, Pages},
    styles::{Styles, outline_heading},
    xml::{Node, Xml, attribute, is_on, number},
};

/// Elements whose text nobody sees.
const UNSEEN: [&str; 4] = ["del", "moveFrom", "Fallback", "instrText"];

pub(super) struct Body<'a> {
    styles: &'a Styles,
    numbering: &'a Numbering,
    notes: &'a Footnotes,
    pages: Pages,
    counters: Counters,
    /// Innermost last; a text box is a paragraph inside a paragraph.
    paragraphs: Vec<Paragraph>,
    table: Option<Table>,
    run: Run,
}

#[derive(Default)]
struct Paragraph {
    text: String,
    heading: Option<usize>,
    list: Option<(u32, u32)>,
    /// The part before a page break has been written, with heading mark or list marker.
    is_continued: bool,
    /// A new section, on a new page, follows.
    ends_section: bool,
}

#[derive(Default)]
struct Run {
    is_open: bool,
    is_hidden: bool,
    /// Inside `<w:t>`.
    is_text: bool,
}

/// The outermost table; tables within become text of a cell.
#[derive(Default)]
struct Table {
    depth: usize,
    rows_written: usize,
    row: Vec<String>,
    breaks_after_row: usize,
}

impl<'a> Body<'a> {
    pub(super) fn new(styles: &'a Styles, numbering: &'a Numbering, notes: &'a Footnotes) -> Self {
        Self {
            styles,
            numbering,
            notes,
            pages: Pages::default(),
            counters: Counters::default(),
            paragraphs: Vec::new(),
            table: None,
            run: Run::default(),
        }
    }

    /// The pages of the document, as Markdown.
    pub(super) fn read(mut self, part: &str) -> Result<Vec<String>, Trouble> {
        let mut xml = Xml::new(part);
        while let Some(node) = xml.next()? {
            match node {
                Node::Open(element) if UNSEEN.contains(&element.local_name().as_ref()) => xml.skip()?,
                Node::Open(element) => self.open(&element),
                Node::Close(name) => self.close(&name),
                Node::Text(text) if self.run.is_text && !self.run.is_hidden => self.push(&text),
                Node::Text(_) => {}
            }
        }
        Ok(self.pages.finish())
    }

    fn open(&mut self, element: &BytesStart<'_>) {
        match element.local_name().as_ref() {
            "p" => self.paragraphs.push(Paragraph::default()),
            "r" => self.run = Run { is_open: true, ..Run::default() },
            "t" => self.run.is_text = true,
            "tab" if self.run.is_open => self.push("\t"),
            "noBreakHyphen" => self.push("-"),
            "br" if attribute(element, "type").as_deref() == Some("page") => self.turn_page(true),
            "br" | "cr" => self.push("\n"),
            "lastRenderedPageBreak" => self.turn_page(false),
            "vanish" if self.run.is_open => self.run.is_hidden = is_on(element),
            "footnoteReference" => self.footnote(element),
            "tbl" => self.table.get_or_insert_default().depth += 1,
            "tc" => self.cell(),
            name => self.property(name, element),
        }
    }

    /// What a paragraph says about itself, in `<w:pPr>`.
    fn property(&mut self, name: &str, element: &BytesStart<'_>) {
        let Some(paragraph) = self.paragraphs.last_mut() else { return };
        match name {
            "pStyle" => {
                let id = attribute(element, "val").unwrap_or_default();
                paragraph.heading = self.styles.heading(&id);
                paragraph.list = self.styles.list(&id);
            }
            "outlineLvl" => paragraph.heading = number(element, "val").and_then(outline_heading),
            "ilvl" => paragraph.list = number(element, "val").map(|level| (paragraph.list.map_or(0, |list| list.0), level)),
            "numId" => {
                // List 0 takes a paragraph out of the list of its style.
                let list = number(element, "val").filter(|&list| list > 0);
                paragraph.list = list.map(|list| (list, paragraph.list.map_or(0, |list| list.1)));
            }
            "sectPr" => paragraph.ends_section = true,
            "type" if attribute(element, "val").as_deref() == Some("continuous") => paragraph.ends_section = false,
            "pageBreakBefore" if is_on(element) && self.table.is_none() && !self.pages.is_at_start() => self.pages.break_by_hand(),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "t" => self.run.is_text = false,
            "r" => self.run = Run::default(),
            "p" => self.end_paragraph(),
            "tr" => self.end_row(),
            "tbl" => {
                if let Some(table) = &mut self.table {
                    table.depth -= 1;
                    if table.depth == 0 {
                        self.table = None;
                    }
                }
            }
            _ => {}
        }
    }

    fn push(&mut self, text: &str) {
        if let Some(paragraph) = self.paragraphs.last_mut() {
            paragraph.text.push_str(text);
        }
    }

    fn footnote(&mut self, element: &BytesStart<'_>) {
        let id = attribute(element, "id").unwrap_or_default();
        if let Some(text) = self.notes.get(&id) {
            self.push(&format!("[^{id}]"));
            self.pages.note(&id, text);
        }
    }

    fn turn_page(&mut self, is_by_hand: bool) {
        let has_text = self.paragraphs.iter().any(|paragraph| !paragraph.text.trim().is_empty());
        if let Some(table) = &mut self.table {
            // A row is never divided: it stays on the page it starts on.
            if has_text || table.row.iter().any(|cell| !cell.is_empty()) {
                table.breaks_after_row += 1;
                return;
            }
        } else if has_text && self.paragraphs.len() == 1 {
            self.write_paragraph();
        }
        if is_by_hand { self.pages.break_by_hand() } else { self.pages.break_as_rendered() }
    }

    fn end_paragraph(&mut self) {
        let Some(paragraph) = self.paragraphs.last() else { return };
        let ends_section = paragraph.ends_section;
        if let Some(table) = &mut self.table {
            let text = paragraph.text.split_whitespace().collect::<Vec<_>>().join(" ");
            if let (Some(cell), false) = (table.row.last_mut(), text.is_empty()) {
                if !cell.is_empty() {
                    cell.push(' ');
                }
                cell.push_str(&text.replace('|', "\\|"));
            }
        } else {
            self.write_paragraph();
        }
        self.paragraphs.pop();
        if ends_section && self.table.is_none() {
            self.pages.break_by_hand();
        }
    }

    /// Writes what the innermost paragraph holds so far.
    fn write_paragraph(&mut self) {
        let Some(paragraph) = self.paragraphs.last_mut() else { return };
        let text = std::mem::take(&mut paragraph.text);
        if text.trim().is_empty() {
            return;
        }
        let is_first_part = !std::mem::replace(&mut paragraph.is_continued, true);
        match (paragraph.heading, paragraph.list) {
            (Some(level), _) if is_first_part => {
                let title = text.split_whitespace().collect::<Vec<_>>().join(" ");
                self.pages.add(Kind::Paragraph, &format!("{} {title}", "#".repeat(level)));
            }
            (None, Some(list)) if is_first_part => {
                let marker = self.counters.marker(self.numbering, list);
                self.pages.add(Kind::Item, &(marker + text.trim()));
            }
            _ => self.pages.add(Kind::Paragraph, text.trim()),
        }
    }

    fn cell(&mut self) {
        if let Some(table) = self.table.as_mut().filter(|table| table.depth == 1) {
            table.row.push(String::new());
        }
    }

    fn end_row(&mut self) {
        let Some(table) = self.table.as_mut().filter(|table| table.depth == 1) else { return };
        let cells = std::mem::take(&mut table.row);
        let breaks = std::mem::take(&mut table.breaks_after_row);
        table.rows_written += 1;
        match cells.as_slice() {
            // A table of one column is a box around text.
            [only] => self.pages.add(Kind::Paragraph, only),
            cells if cells.iter().all(String::is_empty) => {}
            cells => {
                self.pages.add(Kind::Row, &format!("| {} |", cells.join(" | ")));
                if table.rows_written == 1 {
                    self.pages.add(Kind::Row, &format!("|{}", " --- |".repeat(cells.len())));
                }
            }
        }
        for _ in 0..breaks {
            self.pages.break_as_rendered();
        }
    }
}
