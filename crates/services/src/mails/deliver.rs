//! Deliver: the job that sends one mail.

use super::{Envelope, place_of, queries};
use crate::jobs::Outcome;
use crate::{Error, Result, Services, SystemTx};
use domain::MailId;

/// Why a mail is given up whose link or code stopped working before anything else was noted.
const TOO_LATE: &str = "What it leads to was over before it could be sent.";

/// Sends a mail that is still to be sent. What the mail server refuses for good is given up at once, and so is a link or a code that does
/// not work any more; the rest is tried again.
pub(crate) async fn deliver(services: &Services, id: MailId) -> Result<Outcome> {
    let db = &services.parts.db;
    let open = {
        let mut tx = db.system_tx().await?;
        queries::find_open(&mut tx, id).await?
    };
    let Some(open) = open else { return Ok(Outcome::Done) };
    let content = services.parts.keyring.open(&open.sealed, &place_of(id)).map_err(Error::internal)?;
    let Envelope { to, mail } = serde_json::from_slice(&content).map_err(Error::internal)?;
    if mail.works_until().is_some_and(|end| end <= services.parts.clock.now()) {
        refuse(services, id, open.failure.as_deref().unwrap_or(TOO_LATE)).await?;
        return Ok(Outcome::Done);
    }
    let Some(mailer) = &services.parts.mailer else {
        return Err(note(services, id, "Mail is not set up any more.").await?);
    };
    match mailer.send(&mail.letter(id, &to)).await {
        Ok(_) => {
            let mut tx = db.system_tx().await?;
            queries::set_sent(&mut tx, id).await?;
            tx.commit().await?;
        }
        Err(error) if error.is_final => {
            refuse(services, id, &error.to_string()).await?;
            tracing::warn!(mail = %id, kind = mail.kind(), "a mail was refused for good");
        }
        Err(error) => return Err(note(services, id, &error.to_string()).await?),
    }
    Ok(Outcome::Done)
}

/// Keeps the last reason for the screen, and makes the job's error of it. What a mail server says may name the address: the log
/// learns only that it happened.
async fn note(services: &Services, id: MailId, reason: &str) -> Result<Error> {
    let mut tx = services.parts.db.system_tx().await?;
    queries::set_failure(&mut tx, id, reason).await?;
    tx.commit().await?;
    Ok(Error::internal("the mail could not be sent; /admin/mails says why"))
}

/// Gives a mail up at once, for this reason.
async fn refuse(services: &Services, id: MailId, reason: &str) -> Result<()> {
    let mut tx = services.parts.db.system_tx().await?;
    queries::set_failure(&mut tx, id, reason).await?;
    queries::set_failed(&mut tx, id).await?;
    tx.commit().await
}

/// A mail whose job was given up will not be sent, unless an administrator sends it again while it is of use.
pub(crate) async fn give_up(tx: &mut SystemTx, id: MailId) -> Result<()> {
    Ok(queries::set_failed(tx, id).await?)
}
