//! What is asked before something is done about a person: whether it is really meant, with what it means.

use super::api::{make_administrator, reinstate_person, suspend_person, take_administration};
use super::table::Chosen;
use crate::error::AppError;
use crate::features::identity::use_confirming;
use crate::ui::{ConfirmDialog, use_toasts};
use domain::UserId;
use domain::people::PersonSummary;
use leptos::prelude::*;

const SUSPENSION: &str = "They are signed out everywhere within seconds, and what is being written for them stops. Until you reinstate \
                          them they cannot sign in, and their API keys open nothing. Everything of theirs stays: their place in their \
                          teams, and the administration where they have it.";
const POWER: &str = "They can do everything here that you can: set up models, roles, sign-in and licences, read the audit trail of all \
                     teams, suspend people, and take the administration from you.";

/// What is to be done about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonAct {
    /// Keeping them out.
    Suspend,
    /// Letting them in again.
    Reinstate,
    /// Letting them manage the installation.
    MakeAdministrator,
    /// Letting them do so no longer.
    TakeAdministration,
}

impl PersonAct {
    fn question(self, name: &str) -> String {
        match self {
            Self::Suspend => format!("Suspend {name}?"),
            Self::Reinstate => format!("Reinstate {name}?"),
            Self::MakeAdministrator => format!("Make {name} an administrator?"),
            Self::TakeAdministration => format!("Take the administration from {name}?"),
        }
    }

    /// What it means.
    const fn consequences(self) -> &'static str {
        match self {
            Self::Suspend => SUSPENSION,
            Self::Reinstate => "They can sign in again, and their API keys open what they did.",
            Self::MakeAdministrator => POWER,
            Self::TakeAdministration => {
                "From their next request on the administration is closed to them. What they are in their teams stays."
            }
        }
    }

    /// The words on the button that does it.
    const fn verb(self) -> &'static str {
        match self {
            Self::Suspend => "Suspend person",
            Self::Reinstate => "Reinstate person",
            Self::MakeAdministrator => "Make administrator",
            Self::TakeAdministration => "Take administration away",
        }
    }

    /// Whether it takes nothing from anybody.
    const fn is_harmless(self) -> bool {
        matches!(self, Self::Reinstate | Self::MakeAdministrator)
    }

    /// What came of it.
    fn report(self, name: &str) -> String {
        match self {
            Self::Suspend => format!("{name} is suspended."),
            Self::Reinstate => format!("{name} may come in again."),
            Self::MakeAdministrator => format!("{name} is an administrator now."),
            Self::TakeAdministration => format!("{name} is no administrator any more."),
        }
    }
}

/// The dialog; it opens when somebody is chosen.
#[component]
pub fn PersonDialog(
    /// Who, and what is to be done.
    chosen: Chosen,
    /// Something was changed.
    on_changed: Callback<()>,
) -> impl IntoView {
    let asking = RwSignal::new(false);
    Effect::new(move |_| {
        if chosen.with(Option::is_some) {
            asking.set(true);
        }
    });
    let carry_out = carry_out_action(asking, on_changed);
    let confirm = Callback::new(move |()| {
        if let Some(chosen) = chosen.get_untracked() {
            carry_out.dispatch(chosen);
        }
    });
    let pending: Signal<bool> = carry_out.pending().into();
    move || {
        chosen.get().map(|(person, act)| {
            let (title, body) = (act.question(person.called()), act.consequences().to_owned());
            view! { <ConfirmDialog open=asking title body confirm=act.verb() pending harmless=act.is_harmless() on_confirm=confirm/> }
        })
    }
}

/// Does what was chosen and says what came of it.
fn carry_out_action(asking: RwSignal<bool>, on_changed: Callback<()>) -> Action<(PersonSummary, PersonAct), ()> {
    let (toasts, confirming) = (use_toasts(), use_confirming());
    Action::new(move |(person, act): &(PersonSummary, PersonAct)| {
        let (id, name, act) = (person.user_id, person.called().to_owned(), *act);
        async move {
            match confirming.run(move || perform(id, act)).await {
                Ok(()) => toasts.success(act.report(&name)),
                Err(error) => toasts.app_error(&error),
            }
            asking.set(false);
            on_changed.run(());
        }
    })
}

async fn perform(id: UserId, act: PersonAct) -> Result<(), AppError> {
    match act {
        PersonAct::Suspend => suspend_person(id).await,
        PersonAct::Reinstate => reinstate_person(id).await,
        PersonAct::MakeAdministrator => make_administrator(id).await,
        PersonAct::TakeAdministration => take_administration(id).await,
    }
}
