//! Where a growing text may still change: only its last block is parsed again while it streams.

/// Splits text into blocks that are settled and the last, open one: `(settled, open)`.
///
/// The cut lies behind a blank line outside a fenced code block, before a line that starts a block of its own (not an
/// indented or list line, which may continue what stands before it).
pub fn split_last_block(text: &str) -> (&str, &str) {
    let (mut cut, mut fence, mut after_blank, mut at) = (0, None::<(char, usize)>, false, 0);
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_start();
        let marker = fence_marker(trimmed);
        match (fence, marker) {
            (None, _) if after_blank && starts_afresh(line) => cut = at,
            _ => {}
        }
        match (fence, marker) {
            (None, Some(open)) => fence = Some(open),
            (Some((mark, length)), Some((close, count)))
                if mark == close && count >= length && trimmed.trim_end().chars().all(|c| c == mark) =>
            {
                fence = None;
            }
            _ => {}
        }
        after_blank = line.trim().is_empty() && fence.is_none();
        at += line.len();
    }
    text.split_at(cut)
}

fn fence_marker(line: &str) -> Option<(char, usize)> {
    let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let count = line.chars().take_while(|c| *c == mark).count();
    (count >= 3).then_some((mark, count))
}

fn starts_afresh(line: &str) -> bool {
    let is_list = line.starts_with(['-', '*', '+', '>'])
        || line.split_once(['.', ')']).is_some_and(|(number, _)| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
    !line.starts_with([' ', '\t']) && !is_list && !line.trim().is_empty()
}
