//! The table "Audit trail": a sentence per event, and behind it everything that is kept of it.

use super::state::{about, done_by};
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
    let rows = entries.into_iter().map(|entry| view! { <EntryRow entry scope/> }).collect_view();
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
fn EntryRow(entry: AuditEntry, scope: AuditScope) -> impl IntoView {
    let has_teams = scope == AuditScope::Installation;
    let fact = |Fact { label, value }| view! { <div><dt>{label}</dt><dd>{value}</dd></div> };
    let team = has_teams.then(|| entry.team.unwrap_or_else(|| "Installation".to_owned()));
    let by_actor = entry.actor_id.map(|person| view! { <a class="text-link" href=done_by(scope, person)>"Everything by this person"</a> });
    let of_target = entry.target_id.map(|target| view! { <a class="text-link" href=about(scope, target)>"Everything done to this"</a> });
    view! {
        <tr class="audit-row">
            <td class="audit-when"><Time at=entry.at/></td>
            <td>
                <details class="audit-details">
                    <summary>{entry.sentence}</summary>
                    <dl class="facts">{entry.facts.into_iter().map(fact).collect_view()}</dl>
                    <p class="audit-more">{of_target}{by_actor}</p>
                </details>
            </td>
            {team.map(|team| view! { <td class="wide-only">{team}</td> })}
            <td class="wide-only">{entry.origin}</td>
        </tr>
    }
    .into_any()
}
