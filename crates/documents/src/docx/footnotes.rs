//! Footnotes: kept in a part of their own, shown at the end of the page that refers to them.
//!
//! The one invariant: a footnote is one line of text; those without text (Word's separators) are left out.

use std::collections::HashMap;

use super::{
    Trouble,
    xml::{Node, Xml, attribute},
};

/// Footnotes by id.
pub(super) type Footnotes = HashMap<String, String>;

/// Reads `word/footnotes.xml`: the text of each footnote, on one line.
pub(super) fn read(part: &str) -> Result<Footnotes, Trouble> {
    let mut xml = Xml::new(part);
    let mut notes = Footnotes::new();
    let mut open: Option<(String, String)> = None;
    let mut is_text = false;
    while let Some(node) = xml.next()? {
        match node {
            Node::Open(element) => match element.local_name().as_ref() {
                "footnote" => open = Some((attribute(&element, "id").unwrap_or_default(), String::new())),
                "t" => is_text = true,
                _ => {}
            },
            Node::Text(text) if is_text => {
                if let Some((_, note)) = &mut open {
                    note.push_str(&text);
                }
            }
            Node::Close(name) if name == "t" => is_text = false,
            Node::Close(name) if name == "footnote" => {
                notes.extend(open.take().map(|(id, note)| (id, note.trim().to_owned())).filter(|(_, note)| !note.is_empty()));
            }
            Node::Close(_) | Node::Text(_) => {}
        }
    }
    Ok(notes)
}
