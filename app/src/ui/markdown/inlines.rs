//! Runs of text as views.

use domain::markdown::Inline;
use leptos::prelude::*;

/// The runs as views, in order.
pub(super) fn inlines(content: Vec<Inline>, on_cite: Option<Callback<u32>>) -> Vec<AnyView> {
    content.into_iter().map(|run| inline(run, on_cite)).collect()
}

fn inline(run: Inline, on_cite: Option<Callback<u32>>) -> AnyView {
    match run {
        Inline::Text(text) => text.into_any(),
        Inline::Strong(content) => view! { <strong>{inlines(content, on_cite)}</strong> }.into_any(),
        Inline::Emphasis(content) => view! { <em>{inlines(content, on_cite)}</em> }.into_any(),
        Inline::Strike(content) => view! { <del>{inlines(content, on_cite)}</del> }.into_any(),
        Inline::Code(code) => view! { <code>{code}</code> }.into_any(),
        Inline::Link { href, title, content } => link(href, title, inlines(content, on_cite)),
        Inline::Image { alt, src } => image(&alt, src),
        Inline::Citation(number) => citation(number, on_cite),
        Inline::Break => view! { <br/> }.into_any(),
    }
}

fn link(href: String, title: String, content: Vec<AnyView>) -> AnyView {
    let title = (!title.is_empty()).then_some(title);
    view! { <a href=href title=title target="_blank" rel="noopener noreferrer nofollow">{content}</a> }.into_any()
}

/// A picture from elsewhere would tell its server who is reading: it is a link, never loaded.
fn image(alt: &str, src: String) -> AnyView {
    let words = if alt.is_empty() { "Show image".to_owned() } else { format!("Show image: {alt}") };
    if src.is_empty() {
        return view! { <span class="text-image">{words}</span> }.into_any();
    }
    view! { <a class="text-image" href=src target="_blank" rel="noopener noreferrer nofollow">{words}</a> }.into_any()
}

fn citation(number: u32, on_cite: Option<Callback<u32>>) -> AnyView {
    let Some(on_cite) = on_cite else { return view! { <span class="cite">{number}</span> }.into_any() };
    view! {
        <button type="button" class="cite" aria-label=format!("Source {number}") on:click=move |_| on_cite.run(number)>{number}</button>
    }
    .into_any()
}

/// The words of the runs without their form.
pub(super) fn plain_text(content: &[Inline]) -> String {
    content
        .iter()
        .map(|run| match run {
            Inline::Text(text) | Inline::Code(text) => text.clone(),
            Inline::Strong(content) | Inline::Emphasis(content) | Inline::Strike(content) | Inline::Link { content, .. } => {
                plain_text(content)
            }
            Inline::Image { alt, .. } => alt.clone(),
            Inline::Citation(number) => format!("[{number}]"),
            Inline::Break => " ".to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_run_are_those_inside_its_marks() {
        let run = vec![Inline::Strong(vec![Inline::Text("Net".to_owned())]), Inline::Text(" worth".to_owned()), Inline::Citation(2)];
        assert_eq!(plain_text(&run), "Net worth[2]");
    }
}
