//! The conversations in the sidebar: grouped by day, renamed and deleted in place.
//!
//! The groups come from the server, so that what it wrote and what the browser shows are the same.

use super::api::{list_conversations, search_conversations};
use super::changes::use_chat_changes;
use super::row::{ConversationRow, RowDialogs, Rows};
use crate::browser::timer;
use crate::error::AppError;
use crate::ui::{Button, ButtonSize, ButtonVariant, Field, FieldKind, ListSkeleton, LiveView};
use domain::chat::{ConversationGroup, ConversationList as Listed, ConversationSummary};
use domain::{ConversationId, PageRequest};
use leptos::prelude::*;

/// Conversations shown at first, and added by each "Show more".
const PAGE_SIZE: u32 = 30;
/// From how many conversations on they can be searched.
const WORTH_SEARCHING: u64 = 8;
/// How often the list is looked at while something in it is being written, in milliseconds.
const LOOK_MS: u32 = 4_000;

/// The viewer's conversations, newest first.
#[component]
pub fn ConversationList() -> impl IntoView {
    let changes = use_chat_changes();
    let (pages, words) = (RwSignal::new(1_u32), RwSignal::new(String::new()));
    let listed = Resource::new(move || (changes.count(), pages.get(), words.get()), |(_, pages, words)| load(pages, words));
    view! {
        <nav aria-label="Chats">
            <LiveView resource=listed skeleton=|| view! { <ListSkeleton rows=4/> } let:list>
                <Groups list pages words/>
            </LiveView>
        </nav>
    }
    .into_any()
}

/// Several pages as one list: all conversations, or those whose title holds the words.
async fn load(pages: u32, words: String) -> Result<Listed, AppError> {
    let mut whole = Listed::default();
    for index in 0..pages {
        let request = PageRequest { index, size: PAGE_SIZE };
        let page =
            if words.trim().is_empty() { list_conversations(request).await? } else { search_conversations(words.clone(), request).await? };
        whole.total = page.total.max(whole.total);
        page.groups.into_iter().for_each(|group| join(&mut whole.groups, group));
    }
    Ok(whole)
}

/// Adds a group; one that goes on with the last heading becomes part of it.
fn join(groups: &mut Vec<ConversationGroup>, group: ConversationGroup) {
    match groups.last_mut() {
        Some(last) if last.label == group.label => last.conversations.extend(group.conversations),
        _ => groups.push(group),
    }
}

#[component]
fn Groups(list: Signal<Listed>, pages: RwSignal<u32>, words: RwSignal<String>) -> impl IntoView {
    let rows = Rows::new();
    let changes = use_chat_changes();
    let is_generating =
        move || list.with_untracked(|list| list.groups.iter().flat_map(|group| &group.conversations).any(|row| row.is_generating));
    timer::every(LOOK_MS, move || {
        if is_generating() {
            changes.note();
        }
    });
    let labels = move || list.with(|list| list.groups.iter().map(|group| group.label.clone()).collect::<Vec<_>>());
    let is_empty = move || list.with(|list| list.groups.is_empty());
    let is_searching = Memo::new(move |_| words.with(|words| !words.is_empty()));
    let is_searchable = Memo::new(move |_| is_searching.get() || list.with(|list| list.total >= WORTH_SEARCHING));
    let nothing = move || if is_searching.get() { "No chat has these words in its title." } else { "Your chats will be listed here." };
    let has_more = move || list.with(|list| list.total > u64::from(pages.get() * PAGE_SIZE));
    view! {
        <Show when=move || is_searchable.get()>
            <div class="chats-search"><Field label="Search chats" name="words" id="search-chats" kind=FieldKind::Search hide_label=true value=words placeholder="Search chats"/></div>
        </Show>
        <Show when=is_empty><p class="chats-empty">{nothing}</p></Show>
        <For each=labels key=Clone::clone let:label><Group list label rows/></For>
        <Show when=has_more>
            <Button variant=ButtonVariant::Ghost size=ButtonSize::Small wide=true on_click=move || pages.update(|pages| *pages += 1)>"Show more"</Button>
        </Show>
        <RowDialogs rows/>
    }
    .into_any()
}

#[component]
fn Group(list: Signal<Listed>, label: String, rows: Rows) -> impl IntoView {
    let heading = label.clone();
    // A row outlives the end of its answer, and with it the menu that is open on it.
    let is_generating = move |id: ConversationId| {
        Signal::derive(move || {
            list.with(|list| list.groups.iter().flat_map(|group| &group.conversations).any(|row| row.id == id && row.is_generating))
        })
    };
    let conversations = move || -> Vec<ConversationSummary> {
        list.with(|list| list.groups.iter().find(|group| group.label == label).map(|group| group.conversations.clone()).unwrap_or_default())
    };
    view! {
        <section class="chats-group">
            <h2 class="chats-heading">{heading}</h2>
            <ul>
                <For
                    each=conversations
                    key=|row| (row.id, row.title.clone())
                    let:conversation
                >
                    <ConversationRow is_generating=is_generating(conversation.id) conversation rows/>
                </For>
            </ul>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_that_is_cut_by_a_page_is_one_again() {
        let group = |label: &str, count: usize| ConversationGroup {
            label: label.to_owned(),
            conversations: (0..count)
                .map(|_| ConversationSummary {
                    id: domain::ConversationId::new(),
                    title: String::new(),
                    updated_at: chrono::DateTime::default(),
                    is_generating: false,
                })
                .collect(),
        };
        let mut groups = vec![group("Today", 2)];
        join(&mut groups, group("Today", 1));
        join(&mut groups, group("Yesterday", 1));
        assert_eq!(groups.iter().map(|group| group.conversations.len()).collect::<Vec<_>>(), [3, 1]);
    }
}
