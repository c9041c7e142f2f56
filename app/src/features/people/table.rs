//! The table of people, with what can be done about each.

use super::dialog::PersonAct;
use crate::ui::{Badge, Column, Menu, MenuItem, Table, TableHead, Time, TimeStyle, Tone, use_viewer};
use domain::people::{PeopleList, PersonSummary};
use icondata_lu as lu;
use leptos::prelude::*;

/// The person something is to be done about, and what.
pub type Chosen = RwSignal<Option<(PersonSummary, PersonAct)>>;

/// The people of one page.
#[component]
pub fn PeopleTable(
    /// The people.
    list: Signal<PeopleList>,
    /// What the menus of rows set.
    chosen: Chosen,
) -> impl IntoView {
    let has_seats = Memo::new(move |_| list.with(|list| list.has_seats));
    let head = move || view! { <TableHead columns=columns(has_seats.get())/> };
    let rows = move || {
        let has_seats = has_seats.get();
        let people = list.with(|list| list.page.items.clone());
        people.into_iter().map(|person| view! { <PersonRow person has_seats chosen/> }).collect_view()
    };
    view! {
        <Table label="People">
            {head}
            <tbody>{rows}</tbody>
        </Table>
    }
    .into_any()
}

fn columns(has_seats: bool) -> Vec<Column> {
    let always = [Column::of("Name"), Column::of("Email"), Column::wide_figures("Teams"), Column::wide_only("Last seen (UTC)")];
    let seat = has_seats.then(|| Column::wide_only("Seat"));
    always.into_iter().chain(seat).chain([Column::actions("Actions")]).collect()
}

#[component]
fn PersonRow(person: PersonSummary, has_seats: bool, chosen: Chosen) -> impl IntoView {
    let viewer = use_viewer();
    let (id, name) = (person.user_id, person.called().to_owned());
    let is_self = Signal::derive(move || viewer.with(|viewer| viewer.user_id == id));
    let row = StoredValue::new(person.clone());
    let seat = has_seats.then(|| {
        let seat = match person.seated_at {
            Some(at) => view! { "since "<Time at style=TimeStyle::Date/> }.into_any(),
            None => "none".into_any(),
        };
        view! { <td class="wide-only">{seat}</td> }
    });
    view! {
        <tr>
            <td>
                <div class="row">
                    <span class="cell-title">{name}</span>
                    {person.is_administrator.then(|| view! { <Badge tone=Tone::Accent>"Administrator"</Badge> })}
                    {person.suspended_at.map(|_| view! { <Badge tone=Tone::Warning>"Suspended"</Badge> })}
                    {person.gone_at.map(|at| view! { <Badge tone=Tone::Warning>"Leaves on "<Time at style=TimeStyle::Date/></Badge> })}
                    {person.has_two_step.then(|| view! { <Badge>"Two-step"</Badge> })}
                </div>
            </td>
            <td>{person.email}</td>
            <td class="num wide-only">{person.teams}</td>
            <td class="wide-only">
                {person.last_seen_at.map_or_else(|| "Not in the last year".into_any(), |at| view! { <Time at/> }.into_any())}
            </td>
            {seat}
            <td class="actions">
                <Show when=move || !is_self.get() fallback=|| view! { <span class="cell-note">"You"</span> }>
                    <PersonMenu person=row.get_value() has_seats chosen/>
                </Show>
            </td>
        </tr>
    }
    .into_any()
}

#[component]
fn PersonMenu(person: PersonSummary, has_seats: bool, chosen: Chosen) -> impl IntoView {
    let label = format!("Actions for {}", person.called());
    let (is_administrator, is_suspended) = (person.is_administrator, person.suspended_at.is_some());
    // Whoever manages the installation keeps theirs.
    let can_lose_one = has_seats && !is_administrator && person.seated_at.is_some();
    let lacks_one = has_seats && !is_suspended && person.seated_at.is_none();
    let (stays, can_be_kept) = (person.gone_at.is_none(), person.can_be_kept);
    let person = StoredValue::new(person);
    let choose = move |act: PersonAct| chosen.set(Some((person.get_value(), act)));
    view! {
        <Menu label>
            <Show
                when=move || is_suspended
                fallback=move || view! { <MenuItem label="Suspend" icon=lu::LuUserX danger=true on_select=move || choose(PersonAct::Suspend)/> }
            >
                <MenuItem label="Reinstate" icon=lu::LuUserCheck on_select=move || choose(PersonAct::Reinstate)/>
            </Show>
            <Show when=move || lacks_one>
                <MenuItem label="Give seat" icon=lu::LuArmchair on_select=move || choose(PersonAct::GiveSeat)/>
            </Show>
            <Show when=move || can_lose_one>
                <MenuItem label="Free seat" icon=lu::LuArmchair danger=true on_select=move || choose(PersonAct::FreeSeat)/>
            </Show>
            <Show when=move || !is_administrator && !is_suspended>
                <MenuItem label="Make administrator" icon=lu::LuShieldPlus on_select=move || choose(PersonAct::MakeAdministrator)/>
            </Show>
            <Show when=move || is_administrator>
                <MenuItem
                    label="Take administration away" icon=lu::LuShieldMinus danger=true
                    on_select=move || choose(PersonAct::TakeAdministration)
                />
            </Show>
            <Show when=move || stays>
                <MenuItem label="Delete account…" icon=lu::LuTrash2 danger=true on_select=move || choose(PersonAct::Delete)/>
            </Show>
            <Show when=move || can_be_kept>
                <MenuItem label="Keep account" icon=lu::LuRotateCcw on_select=move || choose(PersonAct::Keep)/>
            </Show>
        </Menu>
    }
    .into_any()
}
