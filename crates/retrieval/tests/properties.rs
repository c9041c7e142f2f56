//! What holds for every input, whatever the text.

use domain::PageText;
use proptest::prelude::*;
use retrieval::{
    chunk::{Chunk, ChunkOptions, split},
    citation, pack, title, tokens,
};

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => "[a-zA-Zäß漢。]{1,12}",
        4 => Just(" ".to_owned()),
        2 => Just(". ".to_owned()),
        2 => Just("\n".to_owned()),
        2 => Just("\n\n".to_owned()),
        1 => Just("\n# Heading\n".to_owned()),
        1 => Just("\n| a | b |\n".to_owned()),
        1 => Just("\n```\n".to_owned()),
        1 => Just("\n===\n".to_owned()),
        1 => "\\PC{0,20}",
        1 => "[^ ]{200,400}",
    ];
    prop::collection::vec(piece, 0..120).prop_map(|pieces| pieces.concat())
}

fn pages() -> impl Strategy<Value = Vec<PageText>> {
    prop::collection::vec(text(), 0..5)
        .prop_map(|texts| texts.into_iter().zip(1..).map(|(text, number)| PageText { number, text }).collect())
}

fn options() -> impl Strategy<Value = ChunkOptions> {
    (100..600_u32, 0..600_u32, any::<bool>()).prop_map(|(new_after_chars, combine_under_chars, multipage_sections)| ChunkOptions {
        new_after_chars,
        combine_under_chars,
        overlap: 0,
        multipage_sections,
    })
}

/// The ranges of a chunk: (page number, start, end) in characters.
fn ranges(chunk: &Chunk, pages: &[PageText]) -> Vec<(u32, usize, usize)> {
    let length = |number: u32| pages[number as usize - 1].text.chars().count();
    (chunk.page_first..=chunk.page_last)
        .map(|number| {
            let start = if number == chunk.page_first { chunk.char_start as usize } else { 0 };
            let end = match number {
                _ if number == chunk.page_last => chunk.page_last_end as usize,
                _ if number == chunk.page_first => chunk.char_end as usize,
                _ => length(number),
            };
            (number, start, end)
        })
        .collect()
}

fn solid(text: impl Iterator<Item = char>) -> String {
    text.filter(|c| !c.is_whitespace()).collect()
}

