//! Events of pulldown-cmark into the tree.

use super::{Alignment, Block, Inline};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::iter::Peekable;

/// Deepest nesting kept; what lies deeper becomes plain text of its parent.
const MAX_DEPTH: usize = 16;

/// Parses markdown (tables, strike-through). Raw HTML becomes text, unsafe links lose their target, `[n]` becomes a citation.
pub fn parse(text: &str) -> Vec<Block> {
    let events = Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
    Tree { events: events.peekable(), depth: 0 }.blocks(None)
}

struct Tree<'a, I: Iterator<Item = Event<'a>>> {
    events: Peekable<I>,
    depth: usize,
}

impl<'a, I: Iterator<Item = Event<'a>>> Tree<'a, I> {
    /// Blocks up to the given end, which is consumed; text that stands there without a paragraph (tight lists) gets one.
    fn blocks(&mut self, end: Option<TagEnd>) -> Vec<Block> {
        let mut blocks = Vec::new();
        while let Some(event) = self.events.peek() {
            match event {
                Event::End(tag) if Some(*tag) == end => {
                    self.events.next();
                    break;
                }
                Event::End(_) => {
                    self.events.next();
                }
                Event::Start(tag) if is_block(tag) => {
                    let Some(Event::Start(tag)) = self.events.next() else { break };
                    blocks.extend(self.block(tag));
                }
                Event::Rule => {
                    self.events.next();
                    blocks.push(Block::Rule);
                }
                _ => {
                    let run = self.inline_run();
                    if !run.is_empty() {
                        blocks.push(Block::Paragraph(run));
                    }
                }
            }
        }
        blocks
    }

    fn block(&mut self, tag: Tag<'a>) -> Option<Block> {
        let end = tag.to_end();
        if self.depth >= MAX_DEPTH {
            let text = self.flat_text(end);
            return (!text.is_empty()).then(|| Block::Paragraph(vec![Inline::Text(text)]));
        }
        self.depth += 1;
        let block = match tag {
            Tag::Heading { level, .. } => Some(Block::Heading { level: level_number(level), content: self.inlines(end) }),
            Tag::BlockQuote(_) => Some(Block::Quote(self.blocks(Some(end)))),
            Tag::CodeBlock(kind) => Some(Block::Code { language: language(&kind), text: self.flat_text(end) }),
            Tag::List(start) => Some(Block::List { start, items: self.items(end) }),
            Tag::Table(columns) => Some(self.table(&columns, end)),
            Tag::HtmlBlock => Some(Block::Paragraph(vec![Inline::Text(self.flat_text(end).trim_end().to_owned())])),
            Tag::Paragraph => Some(self.inlines(end)).filter(|run| !run.is_empty()).map(Block::Paragraph),
            _ => Some(self.inlines(end)).filter(|run| !run.is_empty()).map(Block::Paragraph),
        };
        self.depth -= 1;
        block
    }

    fn items(&mut self, end: TagEnd) -> Vec<Vec<Block>> {
        let mut items = Vec::new();
        while let Some(event) = self.events.next() {
            match event {
                Event::Start(Tag::Item) => items.push(self.blocks(Some(TagEnd::Item))),
                Event::End(tag) if tag == end => break,
                _ => {}
            }
        }
        items
    }

    fn table(&mut self, columns: &[pulldown_cmark::Alignment], end: TagEnd) -> Block {
        let (mut header, mut rows) = (Vec::new(), Vec::new());
        while let Some(event) = self.events.next() {
            match event {
                Event::Start(Tag::TableHead) => header = self.cells(TagEnd::TableHead),
                Event::Start(Tag::TableRow) => rows.push(self.cells(TagEnd::TableRow)),
                Event::End(tag) if tag == end => break,
                _ => {}
            }
        }
        Block::Table { header, rows, alignments: columns.iter().copied().map(alignment).collect() }
    }

    fn cells(&mut self, end: TagEnd) -> Vec<Vec<Inline>> {
        let mut cells = Vec::new();
        while let Some(event) = self.events.next() {
            match event {
                Event::Start(Tag::TableCell) => cells.push(self.inlines(TagEnd::TableCell)),
                Event::End(tag) if tag == end => break,
                _ => {}
            }
        }
        cells
    }

    /// Inlines up to the given end, which is consumed.
    fn inlines(&mut self, end: TagEnd) -> Vec<Inline> {
        let mut run = Vec::new();
        while let Some(event) = self.events.next() {
            if matches!(&event, Event::End(tag) if *tag == end) {
                break;
            }
            self.inline(event, &mut run);
        }
        with_citations(run)
    }

    /// Inlines up to the next block or end, which stays.
    fn inline_run(&mut self) -> Vec<Inline> {
        let mut run = Vec::new();
        while let Some(event) = self.events.peek() {
            if matches!(event, Event::End(_) | Event::Rule) || matches!(event, Event::Start(tag) if is_block(tag)) {
                break;
            }
            if let Some(event) = self.events.next() {
                self.inline(event, &mut run);
            }
        }
        with_citations(run)
    }

    fn inline(&mut self, event: Event<'a>, run: &mut Vec<Inline>) {
        match event {
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => run.push(Inline::Text(text.into_string())),
            Event::Code(text) => run.push(Inline::Code(text.into_string())),
            Event::SoftBreak => run.push(Inline::Text(" ".to_owned())),
            Event::HardBreak => run.push(Inline::Break),
            Event::Start(tag) if self.depth < MAX_DEPTH => {
                self.depth += 1;
                self.span(tag, run);
                self.depth -= 1;
            }
            Event::Start(tag) => run.push(Inline::Text(self.flat_text(tag.to_end()))),
            _ => {}
        }
    }

    fn span(&mut self, tag: Tag<'a>, run: &mut Vec<Inline>) {
        let end = tag.to_end();
        match tag {
            Tag::Strong => run.push(Inline::Strong(self.inlines(end))),
            Tag::Emphasis => run.push(Inline::Emphasis(self.inlines(end))),
            Tag::Strikethrough => run.push(Inline::Strike(self.inlines(end))),
            Tag::Link { dest_url, title, .. } => {
                let content = self.inlines(end);
                match safe_link(&dest_url) {
                    Some(href) => run.push(Inline::Link { href, title: title.into_string(), content }),
                    None => run.extend(content),
                }
            }
            Tag::Image { dest_url, .. } => {
                let src = safe_link(&dest_url).filter(|href| !href.starts_with("mailto:")).unwrap_or_default();
                run.push(Inline::Image { alt: self.flat_text(end), src });
            }
            _ => run.extend(self.inlines(end)),
        }
    }

    fn flat_text(&mut self, end: TagEnd) -> String {
        let (mut text, mut nested) = (String::new(), 0_usize);
        for event in self.events.by_ref() {
            match event {
                Event::Start(tag) if tag.to_end() == end => nested += 1,
                Event::End(tag) if tag == end && nested == 0 => break,
                Event::End(tag) if tag == end => nested -= 1,
                Event::Text(part) | Event::Code(part) | Event::Html(part) | Event::InlineHtml(part) => text.push_str(&part),
                Event::SoftBreak | Event::HardBreak => text.push('\n'),
                _ => {}
            }
        }
        text
    }
}

