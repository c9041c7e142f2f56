//! Blocks as views.

use super::code_block::CodeBlock;
use super::inlines::{inlines, plain_text};
use domain::markdown::{Alignment, Block, Inline};
use leptos::prelude::*;

/// Shows a finished tree.
#[component]
pub fn MarkdownBlocks(
    /// The blocks, in order.
    blocks: Vec<Block>,
    /// What a press on a citation does with its number.
    #[prop(optional, into)]
    on_cite: Option<Callback<u32>>,
) -> impl IntoView {
    view! { <div class="rich-text">{all(blocks, on_cite)}</div> }.into_any()
}

fn all(blocks: Vec<Block>, on_cite: Option<Callback<u32>>) -> Vec<AnyView> {
    blocks.into_iter().map(|this| block(this, on_cite)).collect()
}

/// One block as a view.
pub(super) fn block(block: Block, on_cite: Option<Callback<u32>>) -> AnyView {
    match block {
        Block::Paragraph(content) => view! { <p>{inlines(content, on_cite)}</p> }.into_any(),
        Block::Heading { level, content } => heading(level, content, on_cite),
        Block::List { start, items } => list(start, items, on_cite),
        Block::Quote(blocks) => view! { <blockquote>{all(blocks, on_cite)}</blockquote> }.into_any(),
        Block::Code { language, text } => view! { <CodeBlock language text/> }.into_any(),
        Block::Table { header, rows, alignments } => table(header, rows, &alignments, on_cite),
        Block::Rule => view! { <hr/> }.into_any(),
    }
}

/// Headings start at the third level: the first two belong to the screen around the text.
fn heading(level: u8, content: Vec<Inline>, on_cite: Option<Callback<u32>>) -> AnyView {
    let content = inlines(content, on_cite);
    match level {
        0 | 1 => view! { <h3 class="text-h1">{content}</h3> }.into_any(),
        2 => view! { <h4 class="text-h2">{content}</h4> }.into_any(),
        3 => view! { <h5 class="text-h3">{content}</h5> }.into_any(),
        _ => view! { <h6 class="text-h4">{content}</h6> }.into_any(),
    }
}

fn list(start: Option<u64>, items: Vec<Vec<Block>>, on_cite: Option<Callback<u32>>) -> AnyView {
    let items: Vec<_> = items.into_iter().map(|item| view! { <li>{item_content(item, on_cite)}</li> }).collect();
    match start {
        Some(start) => view! { <ol start=start.to_string()>{items}</ol> }.into_any(),
        None => view! { <ul>{items}</ul> }.into_any(),
    }
}

/// An item that is one paragraph is shown without one, so that tight lists are tight.
fn item_content(mut item: Vec<Block>, on_cite: Option<Callback<u32>>) -> Vec<AnyView> {
    if let Some(Block::Paragraph(content)) = item.first_mut() {
        let first = inlines(std::mem::take(content), on_cite);
        let mut views = vec![first.into_any()];
        views.extend(all(item.split_off(1), on_cite));
        return views;
    }
    all(item, on_cite)
}

fn table(header: Vec<Vec<Inline>>, rows: Vec<Vec<Vec<Inline>>>, alignments: &[Alignment], on_cite: Option<Callback<u32>>) -> AnyView {
    let class = |column: usize| match alignments.get(column) {
        Some(Alignment::Center) => "cell-center",
        Some(Alignment::End) => "cell-end",
        _ => "cell-start",
    };
    let name = header.iter().map(|cell| plain_text(cell)).collect::<Vec<_>>().join(", ");
    let head: Vec<_> = header
        .into_iter()
        .enumerate()
        .map(|(column, cell)| view! { <th class=class(column) scope="col">{inlines(cell, on_cite)}</th> })
        .collect();
    let row = |cells: Vec<Vec<Inline>>| {
        let cells: Vec<_> =
            cells.into_iter().enumerate().map(|(column, cell)| view! { <td class=class(column)>{inlines(cell, on_cite)}</td> }).collect();
        view! { <tr>{cells}</tr> }
    };
    let body: Vec<_> = rows.into_iter().map(row).collect();
    view! {
        <div class="text-table" role="group" tabindex="0" aria-label=format!("Table: {name}")>
            <table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>
        </div>
    }
    .into_any()
}
