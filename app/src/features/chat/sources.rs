//! The source panel: the page a citation points at, with the passage marked; beside the chat, or a drawer on phones.

use super::api::open_source;
use super::state::{split_at_mark, without_heading_signs};
use super::store::ChatStore;
use crate::browser::{animation_frame, module_script, scroll};
use crate::ui::{Icon, IconButton, ListSkeleton, ResourceView, Tab, TabPanel, Tabs};
use domain::chat::Citation;
use domain::datasets::SourcePage;
use icondata_lu as lu;
use leptos::__reexports::send_wrapper::SendWrapper;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// The panel; there only while a source is open.
#[component]
pub fn SourcePanel(
    /// The chat.
    store: ChatStore,
) -> impl IntoView {
    // What had the focus gets it back.
    let opener = StoredValue::new(None::<SendWrapper<HtmlElement>>);
    Effect::new(move |was_open: Option<bool>| {
        let is_open = store.source.with(Option::is_some);
        match (was_open.unwrap_or(false), is_open) {
            (false, true) => {
                opener.set_value(document().active_element().and_then(|element| element.dyn_into().ok()).map(SendWrapper::new));
            }
            (true, false) => {
                if let Some(opener) = opener.try_update_value(Option::take).flatten() {
                    let _ = opener.focus();
                }
            }
            _ => {}
        }
        is_open
    });
    move || store.source.get().map(|citation| view! { <OpenSource store citation/> })
}

#[component]
fn OpenSource(store: ChatStore, citation: Citation) -> impl IntoView {
    let close = NodeRef::<html::Button>::new();
    close.on_load(|button| {
        animation_frame::next(move || {
            let _ = button.focus();
        });
    });
    let name = citation.document_name.clone();
    let number = citation.number;
    let body = match citation.document_id {
        Some(_) => view! { <Pages citation/> }.into_any(),
        None => view! { <Deleted citation/> }.into_any(),
    };
    let keys = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
            event.stop_propagation();
            store.source.set(None);
        }
    };
    view! {
        <div class="source-shade" aria-hidden="true" on:click=move |_| store.source.set(None)></div>
        <section class="source-panel" aria-label="Sources" on:keydown=keys>
            <header class="source-head">
                <span class="source-number">{number}</span>
                <h2 class="source-title">{name}</h2>
                <IconButton label="Close sources" icon=lu::LuX node_ref=close on_click=move || store.source.set(None)/>
            </header>
            {body}
        </section>
    }
    .into_any()
}

/// A document that was deleted since: what the answer kept of it.
#[component]
fn Deleted(citation: Citation) -> impl IntoView {
    view! {
        <div class="source-body">
            <p class="source-note">"This document was deleted. This is the beginning of the passage that the answer used:"</p>
            <blockquote class="passage">{citation.excerpt}</blockquote>
        </div>
    }
}

/// What the panel knows of a document once one of its pages has come.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Facts {
    count: u32,
    is_paginated: bool,
    is_pdf: bool,
}

/// The ways to look at a page.
const TEXT: &str = "source-text";
const DRAWN: &str = "source-page";

#[component]
fn Pages(citation: Citation) -> impl IntoView {
    let page = RwSignal::new(citation.page.unwrap_or(1));
    let document = citation.document_id.expect("shown for documents that are there");
    let chunk = citation.chunk_id;
    let source = Resource::new(move || page.get(), move |page| open_source(document, page, Some(chunk)));
    let facts = RwSignal::new(None::<Facts>);
    let face = RwSignal::new(TEXT.to_owned());
    view! {
        <PageBar page facts/>
        <Show when=move || facts.get().is_some_and(|facts| facts.is_pdf)>
            <div class="source-tabs"><Tabs label="Ways to look at the page" tabs=vec![Tab::new(TEXT, "Text"), Tab::new(DRAWN, "Page")] selected=face/></div>
        </Show>
        <div class="source-body" tabindex="0" role="group" aria-label="Page text">
            <ResourceView resource=source skeleton=|| view! { <ListSkeleton rows=5/> } let:source>
                <PageBody source facts face/>
            </ResourceView>
        </div>
        <footer class="source-foot">
            <a class="text-link source-download" href=format!("/api/documents/{document}/file") download="" rel="external">
                <Icon icon=lu::LuDownload/>"Download the original"
            </a>
        </footer>
    }
    .into_any()
}

/// Which page it is, and the ways to its neighbours.
#[component]
fn PageBar(page: RwSignal<u32>, facts: RwSignal<Option<Facts>>) -> impl IntoView {
    let is_paginated = move || facts.get().is_some_and(|facts| facts.is_paginated || facts.count > 1);
    let count = move || facts.get().map_or(1, |facts| facts.count);
    let is_first = Signal::derive(move || page.get() <= 1);
    let is_last = Signal::derive(move || page.get() >= count());
    view! {
        <Show when=is_paginated>
            <nav class="source-pages" aria-label="Pages">
                <IconButton label="Previous page" icon=lu::LuChevronLeft disabled=is_first on_click=move || page.update(|page| *page -= 1)/>
                <span class="num" role="status">{move || format!("Page {} of {}", page.get(), count())}</span>
                <IconButton label="Next page" icon=lu::LuChevronRight disabled=is_last on_click=move || page.update(|page| *page += 1)/>
            </nav>
        </Show>
    }
}

#[component]
fn PageBody(source: SourcePage, facts: RwSignal<Option<Facts>>, face: RwSignal<String>) -> impl IntoView {
    let found = Facts { count: source.page_count, is_paginated: source.is_paginated, is_pdf: source.is_pdf };
    Effect::new(move |_| {
        if facts.get_untracked() != Some(found) {
            facts.set(Some(found));
        }
    });
    if !source.is_pdf {
        return view! { <PageWords source/> }.into_any();
    }
    let source = StoredValue::new(source);
    view! {
        <TabPanel id=TEXT selected=face><PageWords source=source.get_value()/></TabPanel>
        <TabPanel id=DRAWN selected=face><DrawnPage source=source.get_value()/></TabPanel>
    }
    .into_any()
}

/// The page's text with the passage marked.
#[component]
fn PageWords(source: SourcePage) -> impl IntoView {
    let mark = NodeRef::<html::Mark>::new();
    mark.on_load(|mark| animation_frame::next(move || scroll::into_view(&mark)));
    let (before, marked, after) = split_at_mark(&source.page.text, source.mark);
    if source.page.text.trim().is_empty() {
        return view! { <p class="source-note">"There is no text on this page."</p> }.into_any();
    }
    let (before, marked, after) = (without_heading_signs(before), without_heading_signs(marked), without_heading_signs(after));
    view! { <div class="passage">{before}{(!marked.is_empty()).then(|| view! { <mark node_ref=mark>{marked}</mark> })}{after}</div> }
        .into_any()
}

/// The page as its file draws it; the element and what it needs are loaded now, not before.
#[component]
fn DrawnPage(source: SourcePage) -> impl IntoView {
    Effect::new(|_| module_script::load("pdf-page.mjs"));
    let passage = split_at_mark(&source.page.text, source.mark).1.to_owned();
    view! {
        <pdf-page
            class="drawn-page" role="img" aria-label=format!("Page {} of {}", source.page.number, source.document_name)
            src=format!("/api/documents/{}/file", source.document_id) page=source.page.number.to_string() passage=passage
        ></pdf-page>
    }
    .into_any()
}
