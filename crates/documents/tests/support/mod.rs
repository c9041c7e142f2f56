//! Makes small files to read: PDFs by hand, Word documents with a zip writer.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::io::{Cursor, Write as _};

use zip::{ZipWriter, write::SimpleFileOptions};

/// A PDF with one entry per page; each line of the entry is a line of Helvetica, an empty one a wider gap.
pub fn pdf(pages: &[&str]) -> Vec<u8> {
    let contents: Vec<Vec<u8>> = pages.iter().map(|page| page_content(page)).collect();
    let mut objects = vec!["<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".into()];
    assemble(&mut objects, &contents, "/Font << /F1 3 0 R >>")
}

/// A PDF whose pages each hold one picture and no text.
pub fn scanned_pdf(pages: usize) -> Vec<u8> {
    let side = 64;
    let mut image = format!(
        "<< /Type /XObject /Subtype /Image /Width {side} /Height {side} /ColorSpace /DeviceGray /BitsPerComponent 8 /Length {} >>\nstream\n",
        side * side
    )
    .into_bytes();
    image.extend((0..side * side).map(|at| u8::try_from(at % 251).expect("below 251")));
    image.extend(b"\nendstream");
    let contents = vec![b"q 612 0 0 792 0 0 cm /Im1 Do Q".to_vec(); pages];
    assemble(&mut vec![image], &contents, "/XObject << /Im1 3 0 R >>")
}

fn page_content(page: &str) -> Vec<u8> {
    let mut content = b"BT /F1 11 Tf 14 TL 72 720 Td\n".to_vec();
    for line in page.lines() {
        let escaped = line.replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)");
        content.extend(b"(");
        content.extend(escaped.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')));
        content.extend(b") Tj T*\n");
    }
    content.extend(b"ET");
    content
}

/// Objects 1 and 2 are catalog and page tree, `shared` starts at 3, then a page and its content for each entry.
fn assemble(shared: &mut Vec<Vec<u8>>, contents: &[Vec<u8>], resources: &str) -> Vec<u8> {
    let first_page = 3 + shared.len();
    let kids: Vec<String> = (0..contents.len()).map(|at| format!("{} 0 R", first_page + 2 * at)).collect();
    let mut objects = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        format!("<< /Type /Pages /Count {} /Kids [{}] >>", contents.len(), kids.join(" ")).into_bytes(),
    ];
    objects.append(shared);
    for (at, content) in contents.iter().enumerate() {
        let content_id = first_page + 2 * at + 1;
        objects.push(
            format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << {resources} >> /Contents {content_id} 0 R >>")
                .into_bytes(),
        );
        let mut stream = format!("<< /Length {} >>\nstream\n", content.len()).into_bytes();
        stream.extend(content);
        stream.extend(b"\nendstream");
        objects.push(stream);
    }
    write_objects(&objects)
}

fn write_objects(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut offsets = Vec::new();
    for (object, id) in objects.iter().zip(1..) {
        offsets.push(file.len());
        file.extend(format!("{id} 0 obj\n").into_bytes());
        file.extend(object);
        file.extend(b"\nendobj\n");
    }
    let table = file.len();
    file.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).into_bytes());
    for offset in offsets {
        file.extend(format!("{offset:010} 00000 n \n").into_bytes());
    }
    file.extend(format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1).into_bytes());
    file
}

/// A zip file of these parts.
pub fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in parts {
        zip.start_file(*path, SimpleFileOptions::default()).expect("a part can be added");
        zip.write_all(bytes).expect("memory can be written");
    }
    zip.finish().expect("the archive can be closed").into_inner()
}

/// A Word document with this body.
pub fn docx(body: &str) -> Vec<u8> {
    docx_with(body, &[])
}

/// A Word document with this body and more parts.
pub fn docx_with(body: &str, parts: &[(&str, &str)]) -> Vec<u8> {
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">\
         <w:body>{body}<w:sectPr/></w:body></w:document>"
    );
    let mut all = vec![("[Content_Types].xml", "<Types/>".as_bytes()), ("word/document.xml", document.as_bytes())];
    all.extend(parts.iter().map(|(path, text)| (*path, text.as_bytes())));
    zip(&all)
}

/// A paragraph of one run.
pub fn paragraph(text: &str) -> String {
    format!("<w:p><w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>")
}
