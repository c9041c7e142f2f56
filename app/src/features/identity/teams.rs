//! Teams: those one belongs to, going on in another, making one, leaving one, and taking a deleted one back.

use super::api::{SwitchTeam, switch_team};
use super::leave_team::LeaveTeamDialog;
use crate::browser::leaving::{go_on_at, may_leave};
use crate::error::AppError;
use crate::features::team::api::{create_team, list_deleted_teams, list_teams, restore_team};
use crate::ui::{
    Badge, Button, ButtonSize, ButtonVariant, Card, Dialog, DialogActions, Field, FormError, ListSkeleton, ResourceView, Time, TimeStyle,
    Tone, use_toasts, use_viewer, use_viewer_resource,
};
use domain::TeamId;
use domain::team::{DeletedTeam, TeamSummary};
use leptos::prelude::*;

/// The list, with a way out of each team and into each but the present one; below it those that were deleted and can be restored.
#[component]
pub fn TeamsCard() -> impl IntoView {
    let switch = ServerAction::<SwitchTeam>::new();
    let (toasts, frame) = (use_toasts(), use_viewer_resource());
    let changed = RwSignal::new(0_u32);
    let teams = Resource::new(move || changed.get(), |_| list_teams());
    let deleted = Resource::new(move || changed.get(), |_| list_deleted_teams());
    let restore = Action::new(move |&id: &TeamId| async move {
        match restore_team(id).await {
            Ok(()) => toasts.success("The team is back, with everything in it."),
            Err(error) => toasts.app_error(&error),
        }
        changed.update(|count| *count += 1);
        // The account menu lists the teams too.
        frame.refetch();
    });
    let leaving = RwSignal::new(None::<TeamSummary>);
    let creating = RwSignal::new(false);
    Effect::new(move |_| match switch.value().get() {
        // Everything on screen belongs to the former team: begin afresh.
        Some(Ok(())) => go_on_at("/chat"),
        Some(Err(error)) => toasts.app_error(&error),
        None => {}
    });
    view! {
        <Card title="Teams" description="You work in one team at a time; datasets, prompts and chats belong to it.">
            <div class="flow">
                <ResourceView resource=teams skeleton=|| view! { <ListSkeleton/> } let:teams><TeamList teams switch leaving/></ResourceView>
                <div><Button on_click=move || creating.set(true)>"New team"</Button></div>
                <ResourceView resource=deleted let:deleted><DeletedList deleted restore/></ResourceView>
            </div>
        </Card>
        <Dialog open=creating title="New team" description="You own it, and you can invite others to it."><NewTeamForm open=creating/></Dialog>
        <LeaveTeamDialog leaving changed/>
    }
    .into_any()
}

#[component]
fn TeamList(teams: Vec<TeamSummary>, switch: ServerAction<SwitchTeam>, leaving: RwSignal<Option<TeamSummary>>) -> impl IntoView {
    let viewer = use_viewer();
    let row = move |team: TeamSummary| {
        let id = team.id;
        let is_present = Signal::derive(move || viewer.with(|viewer| viewer.team_id == id));
        let go = move || {
            if may_leave() {
                switch.dispatch(SwitchTeam { id });
            }
        };
        let action = move || {
            if is_present.get() {
                view! { <Badge tone=Tone::Accent>"You are here"</Badge> }.into_any()
            } else {
                view! { <Button size=ButtonSize::Small on_click=go>"Switch"</Button> }.into_any()
            }
        };
        let name = team.name.clone();
        let leave = move || leaving.set(Some(team.clone()));
        view! {
            <li class="row row-spread">
                <span>{name}</span>
                <span class="row">
                    {action}
                    <Button size=ButtonSize::Small variant=ButtonVariant::Ghost on_click=leave>"Leave"</Button>
                </span>
            </li>
        }
    };
    view! { <ul class="flow" aria-label="Teams">{teams.into_iter().map(row).collect_view()}</ul> }.into_any()
}

#[component]
fn DeletedList(deleted: Vec<DeletedTeam>, restore: Action<TeamId, ()>) -> impl IntoView {
    if deleted.is_empty() {
        return ().into_any();
    }
    let row = move |team: DeletedTeam| {
        let id = team.id;
        view! {
            <li class="row row-spread">
                <span>{team.name} <span class="cell-note">" gone for good on "<Time at=team.gone_at style=TimeStyle::Date/></span></span>
                <Button size=ButtonSize::Small on_click=move || { restore.dispatch(id); }>"Restore"</Button>
            </li>
        }
    };
    view! {
        <h3 class="section-title">"Deleted teams"</h3>
        <ul class="flow" aria-label="Deleted teams">{deleted.into_iter().map(row).collect_view()}</ul>
    }
    .into_any()
}

#[component]
fn NewTeamForm(open: RwSignal<bool>) -> impl IntoView {
    let name = RwSignal::new(String::new());
    let create = Action::new(move |name: &String| {
        let name = name.clone();
        async move {
            let made = create_team(name).await?;
            switch_team(made.id).await?;
            // The new team is empty: begin afresh in it.
            go_on_at("/team");
            Ok::<(), AppError>(())
        }
    });
    let error = Signal::derive(move || create.value().get().and_then(Result::err));
    let wrong = Signal::derive(move || error.get().and_then(|error| error.field("name")));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if may_leave() {
            create.dispatch(name.get_untracked());
        }
    };
    view! {
        <form class="form" on:submit=submit novalidate>
            <FormError error/>
            <Field label="Name" name="name" id="new-team-name" value=name error=wrong required=true maxlength=80 autofocus=true autocomplete="off"/>
            <DialogActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button submit=true variant=ButtonVariant::Primary loading=create.pending()>"Create team"</Button>
            </DialogActions>
        </form>
    }
    .into_any()
}
