//! What events make of a transcript, and other rules of the screen: pure, so that they can be tested without a browser.
//!
//! The invariant: an event counts once, in order, and nothing counts after the last one (`MessageView::apply`, which the
//! server uses too).

use domain::chat::{Applied, ChatEvent, Citation, MessageView};
use domain::markdown::{Block, Inline, parse};

/// The message that is being written, and what happened to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transcript {
    /// The message so far.
    pub message: MessageView,
}

/// What a bundle of events amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing new.
    Unchanged,
    /// The message grew.
    Grew,
    /// The message is as it will stay.
    Ended,
    /// Events are missing; read the message again.
    Broken,
}

impl Transcript {
    /// Takes in one event.
    pub fn apply(&mut self, seq: i64, event: ChatEvent) -> Applied {
        self.message.apply(seq, event)
    }

    /// Takes in a bundle of events: what came with one picture.
    pub fn apply_all(&mut self, events: impl IntoIterator<Item = (i64, ChatEvent)>) -> Outcome {
        let mut outcome = Outcome::Unchanged;
        for (seq, event) in events {
            match self.apply(seq, event) {
                Applied::Ignored => {}
                Applied::Gap => return Outcome::Broken,
                Applied::Changed => outcome = Outcome::Grew,
                Applied::Ended => outcome = Outcome::Ended,
            }
        }
        outcome
    }
}

/// The sources a text cites, by number: those that were only offered are left out.
pub fn cited<'a>(text: &str, offered: &'a [Citation]) -> Vec<&'a Citation> {
    let mut numbers = Vec::new();
    for block in &parse(text) {
        collect(block, &mut numbers);
    }
    offered.iter().filter(|citation| numbers.contains(&citation.number)).collect()
}

fn collect(block: &Block, numbers: &mut Vec<u32>) {
    match block {
        Block::Paragraph(content) | Block::Heading { content, .. } => collect_inline(content, numbers),
        Block::List { items, .. } => items.iter().flatten().for_each(|block| collect(block, numbers)),
        Block::Quote(blocks) => blocks.iter().for_each(|block| collect(block, numbers)),
        Block::Table { header, rows, .. } => {
            header.iter().chain(rows.iter().flatten()).for_each(|cell| collect_inline(cell, numbers));
        }
        Block::Code { .. } | Block::Rule => {}
    }
}

fn collect_inline(content: &[Inline], numbers: &mut Vec<u32>) {
    for run in content {
        match run {
            Inline::Citation(number) => numbers.push(*number),
            Inline::Strong(inner) | Inline::Emphasis(inner) | Inline::Strike(inner) | Inline::Link { content: inner, .. } => {
                collect_inline(inner, numbers);
            }
            Inline::Text(_) | Inline::Code(_) | Inline::Image { .. } | Inline::Break => {}
        }
    }
}

/// A text in three parts around its marked passage, which is given in characters.
pub fn split_at_mark(text: &str, mark: Option<(u32, u32)>) -> (&str, &str, &str) {
    let Some((start, end)) = mark.filter(|(start, end)| start < end) else { return (text, "", "") };
    let place = |count: u32| text.char_indices().nth(count as usize).map_or(text.len(), |(at, _)| at);
    let (start, end) = (place(start), place(end));
    (&text[..start], &text[start..end], &text[end..])
}

/// Text of a page as people read it: headings without the signs that mark them.
pub fn without_heading_signs(text: &str) -> String {
    let plain = |line: &str| {
        let rest = line.trim_start_matches('#');
        let signs = line.len() - rest.len();
        if (1..=6).contains(&signs) && rest.starts_with(' ') { rest[1..].to_owned() } else { line.to_owned() }
    };
    text.split_inclusive('\n').map(plain).collect()
}

