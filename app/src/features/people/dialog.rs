//! What is asked before something is done about a person: what it means is said, then the viewer's password is asked for.

use super::api::{make_administrator, reinstate_person, suspend_person, take_administration};
use super::table::Chosen;
use crate::error::AppError;
use crate::ui::{Button, ButtonVariant, Dialog, DialogActions, Field, FieldKind, FormError, use_toasts};
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

    const fn variant(self) -> ButtonVariant {
        match self {
            Self::Suspend | Self::TakeAdministration => ButtonVariant::Danger,
            Self::Reinstate | Self::MakeAdministrator => ButtonVariant::Primary,
        }
    }

    const fn wants_password(self) -> bool {
        !matches!(self, Self::Reinstate)
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
    Effect::new(move |_| {
        if !asking.get() {
            chosen.set(None);
        }
    });
    let title = Signal::derive(move || {
        chosen.with(|chosen| chosen.as_ref().map(|(person, act)| act.question(person.called())).unwrap_or_default())
    });
    view! {
        <Dialog open=asking title>
            {move || chosen.get().map(|(person, act)| view! { <ActForm person act asking on_changed/> })}
        </Dialog>
    }
    .into_any()
}

#[component]
fn ActForm(person: PersonSummary, act: PersonAct, asking: RwSignal<bool>, on_changed: Callback<()>) -> impl IntoView {
    let (id, name) = (person.user_id, person.called().to_owned());
    let password = RwSignal::new(String::new());
    let toasts = use_toasts();
    let carry_out = Action::new(move |(): &()| {
        let name = name.clone();
        async move {
            perform(id, act, password.get_untracked()).await?;
            asking.set(false);
            toasts.success(act.report(&name));
            on_changed.run(());
            Ok::<(), AppError>(())
        }
    });
    let error = Signal::derive(move || carry_out.value().get().and_then(Result::err));
    let wrong = Signal::derive(move || error.get().and_then(|error| error.field("password")));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        carry_out.dispatch(());
    };
    let proof = act.wants_password().then(|| {
        view! {
            <Field
                label="Your password" name="password" id="person-password" kind=FieldKind::Password value=password error=wrong
                autocomplete="current-password" required=true autofocus=true
            />
        }
    });
    view! {
        <form class="form" on:submit=submit novalidate>
            <FormError error/>
            <p class="dialog-text">{act.consequences()}</p>
            {proof}
            <DialogActions>
                <Button on_click=move || asking.set(false)>"Cancel"</Button>
                <Button submit=true variant=act.variant() loading=carry_out.pending()>{act.verb()}</Button>
            </DialogActions>
        </form>
    }
    .into_any()
}

async fn perform(id: UserId, act: PersonAct, password: String) -> Result<(), AppError> {
    match act {
        PersonAct::Suspend => suspend_person(id, password).await,
        PersonAct::Reinstate => reinstate_person(id).await,
        PersonAct::MakeAdministrator => make_administrator(id, password).await,
        PersonAct::TakeAdministration => take_administration(id, password).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_something_away_or_gives_power_wants_the_password() {
        let asked = [PersonAct::Suspend, PersonAct::MakeAdministrator, PersonAct::TakeAdministration];
        assert!(asked.into_iter().all(PersonAct::wants_password) && !PersonAct::Reinstate.wants_password());
    }
}
