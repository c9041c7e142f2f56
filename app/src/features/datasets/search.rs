//! The tab "Search": tries a question and shows which passages an answer would get, and why.

use super::api::search_dataset;
use super::state::marked;
use crate::ui::{Button, ButtonVariant, Field, FormError};
use domain::datasets::{DatasetDetail, RankedChunk, SearchResult};
use icondata_lu as lu;
use leptos::prelude::*;

/// A question that was searched for and what was found.
#[derive(Clone)]
struct Found {
    question: String,
    result: SearchResult,
}

/// A box for a question and the passages found.
#[component]
pub fn SearchTab(
    /// The dataset.
    detail: Signal<DatasetDetail>,
) -> impl IntoView {
    let question = RwSignal::new(String::new());
    let search = Action::new(move |asked: &String| {
        let (asked, id) = (asked.clone(), detail.with_untracked(|detail| detail.summary.id));
        async move { search_dataset(id, asked.clone()).await.map(|result| Found { question: asked, result }) }
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let asked = question.get_untracked().trim().to_owned();
        if !asked.is_empty() {
            search.dispatch(asked);
        }
    };
    let error = Signal::derive(move || search.value().get().and_then(Result::err));
    view! {
        <div class="flow">
            <form class="search-form" role="search" on:submit=submit>
                <Field label="Test a question" name="question" value=question placeholder="What would you ask?" autocomplete="off" maxlength=4000/>
                <Button variant=ButtonVariant::Primary submit=true icon=lu::LuSearch loading=search.pending()>"Search"</Button>
            </form>
            <FormError error/>
            {move || match search.value().get() {
                Some(Ok(found)) => view! { <Results found/> }.into_any(),
                _ => ().into_any(),
            }}
        </div>
    }
    .into_any()
}

#[component]
fn Results(found: Found) -> impl IntoView {
    let Found { question, result } = found;
    let count = result.chunks.len();
    let heading = match count {
        0 => "No passage fits this question".to_owned(),
        1 => "1 passage".to_owned(),
        _ => format!("{count} passages, best first"),
    };
    let passages = result.chunks.into_iter().map(|chunk| view! { <Passage chunk question=question.clone()/> }).collect_view();
    view! {
        <section class="flow" aria-label="Passages found">
            <h2 class="section-title" role="status">{heading}</h2>
            {result.notice.map(|notice| view! { <p class="notice-line">{notice}</p> })}
            {(count == 0).then(|| view! { <p>"Try other words, or check on the tab “Documents” that the files are ready."</p> })}
            <ol class="found-list">{passages}</ol>
        </section>
    }
    .into_any()
}

#[component]
fn Passage(chunk: RankedChunk, question: String) -> impl IntoView {
    let place = match chunk.page {
        Some(page) => format!("{}, page {page}", chunk.document_name),
        None => chunk.document_name,
    };
    let rank = |rank: Option<u32>| rank.map_or_else(|| "not among the first 100".to_owned(), |rank| format!("{rank}."));
    let pieces = marked(&chunk.text, &question)
        .into_iter()
        .map(|piece| if piece.is_marked { view! { <mark>{piece.text}</mark> }.into_any() } else { piece.text.into_any() });
    view! {
        <li class="found">
            <h3 class="found-place">{place}</h3>
            {chunk.heading.map(|heading| view! { <p class="cell-note">{heading}</p> })}
            <p class="found-text">{pieces.collect_view()}</p>
            <dl class="found-ranks">
                <div><dt>"By words"</dt><dd class="num">{rank(chunk.text_rank)}</dd></div>
                <div><dt>"By meaning"</dt><dd class="num">{rank(chunk.vector_rank)}</dd></div>
                <div><dt>"Score"</dt><dd class="num">{format!("{:.4}", chunk.score)}</dd></div>
            </dl>
        </li>
    }
    .into_any()
}
