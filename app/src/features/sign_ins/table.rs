//! The table of sign-ins.

use crate::ui::{Badge, Table, Time, Tone};
use domain::sign_ins::SignInEntry;
use leptos::prelude::*;

/// Sign-ins, the latest first.
#[component]
pub fn SignInTable(
    /// Its accessible name.
    label: &'static str,
    /// What is shown.
    entries: Vec<SignInEntry>,
    /// Whether they are of several people.
    has_people: bool,
) -> impl IntoView {
    if entries.is_empty() {
        return view! { <p>"There are no sign-ins to show."</p> }.into_any();
    }
    let rows = entries.into_iter().map(|entry| view! { <EntryRow entry has_people/> }).collect_view();
    view! {
        <Table label>
            <thead>
                <tr>
                    <th scope="col">"When (UTC)"</th>
                    {has_people.then(|| view! { <th scope="col">"Who"</th> })}
                    <th scope="col">"How"</th>
                    <th scope="col">"Outcome"</th>
                    <th scope="col" class="wide-only">"From"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </Table>
    }
    .into_any()
}

#[component]
fn EntryRow(entry: SignInEntry, has_people: bool) -> impl IntoView {
    let SignInEntry { at, person, way, succeeded, reason, ip, device, .. } = entry;
    let person = if person.is_empty() { "Nobody known".to_owned() } else { person };
    let outcome = if succeeded {
        view! { <Badge tone=Tone::Success>"Signed in"</Badge> }.into_any()
    } else {
        view! { <Badge tone=Tone::Warning>"Failed"</Badge>" "{reason} }.into_any()
    };
    view! {
        <tr>
            <td><Time at/></td>
            {has_people.then(|| view! { <td>{person}</td> })}
            <td>{way}</td>
            <td>{outcome}</td>
            <td class="wide-only">{format!("{ip} · {device}")}</td>
        </tr>
    }
    .into_any()
}
