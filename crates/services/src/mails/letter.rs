//! Letter: one layout for all mails, in HTML and in text.
//!
//! The invariant: everything that goes into the HTML passes `escape`; there is no template language, so what people typed is never
//! more than text. The layout holds no words of its own but the product's name.

use std::fmt::Write as _;

/// The parts of a mail.
pub(super) struct Letterhead {
    /// What it is about.
    pub subject: String,
    /// The heading.
    pub heading: String,
    /// What it says.
    pub paragraphs: Vec<String>,
    /// The words of its one button, and where that leads.
    pub button: Option<(String, String)>,
    /// The small print.
    pub notes: Vec<String>,
}

/// The text version.
pub(super) fn text(head: &Letterhead) -> String {
    let mut parts = vec![head.heading.clone()];
    parts.extend(head.paragraphs.iter().cloned());
    parts.extend(head.button.iter().map(|(words, link)| format!("{words}:\n{link}")));
    parts.extend(head.notes.iter().cloned());
    format!("{}\n", parts.join("\n\n"))
}

/// The HTML version: styles in place, because many mail programs know no others; no picture, nothing from elsewhere.
pub(super) fn html(head: &Letterhead) -> String {
    let mut body = format!("<h1 style=\"font-size:20px;line-height:28px;margin:0 0 16px\">{}</h1>", escape(&head.heading));
    for paragraph in &head.paragraphs {
        write!(body, "<p style=\"margin:0 0 16px\">{}</p>", escape(paragraph)).expect("writing to a String cannot fail");
    }
    if let Some((words, link)) = &head.button {
        let (words, link) = (escape(words), escape(link));
        write!(
            body,
            "<p style=\"margin:24px 0\"><a href=\"{link}\" style=\"background:#0f6b66;color:#ffffff;display:inline-block;\
             padding:10px 20px;border-radius:8px;text-decoration:none;font-weight:600\">{words}</a></p>\
             <p style=\"margin:0 0 16px;font-size:13px;color:#57534e;word-break:break-all\">{link}</p>"
        )
        .expect("writing to a String cannot fail");
    }
    for note in &head.notes {
        write!(body, "<p style=\"margin:0 0 8px;font-size:13px;color:#57534e\">{}</p>", escape(note))
            .expect("writing to a String cannot fail");
    }
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{}</title></head>\
         <body style=\"margin:0;padding:24px;background:#f5f5f4;color:#1c1917;font:16px/26px -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif\">\
         <div style=\"max-width:560px;margin:0 auto;background:#ffffff;border:1px solid #e7e5e4;border-radius:10px;padding:32px\">\
         <p style=\"margin:0 0 24px;font-weight:600;color:#0f6b66\">Lyceum</p>{body}</div></body></html>",
        escape(&head.subject)
    )
}

/// Text as it may stand in HTML, between tags and in quotes.
fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut escaped, sign| {
        match sign {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            sign => escaped.push(sign),
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(words: &str, link: &str) -> Letterhead {
        Letterhead {
            subject: words.to_owned(),
            heading: words.to_owned(),
            paragraphs: vec![words.to_owned()],
            button: Some((words.to_owned(), link.to_owned())),
            notes: vec![words.to_owned()],
        }
    }

    #[test]
    fn what_people_typed_is_text_wherever_it_stands() {
        let html = html(&head("<script>alert('1')</script>{{7*7}}", "https://example.org/?a=1&b=\"><img src=x>"));
        assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
        assert_eq!(html.matches("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;{{7*7}}").count(), 5);
        assert!(html.contains("href=\"https://example.org/?a=1&amp;b=&quot;&gt;&lt;img src=x&gt;\""));
    }

    #[test]
    fn the_text_has_the_link_on_a_line_of_its_own() {
        let text = text(&head("Words", "https://example.org/x"));
        assert!(text.lines().any(|line| line == "https://example.org/x"), "{text}");
    }
}
