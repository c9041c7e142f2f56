//! XML events without surprises: no entities but the five of XML, no deep nesting, names without prefixes.
//!
//! The one invariant: every `Open` has its `Close`, also for `<empty/>` elements.

use std::borrow::Cow;

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use super::Trouble;

/// Real documents stay below 60.
const DEEPEST: usize = 400;

pub(super) struct Xml<'a> {
    reader: Reader<&'a [u8]>,
    depth: usize,
}

pub(super) enum Node<'a> {
    Open(BytesStart<'a>),
    /// The name without its prefix.
    Close(String),
    Text(Cow<'a, str>),
}

impl<'a> Xml<'a> {
    pub(super) fn new(part: &'a str) -> Self {
        let mut reader = Reader::from_str(part);
        reader.config_mut().expand_empty_elements = true;
        Self { reader, depth: 0 }
    }

    /// The next event, or nothing at the end of the part.
    pub(super) fn next(&mut self) -> Result<Option<Node<'a>>, Trouble> {
        loop {
            match self.reader.read_event().map_err(|_| Trouble::Damaged)? {
                Event::Start(start) => {
                    self.depth += 1;
                    if self.depth > DEEPEST {
                        return Err(Trouble::TooComplex("its parts are nested too deeply"));
                    }
                    return Ok(Some(Node::Open(start)));
                }
                Event::End(end) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Some(Node::Close(end.local_name().as_ref().to_owned())));
                }
                Event::Text(text) => return Ok(Some(Node::Text(text.xml10_content()))),
                Event::CData(data) => return Ok(Some(Node::Text(data.xml10_content()))),
                Event::GeneralRef(reference) => {
                    let known = reference.resolve_char_ref().map_err(|_| Trouble::Damaged)?;
                    if let Some(c) = known.or_else(|| predefined(&reference.xml10_content())) {
                        return Ok(Some(Node::Text(c.to_string().into())));
                    }
                }
                // Word writes no document type; entity bombs need one.
                Event::DocType(_) => return Err(Trouble::TooComplex("it declares its own XML entities")),
                // The end, with elements still open: the part was cut off.
                Event::Eof if self.depth > 0 => return Err(Trouble::Damaged),
                Event::Eof => return Ok(None),
                Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
        }
    }

    /// Passes over the rest of the element that was opened last.
    pub(super) fn skip(&mut self) -> Result<(), Trouble> {
        let outside = self.depth - 1;
        while self.depth > outside {
            if self.next()?.is_none() {
                return Err(Trouble::Damaged);
            }
        }
        Ok(())
    }
}

fn predefined(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

/// The value of an attribute, by its name without prefix.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.attributes().with_checks(false).flatten().find(|attribute| attribute.key.local_name().as_ref() == name)?;
    Some(found.value.into_owned())
}

/// The number in an attribute.
pub(super) fn number(element: &BytesStart<'_>, name: &str) -> Option<u32> {
    attribute(element, name)?.parse().ok()
}

/// Whether a switch such as `<w:vanish/>` is on; it is unless its value says no.
pub(super) fn is_on(element: &BytesStart<'_>) -> bool {
    !matches!(attribute(element, "val").as_deref(), Some("0" | "false" | "off" | "none"))
}
