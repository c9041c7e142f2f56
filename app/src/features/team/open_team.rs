//! Open team: what the address of a team leads to: a way into it for its members, nothing for others.

use super::api::find_team;
use crate::browser::leaving;
use crate::features::identity::api::SwitchTeam;
use crate::stay::use_param;
use crate::ui::{Button, ButtonVariant, Card, ListSkeleton, PageBody, PageHeader, PageWidth, ResourceView, use_toasts};
use domain::team::TeamSummary;
use leptos::prelude::*;

/// The team at an address.
#[component]
pub fn OpenTeamPage() -> impl IntoView {
    let slug = use_param("/teams", "slug");
    let team = Resource::new(move || slug.get().unwrap_or_default(), find_team);
    view! {
        <PageBody width=PageWidth::Narrow>
            <PageHeader title="Open a team"/>
            <ResourceView resource=team skeleton=|| view! { <ListSkeleton/> } let:team><EnterTeam team/></ResourceView>
        </PageBody>
    }
    .into_any()
}

#[component]
fn EnterTeam(team: TeamSummary) -> impl IntoView {
    let switch = ServerAction::<SwitchTeam>::new();
    let toasts = use_toasts();
    Effect::new(move |_| match switch.value().get() {
        // Everything on screen belongs to the former team: begin afresh.
        Some(Ok(())) => leaving::go_on_at("/chat"),
        Some(Err(error)) => toasts.app_error(&error),
        None => {}
    });
    let id = team.id;
    let go = move || {
        if leaving::may_leave() {
            switch.dispatch(SwitchTeam { id });
        }
    };
    view! {
        <Card title=team.name description="You are a member of this team. Datasets, prompts and chats you see belong to the team you work in.">
            <Button variant=ButtonVariant::Primary loading=switch.pending() on_click=go>"Work in this team"</Button>
        </Card>
    }
    .into_any()
}