proptest! {
    // Enough to find what was ever found here, in a few seconds of an unoptimised build.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_character_is_in_exactly_one_chunk(pages in pages(), options in options()) {
        let chunks = split(&pages, &options);
        let of_chunks = solid(chunks.iter().flat_map(|chunk| chunk.text.chars()));
        let of_pages = solid(pages.iter().flat_map(|page| page.text.chars()));
        prop_assert_eq!(of_chunks, of_pages);
    }

    #[test]
    fn the_range_of_a_chunk_shows_exactly_its_text(pages in pages(), options in options()) {
        for chunk in split(&pages, &options) {
            let shown: String = ranges(&chunk, &pages).into_iter().flat_map(|(number, start, end)| {
                pages[number as usize - 1].text.chars().skip(start).take(end - start).collect::<Vec<_>>()
            }).collect();
            if chunk.page_first == chunk.page_last {
                prop_assert_eq!(&shown, &chunk.text);
            }
            prop_assert_eq!(solid(shown.chars()), solid(chunk.text.chars()));
        }
    }

    #[test]
    fn chunks_are_numbered_ordered_and_no_longer_than_the_cap(pages in pages(), options in options()) {
        let chunks = split(&pages, &options);
        for (at, chunk) in chunks.iter().enumerate() {
            prop_assert_eq!(chunk.position as usize, at);
            prop_assert!(chunk.text.chars().count() <= options.hard_cap());
            prop_assert!(!chunk.text.trim().is_empty());
            prop_assert!(options.multipage_sections || chunk.page_first == chunk.page_last);
        }
        for pair in chunks.windows(2) {
            prop_assert!((pair[0].page_last, pair[0].page_last_end) <= (pair[1].page_first, pair[1].char_start));
        }
    }

    #[test]
    fn a_word_is_cut_only_when_it_is_longer_than_a_chunk(pages in pages(), options in options()) {
        for pair in split(&pages, &options).windows(2) {
            if pair[0].page_last == pair[1].page_first && pair[0].page_last_end == pair[1].char_start {
                let page: Vec<char> = pages[pair[1].page_first as usize - 1].text.chars().collect();
                let at = pair[1].char_start as usize;
                let before = page[..at].iter().rev().take_while(|c| !c.is_whitespace()).count();
                let after = page[at..].iter().take_while(|c| !c.is_whitespace()).count();
                let is_wide_stop = page[..at].iter().rev().any(|&c| matches!(c, '。' | '！' | '？'));
                prop_assert!(is_wide_stop || before + after > options.hard_cap() / 3, "cut {before}|{after}");
            }
        }
    }

    #[test]
    fn an_overlap_only_adds_text_from_before(pages in pages(), overlap in 0..200_u32) {
        let options = ChunkOptions { new_after_chars: 200, combine_under_chars: 80, ..ChunkOptions::default() };
        let plain = split(&pages, &options);
        let overlapping = split(&pages, &ChunkOptions { overlap, ..options });
        prop_assert_eq!(plain.len(), overlapping.len());
        for (plain, overlapping) in plain.iter().zip(&overlapping) {
            prop_assert!(overlapping.text.ends_with(&plain.text));
            prop_assert!(overlapping.char_start <= plain.char_start && plain.char_start - overlapping.char_start <= overlap);
        }
    }

    #[test]
    fn a_packed_request_never_exceeds_its_budget(
        system in text(), question in text(), passages in prop::collection::vec(text(), 0..5),
        earlier in prop::collection::vec((any::<bool>(), text()), 0..6), budget_tokens in 0..3000_u32, max_history_items in 0..8_u32,
    ) {
        let role = |is_user| if is_user { pack::TurnRole::User } else { pack::TurnRole::Assistant };
        let mut history: Vec<_> = earlier.into_iter().map(|(is_user, text)| pack::Turn { role: role(is_user), text }).collect();
        history.push(pack::Turn { role: role(true), text: question.clone() });
        let turns = history.len();
        let passages: Vec<_> = passages.into_iter().zip(1..).map(|(text, number)| pack::PassageText {
            number, label: format!("file, page {number}"), text,
        }).collect();
        let packed = pack::context(pack::PackInput { system, passages, history, max_history_items, budget_tokens });
        let spent = tokens::estimate(&packed.system) + packed.turns.iter().map(|turn| tokens::estimate(&turn.text)).sum::<u32>();
        prop_assert_eq!(spent, packed.estimated_tokens);
        prop_assert!(spent <= budget_tokens);
        prop_assert_eq!(packed.turns.len() + packed.dropped_history as usize, turns);
        prop_assert!(packed.turns.len() <= max_history_items as usize + 1);
        prop_assert_eq!(packed.turns[0].role, pack::TurnRole::User);
        prop_assert!(question.starts_with(&packed.turns[packed.turns.len() - 1].text));
    }

    #[test]
    fn citations_come_only_from_what_was_offered(text in "[\\[\\]0-9, `\n~a]{0,80}", available in prop::collection::vec(0..20_u32, 0..5)) {
        let cited = citation::cited_numbers(&text, &available);
        for (at, number) in cited.iter().enumerate() {
            prop_assert!(available.contains(number));
            prop_assert!(!cited[..at].contains(number));
        }
    }

    #[test]
    fn a_title_is_one_short_line(text in "\\PC{0,200}|[a-z .?*#\\[\\]()!\n]{0,200}") {
        let title = title::from_question(&text);
        prop_assert!(!title.is_empty() && !title.contains('\n'));
        prop_assert!(title.chars().count() <= title::MAX_CHARS);
    }
}
