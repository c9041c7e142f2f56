//! The check at start: can the configured keys open what is stored?

use super::{Models, queries};
use crate::secrets::place;
use crate::{Error, Keyring, Result, SystemTx};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The setting that holds a sealed word nobody needs, so that a wrong ring is found before a person meets it.
const SETTING: &str = "keyring_check";
const WORD: &[u8] = b"lyceum";

impl Models<'_> {
    /// Seals a word at the first start and opens it at every later one. A conflict says what to do when it does not open.
    pub async fn check_keyring(&self) -> Result<()> {
        let parts = &self.services.parts;
        let mut tx = parts.db.system_tx().await?;
        let stored = match queries::find_setting(&mut tx, SETTING).await? {
            Some(stored) => stored,
            None => first_start(&mut tx, &parts.keyring).await?,
        };
        tx.commit().await?;
        if opens(&parts.keyring, &stored) { Ok(()) } else { Err(Error::Conflict(wrong_ring())) }
    }
}

/// Two servers may start at the same moment: what the database kept counts.
async fn first_start(tx: &mut SystemTx, keyring: &Keyring) -> Result<String> {
    let sealed = STANDARD.encode(keyring.seal(WORD, &setting_place()));
    queries::insert_setting(tx, SETTING, &sealed).await?;
    Ok(queries::find_setting(tx, SETTING).await?.unwrap_or(sealed))
}

fn opens(keyring: &Keyring, stored: &str) -> bool {
    STANDARD.decode(stored).is_ok_and(|sealed| keyring.open(&sealed, &setting_place()).is_ok_and(|word| word == WORD))
}

fn setting_place() -> String {
    place("settings", "value", "", SETTING)
}

fn wrong_ring() -> String {
    "The secrets that this database keeps (keys of model providers, client secrets of identity providers, secrets of authenticator apps, \
     mails not sent yet) were sealed with another key ring. Set LYCEUM_SECRET_KEYS to the keys this database was first started with, or \
     put the key file back into the data folder."
        .to_owned()
}
