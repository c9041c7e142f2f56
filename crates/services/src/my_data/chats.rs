//! Chats as people read them: one Markdown text per conversation, answers with their model and their sources below.

use serde_json::Value;
use std::fmt::Write as _;

/// A conversation as the database describes it, as Markdown.
pub(super) fn markdown(chat: &Value) -> String {
    let mut text = format!("# {}\n\n{}\n", word(chat, "title"), word(chat, "created_at"));
    told(&mut text, "Prompt", word(chat, "prompt"));
    for message in list(chat, "messages") {
        let who = if word(message, "role") == "User" { "You" } else { "Answer" };
        let _ = writeln!(text, "\n## {who}\n\n{}", word(message, "content"));
        told(&mut text, "Model", word(message, "model"));
        let sources: Vec<String> = list(message, "citations").iter().map(source).collect();
        if !sources.is_empty() {
            let _ = writeln!(text, "\nSources:\n\n{}", sources.join("\n"));
        }
    }
    text
}

/// A line of its own, where there is something to tell.
fn told(text: &mut String, what: &str, name: &str) {
    if !name.is_empty() {
        let _ = writeln!(text, "\n{what}: {name}");
    }
}

fn source(citation: &Value) -> String {
    let page = citation["page"].as_i64().map(|page| format!(", page {page}")).unwrap_or_default();
    format!("- [{}] {}{page}", citation["number"], word(citation, "document_name"))
}

fn word<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::markdown;
    use serde_json::json;

    #[test]
    fn a_chat_reads_as_it_was_with_its_sources() {
        let citation = json!({ "number": 1, "document_name": "rules.pdf", "page": 3 });
        let chat = json!({ "title": "Keys", "created_at": "2026-11-28", "messages": [
            { "role": "User", "content": "Where?", "citations": [] },
            { "role": "Assistant", "content": "In the cabinet [1].", "citations": [citation] },
        ] });
        let expected =
            "# Keys\n\n2026-11-28\n\n## You\n\nWhere?\n\n## Answer\n\nIn the cabinet [1].\n\nSources:\n\n- [1] rules.pdf, page 3\n";
        assert_eq!(markdown(&chat), expected);
    }

    #[test]
    fn a_chat_names_its_prompt_and_the_model_of_each_answer() {
        let chat = json!({ "title": "Keys", "created_at": "2026-11-28", "prompt": "Clerk", "messages": [
            { "role": "User", "content": "Where?", "model": null, "citations": [] },
            { "role": "Assistant", "content": "There.", "model": "extractive", "citations": [] },
        ] });
        let expected = "# Keys\n\n2026-11-28\n\nPrompt: Clerk\n\n## You\n\nWhere?\n\n## Answer\n\nThere.\n\nModel: extractive\n";
        assert_eq!(markdown(&chat), expected);
    }
}
