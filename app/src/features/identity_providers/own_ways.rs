//! Own ways: what people can sign in with beside the password and without a provider, each with its switch.

use super::api::{allow_own_way, list_own_ways};
use crate::features::identity::use_confirming;
use crate::ui::{Badge, Button, ButtonSize, Card, ListSkeleton, ResourceView, Tone, use_toasts};
use domain::identity_providers::OwnWayState;
use leptos::prelude::*;

/// The card on the screen of sign-in.
#[component]
pub fn OwnWaysCard() -> impl IntoView {
    let states = Resource::new(|| (), |()| list_own_ways());
    let (toasts, confirming) = (use_toasts(), use_confirming());
    let toggle = Action::new(move |state: &OwnWayState| {
        let (way, is_allowed) = (state.way, !state.is_allowed);
        async move {
            match confirming.run(move || allow_own_way(way, is_allowed)).await {
                Ok(()) => toasts.success(format!("{} are {}", way.name(), if is_allowed { "on" } else { "off" })),
                Err(error) => toasts.app_error(&error),
            }
            states.refetch();
        }
    });
    view! {
        <Card title="Without a provider" description="Beside their password, people can sign in with these.">
            <ResourceView resource=states skeleton=|| view! { <ListSkeleton/> } let:states>
                <ul class="flow" aria-label="Ways without a provider">
                    {states.into_iter().map(|state| view! { <OwnWayRow state toggle/> }).collect_view()}
                </ul>
            </ResourceView>
        </Card>
    }
    .into_any()
}

#[component]
fn OwnWayRow(state: OwnWayState, toggle: Action<OwnWayState, ()>) -> impl IntoView {
    let (tone, word, verb) = if state.is_allowed { (Tone::Success, "On", "Turn off") } else { (Tone::Neutral, "Off", "Turn on") };
    let (name, obstacle) = (state.way.name(), state.obstacle.clone());
    view! {
        <li>
            <div class="row row-spread">
                <span>{name}" "<Badge tone>{word}</Badge></span>
                <Button size=ButtonSize::Small loading=toggle.pending() on_click=move || { toggle.dispatch(state.clone()); }>
                    {verb}<span class="sr-only">{format!(" {name}")}</span>
                </Button>
            </div>
            {obstacle.map(|obstacle| view! { <p class="cell-note">{obstacle}</p> })}
        </li>
    }
    .into_any()
}
