//! Content: every mail there is, and what it says. A new mail is a variant here, with its words and its example.

use super::Recipient;
use super::letter::{Letterhead, html, text};
use chrono::{DateTime, TimeDelta, Utc};
use domain::mails::MailPreview;
use domain::{MailId, Role};
use egress::Letter;
use serde::{Deserialize, Serialize};

/// Every mail, with what it needs to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Mail {
    /// Somebody asks somebody to join their team.
    Invitation {
        /// The name of whoever invites.
        inviter: String,
        /// Their address.
        inviter_email: String,
        /// The team.
        team: String,
        /// What the person will be there.
        role: Role,
        /// Where they join.
        link: String,
        /// When the link stops working.
        works_until: DateTime<Utc>,
    },
    /// The administrator tries whether mail arrives.
    Test {
        /// Where they tried it.
        link: String,
    },
}

/// The kinds as they are stored, and what the administrator calls them.
const KINDS: [(&str, &str); 2] = [("Invitation", "Invitation to a team"), ("Test", "Test mail")];

/// What the administrator calls a kind of mail.
pub(super) fn name_of(kind: &str) -> &str {
    KINDS.iter().find(|(word, _)| *word == kind).map_or(kind, |(_, name)| *name)
}

impl Mail {
    /// Its kind, as it is stored.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Invitation { .. } => KINDS[0].0,
            Self::Test { .. } => KINDS[1].0,
        }
    }

    /// One of each, with made-up people, for looking at.
    pub(super) fn examples(public_url: &str) -> Vec<Self> {
        let works_until = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_800);
        vec![
            Self::Invitation {
                inviter: "Ada Lovelace".to_owned(),
                inviter_email: "ada@example.org".to_owned(),
                team: "Analytical engines".to_owned(),
                role: Role::Collaborator,
                link: format!("{public_url}/sign-up?invitation=…"),
                works_until,
            },
            Self::Test { link: format!("{public_url}/admin/mails") },
        ]
    }

    /// What it says.
    fn letterhead(&self) -> Letterhead {
        match self {
            Self::Invitation { inviter, inviter_email, team, role, link, works_until } => Letterhead {
                subject: format!("{inviter} invites you to {team}"),
                heading: format!("Join {team}"),
                paragraphs: vec![
                    format!("{inviter} ({inviter_email}) invites you to the team “{team}” on Lyceum, as {}.", role_words(*role)),
                    "Lyceum is a workspace where a team talks to AI about its own documents.".to_owned(),
                ],
                button: Some(("Join the team".to_owned(), link.clone())),
                notes: vec![
                    format!("The link works once, for this address, until {}.", works_until.format("%-d %B %Y, %H:%M UTC")),
                    "If you do not know who this is, you need do nothing.".to_owned(),
                ],
            },
            Self::Test { link } => Letterhead {
                subject: "A test mail from Lyceum".to_owned(),
                heading: "Mail arrives".to_owned(),
                paragraphs: vec!["You asked Lyceum to send you this. Mails of your installation will look like it.".to_owned()],
                button: Some(("Back to the mails".to_owned(), link.clone())),
                notes: Vec::new(),
            },
        }
    }

    /// Ready to be sent.
    pub(super) fn letter(&self, id: MailId, to: &Recipient) -> Letter {
        let head = self.letterhead();
        let (text, html) = (text(&head), html(&head));
        Letter { id: id.to_string(), to: to.email.clone(), to_name: to.name.clone(), subject: head.subject, text, html }
    }

    /// Ready to be looked at.
    pub(super) fn preview(&self) -> MailPreview {
        let head = self.letterhead();
        MailPreview {
            name: name_of(self.kind()).to_owned(),
            text: text(&head),
            subject: head.subject,
            heading: head.heading,
            paragraphs: head.paragraphs,
            button: head.button.map(|(words, _)| words),
            notes: head.notes,
        }
    }
}

const fn role_words(role: Role) -> &'static str {
    match role {
        Role::Viewer => "a viewer",
        Role::Collaborator => "a collaborator",
        Role::TeamManager => "a team manager",
        Role::Owner => "an owner",
    }
}
