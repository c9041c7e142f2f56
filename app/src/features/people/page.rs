//! The screen of people.

use super::api::list_people;
use super::deletion::DeletionDialog;
use super::dialog::PersonDialog;
use super::table::{Chosen, PeopleTable};
use crate::ui::layout::AdminSections;
use crate::ui::{EmptyState, Field, FieldKind, LiveView, PageBody, PageHeader, Pager, TableSkeleton};
use domain::PageRequest;
use domain::people::PeopleList;
use icondata_lu as lu;
use leptos::prelude::*;

/// Rows per page of the table.
const ROWS: u32 = 50;

/// Everybody on the installation, for system administrators; for others there is nothing here.
#[component]
pub fn PeoplePage() -> impl IntoView {
    let words = RwSignal::new(String::new());
    // The page somebody turned to, and what they looked for then: other words begin with the first page.
    let turned = RwSignal::new((String::new(), 0_u32));
    let index = Memo::new(move |_| words.with(|words| turned.with(|(of, index)| if of == words { *index } else { 0 })));
    let people = Resource::new(move || (words.get(), index.get()), |(words, index)| list_people(words, PageRequest { index, size: ROWS }));
    let reload = Callback::new(move |()| people.refetch());
    let turn = Callback::new(move |to: u32| turned.set((words.get_untracked(), to)));
    view! {
        <AdminSections/>
        <PageBody>
            <LiveView resource=people skeleton=|| view! { <TableSkeleton/> } let:list>
                <PeopleScreen list words index turn reload/>
            </LiveView>
        </PageBody>
    }
    .into_any()
}

#[component]
fn PeopleScreen(
    list: Signal<PeopleList>,
    words: RwSignal<String>,
    index: Memo<u32>,
    turn: Callback<u32>,
    reload: Callback<()>,
) -> impl IntoView {
    let chosen: Chosen = RwSignal::new(None);
    view! {
        <PageHeader
            title="People"
            description="Everybody who has an account on this installation, who manages it, and who is kept out."
        />
        <div class="flow">
            <Field label="Search people" name="search-people" kind=FieldKind::Search value=words placeholder="Search people" hide_label=true autocomplete="off"/>
            <Show
                when=move || list.with(|list| !list.page.items.is_empty())
                fallback=|| view! { <EmptyState icon=lu::LuSearch title="Nobody’s name or address holds these words."/> }
            >
                <PeopleTable list chosen/>
                <Pager label="Pages of people" index total=Signal::derive(move || list.with(|list| list.page.total)) rows=ROWS on_turn=turn/>
            </Show>
        </div>
        <PersonDialog chosen on_changed=reload/>
        <DeletionDialog chosen on_changed=reload/>
    }
    .into_any()
}
