//! Groups: parts of the team under a name.

use super::api::{create_group, delete_group, list_groups, list_members, rename_group, set_group_members};
use crate::error::AppError;
use crate::features::sharing::AccessDialog;
use crate::ui::layout::TeamSections;
use crate::ui::{
    Button, ButtonVariant, Checkbox, ConfirmDialog, Dialog, DialogActions, EmptyState, Field, FormError, Included, Menu, MenuItem,
    PageBody, PageHeader, ResourceView, Table, TableSkeleton, may, use_toasts,
};
use domain::licences::Feature;
use domain::sharing::Thing;
use domain::team::{GroupSummary, MemberSummary};
use domain::{Permission, UserId};
use icondata_lu as lu;
use leptos::prelude::*;

/// What the dialog of a group is about.
#[derive(Clone, PartialEq)]
enum Subject {
    New,
    Name(GroupSummary),
    Members(GroupSummary),
    End(GroupSummary),
    Access(GroupSummary),
}

/// What the screen shows: the groups, and who could be in them.
type Loaded = (Vec<GroupSummary>, Vec<MemberSummary>);

/// The groups of the viewer's team.
#[component]
pub fn GroupsPage() -> impl IntoView {
    let loaded = Resource::new(|| (), |()| async move { Ok::<Loaded, AppError>((list_groups().await?, list_members().await?)) });
    let manages = may(Permission::ManageMembers);
    let subject = RwSignal::new(None::<Subject>);
    let reload = Callback::new(move |()| {
        subject.set(None);
        loaded.refetch();
    });
    view! {
        <TeamSections/>
        <PageBody>
            <PageHeader title="Groups" description="Parts of this team under a name. Who leaves the team leaves its groups.">
                <Show when=move || manages.get()>
                    <Included feature=Feature::Groups>
                        <Button variant=ButtonVariant::Primary icon=lu::LuPlus on_click=move || subject.set(Some(Subject::New))>"New group"</Button>
                    </Included>
                </Show>
            </PageHeader>
            <ResourceView resource=loaded skeleton=|| view! { <TableSkeleton/> } children=move |loaded: Loaded| {
                let members = StoredValue::new(loaded.1);
                view! {
                    <GroupTable groups=loaded.0 members subject/>
                    <GroupDialogs members subject reload/>
                }
            }/>
        </PageBody>
    }
    .into_any()
}

fn called(member: &MemberSummary) -> String {
    if member.name.is_empty() { member.email.clone() } else { member.name.clone() }
}

#[component]
fn GroupTable(groups: Vec<GroupSummary>, members: StoredValue<Vec<MemberSummary>>, subject: RwSignal<Option<Subject>>) -> impl IntoView {
    if groups.is_empty() {
        let body = "A group gathers some of the team’s members under a name.";
        return view! { <EmptyState icon=lu::LuUsersRound title="There are no groups yet." body/> }.into_any();
    }
    let manages = may(Permission::ManageMembers);
    let row = move |group: GroupSummary| {
        let names = members.with_value(|members| {
            let inside = members.iter().filter(|member| group.members.contains(&member.user_id));
            inside.map(called).collect::<Vec<_>>().join(", ")
        });
        let (name, count) = (group.name.clone(), group.members.len());
        let group = StoredValue::new(group);
        view! {
            <tr>
                <td class="cell-title">{name}</td>
                <td class="num">{count}</td>
                <td>{names}</td>
                <td class="actions"><Show when=move || manages.get()><GroupMenu group=group.get_value() subject/></Show></td>
            </tr>
        }
    };
    view! {
        <Table label="Groups">
            <thead>
                <tr>
                    <th scope="col">"Name"</th>
                    <th scope="col" class="num">"Members"</th>
                    <th scope="col">"Who"</th>
                    <th scope="col" class="actions"><span class="sr-only">"Actions"</span></th>
                </tr>
            </thead>
            <tbody>{groups.into_iter().map(row).collect_view()}</tbody>
        </Table>
    }
    .into_any()
}

#[component]
fn GroupMenu(group: GroupSummary, subject: RwSignal<Option<Subject>>) -> impl IntoView {
    let label = format!("Actions for {}", group.name);
    let group = StoredValue::new(group);
    let choose = move |about: fn(GroupSummary) -> Subject| subject.set(Some(about(group.get_value())));
    view! {
        <Menu label>
            <MenuItem label="Choose members" icon=lu::LuUserCog on_select=move || choose(Subject::Members)/>
            <MenuItem label="Rename" icon=lu::LuPencil on_select=move || choose(Subject::Name)/>
            <MenuItem label="Explain access" icon=lu::LuUsers on_select=move || choose(Subject::Access)/>
            <MenuItem label="Delete" icon=lu::LuTrash2 danger=true on_select=move || choose(Subject::End)/>
        </Menu>
    }
    .into_any()
}

