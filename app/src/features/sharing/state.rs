//! What the panels of sharing work out without a browser.

use crate::features::team::role_label;
use crate::ui::SelectOption;
use domain::sharing::{AccessRule, ShareChoice, ShareLevel, ShareWith, Thing};

/// What a level lets people do, in a word.
pub const fn level_label(level: ShareLevel) -> &'static str {
    match level {
        ShareLevel::View => "View",
        ShareLevel::Edit => "Edit",
    }
}

/// The choices of the field "Right".
pub fn level_options() -> Vec<SelectOption> {
    ShareLevel::ALL.iter().map(|level| SelectOption::new(level.as_str(), level_label(*level))).collect()
}

/// A key for with whom, unique in its list.
pub fn key(with: ShareWith) -> String {
    match with {
        ShareWith::Person(id) => format!("person-{id}"),
        ShareWith::Group(id) => format!("group-{id}"),
    }
}

/// The choices of the field "Person or group", under their keys.
pub fn choice_options(choices: &[ShareChoice]) -> Vec<SelectOption> {
    let first = SelectOption::new("", if choices.is_empty() { "Nobody else is in this team" } else { "Choose…" });
    let option = |choice: &ShareChoice| {
        let label = match choice.with {
            ShareWith::Person(_) => choice.name.clone(),
            ShareWith::Group(_) => format!("Group: {}", choice.name),
        };
        SelectOption::new(key(choice.with), label)
    };
    std::iter::once(first).chain(choices.iter().map(option)).collect()
}

/// Who is behind a key.
pub fn chosen(choices: &[ShareChoice], wanted: &str) -> Option<ShareWith> {
    choices.iter().map(|choice| choice.with).find(|with| key(*with) == wanted)
}

/// A rule as a person reads it; of a document it is one of its dataset.
pub fn rule_words(thing: Thing, rule: &AccessRule) -> String {
    let either = |own: &'static str, of_dataset: &'static str| if matches!(thing, Thing::Document(_)) { of_dataset } else { own };
    let level = |level: ShareLevel| level_label(level).to_lowercase();
    match rule {
        AccessRule::Creator if matches!(thing, Thing::Chat(_)) => "Started it".to_owned(),
        AccessRule::Creator if matches!(thing, Thing::ApiKey(_)) => "It is their key".to_owned(),
        AccessRule::Administrator => "Manages this server".to_owned(),
        AccessRule::Roles(roles) => {
            let names: Vec<_> = roles.iter().copied().map(role_label).collect();
            let verb = if matches!(thing, Thing::Model(_)) { "lets them choose models" } else { "shows it" };
            format!("Their role {verb}: {}", names.join(", "))
        }
        AccessRule::Creator => either("Made it", "Made its dataset").to_owned(),
        AccessRule::Team => either("Visible to the team", "Its dataset is visible to the team").to_owned(),
        AccessRule::Company => {
            either("Visible to everybody on this server", "Its dataset is visible to everybody on this server").to_owned()
        }
        AccessRule::Person(how) => format!("{} with them ({})", either("Shared", "Its dataset is shared"), level(*how)),
        AccessRule::Group(name, how) => {
            format!("{} “{name}” ({})", either("In the group", "Its dataset is shared with their group"), level(*how))
        }
    }
}

/// What they may do in the end.
pub fn right_words(thing: Thing, may_edit: bool, rules: &[AccessRule]) -> &'static str {
    match thing {
        Thing::Chat(_) => return if may_edit { "Read and ask" } else { "Read; their role does not ask" },
        Thing::Group(_) => return if may_edit { "See and change" } else { "See" },
        Thing::ApiKey(_) => return if may_edit { "See and revoke" } else { "See" },
        Thing::Model(_) => return if may_edit { "Choose and change" } else { "Choose" },
        Thing::Dataset(_) | Thing::Document(_) | Thing::Prompt(_) => {}
    }
    let is_held_back =
        rules.iter().any(|rule| matches!(rule, AccessRule::Person(ShareLevel::Edit) | AccessRule::Group(_, ShareLevel::Edit)));
    match (may_edit, is_held_back) {
        (true, _) => "See and edit",
        (false, true) => "See; their role does not edit",
        (false, false) => "See",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{ApiKeyId, ConversationId, DatasetId, DocumentId, GroupId, ModelId, Role, UserId};

    #[test]
    fn a_choice_is_found_again_by_its_key() {
        let (person, group) = (ShareWith::Person(UserId::new()), ShareWith::Group(GroupId::new()));
        let choices = [person, group].map(|with| ShareChoice { with, name: "Readers".to_owned() });
        let options = choice_options(&choices);
        assert_eq!(options.iter().map(|option| option.label.as_str()).collect::<Vec<_>>(), ["Choose…", "Readers", "Group: Readers"]);
        assert_eq!(chosen(&choices, &options[2].value), Some(group));
        assert_eq!(chosen(&choices, ""), None);
        assert_eq!(choice_options(&[])[0].label, "Nobody else is in this team");
    }

    #[test]
    fn a_role_that_holds_somebody_back_is_said() {
        let rules = [AccessRule::Group("Writers".to_owned(), ShareLevel::Edit)];
        let dataset = Thing::Dataset(DatasetId::new());
        assert_eq!(right_words(dataset, false, &rules), "See; their role does not edit");
        assert_eq!(right_words(dataset, true, &rules), "See and edit");
        assert_eq!(right_words(dataset, false, &[AccessRule::Team]), "See");
        assert_eq!(rule_words(dataset, &rules[0]), "In the group “Writers” (edit)");
        let chat = Thing::Chat(ConversationId::new());
        assert_eq!(right_words(chat, true, &[AccessRule::Creator]), "Read and ask");
        assert_eq!(right_words(chat, false, &[AccessRule::Creator]), "Read; their role does not ask");
    }

    #[test]
    fn where_roles_decide_they_are_named() {
        let rule = AccessRule::Roles(vec![Role::TeamManager, Role::Owner]);
        let (group, key, model) = (Thing::Group(GroupId::new()), Thing::ApiKey(ApiKeyId::new()), Thing::Model(ModelId::new()));
        assert_eq!(rule_words(group, &rule), "Their role shows it: Team manager, Owner");
        assert_eq!(rule_words(model, &rule), "Their role lets them choose models: Team manager, Owner");
        assert_eq!(rule_words(key, &AccessRule::Creator), "It is their key");
        assert_eq!(
            [group, key, model].map(|thing| right_words(thing, true, &[])),
            ["See and change", "See and revoke", "Choose and change"]
        );
        assert_eq!([group, key, model].map(|thing| right_words(thing, false, &[])), ["See", "See", "Choose"]);
    }

    #[test]
    fn of_a_document_it_is_said_that_its_dataset_decides() {
        let (document, chat) = (Thing::Document(DocumentId::new()), Thing::Chat(ConversationId::new()));
        let group = AccessRule::Group("Writers".to_owned(), ShareLevel::Edit);
        let words = |thing| [AccessRule::Creator, AccessRule::Team, group.clone()].map(|rule| rule_words(thing, &rule));
        assert_eq!(
            words(document),
            ["Made its dataset", "Its dataset is visible to the team", "Its dataset is shared with their group “Writers” (edit)"]
        );
        assert_eq!(words(chat)[0], "Started it");
        assert_eq!(words(Thing::Dataset(DatasetId::new()))[0], "Made it");
    }
}
