//! "Delete my account": what happens is said first, then the password is asked for.

use super::api::{delete_account, describe_deletion};
use crate::error::AppError;
use crate::features::identity::{OwnPassword, use_confirming};
use crate::ui::{Button, ButtonVariant, Card, Dialog, DialogActions, FormError, use_toasts, use_viewer, use_viewer_resource};
use domain::my_data::DeletionTerms;
use domain::team::Belongings;
use leptos::prelude::*;

/// The card with the button, and the dialog behind it; nothing once it is asked for: then the banner stands above.
#[component]
pub fn DeletionCard() -> impl IntoView {
    let (open, toasts) = (RwSignal::new(false), use_toasts());
    let terms = RwSignal::new(None::<DeletionTerms>);
    let viewer = use_viewer();
    let stays = Memo::new(move |_| viewer.with(|viewer| viewer.gone_at.is_none()));
    let ask = Action::new(move |(): &()| async move {
        match describe_deletion().await {
            Ok(found) => {
                terms.try_set(Some(found));
                open.try_set(true);
            }
            Err(error) => toasts.app_error(&error),
        }
    });
    view! {
        <Show when=move || stays.get()>
            <Card title="Delete account" description="For 14 days you can sign in and keep it; then what is yours alone is gone for good.">
                <Button variant=ButtonVariant::Danger on_click=move || { ask.dispatch(()); } loading=ask.pending()>"Delete my account…"</Button>
            </Card>
        </Show>
        <Dialog open title="Delete your account?">{move || terms.get().map(|terms| view! { <Terms terms open/> })}</Dialog>
    }
    .into_any()
}

/// What stands in the way; or what happens, and the password.
#[component]
fn Terms(terms: DeletionTerms, open: RwSignal<bool>) -> impl IntoView {
    if let Some(sentence) = hindrance(&terms) {
        return view! {
            <p>{sentence}</p>
            <DialogActions><Button on_click=move || open.set(false)>"Close"</Button></DialogActions>
        }
        .into_any();
    }
    let lines = consequences(&terms).into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
    view! { <ul class="deletion-terms">{lines}</ul><PasswordForm open/> }.into_any()
}

#[component]
fn PasswordForm(open: RwSignal<bool>) -> impl IntoView {
    let password = RwSignal::new(String::new());
    let (frame, confirming) = (use_viewer_resource(), use_confirming());
    let delete = Action::new(move |(): &()| async move {
        confirming.run(move || delete_account(password.get_untracked())).await?;
        open.set(false);
        frame.refetch();
        Ok::<(), AppError>(())
    });
    let error = Signal::derive(move || delete.value().get().and_then(Result::err));
    let wrong = Signal::derive(move || error.get().and_then(|error| error.field("password")));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        delete.dispatch(());
    };
    view! {
        <form class="form" on:submit=submit novalidate>
            <FormError error/>
            <OwnPassword id="delete-account-password" value=password error=wrong autofocus=true/>
            <DialogActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button submit=true variant=ButtonVariant::Danger loading=delete.pending()>"Delete my account"</Button>
            </DialogActions>
        </form>
    }
    .into_any()
}

/// Why it cannot be deleted now, and what to do first.
fn hindrance(terms: &DeletionTerms) -> Option<String> {
    if !terms.blocking_teams.is_empty() {
        let owned = terms.blocking_teams.iter().map(|team| format!("“{team}”")).collect::<Vec<_>>().join(", ");
        return Some(format!("Only you own {owned}, and others work there. Hand ownership over or delete the team first."));
    }
    terms
        .is_last_administrator
        .then(|| "Nobody else manages this installation. Make somebody else an administrator first: under Admin, People.".to_owned())
}

/// What happens, one sentence each.
fn consequences(terms: &DeletionTerms) -> Vec<String> {
    let Belongings { prompts, datasets, chats } = terms.belongings;
    let mut lines = vec![
        "For 14 days nothing happens: sign in and choose “Keep my account” to stay. Only your API keys stop working at once.".to_owned(),
    ];
    if !terms.ending_teams.is_empty() {
        lines.push(format!("Teams that nobody else is in go with everything in them: {}.", terms.ending_teams.join(", ")));
    }
    lines.push(format!("In other teams, what is yours alone goes: {prompts} private prompts, {datasets} private datasets, {chats} chats."));
    lines.push("What your teams share stays with them and is handed to an owner; so is what you share with colleagues.".to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms() -> DeletionTerms {
        DeletionTerms {
            blocking_teams: Vec::new(),
            ending_teams: vec!["Ada’s team".to_owned()],
            belongings: Belongings { prompts: 2, datasets: 0, chats: 5 },
            is_last_administrator: false,
            gone_at: None,
        }
    }

    #[test]
    fn what_stands_in_the_way_is_said_and_otherwise_what_goes() {
        assert_eq!(hindrance(&terms()), None);
        assert!(hindrance(&DeletionTerms { blocking_teams: vec!["Legal".to_owned()], ..terms() }).unwrap().contains("“Legal”"));
        assert!(hindrance(&DeletionTerms { is_last_administrator: true, ..terms() }).is_some());
        let all = consequences(&terms()).join(" ");
        assert!(all.contains("Ada’s team") && all.contains("2 private prompts") && all.contains("5 chats"));
    }
}
