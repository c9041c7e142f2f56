//! Cutting a text to a length without cutting a word.

/// The beginning of `text` with at most `max_chars` characters, ending where a word ends when there is such a place in
/// its second half. The result is a prefix of `text` without trailing white space.
pub(crate) fn keep_start(text: &str, max_chars: usize) -> &str {
    let Some((limit, next)) = text.char_indices().nth(max_chars) else {
        return text.trim_end();
    };
    let head = &text[..limit];
    if next.is_whitespace() {
        return head.trim_end();
    }
    let word_start = head.rfind(char::is_whitespace).filter(|&at| at >= limit / 2);
    head[..word_start.unwrap_or(limit)].trim_end()
}

#[cfg(test)]
mod tests {
    use super::keep_start;

    #[test]
    fn a_text_is_cut_where_a_word_ends() {
        assert_eq!(keep_start("alpha beta gamma", 12), "alpha beta");
        assert_eq!(keep_start("alpha beta gamma", 10), "alpha beta");
        assert_eq!(keep_start("alpha", 12), "alpha");
        assert_eq!(keep_start("", 0), "");
    }

    #[test]
    fn a_text_without_spaces_is_cut_at_the_limit() {
        assert_eq!(keep_start("漢字漢字漢字", 4), "漢字漢字");
    }
}
