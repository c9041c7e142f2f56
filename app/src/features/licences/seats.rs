//! Seats: who has one, giving one and freeing one.

use super::api::{free_seat, give_seat, list_seats};
use crate::ui::{
    Button, ButtonSize, Column, ConfirmDialog, EmptyState, Field, FieldKind, ResourceView, Table, TableHead, TableSkeleton, Time,
    TimeStyle, use_toasts,
};
use chrono::{DateTime, Utc};
use domain::licences::{SeatList, SeatPerson};
use icondata_lu as lu;
use leptos::prelude::*;

/// What it means for somebody that their seat is freed.
pub const FREEING: &str = "They are signed out everywhere, and their API keys open nothing until they have a seat again. They take a \
                           free one by signing in. What is theirs stays.";

/// The table "Seats" with a search.
#[component]
pub fn Seats(
    /// Somebody got or lost a seat.
    on_changed: Callback<()>,
) -> impl IntoView {
    let words = RwSignal::new(String::new());
    let seats = Resource::new(move || words.get(), list_seats);
    let toasts = use_toasts();
    let (freeing, doomed) = (RwSignal::new(false), RwSignal::new(None::<SeatPerson>));
    let give = Action::new(move |person: &SeatPerson| {
        let (id, name) = (person.user_id, called(person));
        async move {
            match give_seat(id).await {
                Ok(()) => toasts.success(format!("{name} has a seat")),
                Err(error) => toasts.app_error(&error),
            }
            seats.refetch();
            on_changed.run(());
        }
    });
    let free = Action::new(move |person: &SeatPerson| {
        let (id, name) = (person.user_id, called(person));
        async move {
            match free_seat(id).await {
                Ok(()) => toasts.success(format!("The seat of {name} is free")),
                Err(error) => toasts.app_error(&error),
            }
            seats.refetch();
            on_changed.run(());
        }
    });
    let ask = Callback::new(move |person| {
        doomed.set(Some(person));
        freeing.set(true);
    });
    let give = Callback::new(move |person| {
        give.dispatch(person);
    });
    view! {
        <section class="flow">
            <h2 class="section-title">"Seats"</h2>
            <p class="cell-note">
                "Who signs in takes a free seat. Whoever has none is told so and cannot come in, and their API keys open nothing. \
                 Once the licence is over no seat is asked for: everybody comes in to read and export. \
                 First stand those whose seats are missed least: who is suspended, and then who was not seen for longest."
            </p>
            <Field label="Search people" name="search-seats" kind=FieldKind::Search value=words placeholder="Search people" hide_label=true autocomplete="off"/>
            <ResourceView resource=seats skeleton=|| view! { <TableSkeleton/> } let:list><SeatTable list give ask/></ResourceView>
        </section>
        <ConfirmDialog
            open=freeing title=Signal::derive(move || format!("Free the seat of {}?", doomed.with(|person| person.as_ref().map(called).unwrap_or_default())))
            body=FREEING confirm="Free seat"
            on_confirm=move || if let Some(person) = doomed.get_untracked() { free.dispatch(person); }
        />
    }
    .into_any()
}

#[component]
fn SeatTable(list: SeatList, give: Callback<SeatPerson>, ask: Callback<SeatPerson>) -> impl IntoView {
    if list.people.is_empty() {
        return view! { <EmptyState icon=lu::LuSearch title="Nobody’s name or address holds these words."/> }.into_any();
    }
    let has_more = list.has_more;
    view! {
        <Table label="Seats">
            <TableHead columns=columns()/>
            <tbody>{list.people.into_iter().map(|person| view! { <SeatRow person give ask/> }).collect_view()}</tbody>
        </Table>
        {has_more.then(|| view! {
            <p class="cell-note">
                "There are more people. Search for those you miss, or look through all of them at "
                <a class="text-link" href="/admin/people">"People"</a>"."
            </p>
        })}
    }
    .into_any()
}

fn columns() -> Vec<Column> {
    let what = [Column::of("Name"), Column::of("Email"), Column::of("Suspended"), Column::wide_only("Last seen (UTC)"), Column::of("Seat")];
    what.into_iter().chain([Column::actions("Actions")]).collect()
}

#[component]
fn SeatRow(person: SeatPerson, give: Callback<SeatPerson>, ask: Callback<SeatPerson>) -> impl IntoView {
    let whose = format!(" of {}", called(&person));
    let to_whom = format!(" to {}", called(&person));
    let row = StoredValue::new(person.clone());
    let action = match (person.seated_at, person.keeps_seat) {
        (Some(_), true) => view! { <span class="cell-note">"Manages the installation"</span> }.into_any(),
        (Some(_), false) => {
            view! { <Button size=ButtonSize::Small on_click=move || ask.run(row.get_value())>"Free seat"<span class="sr-only">{whose}</span></Button> }.into_any()
        }
        (None, _) => {
            view! { <Button size=ButtonSize::Small on_click=move || give.run(row.get_value())>"Give seat"<span class="sr-only">{to_whom}</span></Button> }.into_any()
        }
    };
    view! {
        <tr>
            <td class="cell-title">{person.name}</td>
            <td>{person.email}</td>
            <td>{since(person.suspended_at, "no")}</td>
            <td class="wide-only">
                {person.last_seen_at.map_or_else(|| "Not in the last year".into_any(), |at| view! { <Time at/> }.into_any())}
            </td>
            <td>{since(person.seated_at, "none")}</td>
            <td class="actions">{action}</td>
        </tr>
    }
    .into_any()
}

/// Since when, or the word for never.
fn since(at: Option<DateTime<Utc>>, otherwise: &'static str) -> AnyView {
    match at {
        Some(at) => view! { "since "<Time at style=TimeStyle::Date/> }.into_any(),
        None => otherwise.into_any(),
    }
}

/// The name, or the address of whoever gave none.
fn called(person: &SeatPerson) -> String {
    if person.name.is_empty() { person.email.clone() } else { person.name.clone() }
}