/// How many lines the composer shows for a text: what it has, 10 at most.
pub fn composer_rows(text: &str) -> usize {
    text.split('\n').count().clamp(1, 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::chat::{MessageRole, MessageStatus, Usage};
    use domain::{ChunkId, GenerationId, MessageId};

    fn transcript() -> Transcript {
        let message = MessageView {
            id: MessageId::new(),
            role: MessageRole::Assistant,
            status: MessageStatus::Pending,
            content: String::new(),
            trouble: None,
            model: None,
            citations: Vec::new(),
            generation_id: Some(GenerationId::new()),
            last_seq: 0,
            usage: None,
            created_at: chrono::DateTime::default(),
        };
        Transcript { message }
    }

    fn citation(number: u32) -> Citation {
        Citation {
            number,
            chunk_id: ChunkId::new(),
            document_id: None,
            document_name: "a.pdf".to_owned(),
            page: None,
            excerpt: String::new(),
        }
    }

    fn delta(text: &str) -> ChatEvent {
        ChatEvent::Delta(text.to_owned())
    }

    #[test]
    fn deltas_make_the_text_and_the_end_makes_the_status() {
        let mut transcript = transcript();
        let start = ChatEvent::Started(transcript.message.id);
        assert_eq!(transcript.apply_all([(1, start), (2, delta("Hel")), (3, delta("lo"))]), Outcome::Grew);
        assert_eq!((transcript.message.content.as_str(), transcript.message.status), ("Hello", MessageStatus::InProgress));
        assert_eq!(transcript.apply_all([(4, ChatEvent::Finished(Usage::default()))]), Outcome::Ended);
        assert_eq!((transcript.message.status, transcript.message.generation_id), (MessageStatus::Success, None));
    }

    #[test]
    fn an_event_that_comes_twice_counts_once() {
        let mut transcript = transcript();
        transcript.apply_all([(1, delta("a")), (1, delta("a")), (2, delta("b"))]);
        assert_eq!(transcript.apply(2, delta("b")), Applied::Ignored);
        assert_eq!(transcript.message.content, "ab");
    }

    #[test]
    fn a_missing_event_is_noticed_and_nothing_behind_it_is_shown() {
        let mut transcript = transcript();
        assert_eq!(transcript.apply_all([(1, delta("a")), (3, delta("c"))]), Outcome::Broken);
        assert_eq!((transcript.message.content.as_str(), transcript.message.last_seq), ("a", 1));
    }

    #[test]
    fn nothing_counts_after_the_last_event() {
        let mut transcript = transcript();
        assert_eq!(transcript.apply(1, ChatEvent::Failed("No credit.".to_owned())), Applied::Ended);
        assert_eq!(transcript.apply(2, delta("late")), Applied::Ignored);
        assert_eq!(transcript.message.trouble.as_deref(), Some("No credit."));
        assert_eq!(transcript.message.content, "");
    }

    #[test]
    fn a_message_opened_in_the_middle_goes_on_after_what_it_holds() {
        let mut transcript = transcript();
        transcript.message.content = "Half".to_owned();
        transcript.message.last_seq = 7;
        transcript.apply_all([(6, delta("x")), (7, delta("y")), (8, delta(" done"))]);
        assert_eq!(transcript.message.content, "Half done");
    }

    #[test]
    fn an_answer_that_goes_on_keeps_its_sources() {
        let mut transcript = transcript();
        let first = citation(1);
        transcript.message.citations = vec![first.clone()];
        transcript.apply_all([(1, ChatEvent::Source(citation(1))), (2, ChatEvent::Source(citation(2)))]);
        assert_eq!(transcript.message.citations.len(), 2);
        assert_eq!(transcript.message.citations[0], first);
    }

    #[test]
    fn only_cited_sources_are_listed() {
        let offered = [citation(1), citation(2), citation(3)];
        let numbers = |text| cited(text, &offered).iter().map(|citation| citation.number).collect::<Vec<_>>();
        assert_eq!(numbers("- **So [3]**\n\n| a |\n|---|\n| [1] |\n\n`[2]`"), [1, 3]);
        assert!(numbers("none").is_empty());
    }

    #[test]
    fn the_mark_is_counted_in_characters() {
        assert_eq!(split_at_mark("äöü", Some((1, 2))), ("ä", "ö", "ü"));
        assert_eq!(split_at_mark("abc", Some((1, 99))), ("a", "bc", ""));
        assert_eq!(split_at_mark("abc", Some((2, 1))), ("abc", "", ""));
        assert_eq!(split_at_mark("abc", None), ("abc", "", ""));
    }

    #[test]
    fn headings_of_a_page_lose_their_signs_and_nothing_else_does() {
        assert_eq!(without_heading_signs("# One\ntext #1\n### Two\n#tag\n####### seven"), "One\ntext #1\nTwo\n#tag\n####### seven");
        assert_eq!(without_heading_signs(""), "");
    }

    #[test]
    fn the_composer_grows_to_ten_lines() {
        assert_eq!(composer_rows(""), 1);
        assert_eq!(composer_rows("a\nb"), 2);
        assert_eq!(composer_rows(&"\n".repeat(40)), 10);
    }
}
