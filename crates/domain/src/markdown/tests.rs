//! What the tree keeps and what it refuses.

use super::{Block, Inline, parse, split_last_block};

fn text(words: &str) -> Inline {
    Inline::Text(words.to_owned())
}

#[test]
fn raw_html_is_shown_as_text() {
    assert_eq!(parse("a <b onclick=x>b</b>"), [Block::Paragraph(vec![text("a <b onclick=x>b</b>")])]);
    assert_eq!(parse("<script>alert(1)</script>"), [Block::Paragraph(vec![text("<script>alert(1)</script>")])]);
}

#[test]
fn only_http_https_and_mailto_links_keep_their_target() {
    for unsafe_link in ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "//evil.example", "file:///etc/passwd"] {
        assert_eq!(parse(&format!("[here]({unsafe_link})")), [Block::Paragraph(vec![text("here")])], "{unsafe_link}");
    }
    let [Block::Paragraph(run)] = &parse("[here](https://example.org)")[..] else { panic!("one paragraph") };
    assert!(matches!(&run[..], [Inline::Link { href, .. }] if href == "https://example.org"));
}

#[test]
fn numbers_in_brackets_are_citations_but_not_in_code() {
    assert_eq!(
        parse("True [1][2, 3]."),
        [Block::Paragraph(vec![text("True "), Inline::Citation(1), Inline::Citation(2), Inline::Citation(3), text(".")])]
    );
    assert_eq!(parse("`a[1]`"), [Block::Paragraph(vec![Inline::Code("a[1]".to_owned())])]);
    assert_eq!(parse("[x] [0] [1234]"), [Block::Paragraph(vec![text("[x] [0] [1234]")])]);
}

#[test]
fn lists_tables_and_code_keep_their_structure() {
    assert!(matches!(&parse("1. a\n2. b\n   - c")[..], [Block::List { start: Some(1), items }] if items.len() == 2 && items[1].len() == 2));
    assert!(matches!(&parse("|a|b|\n|-|-:|\n|1|2|")[..], [Block::Table { header, rows, .. }] if header.len() == 2 && rows.len() == 1));
    assert_eq!(parse("```rust\nfn x() {}\n```"), [Block::Code { language: Some("rust".to_owned()), text: "fn x() {}\n".to_owned() }]);
}

#[test]
fn deep_nesting_neither_overflows_nor_loses_text() {
    let deep = format!("{}end", "> ".repeat(5_000));
    assert!(format!("{:?}", parse(&deep)).contains("end"));
}

#[test]
fn the_settled_part_and_the_open_part_parse_to_the_whole() {
    let whole = "# One\n\ntext\n\n```\na\n\nb\n```\n\n- x\n\n- y\n\nlast [1] words";
    for (end, _) in whole.char_indices() {
        let (settled, open) = split_last_block(&whole[..end]);
        let mut parts = parse(settled);
        parts.extend(parse(open));
        assert_eq!(parts, parse(&whole[..end]), "cut at {end}");
    }
}
