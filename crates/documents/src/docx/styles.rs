//! What a paragraph style means: a heading of some level, or an item of a list.
//!
//! The one invariant: a style inherits what it does not say itself; chains that run in a circle end.

use std::collections::HashMap;

use super::{
    Trouble,
    xml::{Node, Xml, attribute, number},
};

/// All paragraph styles by id.
#[derive(Debug, Default)]
pub(super) struct Styles {
    by_id: HashMap<String, Style>,
}

#[derive(Debug, Default)]
struct Style {
    based_on: Option<String>,
    heading: Option<usize>,
    list: Option<(u32, u32)>,
}

impl Styles {
    /// The heading level (1 to 6) of a style.
    pub(super) fn heading(&self, id: &str) -> Option<usize> {
        self.inherited(id, |style| style.heading)
    }

    /// The numbering (id, level) of a style.
    pub(super) fn list(&self, id: &str) -> Option<(u32, u32)> {
        self.inherited(id, |style| style.list)
    }

    fn inherited<T>(&self, id: &str, value: impl Fn(&Style) -> Option<T>) -> Option<T> {
        let mut style = self.by_id.get(id)?;
        for _ in 0..20 {
            if let Some(value) = value(style) {
                return Some(value);
            }
            style = self.by_id.get(style.based_on.as_deref()?)?;
        }
        None
    }
}

/// Reads `word/styles.xml`.
pub(super) fn read(part: &str) -> Result<Styles, Trouble> {
    let mut xml = Xml::new(part);
    let mut styles = Styles::default();
    let mut open: Option<(String, Style)> = None;
    while let Some(node) = xml.next()? {
        match node {
            Node::Open(element) if element.local_name().as_ref() == "style" => {
                open = Some((attribute(&element, "styleId").unwrap_or_default(), Style::default()));
            }
            Node::Open(element) => {
                let Some((_, style)) = &mut open else { continue };
                match element.local_name().as_ref() {
                    "name" => style.heading = style.heading.or_else(|| named_heading(&attribute(&element, "val").unwrap_or_default())),
                    "basedOn" => style.based_on = attribute(&element, "val"),
                    "outlineLvl" => style.heading = number(&element, "val").and_then(outline_heading).or(style.heading),
                    "numId" => style.list = number(&element, "val").map(|id| (id, style.list.map_or(0, |list| list.1))),
                    "ilvl" => style.list = number(&element, "val").map(|level| (style.list.map_or(0, |list| list.0), level)),
                    _ => {}
                }
            }
            Node::Close(name) if name == "style" => styles.by_id.extend(open.take()),
            Node::Close(_) | Node::Text(_) => {}
        }
    }
    Ok(styles)
}

/// Word keeps these names in English whatever its language.
fn named_heading(name: &str) -> Option<usize> {
    let name = name.to_lowercase();
    if name == "title" {
        return Some(1);
    }
    name.strip_prefix("heading ")?.parse().ok().filter(|level| (1..=9).contains(level)).map(|level: usize| level.min(6))
}

/// Outline level 0 is heading 1; 9 is body text.
pub(super) fn outline_heading(level: u32) -> Option<usize> {
    usize::try_from(level).ok().filter(|&level| level < 9).map(|level| (level + 1).min(6))
}
