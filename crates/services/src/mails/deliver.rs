//! Deliver: the job that sends one mail.

use super::{Envelope, place_of, queries};
use crate::jobs::Outcome;
use crate::{Error, Result, Services, SystemTx};
use domain::MailId;

/// Sends a mail that is still to be sent. What the mail server refuses for good is given up at once; the rest is tried again.
pub(crate) async fn deliver(services: &Services, id: MailId) -> Result<Outcome> {
    let db = &services.parts.db;
    let sealed = {
        let mut tx = db.system_tx().await?;
        queries::find_open(&mut tx, id).await?
    };
    let Some(sealed) = sealed else { return Ok(Outcome::Done) };
    let content = services.parts.keyring.open(&sealed, &place_of(id)).map_err(Error::internal)?;
    let Envelope { to, mail } = serde_json::from_slice(&content).map_err(Error::internal)?;
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
            let mut tx = db.system_tx().await?;
            queries::set_failure(&mut tx, id, &error.to_string()).await?;
            queries::set_failed(&mut tx, id).await?;
            tx.commit().await?;
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

/// A mail whose job was given up will not be sent; its content goes.
pub(crate) async fn give_up(tx: &mut SystemTx, id: MailId) -> Result<()> {
    Ok(queries::set_failed(tx, id).await?)
}
