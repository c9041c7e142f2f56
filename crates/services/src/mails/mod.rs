//! Mails: what Lyceum writes to people, accepted in the transaction of the act and sent by a job.
//!
//! The invariant: a mail's content (its links are secrets) is stored sealed and wiped once it is sent, or given up and of no use any
//! more; links are made from the public address alone; what people typed is escaped by the one renderer.
//!
//! what they say   [`Mail`] → `letter` (text and HTML)      sent by   [`deliver()`]
//! of an account   [`SecurityNotice`], accepted by `services::identity`
//! on the screen   [`Mails::overview`], [`Mails::sample`], [`Mails::send_test`], [`Mails::send_again`] (`again`)
//! with a person   [`forget`]
//! table: mails

mod again;
mod content;
mod deliver;
mod letter;
mod queries;
mod security;
#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests look at rows that the code has no query for")]
pub(crate) mod testing;
#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests look at rows that the code has no query for")]
mod tests;

pub(crate) use content::Mail;
pub(crate) use deliver::{deliver, give_up};
pub(crate) use security::{SecurityAct, SecurityNotice, Whence};

use crate::identity::token;
use crate::jobs::{self, JobKind, NewJob};
use crate::secrets::place;
use crate::{Error, Result, Services, Viewer};
use domain::mails::{FailedMail, MailOverview, MailReport};
use domain::{MailId, TeamId, UserId};
use egress::Mailer;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

/// Who a mail is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Recipient {
    /// The address.
    pub(crate) email: String,
    /// The name; may be empty.
    pub(crate) name: String,
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Envelope {
    to: Recipient,
    mail: Mail,
}

/// Mails, and what became of them.
pub struct Mails<'a> {
    pub(crate) services: &'a Services,
}

impl Mails<'_> {
    /// Whether mail can be sent here.
    pub fn is_set_up(&self) -> bool {
        self.mailer().is_some()
    }

    fn mailer(&self) -> Option<&Mailer> {
        self.services.parts.mailer.as_ref()
    }

    /// Accepts a mail in the caller's transaction; it is sent when that commits. The job is the team's.
    pub(crate) async fn accept(&self, connection: &mut PgConnection, team_id: TeamId, to: Recipient, mail: Mail) -> Result<()> {
        let id = MailId::new();
        let (kind, keep_until) = (mail.kind(), mail.keep_until(self.services.parts.clock.now()));
        let (recipient, address_hash) = (masked(&to.email), token::hash(&to.email.to_lowercase()));
        let content = serde_json::to_vec(&Envelope { to, mail }).map_err(Error::internal)?;
        let sealed = self.services.parts.keyring.seal(&content, &place_of(id));
        let new = queries::NewMail { id, kind, sealed: &sealed, recipient: &recipient, address_hash: &address_hash, keep_until };
        queries::insert(connection, new).await?;
        enqueue(connection, team_id, id).await
    }

    /// What `/admin/mails` shows, for those who manage the installation; for others the screen does not exist.
    pub async fn overview(&self, viewer: &Viewer) -> Result<MailOverview> {
        viewer.require_system_administrator()?;
        let mut tx = self.services.parts.db.system_tx().await?;
        let waiting = queries::get_waiting(&mut tx).await?;
        let failed = queries::list_failed(&mut tx).await?;
        let useful = self.list_useful(&mut tx, None).await?;
        let named = |row: queries::FailedRow| FailedMail {
            id: row.id,
            name: content::name_of(&row.kind).to_owned(),
            recipient: row.recipient,
            failed_at: row.failed_at,
            reason: row.failure,
            is_kept: useful.contains(&row.id),
        };
        Ok(MailOverview {
            server: self.mailer().map(|mailer| mailer.server().to_owned()),
            sender: self.mailer().map(Mailer::sender).unwrap_or_default(),
            waiting: u32::try_from(waiting.count).unwrap_or(u32::MAX),
            last_failure: waiting.last_failure,
            failed: failed.into_iter().map(named).collect(),
            kept: u32::try_from(useful.len()).unwrap_or(u32::MAX),
            previews: Mail::examples(&self.services.settings().public_url).iter().map(Mail::preview).collect(),
        })
    }

    /// The HTML of the mail of this kind as it is sent, with made-up people in it.
    pub fn sample(&self, viewer: &Viewer, kind: &str) -> Result<String> {
        viewer.require_system_administrator()?;
        let examples = Mail::examples(&self.services.settings().public_url);
        let mail = examples.iter().find(|mail| mail.kind() == kind).ok_or(Error::NotFound)?;
        Ok(mail.sample().html)
    }

    /// Sends the viewer a mail at once and says what the mail server said.
    pub async fn send_test(&self, viewer: &Viewer) -> Result<MailReport> {
        viewer.require_system_administrator()?;
        let mailer = self.mailer().ok_or_else(not_set_up)?;
        let person = self.services.identity().current_viewer_info(viewer).await?;
        let name = format!("{} {}", person.first_name, person.last_name).trim().to_owned();
        let to = Recipient { email: person.email, name };
        let mail = Mail::Test { link: format!("{}/admin/mails", self.services.settings().public_url) };
        let email = to.email.clone();
        Ok(match mailer.send(&mail.letter(MailId::new(), &to)).await {
            Ok(said) => MailReport { is_sent: true, sentence: format!("{} took the mail to {email}: {said}", mailer.server()) },
            Err(error) => MailReport { is_sent: false, sentence: error.to_string() },
        })
    }

    /// Wipes what is kept of mails that are of no use any more, and forgets mails after 30 days; how many were forgotten.
    pub async fn purge(&self) -> Result<u64> {
        let mut tx = self.services.parts.db.system_tx().await?;
        queries::wipe_useless(&mut tx).await?;
        let purged = queries::delete_old(&mut tx).await?;
        tx.commit().await?;
        Ok(purged)
    }
}

/// That somebody's account goes is not mailed any more, once it stays.
pub(crate) async fn take_back_deletion(connection: &mut PgConnection, person: UserId) -> Result<()> {
    let kinds = SecurityAct::OF_DELETION;
    Ok(queries::delete_unsent(connection, person, &kinds).await?)
}

/// Mails to somebody whose account ends go with it, whatever became of them. Before the trail forgets their addresses.
pub(crate) async fn forget(connection: &mut PgConnection, person: UserId) -> Result<()> {
    Ok(queries::delete_to(connection, person).await?)
}

/// Asks for a mail to be sent.
async fn enqueue(connection: &mut PgConnection, team_id: TeamId, id: MailId) -> Result<()> {
    let payload = serde_json::json!({});
    jobs::enqueue(connection, NewJob { team_id, kind: JobKind::SendMail, subject_id: id.as_uuid(), payload }).await
}

/// As much of an address as tells whose it is to somebody who knows its person: `k…@example.org`.
fn masked(email: &str) -> String {
    let (name, host) = email.rsplit_once('@').unwrap_or((email, ""));
    let first = name.chars().next().filter(|_| name.chars().nth(1).is_some());
    format!("{}…@{host}", first.map(String::from).unwrap_or_default())
}

fn not_set_up() -> Error {
    Error::Conflict("Mail is not set up: set LYCEUM_SMTP_URL and LYCEUM_MAIL_FROM, and start Lyceum again.".to_owned())
}

/// Where a mail's content is sealed for.
fn place_of(id: MailId) -> String {
    place("mails", "sealed", "", &id.to_string())
}
