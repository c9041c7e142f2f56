//! Reads the citations out of an answer.
//!
//! The one invariant: a number counts only if it was offered to the model and stands outside code.
//! The block that offers the numbers is written by [`crate::pack`].

/// Numbers cited as `[1]`, `[1, 2]` or `[1][3]`, in the order they first appear.
///
/// Left out: numbers not in `available`, code spans and fenced code blocks, and markdown links (`[1](…)`, `[1]: …`).
pub fn cited_numbers(text: &str, available: &[u32]) -> Vec<u32> {
    let mut cited = Vec::new();
    for run in prose(text) {
        for (at, _) in run.match_indices('[') {
            for number in numbers_at(&run[at + 1..]).into_iter().flatten() {
                if available.contains(&number) && !cited.contains(&number) {
                    cited.push(number);
                }
            }
        }
    }
    cited
}

/// The numbers of a citation whose text after `[` starts here.
fn numbers_at(text: &str) -> Option<Vec<u32>> {
    let (inside, after) = text.split_once(']')?;
    let is_short = inside.len() <= 100;
    if !is_short || after.starts_with(['(', ':']) {
        return None;
    }
    inside.split(',').map(|number| plain_number(number.trim())).collect()
}

fn plain_number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// The text without its code, in runs.
fn prose(text: &str) -> Vec<&str> {
    let mut runs = Vec::new();
    let mut fence: Option<&str> = None;
    let mut start = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let marker = fence_marker(line);
        match (fence, marker) {
            (None, Some(marker)) => {
                without_spans(&text[start..at], &mut runs);
                fence = Some(marker);
            }
            (Some(open), Some(close)) if close.starts_with(open) && line.trim() == close => {
                fence = None;
                start = at + line.len();
            }
            _ => {}
        }
        at += line.len();
    }
    if fence.is_none() {
        without_spans(&text[start..], &mut runs);
    }
    runs
}

/// The run of backticks or tildes that opens or closes a fenced block on this line.
fn fence_marker(line: &str) -> Option<&str> {
    let line = line.trim_start_matches(' ');
    let mark = line.chars().next().filter(|&c| c == '`' || c == '~')?;
    let marker = &line[..line.len() - line.trim_start_matches(mark).len()];
    // Three backticks and more of them on the same line are a code span.
    (marker.len() >= 3 && !(mark == '`' && line[marker.len()..].contains('`'))).then_some(marker)
}

/// Adds the parts of a run outside `code spans`; a run of backticks ends at the next run of the same length.
fn without_spans<'a>(text: &'a str, runs: &mut Vec<&'a str>) {
    let mut rest = text;
    let mut from = 0;
    while let Some(open) = rest[from..].find('`').map(|offset| from + offset) {
        let ticks = rest[open..].len() - rest[open..].trim_start_matches('`').len();
        let after = open + ticks;
        let Some(close) = closing_ticks(&rest[after..], ticks) else {
            from = after;
            continue;
        };
        runs.push(&rest[..open]);
        rest = &rest[after + close + ticks..];
        from = 0;
    }
    runs.push(rest);
}

fn closing_ticks(text: &str, ticks: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(start) = text[at..].find('`').map(|offset| at + offset) {
        let length = text[start..].len() - text[start..].trim_start_matches('`').len();
        if length == ticks {
            return Some(start);
        }
        at = start + length;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::cited_numbers;

    const ALL: [u32; 4] = [1, 2, 3, 4];

    #[test]
    fn citations_are_read_in_order_of_first_appearance() {
        assert_eq!(cited_numbers("So it is [3]. And [1, 2][3], again [1].", &ALL), [3, 1, 2]);
    }

    #[test]
    fn numbers_that_were_not_offered_do_not_count() {
        assert_eq!(cited_numbers("[9] [0] [2] [99999999999999] [1, x] [-1] []", &ALL), [2]);
    }

    #[test]
    fn code_and_links_hold_no_citations() {
        let text = "`a[1]` and ``b ` [2]`` then\n```rust\nx[3]\n```\n[4](https://example.org) [1]: x\nend [2]";
        assert_eq!(cited_numbers(text, &ALL), [2]);
        assert_eq!(cited_numbers("~~~\n[1]\n```\n[2]\n~~~\n[3]", &ALL), [3]);
    }

    #[test]
    fn an_unclosed_backtick_hides_nothing_and_an_open_block_hides_its_rest() {
        assert_eq!(cited_numbers("a ` b [1]", &ALL), [1]);
        assert_eq!(cited_numbers("[1]\n```\n[2]", &ALL), [1]);
    }
}
