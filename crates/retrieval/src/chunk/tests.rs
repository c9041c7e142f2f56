use super::*;

fn page(number: u32, text: &str) -> PageText {
    PageText { number, text: text.to_owned() }
}

fn sentences(count: usize) -> String {
    (0..count).map(|n| format!("This is sentence number {n} of the text.")).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_document_without_text_has_no_chunks() {
    assert_eq!(split(&[], &ChunkOptions::default()), []);
    assert_eq!(split(&[page(1, " \n\t ")], &ChunkOptions::default()), []);
}

#[test]
fn a_short_document_is_one_chunk_with_its_place() {
    let chunks = split(&[page(1, "\n# Title\n\nÄ short text.\n")], &ChunkOptions::default());
    assert_eq!(chunks.len(), 1);
    let chunk = &chunks[0];
    assert_eq!((chunk.char_start, chunk.char_end, chunk.page_last_end), (1, 23, 23));
    assert_eq!(chunk.text, "# Title\n\nÄ short text.");
    assert_eq!(chunk.heading.as_deref(), Some("Title"));
}

#[test]
fn chunks_end_where_sentences_end() {
    let chunks = split(&[page(1, &sentences(100))], &ChunkOptions::default());
    assert!(chunks.len() >= 4);
    for chunk in &chunks {
        assert!(chunk.text.starts_with("This is") && chunk.text.ends_with("text."), "{}", chunk.text);
        assert!(chunk.text.chars().count() <= 1000);
    }
}

#[test]
fn a_paragraph_end_is_preferred_to_a_later_sentence_end() {
    let text = format!("{}\n\n{}", sentences(19), sentences(19));
    let chunks = split(&[page(1, &text)], &ChunkOptions::default());
    assert_eq!(chunks[0].text, sentences(19));
}

#[test]
fn a_section_opens_a_chunk_and_a_small_one_joins_its_neighbour() {
    let text = format!("# A\n\n{}\n\n## B\n\nTiny.\n\n## C\n\n{}", sentences(16), sentences(16));
    let chunks = split(&[page(1, &text)], &ChunkOptions::default());
    let headings: Vec<_> = chunks.iter().map(|chunk| chunk.heading.as_deref().unwrap_or("")).collect();
    assert_eq!(headings, ["A", "A › C"]);
    assert!(chunks[1].text.starts_with("## B\n\nTiny.\n\n## C"));
}

#[test]
fn a_heading_stays_with_its_text() {
    let text = format!("{}\n\n# Next\n\n{}", sentences(24), sentences(24));
    for chunk in split(&[page(1, &text)], &ChunkOptions::default()) {
        assert!(!chunk.text.ends_with("# Next"));
    }
}

#[test]
fn a_chunk_over_two_pages_tells_both_ends() {
    let pages = [page(7, "It starts here and"), page(8, "goes on there.")];
    let chunks = split(&pages, &ChunkOptions::default());
    assert_eq!(chunks.len(), 1);
    assert_eq!((chunks[0].page_first, chunks[0].page_last), (7, 8));
    assert_eq!((chunks[0].char_start, chunks[0].char_end, chunks[0].page_last_end), (0, 18, 14));
    assert_eq!(chunks[0].text, "It starts here and\n\ngoes on there.");
}

#[test]
fn chunks_stay_on_their_page_when_asked_to() {
    let pages = [page(1, "One."), page(2, ""), page(3, "Three.")];
    let options = ChunkOptions { multipage_sections: false, ..ChunkOptions::default() };
    let chunks = split(&pages, &options);
    assert_eq!(chunks.iter().map(|chunk| (chunk.page_first, chunk.page_last)).collect::<Vec<_>>(), [(1, 1), (3, 3)]);
}

#[test]
fn the_headings_of_a_page_reach_to_the_next() {
    let pages = [page(1, "# Top\n\n## Part\n\nText."), page(2, "More text of the part.")];
    let options = ChunkOptions { multipage_sections: false, ..ChunkOptions::default() };
    assert_eq!(split(&pages, &options)[1].heading.as_deref(), Some("Top › Part"));
}

#[test]
fn an_overlap_repeats_whole_words_from_before() {
    let options = ChunkOptions { overlap: 30, ..ChunkOptions::default() };
    let chunks = split(&[page(1, &sentences(60))], &options);
    let plain = split(&[page(1, &sentences(60))], &ChunkOptions::default());
    assert!(chunks[1].text.ends_with(&plain[1].text));
    assert!(chunks[1].text.starts_with("number"), "{}", chunks[1].text);
    assert!(plain[1].char_start - chunks[1].char_start <= 30);
}
