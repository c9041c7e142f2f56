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
    /// Somebody forgot their password.
    PasswordReset {
        /// Where they choose another.
        link: String,
        /// When the link stops working.
        works_until: DateTime<Utc>,
    },
    /// A password was changed; says so to its person.
    PasswordChanged {
        /// When.
        at: DateTime<Utc>,
        /// Where they get another link when it was not them.
        link: String,
    },
    /// Somebody wants to sign in with another address; goes to that one.
    EmailChange {
        /// Where they confirm that it is theirs.
        link: String,
        /// When the link stops working.
        works_until: DateTime<Utc>,
    },
    /// An account has another address; says so to the former one.
    EmailChanged {
        /// When.
        at: DateTime<Utc>,
        /// The address from then on.
        email: String,
    },
    /// A code to sign in with.
    Code {
        /// Six digits.
        code: String,
        /// When it stops working.
        works_until: DateTime<Utc>,
        /// Whether whoever asked knows the password.
        is_after_password: bool,
    },
    /// The administrator tries whether mail arrives.
    Test {
        /// Where they tried it.
        link: String,
    },
}

/// The kinds as they are stored, and what the administrator calls them.
const KINDS: [(&str, &str); 7] = [
    ("Invitation", "Invitation to a team"),
    ("Test", "Test mail"),
    ("PasswordReset", "Forgotten password"),
    ("PasswordChanged", "Password was changed"),
    ("EmailChange", "New address to confirm"),
    ("EmailChanged", "Address was changed"),
    ("Code", "Code to sign in with"),
];

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
            Self::PasswordReset { .. } => KINDS[2].0,
            Self::PasswordChanged { .. } => KINDS[3].0,
            Self::EmailChange { .. } => KINDS[4].0,
            Self::EmailChanged { .. } => KINDS[5].0,
            Self::Code { .. } => KINDS[6].0,
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
            Self::PasswordReset { link: format!("{public_url}/reset-password?token=…"), works_until },
            Self::PasswordChanged { at: works_until, link: format!("{public_url}/forgot-password") },
            Self::EmailChange { link: format!("{public_url}/confirm-email?token=…"), works_until },
            Self::EmailChanged { at: works_until, email: "countess@example.org".to_owned() },
            Self::Code { code: "123456".to_owned(), works_until, is_after_password: false },
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
                    format!("The link works once, for this address, until {}.", moment(*works_until)),
                    "If you do not know who this is, you need do nothing.".to_owned(),
                ],
            },
            Self::PasswordReset { link, works_until } => password_reset(link, *works_until),
            Self::PasswordChanged { at, link } => password_changed(*at, link),
            Self::EmailChange { link, works_until } => email_change(link, *works_until),
            Self::EmailChanged { at, email } => email_changed(*at, email),
            Self::Code { code, works_until, is_after_password } => sign_in_code(code, *works_until, *is_after_password),
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

fn moment(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y, %H:%M UTC").to_string()
}

fn password_reset(link: &str, works_until: DateTime<Utc>) -> Letterhead {
    Letterhead {
        subject: "Choose a new password for Lyceum".to_owned(),
        heading: "Choose a new password".to_owned(),
        paragraphs: vec!["Somebody asked for a new password for your account on Lyceum. If it was you, choose one now.".to_owned()],
        button: Some(("Choose a new password".to_owned(), link.to_owned())),
        notes: vec![
            format!("The link works once, until {}.", moment(works_until)),
            "If it was not you, you need do nothing: your password stays as it is.".to_owned(),
        ],
    }
}

fn password_changed(at: DateTime<Utc>, link: &str) -> Letterhead {
    Letterhead {
        subject: "Your password for Lyceum was changed".to_owned(),
        heading: "Your password was changed".to_owned(),
        paragraphs: vec![
            format!("The password of your account on Lyceum was changed on {}.", moment(at)),
            "Browsers that were signed in with the former one are signed out.".to_owned(),
        ],
        button: Some(("It was not me".to_owned(), link.to_owned())),
        notes: vec!["If it was you, you need do nothing. If not, get a link for a new password at once.".to_owned()],
    }
}

fn sign_in_code(code: &str, works_until: DateTime<Utc>, is_after_password: bool) -> Letterhead {
    let warning = if is_after_password {
        "If it was not you, somebody knows your password: change it at once. Never tell this code to anybody."
    } else {
        "If it was not you, you need do nothing: nothing happens without the code. Never tell it to anybody."
    };
    Letterhead {
        subject: "Your code for Lyceum".to_owned(),
        heading: "Your code for Lyceum".to_owned(),
        paragraphs: vec![format!("Your code is {code}."), "Type it where you were asked for it.".to_owned()],
        button: None,
        notes: vec![format!("It works once, in the browser that asked for it, until {}.", moment(works_until)), warning.to_owned()],
    }
}

fn email_change(link: &str, works_until: DateTime<Utc>) -> Letterhead {
    Letterhead {
        subject: "Confirm your new address for Lyceum".to_owned(),
        heading: "Confirm your new address".to_owned(),
        paragraphs: vec!["Somebody wants to sign in to their account on Lyceum with this address. If it was you, confirm it.".to_owned()],
        button: Some(("Confirm the address".to_owned(), link.to_owned())),
        notes: vec![
            format!("The link works once, until {}.", moment(works_until)),
            "If it was not you, you need do nothing: nothing happens without the link.".to_owned(),
        ],
    }
}

fn email_changed(at: DateTime<Utc>, email: &str) -> Letterhead {
    Letterhead {
        subject: "Your address for Lyceum was changed".to_owned(),
        heading: "Your address was changed".to_owned(),
        paragraphs: vec![
            format!("Your account on Lyceum has the address {email} since {}.", moment(at)),
            "Mail about it goes there from now on.".to_owned(),
        ],
        button: None,
        notes: vec!["If it was not you, tell the person who runs your installation at once.".to_owned()],
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
