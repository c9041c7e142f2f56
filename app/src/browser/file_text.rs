//! The text of a file the person chose.

use super::timer::in_browser;
use js_sys::Uint8Array;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, TextDecoder, TextDecoderOptions};

/// Reads the text of a file, whatever it was saved as; none when it cannot be read. On the server nothing happens.
pub fn read(file: &File, done: impl FnOnce(Option<String>) + 'static) {
    if !in_browser() {
        return;
    }
    let buffer = file.array_buffer();
    spawn_local(async move {
        done(JsFuture::from(buffer).await.ok().and_then(|buffer| decode(&Uint8Array::new(&buffer).to_vec())));
    });
}

fn decode(bytes: &[u8]) -> Option<String> {
    let options = TextDecoderOptions::new();
    options.set_fatal(true);
    encodings(bytes).iter().find_map(|encoding| {
        let decoder = TextDecoder::new_with_label_and_options(encoding, &options).ok()?;
        decoder.decode_with_u8_array(bytes).ok()
    })
}

/// What the bytes may be, in the order to try: UTF-16 by its mark, or UTF-8, or what Excel on Windows saves as plain CSV in the west, which
/// takes any bytes.
fn encodings(bytes: &[u8]) -> &'static [&'static str] {
    match bytes {
        [0xff, 0xfe, ..] => &["utf-16le"],
        [0xfe, 0xff, ..] => &["utf-16be"],
        _ => &["utf-8", "windows-1252"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_of_a_file_says_that_it_is_utf_16() {
        assert_eq!(encodings(b"\xff\xfeM\0"), ["utf-16le"]);
        assert_eq!(encodings(b"\xfe\xff\0M"), ["utf-16be"]);
        for other in [&b""[..], b"M", b"\xff", b"\xef\xbb\xbfM", b"M\xfcller"] {
            assert_eq!(encodings(other), ["utf-8", "windows-1252"]);
        }
    }
}
