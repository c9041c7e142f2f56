//! Content: every mail there is, and what it says. A new mail is a variant here, with its words and its example.

use super::Recipient;
use super::letter::{Letterhead, html, text};
use super::security::{SecurityAct, SecurityNotice};
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
    /// Something changed who gets into an account; says so to its person.
    #[serde(alias = "PasswordChanged")] // as mails are called that an older version left waiting
    Security(SecurityNotice),
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
    /// Somebody wants an account; goes to its address.
    SignUp {
        /// Where they say that it was them.
        link: String,
        /// When the link stops working.
        works_until: DateTime<Utc>,
    },
    /// Somebody wants an account with an address that has one; says so to its person.
    AccountExists {
        /// Where they sign in.
        sign_in: String,
        /// Where they get a link for a new password.
        forgotten: String,
    },
    /// The administrator tries whether mail arrives.
    Test {
        /// Where they tried it.
        link: String,
    },
}

/// How long a mail is kept that was given up and tells of something, so that it can be sent again.
const KEPT: TimeDelta = TimeDelta::days(7);

/// The kinds as they are stored, and what the administrator calls them; those that tell of an account's security call themselves.
const KINDS: [(&str, &str); 8] = [
    ("Invitation", "Invitation to a team"),
    ("Test", "Test mail"),
    ("PasswordReset", "Forgotten password"),
    ("EmailChange", "New address to confirm"),
    ("EmailChanged", "Address was changed"),
    ("Code", "Code to sign in with"),
    ("SignUp", "New account to finish"),
    ("AccountExists", "Account that is there already"),
];

/// What the administrator calls a kind of mail.
pub(super) fn name_of(kind: &str) -> &str {
    let of_security = SecurityAct::examples().map(|act| act.names());
    KINDS.into_iter().chain(of_security).find(|(word, _)| *word == kind).map_or(kind, |(_, name)| name)
}

impl Mail {
    /// Its kind, as it is stored.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Invitation { .. } => KINDS[0].0,
            Self::Test { .. } => KINDS[1].0,
            Self::PasswordReset { .. } => KINDS[2].0,
            Self::Security(notice) => notice.act.names().0,
            Self::EmailChange { .. } => KINDS[3].0,
            Self::EmailChanged { .. } => KINDS[4].0,
            Self::Code { .. } => KINDS[5].0,
            Self::SignUp { .. } => KINDS[6].0,
            Self::AccountExists { .. } => KINDS[7].0,
        }
    }

    /// When the link or the code in it stops working; none of a mail that only tells of something.
    pub(super) const fn works_until(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Invitation { works_until, .. }
            | Self::PasswordReset { works_until, .. }
            | Self::EmailChange { works_until, .. }
            | Self::Code { works_until, .. }
            | Self::SignUp { works_until, .. } => Some(*works_until),
            Self::Security(_) | Self::EmailChanged { .. } | Self::AccountExists { .. } | Self::Test { .. } => None,
        }
    }

    /// The link that works once, or until its time is over; none of a mail that only tells of something.
    pub(super) fn link(&self) -> Option<&str> {
        match self {
            Self::Invitation { link, .. }
            | Self::PasswordReset { link, .. }
            | Self::EmailChange { link, .. }
            | Self::SignUp { link, .. } => Some(link),
            Self::Security(_) | Self::EmailChanged { .. } | Self::Code { .. } | Self::AccountExists { .. } | Self::Test { .. } => None,
        }
    }

    /// Until when what it says is kept once it was given up. A code never is: whoever waits for one asks for another.
    pub(super) fn keep_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::Code { .. } => None,
            Self::Security(SecurityNotice {
                act: SecurityAct::DeletionScheduled { gone_at } | SecurityAct::DeletionOrdered { gone_at },
                ..
            }) => Some(*gone_at),
            mail => Some(mail.works_until().unwrap_or(now + KEPT)),
        }
    }

    /// One of each, with made-up people, for looking at.
    pub(super) fn examples(public_url: &str) -> Vec<Self> {
        let works_until = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_800);
        let mut mails = vec![
            Self::Invitation {
                inviter: "Ada Lovelace".to_owned(),
                inviter_email: "ada@example.org".to_owned(),
                team: "Analytical engines".to_owned(),
                role: Role::Collaborator,
                link: format!("{public_url}/sign-up?invitation=…"),
                works_until,
            },
            Self::PasswordReset { link: format!("{public_url}/reset-password?token=…"), works_until },
            Self::EmailChange { link: format!("{public_url}/confirm-email?token=…"), works_until },
            Self::EmailChanged { at: works_until, email: "countess@example.org".to_owned() },
            Self::Code { code: "123456".to_owned(), works_until, is_after_password: false },
            Self::SignUp { link: format!("{public_url}/sign-up/finish?token=…"), works_until },
            Self::AccountExists { sign_in: format!("{public_url}/sign-in"), forgotten: format!("{public_url}/forgot-password") },
            Self::Test { link: format!("{public_url}/admin/mails") },
        ];
        mails.extend(SecurityNotice::examples(public_url, works_until).map(Self::Security));
        mails
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
            Self::Security(notice) => notice.letterhead(),
            Self::EmailChange { link, works_until } => email_change(link, *works_until),
            Self::EmailChanged { at, email } => email_changed(*at, email),
            Self::Code { code, works_until, is_after_password } => sign_in_code(code, *works_until, *is_after_password),
            Self::SignUp { link, works_until } => sign_up(link, *works_until),
            Self::AccountExists { sign_in, forgotten } => account_exists(sign_in, forgotten),
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

    /// As it is sent to somebody made up.
    pub(super) fn sample(&self) -> Letter {
        self.letter(MailId::new(), &Recipient { email: "grace@example.org".to_owned(), name: "Grace Hopper".to_owned() })
    }

    /// Ready to be looked at; the HTML of it is asked for by its kind.
    pub(super) fn preview(&self) -> MailPreview {
        let Letter { subject, text, .. } = self.sample();
        MailPreview { kind: self.kind().to_owned(), name: name_of(self.kind()).to_owned(), subject, text }
    }
}

pub(super) fn moment(at: DateTime<Utc>) -> String {
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

fn sign_up(link: &str, works_until: DateTime<Utc>) -> Letterhead {
    Letterhead {
        subject: "Finish your account on Lyceum".to_owned(),
        heading: "Finish your account".to_owned(),
        paragraphs: vec!["Somebody wants an account on Lyceum with this address. If it was you, finish it.".to_owned()],
        button: Some(("Finish the account".to_owned(), link.to_owned())),
        notes: vec![
            format!("The link works once, until {}.", moment(works_until)),
            "If it was not you, you need do nothing: there is no account without the link.".to_owned(),
        ],
    }
}

fn account_exists(sign_in: &str, forgotten: &str) -> Letterhead {
    Letterhead {
        subject: "You have an account on Lyceum".to_owned(),
        heading: "You have an account".to_owned(),
        paragraphs: vec![
            "Somebody wants an account on Lyceum with this address, which has one already. If it was you, sign in.".to_owned(),
        ],
        button: Some(("Sign in".to_owned(), sign_in.to_owned())),
        notes: vec![
            format!("If you forgot your password, choose a new one: {forgotten}"),
            "If it was not you, you need do nothing: your account stays as it is.".to_owned(),
        ],
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
