//! "Delete account…" of somebody who cannot do it any more: what happens is said first, then their address is typed.

use super::api::{delete_person, describe_person_deletion};
use super::dialog::PersonAct;
use super::table::Chosen;
use crate::error::AppError;
use crate::features::identity::use_confirming;
use crate::ui::{Button, ButtonVariant, Dialog, DialogActions, Field, FormError, use_toasts};
use domain::people::{PersonDeletionTerms, PersonSummary};
use domain::team::Belongings;
use leptos::prelude::*;

/// The dialog; it opens when somebody is chosen for that, once it is known what happens.
#[component]
pub fn DeletionDialog(
    /// Who, and what is to be done.
    chosen: Chosen,
    /// Something was changed.
    on_changed: Callback<()>,
) -> impl IntoView {
    let (open, toasts) = (RwSignal::new(false), use_toasts());
    let asked = RwSignal::new(None::<(PersonSummary, PersonDeletionTerms)>);
    let ask = Action::new(move |person: &PersonSummary| {
        let person = person.clone();
        async move {
            match describe_person_deletion(person.user_id).await {
                Ok(terms) => {
                    asked.try_set(Some((person, terms)));
                    open.try_set(true);
                }
                Err(error) => toasts.app_error(&error),
            }
        }
    });
    Effect::new(move |_| {
        if let Some((person, PersonAct::Delete)) = chosen.get() {
            ask.dispatch(person);
        }
    });
    let question = |(person, _): &(PersonSummary, PersonDeletionTerms)| PersonAct::Delete.question(person.called());
    let title = Signal::derive(move || asked.with(|asked| asked.as_ref().map(question).unwrap_or_default()));
    view! {
        <Dialog open title>{move || asked.get().map(|(person, terms)| view! { <Terms person terms open on_changed/> })}</Dialog>
    }
    .into_any()
}

/// What stands in the way; or what happens, and the address to type.
#[component]
fn Terms(person: PersonSummary, terms: PersonDeletionTerms, open: RwSignal<bool>, on_changed: Callback<()>) -> impl IntoView {
    if terms.own.is_last_administrator {
        return view! {
            <p>"Nobody else manages this installation. Make somebody else an administrator first."</p>
            <DialogActions><Button on_click=move || open.set(false)>"Close"</Button></DialogActions>
        }
        .into_any();
    }
    let lines = consequences(&terms).into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
    view! { <ul class="deletion-terms">{lines}</ul><AddressForm person open on_changed/> }.into_any()
}

#[component]
fn AddressForm(person: PersonSummary, open: RwSignal<bool>, on_changed: Callback<()>) -> impl IntoView {
    let (id, name) = (person.user_id, person.called().to_owned());
    let typed = RwSignal::new(String::new());
    let (toasts, confirming) = (use_toasts(), use_confirming());
    let delete = Action::new(move |email: &String| {
        let (email, name) = (email.clone(), name.clone());
        async move {
            confirming.run(move || delete_person(id, email.clone())).await?;
            toasts.success(PersonAct::Delete.report(&name));
            open.set(false);
            on_changed.run(());
            Ok::<(), AppError>(())
        }
    });
    let error = Signal::derive(move || delete.value().get().and_then(Result::err));
    let wrong = Signal::derive(move || error.get().and_then(|error| error.field("email")));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        delete.dispatch(typed.get_untracked());
    };
    view! {
        <form class="form" on:submit=submit novalidate>
            <FormError error/>
            <p>"Type “"{person.email}"” to confirm."</p>
            <Field label="Their email address" name="email" id="delete-person-email" value=typed error=wrong autocomplete="off" autofocus=true/>
            <DialogActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button submit=true variant=ButtonVariant::Danger loading=delete.pending()>{PersonAct::Delete.verb()}</Button>
            </DialogActions>
        </form>
    }
    .into_any()
}

/// What happens, a paragraph each.
fn consequences(terms: &PersonDeletionTerms) -> Vec<String> {
    let Belongings { prompts, datasets, chats } = terms.own.belongings;
    let mut lines = vec![PersonAct::Delete.consequences().to_owned()];
    lines.extend(terms.heirs.iter().map(|owned| {
        format!(
            "Only they own “{}”, and others work there. Unless they hand it over before, it goes with the account to the manager who is in \
             it longest, else to whoever else is: as things stand to {}.",
            owned.team, owned.heir
        )
    }));
    if !terms.own.ending_teams.is_empty() {
        lines.push(format!("Teams that nobody else is in go with everything in them: {}.", terms.own.ending_teams.join(", ")));
    }
    lines.push(format!("In other teams what is theirs alone goes: {prompts} private prompts, {datasets} private datasets, {chats} chats."));
    lines.push("What their teams share stays with them and is handed to an owner; so is what they share with colleagues.".to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::my_data::DeletionTerms;
    use domain::people::TeamHeir;

    #[test]
    fn it_is_said_what_goes_and_who_gets_the_teams_that_they_alone_own() {
        let own = DeletionTerms {
            blocking_teams: vec!["Legal".to_owned()],
            ending_teams: vec!["Ada’s team".to_owned()],
            belongings: Belongings { prompts: 2, datasets: 0, chats: 5 },
            is_last_administrator: false,
            gone_at: None,
        };
        let heirs = vec![TeamHeir { team: "Legal".to_owned(), heir: "Grace Hopper".to_owned() }];
        let all = consequences(&PersonDeletionTerms { own, heirs }).join(" ");
        for words in ["API keys are revoked", "“Legal”", "to Grace Hopper", "Ada’s team", "2 private prompts", "5 chats"] {
            assert!(all.contains(words), "{words}: {all}");
        }
    }
}
