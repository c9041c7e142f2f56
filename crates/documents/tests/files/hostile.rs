use documents::ExtractFailure;

use crate::{
    read,
    support::{docx, zip},
};

#[test]
fn a_zip_bomb_is_refused_before_it_is_unpacked() {
    let zeros = vec![b' '; 16 << 20];
    let bomb = zip(&[("word/document.xml", b"<w:document/>"), ("word/media/a.bin", &zeros)]);
    assert!(bomb.len() < 1 << 20);
    let refused = read("bomb.docx", bomb).unwrap_err();
    assert!(matches!(refused, ExtractFailure::TooComplex { .. }), "{refused}");
    assert!(refused.to_string().contains("“bomb.docx” is too large or complex to read: it unpacks to many times its size."));
}

#[test]
fn deeply_nested_xml_is_refused() {
    let refused = read("deep.docx", docx(&"<w:sdt>".repeat(200_000))).unwrap_err();
    assert!(refused.to_string().contains("nested too deeply"), "{refused}");
}

#[test]
fn an_entity_bomb_is_refused() {
    let part = "<?xml version=\"1.0\"?><!DOCTYPE d [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><w:document><w:t>&b;</w:t></w:document>";
    let refused = read("entities.docx", zip(&[("word/document.xml", part.as_bytes())])).unwrap_err();
    assert!(refused.to_string().contains("declares its own XML entities"), "{refused}");
}

#[test]
fn a_zip_that_is_no_word_document_is_told_apart_from_a_damaged_one() {
    let other = read("a.docx", zip(&[("mimetype", b"x")])).unwrap_err();
    assert!(matches!(other, ExtractFailure::Mismatch { .. }), "{other}");
    let mut cut = docx("<w:p/>");
    cut.truncate(cut.len() / 2);
    assert!(matches!(read("a.docx", cut), Err(ExtractFailure::Damaged { .. })));
    let torn = zip(&[("word/document.xml", b"<w:document><w:p>")]);
    assert!(matches!(read("a.docx", torn), Err(ExtractFailure::Damaged { .. })));
}

#[test]
fn a_table_with_one_huge_row_is_read() {
    let row = vec!["value"; 200_000].join(",");
    let extracted = read("wide.csv", format!("{row}\n{row}\n").into_bytes()).unwrap();
    assert!(extracted.pages[0].text.len() > 2_000_000);
}

#[test]
fn names_that_repeat_without_end_cannot_fill_the_memory() {
    let header = vec!["h".repeat(80); 1000].join(",");
    let rows = format!("{}\n", vec!["x"; 1000].join(",")).repeat(2000);
    let refused = read("big.csv", format!("{header}\n{rows}").into_bytes()).unwrap_err();
    assert!(refused.to_string().contains("it holds more than 48 MB of text"), "{refused}");
}