#[component]
fn GroupDialogs(members: StoredValue<Vec<MemberSummary>>, subject: RwSignal<Option<Subject>>, reload: Callback<()>) -> impl IntoView {
    let (editing, ending, explaining) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(false));
    Effect::new(move |_| match subject.get() {
        Some(Subject::End(_)) => ending.set(true),
        Some(Subject::Access(_)) => explaining.set(true),
        Some(_) => editing.set(true),
        None => {}
    });
    let title = Signal::derive(move || match subject.get() {
        Some(Subject::Name(group)) => format!("Rename “{}”", group.name),
        Some(Subject::Members(group)) => format!("Members of “{}”", group.name),
        _ => "New group".to_owned(),
    });
    let toasts = use_toasts();
    let end = Action::new(move |group: &GroupSummary| {
        let (id, name) = (group.id, group.name.clone());
        async move {
            match delete_group(id).await {
                Ok(()) => toasts.success(format!("The group “{name}” was deleted")),
                Err(error) => toasts.app_error(&error),
            }
            reload.run(());
        }
    });
    let agree = move || {
        if let Some(Subject::End(group)) = subject.get_untracked() {
            end.dispatch(group);
        }
    };
    let doomed = move || match subject.get() {
        Some(Subject::End(group)) => group.name,
        _ => String::new(),
    };
    let explained = Signal::derive(move || match subject.get() {
        Some(Subject::Access(group)) => Some((Thing::Group(group.id), group.name)),
        _ => None,
    });
    view! {
        <Dialog open=editing title>
            {move || match subject.get() {
                Some(Subject::New) => view! { <NameForm group=None open=editing reload/> }.into_any(),
                Some(Subject::Name(group)) => view! { <NameForm group=Some(group) open=editing reload/> }.into_any(),
                Some(Subject::Members(group)) => view! { <MembersForm group members open=editing reload/> }.into_any(),
                _ => ().into_any(),
            }}
        </Dialog>
        <ConfirmDialog
            open=ending title=Signal::derive(move || format!("Delete “{}”?", doomed()))
            body="Its people stay in the team. This cannot be undone." confirm="Delete group" on_confirm=agree
        />
        <AccessDialog open=explaining chosen=explained/>
    }
    .into_any()
}

#[component]
fn NameForm(group: Option<GroupSummary>, open: RwSignal<bool>, reload: Callback<()>) -> impl IntoView {
    let name = RwSignal::new(group.as_ref().map(|group| group.name.clone()).unwrap_or_default());
    let id = group.map(|group| group.id);
    let save = Action::new(move |(): &()| async move {
        match id {
            Some(id) => rename_group(id, name.get_untracked()).await?,
            None => create_group(name.get_untracked()).await?,
        };
        open.set(false);
        reload.run(());
        Ok::<(), AppError>(())
    });
    let error = Signal::derive(move || save.value().get().and_then(Result::err));
    let wrong = Signal::derive(move || error.get().and_then(|error| error.field("name")));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        save.dispatch(());
    };
    view! {
        <form class="form" on:submit=submit novalidate>
            <FormError error/>
            <Field label="Name" name="name" id="group-name" value=name error=wrong required=true maxlength=80 autofocus=true autocomplete="off"/>
            <DialogActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button submit=true variant=ButtonVariant::Primary loading=save.pending()>{if id.is_some() { "Rename" } else { "Create" }}</Button>
            </DialogActions>
        </form>
    }
    .into_any()
}

#[component]
fn MembersForm(group: GroupSummary, members: StoredValue<Vec<MemberSummary>>, open: RwSignal<bool>, reload: Callback<()>) -> impl IntoView {
    let id = group.id;
    let ticks: Vec<(UserId, String, RwSignal<bool>)> = members.with_value(|members| {
        let tick = |member: &MemberSummary| (member.user_id, called(member), RwSignal::new(group.members.contains(&member.user_id)));
        members.iter().map(tick).collect()
    });
    let boxes = ticks.clone();
    let save = Action::new(move |(): &()| {
        let chosen: Vec<UserId> = ticks.iter().filter(|(_, _, ticked)| ticked.get_untracked()).map(|(id, _, _)| *id).collect();
        async move {
            set_group_members(id, chosen).await?;
            open.set(false);
            reload.run(());
            Ok::<(), AppError>(())
        }
    });
    let error = Signal::derive(move || save.value().get().and_then(Result::err));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        save.dispatch(());
    };
    let row = |(person, name, checked): (UserId, String, RwSignal<bool>)| {
        view! { <Checkbox label=name name="user_ids" id=format!("member-{person}") value=person.to_string() checked/> }
    };
    view! {
        <form class="form" on:submit=submit>
            <FormError error/>
            <fieldset class="form-group"><legend>"Members"</legend>{boxes.into_iter().map(row).collect_view()}</fieldset>
            <DialogActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button submit=true variant=ButtonVariant::Primary loading=save.pending()>"Save members"</Button>
            </DialogActions>
        </form>
    }
    .into_any()
}
