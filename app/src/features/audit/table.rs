//! The table "Audit trail": a sentence per event, and behind it everything that is kept of it.

use crate::ui::{Table, Time};
use domain::audit::{AuditEntry, AuditScope, Fact};
use leptos::prelude::*;

/// Events, the latest first.
#[component]
pub fn AuditTable(
    /// What is shown.
    entries: Vec<AuditEntry>,
    /// Whose trail it is; that of the installation tells teams apart.
    scope: AuditScope,
) -> impl IntoView {
    let has_teams = scope == AuditScope::Installation;
    let rows = entries.into_iter().map(|entry| view! { <EntryRow entry has_teams/> }).collect_view();
    view! {
        <Table label="Audit trail">
            <thead>
                <tr>
                    <th scope="col">"When (UTC)"</th>
                    <th scope="col">"What"</th>
                    {has_teams.then(|| view! { <th scope="col" class="wide-only">"Team"</th> })}
                    <th scope="col" class="wide-only">"From"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </Table>
    }
    .into_any()
}

#[component]
fn EntryRow(entry: AuditEntry, has_teams: bool) -> impl IntoView {
    let fact = |Fact { label, value }| view! { <div><dt>{label}</dt><dd>{value}</dd></div> };
    let team = has_teams.then(|| entry.team.unwrap_or_else(|| "Installation".to_owned()));
    view! {
        <tr class="audit-row">
            <td class="audit-when"><Time at=entry.at/></td>
            <td>
                <details class="audit-details">
                    <summary>{entry.sentence}</summary>
                    <dl class="facts">{entry.facts.into_iter().map(fact).collect_view()}</dl>
                </details>
            </td>
            {team.map(|team| view! { <td class="wide-only">{team}</td> })}
            <td class="wide-only">{entry.origin}</td>
        </tr>
    }
    .into_any()
}
