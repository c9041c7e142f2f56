//! Features: which parts of the product are on, under a licence or without one.

use crate::ui::{Badge, Table, Tone};
use domain::licences::Feature;
use leptos::prelude::*;

/// The table "Features", and what else the licence names.
#[component]
pub fn Features(
    /// What the licence names; none without a licence, when everything is on.
    named: Option<Vec<String>>,
) -> impl IntoView {
    let (left_out, unknown) = match named {
        Some(named) => (Feature::left_out_of(&named), Feature::unknown_among(&named).join(", ")),
        None => (Vec::new(), String::new()),
    };
    let row = |feature: Feature| {
        let (name, note) = feature.words();
        let (tone, word) = if left_out.contains(&feature) { (Tone::Neutral, "Off") } else { (Tone::Success, "On") };
        view! {
            <tr>
                <td><span class="cell-title">{name}</span><p class="cell-note">{note}</p></td>
                <td><Badge tone>{word}</Badge></td>
            </tr>
        }
    };
    let rows = Feature::ALL.iter().copied().map(row).collect_view();
    view! {
        <Table label="Features">
            <thead><tr><th scope="col">"Feature"</th><th scope="col">"State"</th></tr></thead>
            <tbody>{rows}</tbody>
        </Table>
        {(!unknown.is_empty()).then(|| view! { <p class="cell-note">{format!("The licence also names {unknown}. That switches nothing here.")}</p> })}
    }
    .into_any()
}
