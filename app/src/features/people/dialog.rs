//! What is asked before something is done about a person: whether it is really meant, with what it means.

use super::api::{keep_person, make_administrator, reinstate_person, suspend_person, take_administration};
use super::table::Chosen;
use crate::error::AppError;
use crate::features::identity::use_confirming;
use crate::features::licences::FREEING;
use crate::features::licences::api::{free_seat, give_seat};
use crate::ui::{ConfirmDialog, use_toasts};
use domain::UserId;
use domain::people::PersonSummary;
use leptos::prelude::*;

const SUSPENSION: &str = "They are signed out everywhere within seconds, and what is being written for them stops. Until you reinstate \
                          them they cannot sign in, and their API keys open nothing. Everything of theirs stays: their place in their \
                          teams, and the administration where they have it.";
const POWER: &str = "They can do everything here that you can: set up models, roles, sign-in and licences, read the audit trail of all \
                     teams, suspend people, and take the administration from you.";
const DELETION: &str = "They are signed out everywhere within seconds, their API keys are revoked, and what is being written for them \
                        stops. Their account goes in 14 days: until then an administrator can keep it here, and so can they, if they \
                        can sign in. They are told by mail, where it is set up.";

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
    /// Giving them one of the free seats of the licence.
    GiveSeat,
    /// Making theirs a free one.
    FreeSeat,
    /// The end of their account, about which `deletion` asks.
    Delete,
    /// Calling that off.
    Keep,
}

impl PersonAct {
    pub(super) fn question(self, name: &str) -> String {
        match self {
            Self::Suspend => format!("Suspend {name}?"),
            Self::Reinstate => format!("Reinstate {name}?"),
            Self::MakeAdministrator => format!("Make {name} an administrator?"),
            Self::TakeAdministration => format!("Take the administration from {name}?"),
            Self::GiveSeat => format!("Give {name} a seat?"),
            Self::FreeSeat => format!("Free the seat of {name}?"),
            Self::Delete => format!("Delete the account of {name}?"),
            Self::Keep => format!("Keep the account of {name}?"),
        }
    }

    /// What it means.
    pub(super) const fn consequences(self) -> &'static str {
        match self {
            Self::Suspend => SUSPENSION,
            Self::Reinstate => "They can sign in again, and their API keys open what they did.",
            Self::MakeAdministrator => POWER,
            Self::TakeAdministration => {
                "From their next request on the administration is closed to them. What they are in their teams stays."
            }
            Self::GiveSeat => "They have one of the free seats from now on, before they sign in, and their API keys open what they did.",
            Self::FreeSeat => FREEING,
            Self::Delete => DELETION,
            Self::Keep => "It stays with everything in it. They sign in as before; the API keys that were revoked stay so.",
        }
    }

    /// The words on the button that does it.
    pub(super) const fn verb(self) -> &'static str {
        match self {
            Self::Suspend => "Suspend person",
            Self::Reinstate => "Reinstate person",
            Self::MakeAdministrator => "Make administrator",
            Self::TakeAdministration => "Take administration away",
            Self::GiveSeat => "Give seat",
            Self::FreeSeat => "Free seat",
            Self::Delete => "Delete account",
            Self::Keep => "Keep account",
        }
    }

    /// Whether it takes nothing from anybody.
    const fn is_harmless(self) -> bool {
        matches!(self, Self::Reinstate | Self::MakeAdministrator | Self::GiveSeat | Self::Keep)
    }

    /// What came of it.
    pub(super) fn report(self, name: &str) -> String {
        match self {
            Self::Suspend => format!("{name} is suspended."),
            Self::Reinstate => format!("{name} may come in again."),
            Self::MakeAdministrator => format!("{name} is an administrator now."),
            Self::TakeAdministration => format!("{name} is no administrator any more."),
            Self::GiveSeat => format!("{name} has a seat."),
            Self::FreeSeat => format!("The seat of {name} is free."),
            Self::Delete => format!("The account of {name} goes in 14 days."),
            Self::Keep => format!("The account of {name} stays."),
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
    let asks_here = |chosen: &(PersonSummary, PersonAct)| chosen.1 != PersonAct::Delete;
    Effect::new(move |_| {
        if chosen.with(|chosen| chosen.as_ref().is_some_and(asks_here)) {
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
        chosen.get().filter(asks_here).map(|(person, act)| {
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
        PersonAct::GiveSeat => give_seat(id).await,
        PersonAct::FreeSeat => free_seat(id).await,
        PersonAct::Keep => keep_person(id).await,
        PersonAct::Delete => Ok(()), // it takes their address: its own dialog does it
    }
}
