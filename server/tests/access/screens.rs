//! Who may see which screen: one row per address of the route table and kind of thing on it; `access_coverage.rs` plays them.
//!
//! To add one: write a line in [`SCREENS`]. What is not 200 or a redirect says in plain words that one may not see it, and holds
//! nothing of the thing. For a program with a key there are no screens.

use super::{Key, Statuses, World};
use crate::support::Answer;
use app::error::AppError;
use axum::http::header::LOCATION;
use domain::datasets::Visibility::{self, Private, Team};

/// An entrance: open to everybody, also to those who are in already.
const ENTRANCE: Statuses = [200; 9];
/// An entrance that leads on whoever is in already.
const LEADS_ON: Statuses = [200, 302, 302, 302, 302, 302, 302, 200, 302];
/// The start page: it leads to the chat.
const START: Statuses = [303, 302, 302, 302, 302, 302, 302, 303, 302];
/// Everybody's own.
const SIGNED_IN: Statuses = [303, 200, 200, 200, 200, 200, 200, 303, 200];
/// Something of the team, for everybody in it.
const TEAM_READS: Statuses = [303, 404, 200, 200, 200, 200, 200, 303, 404];
/// Something of the owner's own.
const PRIVATE: Statuses = [303, 404, 404, 404, 404, 404, 200, 303, 404];
/// Of one's own team, for those who see its people: collaborators and up.
const MEMBERS: Statuses = [303, 200, 200, 403, 200, 200, 200, 303, 200];
/// Of one's own team, for managers and up.
const MANAGERS: Statuses = [303, 200, 403, 403, 403, 200, 200, 303, 200];
/// Of one's own team, for owners.
const OWNERS: Statuses = [303, 200, 403, 403, 403, 403, 200, 303, 200];
/// Something of the installation.
const ADMINISTRATORS: Statuses = [303, 404, 404, 404, 404, 404, 404, 303, 200];

/// What a screen is about.
#[derive(Clone, Copy, Debug)]
pub enum About {
    /// Nothing that stands in its address.
    Nothing,
    /// A dataset of the owner's.
    Dataset(Visibility),
    /// A prompt of the owner's.
    Prompt(Visibility),
    /// A conversation of the owner's.
    Conversation,
    /// The owner's team.
    OwnersTeam,
}

/// One thing a screen is about: what stands in the address, and words of it that only those may read who may see it.
pub struct Shown {
    /// What takes the place of the parameter.
    pub parameter: String,
    /// Its name; empty where there is no thing.
    pub words: String,
}

/// What one screen answers whom.
pub struct Screen {
    /// As the router has it.
    pub path: &'static str,
    /// What it is asked about.
    pub about: About,
    /// What everybody is answered.
    pub statuses: Statuses,
}

/// Every screen there is.
pub const SCREENS: &[Screen] = &[
    screen("/", START),
    screen("/sign-in", LEADS_ON),
    screen("/sign-in/passkey", LEADS_ON),
    screen("/sign-in/code", ENTRANCE),
    screen("/sign-in/code/again", ENTRANCE),
    screen("/sign-in/email-code", ENTRANCE),
    screen("/sign-in/email-code/enter", ENTRANCE),
    screen("/sign-in/link", ENTRANCE),
    screen("/sign-up", LEADS_ON),
    screen("/sign-up/finish", ENTRANCE),
    screen("/join", LEADS_ON),
    screen("/forgot-password", ENTRANCE),
    screen("/forgot-password/sent", ENTRANCE),
    screen("/reset-password", ENTRANCE),
    screen("/reset-password/done", ENTRANCE),
    screen("/confirm-email", ENTRANCE),
    screen("/confirm-email/done", ENTRANCE),
    screen("/chat", SIGNED_IN),
    about("/chat/{id}", About::Conversation, PRIVATE),
    screen("/datasets", SIGNED_IN),
    about("/datasets/{id}", About::Dataset(Team), TEAM_READS),
    about("/datasets/{id}", About::Dataset(Private), PRIVATE),
    screen("/prompts", SIGNED_IN),
    screen("/prompts/new", [303, 200, 200, 403, 200, 200, 200, 303, 200]),
    about("/prompts/{id}", About::Prompt(Team), TEAM_READS),
    about("/prompts/{id}", About::Prompt(Private), PRIVATE),
    screen("/team", MEMBERS),
    screen("/team/groups", MEMBERS),
    screen("/team/audit", MANAGERS),
    screen("/team/settings", OWNERS),
    about("/teams/{slug}", About::OwnersTeam, TEAM_READS),
    screen("/account", SIGNED_IN),
    screen("/account/two-step-required", SIGNED_IN),
    screen("/admin/models", ADMINISTRATORS),
    screen("/admin/roles", ADMINISTRATORS),
    screen("/admin/sign-in", ADMINISTRATORS),
    screen("/admin/mails", ADMINISTRATORS),
    screen("/admin/licences", ADMINISTRATORS),
    screen("/admin/people", ADMINISTRATORS),
    screen("/admin/audit", ADMINISTRATORS),
];

