//! Avatar: the initials of a person or team, where there is no room for the name.

use leptos::prelude::*;

/// The first letters of the first and last word of a name, at most two.
pub(crate) fn initials(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.last().and_then(|word| word.chars().next());
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// Initials in a round; decorative, so its name must stand beside it.
#[component]
pub fn Avatar(
    /// Whose initials.
    #[prop(into)]
    name: Signal<String>,
) -> impl IntoView {
    view! { <span class="avatar-round" aria-hidden="true">{move || name.with(|name| initials(name))}</span> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_those_of_the_first_and_the_last_word() {
        assert_eq!(initials("Ada King Lovelace"), "AL");
        assert_eq!(initials("ada"), "A");
        assert_eq!(initials(""), "");
    }
}
