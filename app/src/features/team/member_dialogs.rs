//! What is asked before a member is changed: the roles, or whether it is really meant.

use super::api::{change_roles, hand_over_team, member_belongings, reinstate_member, remove_member, suspend_member, view_as_member};
use super::invite::may_give;
use super::members::{Chosen, MemberAct};
use super::{belongings_in_words, role_hint, role_label};
use crate::browser::leaving;
use crate::error::AppError;
use crate::features::identity::use_confirming;
use crate::ui::{
    Button, ButtonVariant, Checkbox, ConfirmDialog, Dialog, DialogActions, FormError, use_toasts, use_viewer, use_viewer_resource,
};
use domain::team::{Belongings, MemberSummary};
use domain::{Role, UserId};
use leptos::prelude::*;

/// The dialogs; one opens when somebody is chosen.
#[component]
pub fn MemberDialogs(
    /// Who, and what is to be done.
    chosen: Chosen,
    /// Something was changed.
    on_changed: Callback<()>,
) -> impl IntoView {
    let changing = RwSignal::new(false);
    let asking = RwSignal::new(false);
    let act = act_action(asking, on_changed);
    Effect::new(move |_| match chosen.get() {
        Some((_, MemberAct::Roles)) => changing.set(true),
        Some((member, MemberAct::Reinstate)) => drop(act.dispatch((member, MemberAct::Reinstate))),
        Some(_) => asking.set(true),
        None => {}
    });
    let confirm = Callback::new(move |()| {
        let chosen = chosen.get_untracked();
        if let Some(chosen) = chosen.filter(|(_, act)| *act != MemberAct::ViewAs || leaving::may_leave()) {
            act.dispatch(chosen);
        }
    });
    let pending: Signal<bool> = act.pending().into();
    let name = Signal::derive(move || chosen.get().map(|(member, _)| called(&member)).unwrap_or_default());
    view! {
        <Dialog open=changing title=Signal::derive(move || format!("Roles of {}", name.get()))>
            {move || chosen.get().map(|(member, _)| view! { <RolesForm member open=changing on_changed/> })}
        </Dialog>
        {move || {
            let asked = chosen.get().filter(|(_, act)| !matches!(act, MemberAct::Roles | MemberAct::Reinstate));
            asked.map(|(member, act)| view! { <Question member act asking confirm pending/> })
        }}
    }
    .into_any()
}

fn called(member: &MemberSummary) -> String {
    if member.name.is_empty() { member.email.clone() } else { member.name.clone() }
}

/// "Suspend", "Hand over" or "Remove", with what it means for this person.
#[component]
fn Question(member: MemberSummary, act: MemberAct, asking: RwSignal<bool>, confirm: Callback<()>, pending: Signal<bool>) -> impl IntoView {
    let (id, name) = (member.user_id, called(&member));
    // Asked for when somebody is about to be removed; until it is there the sentence has no numbers.
    let belongings = Action::new(move |&id: &UserId| member_belongings(id));
    if act == MemberAct::Remove {
        belongings.dispatch(id);
    }
    let (title, button) = match act {
        MemberAct::Suspend => (format!("Suspend {name}?"), "Suspend member"),
        MemberAct::HandOver => (format!("Make {name} the owner?"), "Hand over ownership"),
        MemberAct::ViewAs => (format!("View the team as {name}?"), "View as this member"),
        _ => (format!("Remove {name} from the team?"), "Remove member"),
    };
    let body = Signal::derive(move || {
        match act {
        MemberAct::Suspend => "Their sessions in this team end within seconds, and so does what is being written for them. Open invitations that they made are revoked. Everything else of theirs stays, and you can reinstate them at any time.".to_owned(),
        MemberAct::HandOver => "They become the owner of this team, and you stay as a team manager. Only they can give it back. Whom you invited as an owner is invited no more.".to_owned(),
        MemberAct::ViewAs => "You see what they see, their private prompts, datasets and chats included, and can change nothing. Beginning, end and the chats, private prompts and documents you open are recorded in the audit trail.".to_owned(),
        _ => removal_sentence(belongings.value().get().and_then(Result::ok)),
    }
    });
    view! { <ConfirmDialog open=asking title body confirm=button pending harmless=act == MemberAct::ViewAs on_confirm=confirm/> }.into_any()
}

/// What becomes of somebody's own things.
fn removal_sentence(belongings: Option<Belongings>) -> String {
    let end =
        "What they shared with the team stays as it is. Their sessions in this team end, and open invitations that they made are revoked.";
    let Some(belongings) = belongings else {
        return format!("Their private prompts, private datasets and chats in this team become yours. {end}");
    };
    match belongings_in_words(belongings) {
        Some(counted) => format!("{counted} of theirs become yours. {end}"),
        None => format!("They have no private prompts or datasets and no chats in this team. {end}"),
    }
}