const fn is_block(tag: &Tag<'_>) -> bool {
    !matches!(
        tag,
        Tag::Strong | Tag::Emphasis | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. } | Tag::Superscript | Tag::Subscript
    )
}

const fn level_number(level: HeadingLevel) -> u8 {
    level as u8
}

const fn alignment(column: pulldown_cmark::Alignment) -> Alignment {
    match column {
        pulldown_cmark::Alignment::Center => Alignment::Center,
        pulldown_cmark::Alignment::Right => Alignment::End,
        _ => Alignment::Start,
    }
}

fn language(kind: &CodeBlockKind<'_>) -> Option<String> {
    let CodeBlockKind::Fenced(info) = kind else { return None };
    let word: String = info.chars().take_while(|c| c.is_ascii_alphanumeric() || "+-#_".contains(*c)).take(32).collect();
    (!word.is_empty()).then_some(word)
}

/// The link, when its scheme is http, https or mailto and it holds nothing that could hide another.
fn safe_link(link: &str) -> Option<String> {
    let link = link.trim();
    let scheme = link.split_once(':')?.0.to_ascii_lowercase();
    let is_safe = matches!(scheme.as_str(), "http" | "https" | "mailto") && !link.chars().any(char::is_control);
    is_safe.then(|| link.to_owned())
}

/// Joins neighbouring texts and turns each `[n]` of one to three digits (also `[1, 2]`) into citations.
fn with_citations(run: Vec<Inline>) -> Vec<Inline> {
    let mut joined: Vec<Inline> = Vec::with_capacity(run.len());
    for inline in run {
        match (joined.last_mut(), inline) {
            (Some(Inline::Text(before)), Inline::Text(text)) => before.push_str(&text),
            (_, inline) => joined.push(inline),
        }
    }
    joined
        .into_iter()
        .flat_map(|inline| match inline {
            Inline::Text(text) => cite(&text),
            other => vec![other],
        })
        .collect()
}

fn cite(text: &str) -> Vec<Inline> {
    let (mut parts, mut rest, mut plain) = (Vec::new(), text, String::new());
    while let Some(open) = rest.find('[') {
        let (before, after) = (&rest[..open], &rest[open + 1..]);
        let numbers = after.find(']').and_then(|close| citation_numbers(&after[..close]).map(|numbers| (numbers, close)));
        plain.push_str(before);
        if let Some((numbers, close)) = numbers {
            if !plain.is_empty() {
                parts.push(Inline::Text(std::mem::take(&mut plain)));
            }
            parts.extend(numbers.into_iter().map(Inline::Citation));
            rest = &after[close + 1..];
        } else {
            plain.push('[');
            rest = after;
        }
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        parts.push(Inline::Text(plain));
    }
    parts
}

fn citation_numbers(inside: &str) -> Option<Vec<u32>> {
    let is_number = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    inside.split(',').map(str::trim).map(|part| is_number(part).then(|| part.parse().ok()).flatten().filter(|n| *n > 0)).collect()
}
