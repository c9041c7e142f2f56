//! Markdown that may still be growing: only what changed is parsed and shown again.

use super::blocks::block;
use domain::markdown::{Block, parse, split_last_block};
use leptos::prelude::*;

/// Shows markdown. While the text grows at its end, finished blocks stay as they are.
#[component]
pub fn Markdown(
    /// The text.
    #[prop(into)]
    text: Signal<String>,
    /// What a press on a citation does with its number.
    #[prop(optional, into)]
    on_cite: Option<Callback<u32>>,
) -> impl IntoView {
    let finished = Memo::new(move |_| text.with(|text| split_last_block(text).0.to_owned()));
    let finished = Memo::new(move |_| finished.with(|text| parse(text)));
    let open = Memo::new(move |_| text.with(|text| parse(split_last_block(text).1)));
    let count = Memo::new(move |_| finished.with(Vec::len));
    let open_count = Memo::new(move |_| open.with(Vec::len));
    view! {
        <div class="rich-text">
            <For each=move || 0..count.get() key=|index| *index let:index>
                <OneBlock blocks=finished index on_cite/>
            </For>
            <For each=move || 0..open_count.get() key=|index| *index let:index>
                <OneBlock blocks=open index on_cite/>
            </For>
        </div>
    }
    .into_any()
}

/// One block, shown again only when it has changed.
#[component]
fn OneBlock(blocks: Memo<Vec<Block>>, index: usize, on_cite: Option<Callback<u32>>) -> impl IntoView {
    let this = Memo::new(move |_| blocks.with(|blocks| blocks.get(index).cloned()));
    move || this.get().map(|this| block(this, on_cite))
}
