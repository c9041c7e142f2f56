//! Mails: what Lyceum writes to people, accepted in the transaction of the act and sent by a job.
//!
//! The invariant: a mail's content (its links are secrets) is stored sealed and wiped once it is sent or given up; links are made
//! from the public address alone; what people typed is escaped by the one renderer.
//!
//! what they say   [`Mail`] → `letter` (text and HTML)      sent by   [`deliver()`]
//! of an account   [`SecurityNotice`], accepted by `services::identity`
//! on the screen   [`Mails::overview`], [`Mails::send_test`]
//! table: mails

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

use crate::jobs::{self, JobKind, NewJob};
use crate::secrets::place;
use crate::{Error, Result, Services, Viewer};
use domain::mails::{FailedMail, MailOverview, MailReport};
use domain::{MailId, TeamId};
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
        let kind = mail.kind();
        let content = serde_json::to_vec(&Envelope { to, mail }).map_err(Error::internal)?;
        queries::insert(connection, id, kind, &self.services.parts.keyring.seal(&content, &place_of(id))).await?;
        let payload = serde_json::json!({});
        jobs::enqueue(connection, NewJob { team_id, kind: JobKind::SendMail, subject_id: id.as_uuid(), payload }).await
    }

    /// What `/admin/mails` shows, for those who manage the installation; for others the screen does not exist.
    pub async fn overview(&self, viewer: &Viewer) -> Result<MailOverview> {
        viewer.require_system_administrator()?;
        let mut tx = self.services.parts.db.system_tx().await?;
        let waiting = queries::count_waiting(&mut tx).await?;
        let failed = queries::list_failed(&mut tx).await?;
        let named = |row: queries::FailedRow| FailedMail {
            name: content::name_of(&row.kind).to_owned(),
            failed_at: row.failed_at,
            reason: row.failure,
        };
        Ok(MailOverview {
            server: self.mailer().map(|mailer| mailer.server().to_owned()),
            sender: self.mailer().map(Mailer::sender).unwrap_or_default(),
            waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
            failed: failed.into_iter().map(named).collect(),
            previews: Mail::examples(&self.services.settings().public_url).iter().map(Mail::preview).collect(),
        })
    }

    /// Sends the viewer a mail at once and says what the mail server said.
    pub async fn send_test(&self, viewer: &Viewer) -> Result<MailReport> {
        viewer.require_system_administrator()?;
        let Some(mailer) = self.mailer() else {
            return Err(Error::Conflict(
                "Mail is not set up: set LYCEUM_SMTP_URL and LYCEUM_MAIL_FROM, and start Lyceum again.".to_owned(),
            ));
        };
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

    /// Forgets mails after 30 days; how many were forgotten.
    pub async fn purge(&self) -> Result<u64> {
        let mut tx = self.services.parts.db.system_tx().await?;
        let purged = queries::delete_old(&mut tx).await?;
        tx.commit().await?;
        Ok(purged)
    }
}

/// Where a mail's content is sealed for.
fn place_of(id: MailId) -> String {
    place("mails", "sealed", "", &id.to_string())
}
