//! Own ways: what people can sign in with without a provider, each with its switch.

use super::api::{allow_own_way, list_own_ways};
use crate::features::identity::use_confirming;
use crate::ui::{Badge, Button, ButtonSize, Card, ListSkeleton, ResourceView, Tone, use_toasts};
use domain::identity_providers::{OwnWay, OwnWayState};
use leptos::prelude::*;
use leptos_router::components::A;

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
        <Card title="Without a provider" description="With these, people sign in here itself.">
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
    let (way, name, obstacle) = (state.way, state.way.name(), state.obstacle.clone());
    view! {
        <li>
            <div class="row row-spread">
                <span>{name}" "<Badge tone>{word}</Badge></span>
                <Button size=ButtonSize::Small loading=toggle.pending() on_click=move || { toggle.dispatch(state.clone()); }>
                    {verb}<span class="sr-only">{format!(" {name}")}</span>
                </Button>
            </div>
            {obstacle.map(|obstacle| view! { <p class="cell-note">{obstacle}</p> })}
            <WayNote way/>
        </li>
    }
    .into_any()
}

/// What an administrator wants to know of a way before they turn it on or off.
#[component]
fn WayNote(way: OwnWay) -> impl IntoView {
    match way {
        OwnWay::Passwords => view! {
            <p class="cell-note">
                "Turned off, nobody signs in, makes an account or gets a new password with one. Before that there has to be another way, and you need one yourself."
            </p>
        }
        .into_any(),
        OwnWay::Passkeys => ().into_any(),
        OwnWay::EmailCodes => view! {
            <p class="cell-note">
                "Whether mail arrives, a test mail shows: "<A href="/admin/mails" attr:class="text-link">"send one"</A>"."
            </p>
        }
        .into_any(),
    }
}
