//! Write: the job that puts an export together. It begins anew when it breaks off.

use super::archive::{Archive, safe_name};
use super::queries::exports;
use super::{chats, key};
use crate::jobs::{ClaimedJob, Outcome};
use crate::{Error, Result, Services, SystemTx};
use domain::{ExportId, UserId};
use futures::StreamExt as _;
use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use serde_json::Value;

/// Chats per look at the database.
const CHATS_AT_A_TIME: i64 = 50;
/// Rows per look at the database of what grows with every question and every act.
const ROWS_AT_A_TIME: i64 = 1000;

const READ_ME: &str = "What Lyceum keeps of you: your profile, teams, sessions, sign-ins, two-step sign-in, passkeys, linked identities and API \
keys (never what opens anything); datasets, documents and prompts that you made in the teams you are in, what is shared by you and with you \
there; whom you invited, the invitations that you accepted, and of others to your address when they came, not what they were to: nobody \
may have confirmed that it is yours; your chats, as JSON and as text to read; the tokens that your questions and answers took; what the \
audit trail tells of you: what you did and from which address, and what others did to you or shared with you; and the files you uploaded, \
under “files”.\n";

/// Writes everything of the job's person and stores it. A person or an export that is gone is no error.
pub(crate) async fn write(services: &Services, job: &ClaimedJob) -> Result<Outcome> {
    let id = ExportId::from_uuid(job.subject_id);
    let person: UserId = serde_json::from_value(job.payload["user_id"].clone()).map_err(Error::internal)?;
    let mut archive = Archive::new()?;
    archive.text("README.txt", READ_ME)?;
    let mut tx = services.parts.db.system_tx().await?;
    let nouns = exports::account(&mut tx, person).await?.into_iter().chain(exports::made(&mut tx, person).await?);
    for (name, rows) in nouns {
        archive.json(&format!("{name}.json"), &rows)?;
    }
    archive.json("invitations_to_you.json", &exports::invitations_to(&mut tx, person).await?)?;
    let documents = exports::documents(&mut tx, person).await?;
    tx.commit().await?;
    write_usage(services, person, &mut archive).await?;
    write_trail(services, person, &mut archive).await?;
    write_chats(services, person, &mut archive).await?;
    for document in documents {
        write_file(services, &document, &mut archive).await?;
    }
    let size = archive.store(services.parts.objects.clone(), key(id)).await?;
    let mut tx = services.parts.db.system_tx().await?;
    let is_wanted = exports::finish(&mut tx, id, i64::try_from(size).map_err(Error::internal)?).await?;
    tx.commit().await?;
    if !is_wanted {
        services.parts.objects.delete(&key(id)).await?;
    }
    Ok(Outcome::Done)
}

/// What the screen shows of an export whose job was given up.
pub(crate) async fn give_up(tx: &mut SystemTx, id: ExportId) -> Result<()> {
    Ok(exports::fail(tx, id).await?)
}

async fn write_usage(services: &Services, person: UserId, archive: &mut Archive) -> Result<()> {
    let mut list = archive.list("token_usage.json")?;
    let mut after = None;
    loop {
        let mut tx = services.parts.db.system_tx().await?;
        let found = exports::token_usage(&mut tx, person, ROWS_AT_A_TIME, after).await?;
        tx.commit().await?;
        let Some(newest) = found.last() else { return list.end() };
        after = Some(newest.place());
        for row in &found {
            list.add(&row.content)?;
        }
    }
}

async fn write_trail(services: &Services, person: UserId, archive: &mut Archive) -> Result<()> {
    let mut list = archive.list("audit_trail.json")?;
    let mut after = 0;
    loop {
        let mut tx = services.parts.db.system_tx().await?;
        let found = exports::trail(&mut tx, person, ROWS_AT_A_TIME, after).await?;
        tx.commit().await?;
        let Some(newest) = found.last() else { return list.end() };
        after = newest.position;
        for row in &found {
            list.add(&row.event)?;
        }
    }
}

/// The next page begins after the last chat of this one, so that a chat that is deleted meanwhile has no other left out.
async fn write_chats(services: &Services, person: UserId, archive: &mut Archive) -> Result<()> {
    let (mut done, mut after) = (0, None);
    loop {
        let mut tx = services.parts.db.system_tx().await?;
        let found = exports::chats(&mut tx, person, CHATS_AT_A_TIME, after).await?;
        tx.commit().await?;
        let Some(last) = found.last() else { return Ok(()) };
        after = Some(last.place());
        for chat in found.iter().map(|row| &row.content) {
            done += 1;
            let name = format!("chats/{done:04} {}", safe_name(chat["title"].as_str().unwrap_or_default()));
            archive.json(&format!("{name}.json"), chat)?;
            archive.text(&format!("{name}.md"), &chats::markdown(chat))?;
        }
    }
}

/// A file that is gone from the store meanwhile is left out: its row says that it was there.
async fn write_file(services: &Services, document: &Value, archive: &mut Archive) -> Result<()> {
    let text = |name: &str| document[name].as_str().unwrap_or_default();
    let mut bytes = match services.parts.objects.get(&Path::from(text("object_key"))).await {
        Ok(found) => found.into_stream(),
        Err(object_store::Error::NotFound { .. }) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    archive.start(&format!("files/{} {}", text("id"), safe_name(text("name"))))?;
    while let Some(part) = bytes.next().await {
        archive.append(&part?)?;
    }
    Ok(())
}
