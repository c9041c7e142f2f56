//! "Who has access": everybody in the team who may see the thing, and why.

use super::api::explain_access;
use super::state::{right_words, rule_words};
use crate::ui::{Button, Card, Dialog, DialogSize, ResourceView, Table, TableSkeleton};
use domain::datasets::Visibility;
use domain::sharing::{Access, Explanation, Shared, Thing};
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
                <Explained thing=thing.into() visibility=Some(visibility) changed/>
            </Show>
        </Card>
    }
    .into_any()
}

/// The same answer for one thing of a list, asked for when the dialog opens.
#[component]
pub fn AccessDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// What was chosen in the list, and how it is called.
    #[prop(into)]
    chosen: Signal<Option<(Thing, String)>>,
    /// Who may see it; things about which roles decide have none.
    #[prop(into, optional)]
    visibility: Option<Signal<Visibility>>,
) -> impl IntoView {
    let title = Signal::derive(move || {
        chosen.with(|chosen| chosen.as_ref().map(|(_, name)| format!("Who has access to “{name}”")).unwrap_or_default())
    });
    let changed = RwSignal::new(0_u32);
    view! {
        <Dialog open title size=DialogSize::Large description="Everybody in the team who sees it, and the rules that let them.">
            {move || chosen.get().map(|(thing, _)| view! { <Explained thing visibility changed/> })}
        </Dialog>
    }
    .into_any()
}

#[component]
fn Explained(thing: Thing, visibility: Option<Signal<Visibility>>, changed: RwSignal<u32>) -> impl IntoView {
    let visible_to = move || visibility.map(|visibility| visibility.get());
    let explanation = Resource::new(move || (visible_to(), changed.get()), move |_| explain_access(thing));
    let is_companys = move || visible_to() == Some(Visibility::Company);
    view! {
        <Show when=is_companys><p class="sharing-note">"Everybody else on this server whose role allows it sees it as well."</p></Show>
        <ResourceView resource=explanation skeleton=|| view! { <TableSkeleton/> } let:explanation>
            <Answer thing explanation/>
        </ResourceView>
    }
    .into_any()
}

#[component]
fn Answer(thing: Thing, explanation: Explanation) -> impl IntoView {
    let Explanation { dataset, people, is_open_to_owners } = explanation;
    let about_kind = match thing {
        Thing::Chat(_) => Some("A chat is its person’s alone. It cannot be shared, and what roles allow with chats is about one’s own."),
        Thing::Group(_) => Some("Groups have no rules of their own: who sees the members of this team sees its groups."),
        Thing::ApiKey(_) => Some("The key itself is known to nobody but its person. A program with it may do at most what its person may."),
        Thing::Model(_) => Some(
            "These are the people of the team you work in; in every other team the same roles decide. System administrators alone change models.",
        ),
        Thing::Dataset(_) | Thing::Document(_) | Thing::Prompt(_) => None,
    };
    view! {
        {dataset.map(|name| view! { <p class="sharing-note">{format!("Its dataset, “{name}”, decides: who sees that sees its documents.")}</p> })}
        {about_kind.map(|sentence| view! { <p class="sharing-note">{sentence}</p> })}
        <AccessTable thing people/>
        {is_open_to_owners.then(|| view! { <p class="sharing-note">"An owner can look at it by viewing the team as somebody listed here, and can change nothing then. The audit trail records that."</p> })}
    }
    .into_any()
}

#[component]
fn AccessTable(thing: Thing, people: Vec<Access>) -> impl IntoView {
    let row = move |person: Access| {
        let why = person.rules.iter().map(|rule| rule_words(thing, rule)).collect::<Vec<_>>().join(". ");
        let right = right_words(thing, person.may_edit, &person.rules);
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
