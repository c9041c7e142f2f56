//! Sentence: an event as people read it, and the facts behind it.

use super::{Action, Details, ExpiredChats, Fact, SentDocument};
use crate::Role;
use crate::datasets::Visibility;
use crate::sharing::ShareLevel;
use crate::team::days_in_words;

/// Who did what to what, in a sentence without a full stop. Names may have been erased.
pub fn sentence(actor: &str, action: Action, target: &str, details: &Details) -> String {
    let actor = if actor.is_empty() { "Lyceum" } else { actor };
    let target = if target.is_empty() { nameless(action) } else { target };
    let done = match details.expired {
        Some(expired) if action == Action::ChatExpired => deleted(expired),
        _ => action.phrase().replace("{}", target),
    };
    format!("{actor} {done}{}", ending(action, details))
}

/// What stands for a name that was erased: a person, or, in quotes and for an address, a thing.
fn nameless(action: Action) -> &'static str {
    let is_thing = action.phrase().contains('“') || action == Action::AccountEmailChanged;
    if is_thing { "…" } else { "somebody" }
}

fn ending(action: Action, details: &Details) -> String {
    match action {
        Action::MemberRolesChanged => format!(" to {}", roles(&details.roles)),
        Action::InvitationMade | Action::InvitationAccepted | Action::MemberJoined => format!(" as {}", roles(&details.roles)),
        Action::MemberRolesProvided => format!(": {}", roles(&details.roles)),
        Action::RoleGranted | Action::RoleTaken => details.permission.map(|right| format!(": {}", right_words(right))).unwrap_or_default(),
        Action::DocumentDownloaded if details.viewed_as.is_some() => " while viewing the team as a member".to_owned(),
        Action::DocumentEmbedded => details.model.as_ref().map(|model| format!(" ({})", model.name)).unwrap_or_default(),
        Action::ChatAnswered => {
            let model = details.model.as_ref().map(|model| format!(" ({})", model.name)).unwrap_or_default();
            let sent = match details.documents.as_deref().unwrap_or_default() {
                [] => "without documents".to_owned(),
                [one] => format!("with “{}”", one.name),
                several => format!("with {} documents", several.len()),
            };
            format!("{model} {sent}")
        }
        _ => String::new(),
    }
}

/// The phrase of chats that were too old, with their number.
fn deleted(ExpiredChats { chats, days }: ExpiredChats) -> String {
    let (chats, were) = if chats == 1 { ("1 chat".to_owned(), "was") } else { (format!("{chats} chats"), "were") };
    format!("deleted {chats} that {were} older than {}", days_in_words(days))
}

/// Everything the details hold, a line each, but the people they speak of by an id: those have other names now.
pub fn facts(details: &Details) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut note = |label: &str, value: Option<String>| facts.extend(value.map(|value| Fact::new(label, value)));
    note("Roles", (!details.roles.is_empty()).then(|| roles(&details.roles)));
    note("Identity provider", details.identity_provider.as_ref().map(|provider| provider.name.clone()));
    let scopes: Vec<&str> = details.scopes.iter().map(|scope| scope.words().0).collect();
    note("May", (!scopes.is_empty()).then(|| scopes.join(", ")));
    note("Right", details.permission.map(right_words));
    note("Who may see it", details.visibility.map(|visibility| audience(visibility).to_owned()));
    note("May", details.shared.as_ref().and_then(|shared| shared.level).map(|level| level_words(level).to_owned()));
    note("Changed", (!details.changed.is_empty()).then(|| details.changed.join(", ")));
    note("People in it", details.people.map(|people| people.to_string()));
    note("Size", details.size_bytes.map(|bytes| format!("{bytes} bytes")));
    note(
        "Handed over",
        details.belongings.map(|own| format!("prompts: {}, datasets: {}, chats: {}", own.prompts, own.datasets, own.chats)),
    );
    note("Chats", details.expired.map(|expired| expired.chats.to_string()));
    note("Chats are kept for", details.expired.map(|expired| days_in_words(expired.days)));
    note("Model", details.model.as_ref().map(|model| model.name.clone()));
    note("Outcome", details.outcome.map(|outcome| outcome.to_string()));
    note("Outcome", details.trial.map(|end| end.words().to_owned()));
    if let Some(documents) = &details.documents {
        note("Documents sent", documents.is_empty().then(|| "none".to_owned()));
        for document in documents {
            note("Document sent", Some(sent(document)));
        }
    }
    note(
        "Trail that went",
        details.sealed.as_ref().map(|chain| format!("{} events, the last with the hash {}", chain.events, chain.last_hash)),
    );
    facts
}

fn sent(document: &SentDocument) -> String {
    let passages = if document.passages == 1 { "1 passage".to_owned() } else { format!("{} passages", document.passages) };
    let pages: Vec<String> = document.pages.iter().map(u32::to_string).collect();
    match pages.as_slice() {
        [] => format!("{}: {passages}", document.name),
        [page] => format!("{}: {passages} from page {page}", document.name),
        _ => format!("{}: {passages} from pages {}", document.name, pages.join(", ")),
    }
}

fn roles(roles: &[Role]) -> String {
    let word = |role: &Role| match role {
        Role::Viewer => "viewer",
        Role::Collaborator => "collaborator",
        Role::TeamManager => "team manager",
        Role::Owner => "owner",
    };
    roles.iter().map(word).collect::<Vec<_>>().join(", ")
}

fn right_words(right: crate::Permission) -> String {
    let (about, verb) = right.words();
    format!("{about}, {}", verb.to_lowercase())
}

const fn audience(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Private => "its maker",
        Visibility::Team => "the team",
        Visibility::Company => "everybody on this installation",
    }
}

