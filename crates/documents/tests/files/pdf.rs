use documents::ExtractFailure;

use crate::{
    read,
    support::{pdf, scanned_pdf},
    texts,
};

const ENCRYPTED: &[u8] = include_bytes!("../fixtures/encrypted.pdf");
const ENCRYPTED_RC4: &[u8] = include_bytes!("../fixtures/encrypted-rc4.pdf");
const OWNER_PASSWORD: &[u8] = include_bytes!("../fixtures/owner-password.pdf");
const TRUNCATED: &[u8] = include_bytes!("../fixtures/truncated.pdf");

fn refusal(name: &str, bytes: Vec<u8>) -> String {
    read(name, bytes).unwrap_err().to_string()
}

#[test]
fn pages_are_numbered_as_in_the_file() {
    let pages: Vec<String> = (1..=60).map(|number| format!("The secret of page {number} is told here.")).collect();
    let extracted = read("book.pdf", pdf(&pages.iter().map(String::as_str).collect::<Vec<_>>())).unwrap();
    assert!(extracted.is_paginated);
    assert_eq!(extracted.pages.len(), 60);
    assert_eq!((extracted.pages[41].number, extracted.pages[41].text.as_str()), (42, "The secret of page 42 is told here."));
}

#[test]
fn a_blank_page_keeps_its_place() {
    let extracted = read("a.pdf", pdf(&["First page with words.", "", "Third page with words."])).unwrap();
    assert_eq!(texts(&extracted), ["First page with words.", "", "Third page with words."]);
    assert_eq!(extracted.warnings, ["1 of 3 pages hold no text; they may be scans, which cannot be searched."]);
}

#[test]
fn words_divided_at_line_ends_are_whole_again() {
    let extracted = read("a.pdf", pdf(&["The rivers carry much water to the coer-\ncion of the sea."])).unwrap();
    assert!(extracted.pages[0].text.contains("the coercion of the sea."), "{}", extracted.pages[0].text);
}

#[test]
fn a_password_is_asked_for_only_when_it_is_needed() {
    for file in [ENCRYPTED, ENCRYPTED_RC4] {
        assert_eq!(
            refusal("a.pdf", file.to_vec()),
            "“a.pdf” is protected with a password. Remove the protection in the program it comes from and upload that copy."
        );
    }
    assert!(texts(&read("a.pdf", OWNER_PASSWORD.to_vec()).unwrap())[3].starts_with("This is page 4 of a small report"));
}

#[test]
fn a_file_that_was_cut_off_is_damaged() {
    assert!(refusal("cut.pdf", TRUNCATED.to_vec()).starts_with("“cut.pdf” is damaged or incomplete: it cannot be opened as a PDF."));
    let mut long = pdf(&["Some words on a page."; 30]);
    long.truncate(long.len() / 2);
    assert!(matches!(read("cut.pdf", long), Err(ExtractFailure::Damaged { .. })));
    assert!(matches!(read("odd.pdf", b"%PDF-1.7\nnothing\n%%EOF\n".to_vec()), Err(ExtractFailure::Damaged { .. })));
}

#[test]
fn a_scan_is_told_from_an_empty_document() {
    assert_eq!(
        refusal("scan.pdf", scanned_pdf(3)),
        "“scan.pdf” has 3 pages but no text; it looks like a scan. Run text recognition (OCR) on it and upload the result."
    );
    assert!(refusal("blank.pdf", pdf(&["", ""])).starts_with("“blank.pdf” holds no text"));
}
