//! "Leave": what happens is said first; where a team cannot be left, why.

use crate::browser::leaving::{go_on_at, may_leave};
use crate::features::identity::use_confirming;
use crate::features::team::api::{leave_team, read_leaving_terms};
use crate::features::team::belongings_in_words;
use crate::ui::{Button, ButtonVariant, Dialog, DialogActions, DialogSize, use_toasts, use_viewer, use_viewer_resource};
use domain::team::{LeavingTerms, TeamSummary};
use leptos::prelude::*;

/// The dialog; it opens when a team is chosen, as soon as it is known what it says.
#[component]
pub fn LeaveTeamDialog(
    /// The team that somebody wants to leave.
    leaving: RwSignal<Option<TeamSummary>>,
    /// Counts up when another team than the present one was left.
    changed: RwSignal<u32>,
) -> impl IntoView {
    let (open, toasts) = (RwSignal::new(false), use_toasts());
    let asked = RwSignal::new(None::<(TeamSummary, LeavingTerms)>);
    let ask = Action::new(move |team: &TeamSummary| {
        let team = team.clone();
        async move {
            match read_leaving_terms(team.id).await {
                Ok(terms) => {
                    asked.try_set(Some((team, terms)));
                    open.try_set(true);
                }
                Err(error) => toasts.app_error(&error),
            }
        }
    });
    Effect::new(move |_| {
        if let Some(team) = leaving.get() {
            ask.dispatch(team);
        }
    });
    let title = Signal::derive(move || asked.get().map(|(team, _)| format!("Leave “{}”?", team.name)).unwrap_or_default());
    view! {
        <Dialog open title size=DialogSize::Small>
            {move || asked.get().map(|(team, terms)| view! { <Terms team terms open changed/> })}
        </Dialog>
    }
    .into_any()
}

/// What stands in the way; or what happens, and the button.
#[component]
fn Terms(team: TeamSummary, terms: LeavingTerms, open: RwSignal<bool>, changed: RwSignal<u32>) -> impl IntoView {
    if let Some(sentence) = terms.hindrance.clone() {
        return view! {
            <p class="dialog-text">{sentence}</p>
            <DialogActions><Button on_click=move || open.set(false)>"Close"</Button></DialogActions>
        }
        .into_any();
    }
    let (toasts, confirming, frame) = (use_toasts(), use_confirming(), use_viewer_resource());
    let (id, name) = (team.id, team.name);
    let is_present = use_viewer().with_untracked(|viewer| viewer.team_id == id);
    let leave = Action::new(move |(): &()| {
        let name = name.clone();
        async move {
            match confirming.run(move || leave_team(id)).await {
                // Everything on screen belongs to the team that was left: begin afresh in another.
                Ok(()) if is_present => return go_on_at("/chat"),
                Ok(()) => {
                    toasts.success(format!("You are no longer in “{name}”."));
                    changed.try_update(|count| *count += 1);
                    // The account menu lists the teams too.
                    frame.refetch();
                }
                Err(error) => toasts.app_error(&error),
            }
            open.try_set(false);
        }
    });
    let go = move || {
        if !is_present || may_leave() {
            leave.dispatch(());
        }
    };
    view! {
        <p class="dialog-text">{consequences(&terms)}</p>
        <DialogActions>
            <Button on_click=move || open.set(false)>"Cancel"</Button>
            <Button variant=ButtonVariant::Danger loading=leave.pending() on_click=go>"Leave team"</Button>
        </DialogActions>
    }
    .into_any()
}

/// What happens.
fn consequences(terms: &LeavingTerms) -> String {
    let own = match belongings_in_words(terms.belongings) {
        Some(counted) => {
            let why = if terms.is_heir_no_owner { "since no owner of this team can take them" } else { "who owns this team" };
            format!("{counted} of yours go to {}, {why}.", terms.heir)
        }
        None => "You have no private prompts or datasets and no chats in this team.".to_owned(),
    };
    let end = "What you shared with the team stays as it is. Your API keys for it and the open invitations that you made end.";
    format!("{own} {end} You come back only when somebody invites you.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::team::Belongings;

    #[test]
    fn who_leaves_is_told_who_gets_what_is_theirs_alone() {
        let terms = LeavingTerms { heir: "Grace Hopper".to_owned(), ..LeavingTerms::default() };
        assert!(consequences(&terms).starts_with("You have no private prompts"));
        let terms = LeavingTerms { belongings: Belongings { prompts: 1, datasets: 0, chats: 2 }, ..terms };
        let said = consequences(&terms);
        let own = "1 private prompt, 0 private datasets and 2 chats of yours go to Grace Hopper";
        assert!(said.starts_with(&format!("{own}, who owns this team.")), "{said}");
        let said = consequences(&LeavingTerms { is_heir_no_owner: true, ..terms });
        assert!(said.starts_with(&format!("{own}, since no owner of this team can take them.")), "{said}");
    }
}
