//! Last touch on every page's text.
//!
//! The one invariant: the result holds no control characters but newline and tab (Postgres refuses NUL), no white space
//! at line ends and at most one empty line in a row.

/// Cleans a page.
pub(crate) fn page(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut empty_lines = 0;
    for line in text.replace("\r\n", "\n").split(['\n', '\r', '\u{2028}', '\u{2029}']) {
        let line: String = line.chars().filter(|&c| c == '\t' || !(c.is_control() || is_invisible(c))).collect();
        let line = line.trim_end();
        if line.is_empty() {
            empty_lines += 1;
            continue;
        }
        if !clean.is_empty() {
            clean.push_str(if empty_lines > 0 { "\n\n" } else { "\n" });
        }
        empty_lines = 0;
        clean.push_str(line);
    }
    clean
}

/// Marks that are not seen and would keep a word from being found: soft hyphen, zero-width space, byte order mark.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn control_characters_and_surplus_space_go() {
        assert_eq!(page("\u{feff}a\0b  \r\n\r\n\r\n\r\n\tc\u{ad}d\n\n"), "ab\n\n\tcd");
    }

    #[test]
    fn lines_that_follow_each_other_stay_together() {
        assert_eq!(page("a\nb\n \nc"), "a\nb\n\nc");
    }
}
