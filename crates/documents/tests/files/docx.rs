use crate::{
    read,
    support::{docx, docx_with, paragraph},
    texts,
};

const STYLES: &str = r#"<w:styles>
  <w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>
  <w:style w:type="paragraph" w:styleId="Sub"><w:name w:val="Own"/><w:basedOn w:val="H2"/></w:style>
  <w:style w:type="paragraph" w:styleId="H2"><w:name w:val="heading 2"/></w:style>
  <w:style w:type="paragraph" w:styleId="Loop"><w:name w:val="Loop"/><w:basedOn w:val="Loop"/></w:style>
  <w:style w:type="paragraph" w:styleId="Bullets"><w:name w:val="List Bullet"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
</w:styles>"#;
const NUMBERING: &str = r#"<w:numbering>
  <w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum>
  <w:abstractNum w:abstractNumId="8"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl><w:lvl w:ilvl="1"><w:numFmt w:val="lowerLetter"/></w:lvl></w:abstractNum>
  <w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num>
</w:numbering>"#;

fn styled(style: &str, text: &str) -> String {
    format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>")
}

fn item(list: u32, level: u32, text: &str) -> String {
    format!(
        "<w:p><w:pPr><w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"{list}\"/></w:numPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"
    )
}

fn markdown(body: &str) -> Vec<String> {
    let file = docx_with(body, &[("word/styles.xml", STYLES), ("word/numbering.xml", NUMBERING)]);
    texts(&read("a.docx", file).unwrap()).into_iter().map(str::to_owned).collect()
}

#[test]
fn headings_come_from_styles_also_inherited_ones() {
    let body = [styled("berschrift1", "Costs"), styled("Sub", "Travel"), styled("Loop", "Plain &amp; simple &#228;")].concat();
    assert_eq!(markdown(&body), ["# Costs\n\n## Travel\n\nPlain & simple ä"]);
}

#[test]
fn lists_are_marked_numbered_and_indented() {
    let body = [
        styled("Bullets", "dot"),
        item(2, 0, "first"),
        item(2, 1, "inner"),
        item(2, 1, "inner two"),
        item(2, 0, "second"),
        item(2, 1, "starts again"),
        item(0, 0, "no item"),
    ]
    .concat();
    assert_eq!(markdown(&body), ["- dot\n1. first\n  1. inner\n  2. inner two\n2. second\n  1. starts again\n\nno item"]);
}

#[test]
fn tables_become_rows_and_boxes_become_paragraphs() {
    let row = |cells: &[&str]| {
        let cells: Vec<String> = cells.iter().map(|cell| format!("<w:tc>{}{}</w:tc>", paragraph(cell), paragraph(""))).collect();
        let cells = cells.concat();
        format!("<w:tr>{cells}</w:tr>")
    };
    let inner = format!("<w:tbl>{}</w:tbl>", row(&["x", "y"]));
    let body = format!(
        "<w:tbl>{}{}<w:tr><w:tc>{}{inner}</w:tc><w:tc>{}</w:tc></w:tr></w:tbl>{}<w:tbl>{}</w:tbl>",
        row(&["Name", "Age"]),
        row(&["A|B", ""]),
        paragraph("nested:"),
        paragraph("z"),
        paragraph("After."),
        row(&["In a box."]),
    );
    assert_eq!(markdown(&body), ["| Name | Age |\n| --- | --- |\n| A\\|B |  |\n| nested: x y | z |\n\nAfter.\n\nIn a box."]);
}

#[test]
fn pages_are_those_that_word_laid_out() {
    let break_by_hand = "<w:p><w:r><w:br w:type=\"page\"/></w:r></w:p>";
    let rendered = "<w:lastRenderedPageBreak/>";
    let body = format!(
        "{}{break_by_hand}<w:p><w:r>{rendered}<w:t>Two starts, </w:t></w:r><w:r>{rendered}<w:t>three goes on.</w:t></w:r></w:p>",
        paragraph("One.")
    );
    let extracted = read("a.docx", docx(&body)).unwrap();
    assert!(extracted.is_paginated);
    assert_eq!(texts(&extracted), ["One.", "Two starts,", "three goes on."]);
    assert_eq!(extracted.pages[2].number, 3);
}

#[test]
fn sections_and_page_break_before_start_pages() {
    let body = format!(
        "<w:p><w:pPr><w:sectPr/></w:pPr><w:r><w:t>One.</w:t></w:r></w:p>{}\
         <w:p><w:pPr><w:sectPr><w:type w:val=\"continuous\"/></w:sectPr></w:pPr><w:r><w:t>Still two.</w:t></w:r></w:p>\
         <w:p><w:pPr><w:pageBreakBefore/></w:pPr><w:r><w:t>Three.</w:t></w:r></w:p>",
        paragraph("Two."),
    );
    assert_eq!(markdown(&body), ["One.", "Two.\n\nStill two.", "Three."]);
}

#[test]
fn a_row_that_starts_a_page_is_on_it() {
    let row = |text: &str, mark: &str| {
        format!("<w:tr><w:tc><w:p><w:r>{mark}<w:t>{text}</w:t></w:r></w:p></w:tc><w:tc>{}</w:tc></w:tr>", paragraph("x"))
    };
    let body = format!("<w:tbl>{}{}</w:tbl>", row("a", ""), row("b", "<w:lastRenderedPageBreak/>"));
    assert_eq!(markdown(&body), ["| a | x |\n| --- | --- |", "| b | x |"]);
}

#[test]
fn text_that_nobody_sees_is_left_out() {
    let body = "<w:p><w:r><w:t>Seen</w:t></w:r><w:del><w:r><w:delText>deleted</w:delText></w:r></w:del>\
        <w:moveFrom><w:r><w:t>moved</w:t></w:r></w:moveFrom><w:r><w:instrText>PAGE</w:instrText></w:r>\
        <w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r><w:ins><w:r><w:t> and inserted</w:t></w:r></w:ins></w:p>";
    assert_eq!(markdown(body), ["Seen and inserted"]);
}

#[test]
fn a_text_box_is_read_once() {
    let inside = format!("<w:txbxContent>{}</w:txbxContent>", paragraph("Boxed."));
    let body = format!(
        "<w:p><w:r><w:t>Around</w:t></w:r><w:r><mc:AlternateContent><mc:Choice>{inside}</mc:Choice><mc:Fallback>{inside}</mc:Fallback>\
         </mc:AlternateContent></w:r><w:r><w:t> it.</w:t></w:r></w:p>"
    );
    assert_eq!(markdown(&body), ["Boxed.\n\nAround it."]);
}

#[test]
fn footnotes_stand_at_the_end_of_their_page() {
    let notes = "<w:footnotes><w:footnote w:id=\"-1\"><w:p/></w:footnote><w:footnote w:id=\"2\"><w:p><w:r><w:t>See there.</w:t></w:r></w:p></w:footnote></w:footnotes>";
    let body = "<w:p><w:r><w:t>Claim</w:t></w:r><w:r><w:footnoteReference w:id=\"2\"/></w:r><w:r><w:t>.</w:t></w:r></w:p>";
    let extracted = read("a.docx", docx_with(body, &[("word/footnotes.xml", notes)])).unwrap();
    assert_eq!(texts(&extracted), ["Claim[^2].\n\n[^2]: See there."]);
    assert!(!extracted.is_paginated);
}

#[test]
fn a_document_without_text_is_told_as_such() {
    let refused = read("a.docx", docx("<w:p/>")).unwrap_err().to_string();
    assert!(refused.starts_with("“a.docx” holds no text"), "{refused}");
}
