//! Teams: the ones a person belongs to, and going on in another.

use super::api::SwitchTeam;
use crate::features::team::api::list_teams;
use crate::ui::{Badge, Button, ButtonSize, Card, ListSkeleton, ResourceView, Tone, use_toasts, use_viewer};
use domain::team::TeamSummary;
use leptos::prelude::*;

/// The list, with a button at each team but the present one.
#[component]
pub fn TeamsCard() -> impl IntoView {
    let teams = Resource::new(|| (), |()| list_teams());
    let switch = ServerAction::<SwitchTeam>::new();
    let toasts = use_toasts();
    Effect::new(move |_| match switch.value().get() {
        // Everything on screen belongs to the former team: begin afresh.
        Some(Ok(())) => drop(window().location().set_href("/chat")),
        Some(Err(error)) => toasts.app_error(&error),
        None => {}
    });
    view! {
        <Card title="Teams" description="You work in one team at a time; datasets, prompts and chats belong to it.">
            <ResourceView resource=teams skeleton=|| view! { <ListSkeleton/> } let:teams><TeamList teams switch/></ResourceView>
        </Card>
    }
    .into_any()
}

#[component]
fn TeamList(teams: Vec<TeamSummary>, switch: ServerAction<SwitchTeam>) -> impl IntoView {
    let viewer = use_viewer();
    let row = move |team: TeamSummary| {
        let id = team.id;
        let is_present = Signal::derive(move || viewer.with(|viewer| viewer.team_id == id));
        let action = move || {
            if is_present.get() {
                view! { <Badge tone=Tone::Accent>"You are here"</Badge> }.into_any()
            } else {
                view! { <Button size=ButtonSize::Small on_click=move || { switch.dispatch(SwitchTeam { id }); }>"Switch"</Button> }
                    .into_any()
            }
        };
        view! { <li class="row row-spread"><span>{team.name}</span>{action}</li> }
    };
    view! { <ul class="flow" aria-label="Teams">{teams.into_iter().map(row).collect_view()}</ul> }.into_any()
}
