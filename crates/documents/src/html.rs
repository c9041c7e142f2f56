//! Web pages, as Markdown without scripts, styles, pictures and link targets.
//!
//! The one invariant: only what a reader would see as text is kept.

use encoding_rs::Encoding;
use htmd::{
    Element, HtmlToMarkdown,
    element_handler::Handlers,
    options::{BrStyle, BulletListMarker, HrStyle, Options},
};

use crate::{ExtractFailure, Extracted, Format, text, unpaginated};

const SKIPPED: [&str; 16] = [
    "script", "style", "noscript", "template", "svg", "math", "iframe", "object", "embed", "canvas", "img", "video", "audio", "select",
    "button", "title",
];

/// Reads a web page.
pub(crate) fn extract(name: &str, bytes: &[u8]) -> Result<Extracted, ExtractFailure> {
    let (html, warnings) = text::decode(bytes, declared_encoding(bytes));
    let options = Options {
        br_style: BrStyle::TwoSpaces,
        hr_style: HrStyle::Dashes,
        bullet_list_marker: BulletListMarker::Dash,
        ul_bullet_spacing: 1,
        ol_number_spacing: 1,
        ..Options::default()
    };
    let converter = HtmlToMarkdown::builder()
        .options(options)
        .skip_tags(SKIPPED.to_vec())
        // The target of a link is noise to search and to a reader of the passage.
        .add_handler(vec!["a"], |handlers: &dyn Handlers, element: Element| Some(handlers.walk_children(element.node)))
        .build();
    let markdown = converter.convert(&html).map_err(|_| ExtractFailure::damaged(name, Format::Html.with_article()))?;
    // Lists of buttons and icons leave items without text.
    let lines = markdown.lines().filter(|line| line.trim() != "-").map(narrow_row);
    Ok(unpaginated(lines.collect::<Vec<_>>().join("\n"), warnings))
}

/// Table rows come padded to equal columns; the padding is taken out again.
fn narrow_row(line: &str) -> String {
    if !line.starts_with('|') {
        return line.to_owned();
    }
    let mut narrow = String::with_capacity(line.len().min(256));
    let mut previous = ' ';
    for c in line.chars() {
        let is_padding = (c == ' ' && previous == ' ') || (c == '-' && narrow.ends_with("---"));
        if !is_padding {
            narrow.push(c);
        }
        previous = c;
    }
    narrow
}

/// The encoding a `<meta>` tag names within the first kilobyte.
fn declared_encoding(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]).to_ascii_lowercase();
    let (_, label) = head.split_once("charset=")?;
    let label = label.trim_start_matches(['"', '\'', ' ']);
    let end = label.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')))?;
    Encoding::for_label(&label.as_bytes()[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn markdown(html: &str) -> String {
        extract("a.html", html.as_bytes()).unwrap().pages.remove(0).text
    }

    #[test]
    fn headings_lists_and_tables_become_markdown() {
        let html = "<h1>Costs</h1><p>All <b>prices</b>:</p><ul><li>One</li><li>Two</li></ul>\
            <table><thead><tr><th>Item</th><th>Price</th></tr></thead><tbody><tr><td>A rather long cell</td><td>5</td></tr></tbody></table>";
        assert_eq!(
            markdown(html),
            "# Costs\n\nAll **prices**:\n\n- One\n- Two\n\n| Item | Price |\n| --- | --- |\n| A rather long cell | 5 |"
        );
    }

    #[test]
    fn scripts_styles_and_link_targets_are_dropped() {
        let html = "<head><title>t</title><style>b{}</style></head><script>alert(1)</script><p>See <a href='javascript:x'>here</a>.</p>";
        assert_eq!(markdown(html), "See here.");
    }

    #[test]
    fn the_declared_encoding_is_used() {
        let page = b"<meta charset=\"iso-8859-2\"><p>\xb3\xf3d\xbc</p>";
        assert_eq!(extract("a.html", page).unwrap().pages[0].text, "łódź");
    }
}
