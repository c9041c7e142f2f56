//! Plain text and Markdown: only the encoding has to be found out.
//!
//! The one invariant: decoding never fails; what cannot be UTF-8 is read as Windows-1252 and said so.

use encoding_rs::{Encoding, WINDOWS_1252};

use crate::{Extracted, numbered, unpaginated};

/// Reads text; a form feed starts a new page.
pub(crate) fn extract(bytes: &[u8]) -> Extracted {
    let (text, warnings) = decode(bytes, None);
    if !text.trim_end_matches('\u{c}').contains('\u{c}') {
        return unpaginated(text, warnings);
    }
    let pages = numbered(text.trim_end_matches(['\u{c}', '\n', '\r']).split('\u{c}').map(str::to_owned));
    Extracted { pages, is_paginated: true, warnings }
}

/// Decodes by byte order mark, else as UTF-8, else as `declared`, else as Windows-1252 (with a warning).
pub(crate) fn decode(bytes: &[u8], declared: Option<&'static Encoding>) -> (String, Vec<String>) {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return (encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned(), Vec::new());
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (text.to_owned(), Vec::new());
    }
    if let Some(encoding) = declared {
        return (encoding.decode_without_bom_handling(bytes).0.into_owned(), Vec::new());
    }
    let text = WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned();
    (text, vec!["The file is not UTF-8; it was read as Windows-1252, so unusual characters may be wrong.".to_owned()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_8_and_utf_16_are_recognised() {
        assert_eq!(extract("Größe".as_bytes()).pages[0].text, "Größe");
        assert_eq!(extract(b"\xef\xbb\xbfhi").pages[0].text, "hi");
        assert_eq!(extract(b"\xff\xfeh\0i\0").pages[0].text, "hi");
        assert_eq!(extract(b"\xfe\xff\0h\0i").pages[0].text, "hi");
    }

    #[test]
    fn old_files_are_read_as_windows_1252_and_it_is_said() {
        let extracted = extract(b"Gr\xf6\xdfe \x96 5 \x80");
        assert_eq!(extracted.pages[0].text, "Größe – 5 €");
        assert_eq!(extracted.warnings.len(), 1);
    }

    #[test]
    fn a_form_feed_starts_a_page() {
        let extracted = extract(b"one\x0ctwo\x0c\n");
        assert!(extracted.is_paginated);
        assert_eq!(extracted.pages.iter().map(|page| (page.number, page.text.as_str())).collect::<Vec<_>>(), [(1, "one"), (2, "two")]);
        assert!(!extract(b"one\x0c").is_paginated);
    }
}
