//! Whom to ask: names in place of a button, for people whose role does not have it.

use super::api::whom_to_ask;
use crate::ui::ResourceView;
use domain::Permission;
use leptos::prelude::*;

/// Who of the team can do what the viewer may not.
#[component]
pub fn WhomToAsk(
    /// What it takes.
    permission: Permission,
    /// What is wanted, as in “make a dataset”.
    what: &'static str,
) -> impl IntoView {
    let people = Resource::new(
        move || permission,
        |permission| async move {
            // Without names the sentence still says what to do.
            Ok(whom_to_ask(permission).await.unwrap_or_default())
        },
    );
    view! { <ResourceView resource=people let:people><p class="empty-body">{sentence(&people, what)}</p></ResourceView> }.into_any()
}

fn sentence(people: &[String], what: &str) -> String {
    match people {
        [] => format!("Your role does not allow you to {what}. Ask an owner of your team."),
        [one] => format!("Your role does not allow you to {what}. Ask {one}."),
        [first @ .., last] => format!("Your role does not allow you to {what}. Ask {} or {last}.", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_names_whoever_can_help() {
        let of = |names: &[&str]| sentence(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>(), "make a dataset");
        assert_eq!(of(&[]), "Your role does not allow you to make a dataset. Ask an owner of your team.");
        assert_eq!(of(&["Ada"]), "Your role does not allow you to make a dataset. Ask Ada.");
        assert_eq!(of(&["Ada", "Bo", "Cy"]), "Your role does not allow you to make a dataset. Ask Ada, Bo or Cy.");
    }
}
