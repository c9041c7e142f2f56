//! Lists: which are numbered, and what number comes next.
//!
//! The one invariant: an item's number counts the items before it in the same list and level, as Word shows it.

use std::collections::HashMap;

use super::{
    Trouble,
    xml::{Node, Xml, attribute, number},
};

/// Which levels of which lists are numbered.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    abstract_of: HashMap<u32, u32>,
    is_bullet: HashMap<(u32, u32), bool>,
}

impl Numbering {
    fn is_numbered(&self, list: u32, level: u32) -> bool {
        let levels = self.abstract_of.get(&list);
        levels.and_then(|&levels| self.is_bullet.get(&(levels, level))).is_some_and(|&is_bullet| !is_bullet)
    }
}

/// Reads `word/numbering.xml`.
pub(super) fn read(part: &str) -> Result<Numbering, Trouble> {
    let mut xml = Xml::new(part);
    let mut numbering = Numbering::default();
    let (mut levels, mut level, mut list) = (0, 0, 0);
    while let Some(node) = xml.next()? {
        let Node::Open(element) = node else { continue };
        match element.local_name().as_ref() {
            "abstractNum" => levels = number(&element, "abstractNumId").unwrap_or(0),
            "lvl" => level = number(&element, "ilvl").unwrap_or(0),
            "numFmt" => {
                let is_bullet = matches!(attribute(&element, "val").as_deref(), Some("bullet" | "none"));
                numbering.is_bullet.insert((levels, level), is_bullet);
            }
            "num" => list = number(&element, "numId").unwrap_or(0),
            "abstractNumId" => {
                numbering.abstract_of.insert(list, number(&element, "val").unwrap_or(0));
            }
            _ => {}
        }
    }
    Ok(numbering)
}

/// Counts items while a document is read.
#[derive(Debug, Default)]
pub(super) struct Counters {
    next: HashMap<(u32, u32), u32>,
}

impl Counters {
    /// The marker of the next item: "- " or "3. ", indented by level.
    pub(super) fn marker(&mut self, numbering: &Numbering, (list, level): (u32, u32)) -> String {
        let level = level.min(8);
        let indent = "  ".repeat(usize::try_from(level).unwrap_or(0));
        if !numbering.is_numbered(list, level) {
            return format!("{indent}- ");
        }
        self.next.retain(|&(other, deeper), _| other != list || deeper <= level);
        let count = self.next.entry((list, level)).or_insert(0);
        *count += 1;
        format!("{indent}{count}. ")
    }
}