const fn level_words(level: ShareLevel) -> &'static str {
    match level {
        ShareLevel::View => "see and use it",
        ShareLevel::Edit => "also change it",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Named;
    use crate::identity_providers::{Foretold, TrialEnd};
    use crate::sign_ins::SignInReason;
    use uuid::Uuid;

    fn document(name: &str, pages: &[u32]) -> SentDocument {
        SentDocument { id: None, name: name.to_owned(), pages: pages.to_vec(), passages: 2 }
    }

    fn answered(documents: Vec<SentDocument>) -> Details {
        let model = Some(Named { id: Uuid::nil(), name: "m · P".to_owned() });
        Details { model, documents: Some(documents), ..Details::default() }
    }

    #[test]
    fn an_event_reads_as_a_sentence() {
        let invited = Details { roles: vec![Role::Viewer], ..Details::default() };
        assert_eq!(sentence("Ada", Action::InvitationMade, "bob@example.org", &invited), "Ada invited bob@example.org as viewer");
        assert_eq!(sentence("Ada", Action::DatasetCreated, "Rules", &Details::default()), "Ada made the dataset “Rules”");
        assert_eq!(sentence("", Action::MemberSuspended, "", &Details::default()), "Lyceum suspended somebody");
        assert_eq!(sentence("Ada", Action::MemberLeft, "Ada", &Details::default()), "Ada left the team");
        let asked = sentence("Ada", Action::PersonDeletionRequested, "bob@example.org", &Details::default());
        assert_eq!(asked, "Ada asked for the deletion of the account of bob@example.org");
        assert_eq!(sentence("Ada", Action::DatasetCreated, "", &Details::default()), "Ada made the dataset “…”");
        assert_eq!(sentence("Ada", Action::AccountEmailChanged, "", &Details::default()), "Ada changed their address to …");
    }

    #[test]
    fn what_is_opened_in_a_view_reads_so() {
        let seen = Details { viewed_as: Some(crate::UserId::new()), ..Details::default() };
        assert_eq!(sentence("Ada", Action::ChatOpenedInView, "", &seen), "Ada opened a chat while viewing the team as a member");
        let read = sentence("Ada", Action::DocumentOpenedInView, "a.pdf", &seen);
        assert_eq!(read, "Ada opened “a.pdf” while viewing the team as a member");
        let prompt = sentence("Ada", Action::PromptOpenedInView, "Helper", &seen);
        assert_eq!(prompt, "Ada opened the prompt “Helper” while viewing the team as a member");
        let taken = sentence("Ada", Action::DocumentDownloaded, "a.pdf", &seen);
        assert_eq!(taken, "Ada downloaded “a.pdf” while viewing the team as a member");
        assert_eq!(sentence("Ada", Action::DocumentDownloaded, "a.pdf", &Details::default()), "Ada downloaded “a.pdf”");
    }

    #[test]
    fn chats_that_were_too_old_are_told_with_their_number_and_how_long_they_are_kept() {
        let told = |chats, days| {
            let expired = Details { expired: Some(ExpiredChats { chats, days }), ..Details::default() };
            sentence("", Action::ChatExpired, "", &expired)
        };
        assert_eq!(told(12, 30), "Lyceum deleted 12 chats that were older than 30 days");
        assert_eq!(told(1, 1), "Lyceum deleted 1 chat that was older than 1 day");
        assert_eq!(sentence("", Action::ChatExpired, "", &Details::default()), "Lyceum deleted chats that were too old");
    }

    #[test]
    fn roles_that_a_provider_gives_are_told_with_the_provider() {
        let identity_provider = Some(Named { id: Uuid::nil(), name: "Works".to_owned() });
        let given = Details { roles: vec![Role::Viewer], identity_provider, ..Details::default() };
        let told = sentence("", Action::MemberRolesProvided, "Grace Hopper", &given);
        assert_eq!(told, "Lyceum brought the roles of Grace Hopper in line with their identity provider: viewer");
        assert_eq!(facts(&given), [Fact::new("Roles", "viewer"), Fact::new("Identity provider", "Works")]);
    }

    #[test]
    fn a_trial_of_a_provider_is_told_with_its_outcome() {
        let tried = |end| Details { trial: Some(end), ..Details::default() };
        let refused = tried(TrialEnd::Refused(SignInReason::WrongAudience));
        let told = sentence("Ada", Action::SignInProviderTried, "Works", &refused);
        assert_eq!(told, "Ada tried signing in with the identity provider “Works”");
        assert_eq!(facts(&refused), [Fact::new("Outcome", "Wrong audience")]);
        assert_eq!(facts(&tried(TrialEnd::Would(Foretold::NewAccount))), [Fact::new("Outcome", "Would make an account")]);
        let read: Details = serde_json::from_value(serde_json::to_value(&refused).unwrap()).unwrap();
        assert_eq!(read, refused);
    }

    #[test]
    fn an_answer_tells_which_documents_went_to_which_model() {
        let told = |documents| sentence("Ada", Action::ChatAnswered, "", &answered(documents));
        assert_eq!(told(Vec::new()), "Ada asked a model (m · P) without documents");
        assert_eq!(told(vec![document("a.pdf", &[1])]), "Ada asked a model (m · P) with “a.pdf”");
        assert_eq!(told(vec![document("a.pdf", &[1]), document("b.pdf", &[])]), "Ada asked a model (m · P) with 2 documents");
        let facts = facts(&answered(vec![document("a.pdf", &[3, 4]), document("b.md", &[])]));
        let values: Vec<&str> = facts.iter().map(|fact| fact.value.as_str()).collect();
        assert_eq!(values, ["m · P", "a.pdf: 2 passages from pages 3, 4", "b.md: 2 passages"]);
    }
}
