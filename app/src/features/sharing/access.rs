//! "Who has access": everybody in the team who may see the thing, and why.

use super::api::explain_access;
use super::state::{right_words, rule_words};
use crate::ui::{Button, Card, ResourceView, Table, TableSkeleton};
use domain::datasets::Visibility;
use domain::sharing::{Access, Shared};
use leptos::prelude::*;

/// A button that asks who sees the thing, and the answer.
#[component]
pub fn AccessCard(
    /// The dataset or the prompt.
    thing: Shared,
    /// Who may see it; the answer follows it.
    visibility: Signal<Visibility>,
    /// Counts the changes of the shares; the answer follows them.
    changed: RwSignal<u32>,
) -> impl IntoView {
    let is_open = RwSignal::new(false);
    view! {
        <Card title="Who has access" description="Everybody in the team who sees it, and the rules that let them.">
            <Show
                when=move || is_open.get()
                fallback=move || view! { <Button on_click=move || is_open.set(true)>"Explain access"</Button> }
            >
                <Explanation thing visibility changed/>
            </Show>
        </Card>
    }
    .into_any()
}

#[component]
fn Explanation(thing: Shared, visibility: Signal<Visibility>, changed: RwSignal<u32>) -> impl IntoView {
    let people = Resource::new(move || (visibility.get(), changed.get()), move |_| explain_access(thing));
    let is_companys = move || visibility.get() == Visibility::Company;
    view! {
        <Show when=is_companys><p class="sharing-nobody">"Everybody else on this server sees it as well."</p></Show>
        <ResourceView resource=people skeleton=|| view! { <TableSkeleton/> } let:people><AccessTable people/></ResourceView>
    }
    .into_any()
}

#[component]
fn AccessTable(people: Vec<Access>) -> impl IntoView {
    let row = |person: Access| {
        let why = person.rules.iter().map(rule_words).collect::<Vec<_>>().join("; ");
        let right = right_words(person.may_edit, &person.rules);
        view! { <tr><td class="cell-title">{person.name}</td><td>{right}</td><td>{why}</td></tr> }
    };
    view! {
        <Table label="Who has access">
            <thead><tr><th scope="col">"Person"</th><th scope="col">"May"</th><th scope="col">"Because"</th></tr></thead>
            <tbody>{people.into_iter().map(row).collect_view()}</tbody>
        </Table>
    }
    .into_any()
}
