//! Finds paragraphs in lines: PDFs hold lines only, and many divide paragraphs by an indent that is lost in the text.
//!
//! The one invariant: only empty lines are added; every line stays as it is.

/// Sets empty lines around numbered headings and after the last line of a paragraph.
pub(super) fn divide(page: &str) -> String {
    let width = full_width(page);
    let mut divided = String::with_capacity(page.len() + 64);
    let mut previous = "";
    for line in page.lines() {
        if !divided.is_empty() {
            divided.push('\n');
            if ends_paragraph(previous, line, width) || is_heading(previous, width) || is_heading(line, width) {
                divided.push('\n');
            }
        }
        divided.push_str(line);
        previous = line;
    }
    divided
}

/// The length that full lines of the page have: nine of ten lines are not longer.
fn full_width(page: &str) -> usize {
    let mut lengths: Vec<usize> = page.lines().map(|line| line.trim().chars().count()).filter(|&length| length > 0).collect();
    lengths.sort_unstable();
    lengths.get(lengths.len() * 9 / 10).copied().unwrap_or(0)
}

/// A line that ends a sentence well before the margin, with a line that can start one below it.
fn ends_paragraph(line: &str, next: &str, width: usize) -> bool {
    let line = line.trim_end();
    let is_short = line.chars().count() * 100 < width * 85;
    // A footnote's number may stand behind the full stop.
    let sentence = line.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, ')' | ']' | '"' | '”' | '’' | '»'));
    is_short && sentence.ends_with(['.', '!', '?', ':', '…']) && next.trim_start().starts_with(|c: char| !c.is_lowercase())
}

/// "3.1 Intrinsic attributes": a number of at least two parts and a short title.
fn is_heading(line: &str, width: usize) -> bool {
    let Some((number, title)) = line.trim().split_once(' ') else { return false };
    let parts = number.trim_end_matches('.').split('.');
    let is_number = parts.clone().count() >= 2
        && parts.into_iter().all(|part| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()));
    let letters = title.chars().filter(|c| c.is_alphabetic()).count();
    is_number
        && letters >= 3
        && title.trim_start().starts_with(char::is_uppercase)
        && !title.ends_with(['.', ',', ';'])
        && line.chars().count() * 10 < width.max(40) * 9
}

#[cfg(test)]
mod tests {
    use super::divide;

    #[test]
    fn a_short_last_line_ends_a_paragraph() {
        let page = "The first paragraph has a line that is as long as the page\nis wide and ends here.\nThe second one starts here and goes on to the margin again\nand again (so to speak).12\n“Third.”";
        let divided = page.replace("ends here.\nThe", "ends here.\n\nThe").replace(").12\n“", ").12\n\n“");
        assert_eq!(divide(page), divided);
    }

    #[test]
    fn a_numbered_heading_stands_alone() {
        let page = "some line of the section before it, of full length\n3.1 Intrinsic attributes: mode\nThe entities R operates on are technically known as\nobjects";
        assert_eq!(divide(page), page.replace("length\n3.1", "length\n\n3.1").replace("mode\nThe", "mode\n\nThe"));
    }

    #[test]
    fn empty_lines_that_are_there_stay_single_after_cleaning() {
        assert_eq!(
            crate::clean::page(&divide("One.\n\n2.1 Two words\n\nThree long line of text that goes on and on and on")),
            "One.\n\n2.1 Two words\n\nThree long line of text that goes on and on and on"
        );
    }
}