/// Does what was asked for and says what came of it.
fn act_action(asking: RwSignal<bool>, on_changed: Callback<()>) -> Action<(MemberSummary, MemberAct), ()> {
    let (toasts, confirming) = (use_toasts(), use_confirming());
    let viewer = use_viewer_resource();
    Action::new(move |(member, act): &(MemberSummary, MemberAct)| {
        let (id, name, act) = (member.user_id, called(member), *act);
        async move {
            match confirming.run(move || perform(id, act)).await {
                Ok(()) => toasts.success(match act {
                    MemberAct::Suspend => format!("{name} is suspended."),
                    MemberAct::Reinstate => format!("{name} may come in again."),
                    MemberAct::HandOver => format!("{name} owns the team now."),
                    // Everything on screen is as one sees it oneself: begin afresh.
                    MemberAct::ViewAs => return leaving::go_on_at("/chat"),
                    MemberAct::Remove => format!("{name} is no longer in the team."),
                    MemberAct::Roles => format!("The roles of {name} are changed."),
                }),
                Err(error) => toasts.app_error(&error),
            }
            asking.set(false);
            on_changed.run(());
            if act == MemberAct::HandOver {
                viewer.refetch();
            }
        }
    })
}

async fn perform(id: UserId, act: MemberAct) -> Result<(), AppError> {
    match act {
        MemberAct::Suspend => suspend_member(id).await.map(drop),
        MemberAct::Reinstate => reinstate_member(id).await.map(drop),
        MemberAct::HandOver => hand_over_team(id).await.map(drop),
        MemberAct::ViewAs => view_as_member(id).await,
        MemberAct::Remove => remove_member(id).await.map(drop),
        // Has a form of its own.
        MemberAct::Roles => Ok(()),
    }
}

/// What somebody can be made: what they are already, so that saving takes nothing away unasked, and what the viewer may give.
fn roles_to_choose(roles: &[Role], is_owner: bool) -> Vec<Role> {
    Role::ALL.iter().copied().filter(|role| roles.contains(role) || may_give(*role, is_owner)).collect()
}

#[component]
fn RolesForm(member: MemberSummary, open: RwSignal<bool>, on_changed: Callback<()>) -> impl IntoView {
    let (id, name) = (member.user_id, called(&member));
    let (toasts, confirming) = (use_toasts(), use_confirming());
    let viewer = use_viewer_resource();
    let is_owner = use_viewer().with_untracked(|viewer| viewer.is_owner);
    let offered = roles_to_choose(&member.roles, is_owner).into_iter();
    let ticks: Vec<(Role, RwSignal<bool>)> = offered.map(|role| (role, RwSignal::new(member.roles.contains(&role)))).collect();
    let boxes = ticks.clone();
    let save = Action::new(move |(): &()| {
        let roles: Vec<Role> = ticks.iter().filter(|(_, ticked)| ticked.get_untracked()).map(|(role, _)| *role).collect();
        let name = name.clone();
        async move {
            confirming.run(move || change_roles(id, roles.clone())).await?;
            open.set(false);
            toasts.success(format!("The roles of {name} are changed."));
            on_changed.run(());
            viewer.refetch();
            Ok::<(), AppError>(())
        }
    });
    let error = Signal::derive(move || save.value().get().and_then(Result::err));
    let wrong = move || error.get().and_then(|error| error.field("roles"));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        save.dispatch(());
    };
    let row = |(role, checked): (Role, RwSignal<bool>)| {
        view! { <Checkbox label=role_label(role) name="roles" id=format!("role-{role}") value=role.as_str() hint=role_hint(role) checked/> }
    };
    view! {
        <form class="form" on:submit=submit>
            <FormError error/>
            <fieldset class="form-group">
                <legend>"Roles"</legend>
                {boxes.into_iter().map(row).collect_view()}
                <div class="field-error" aria-live="polite">{wrong}</div>
            </fieldset>
            <DialogActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button submit=true variant=ButtonVariant::Primary loading=save.pending()>"Save roles"</Button>
            </DialogActions>
        </form>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_counts_what_changes_hands() {
        let sentence = removal_sentence(Some(Belongings { prompts: 1, datasets: 0, chats: 12 }));
        assert!(sentence.starts_with("1 private prompt, 0 private datasets and 12 chats of theirs become yours."), "{sentence}");
        assert!(removal_sentence(Some(Belongings::default())).starts_with("They have no private prompts"));
    }

    #[test]
    fn a_form_of_roles_offers_what_the_viewer_may_give_and_what_somebody_is() {
        let below = [Role::Viewer, Role::Collaborator, Role::TeamManager];
        assert_eq!(roles_to_choose(&[Role::Viewer], false), below);
        assert_eq!(roles_to_choose(&[Role::Viewer], true), Role::ALL);
        assert_eq!(roles_to_choose(&[Role::Owner], false), Role::ALL);
    }
}