const fn screen(path: &'static str, statuses: Statuses) -> Screen {
    about(path, About::Nothing, statuses)
}

const fn about(path: &'static str, about: About, statuses: Statuses) -> Screen {
    Screen { path, about, statuses }
}

impl Screen {
    /// Where it is opened.
    pub fn address(&self, shown: &Shown) -> String {
        self.path.replace("{id}", &shown.parameter).replace("{slug}", &shown.parameter)
    }

    /// What is wrong with an answer.
    pub fn judge(answer: &Answer, expected: u16, words: &str) -> Vec<String> {
        let status = answer.status.as_u16();
        if status != expected {
            return vec![format!("{status} instead of {expected}")];
        }
        let mut wrong = Vec::new();
        let leads_to = answer.header(LOCATION).unwrap_or_default();
        match status {
            303 if !leads_to.starts_with("/sign-in") => wrong.push(format!("leads to {leads_to}, not to the sign-in screen")),
            302 if leads_to != "/chat" => wrong.push(format!("leads to {leads_to}, not to the chat")),
            403 if !answer.text.contains(&AppError::Forbidden.to_string()) => wrong.push("403 without a word".to_owned()),
            404 if !answer.text.contains(&AppError::NotFound.to_string()) => wrong.push("404 without a word".to_owned()),
            _ => {}
        }
        let is_named = !words.is_empty() && answer.text.contains(words);
        if is_named != (status == 200 && !words.is_empty()) {
            wrong.push(format!("“{words}” is {}on it", if is_named { "" } else { "not " }));
        }
        wrong
    }
}

impl World {
    /// A thing to open a screen about.
    pub async fn shown(&self, about: About) -> Shown {
        let (parameter, name) = match about {
            About::Nothing => return Shown { parameter: String::new(), words: String::new() },
            About::Dataset(visibility) => (self.dataset(visibility).await.to_string(), "SELECT name FROM datasets WHERE id::text = $1"),
            About::Prompt(visibility) => (self.prompt(visibility).await.to_string(), "SELECT name FROM prompts WHERE id::text = $1"),
            About::Conversation => {
                (self.answered().await.conversation_id.to_string(), "SELECT title FROM conversations WHERE id::text = $1")
            }
            About::OwnersTeam => {
                let detail = self.app.services.team().settings(&self.owner).await.expect("its settings");
                (detail.patch.slug, "SELECT name FROM teams WHERE slug = $1")
            }
        };
        let words = sqlx::query_scalar(name).bind(&parameter).fetch_one(&self.app.pool).await.expect("its name");
        Shown { parameter, words }
    }

    /// Opens a screen as one of [`super::PEOPLE`].
    pub async fn open(&self, address: &str, person: usize) -> Answer {
        self.forget_attempts().await;
        self.clients[person].get(address).await
    }

    /// Opens a screen as somebody who is suspended in the team.
    pub async fn open_left_out(&self, address: &str) -> Answer {
        self.left_out.get(address).await
    }

    /// Opens a screen as a program with a key.
    pub async fn open_with_key(&self, address: &str, key: Key) -> Answer {
        self.program(key).await.get(address).await
    }
}
