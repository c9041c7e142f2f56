//! Licences: what the installation may be used for, by how many people and until when.
//!
//! The invariants. Without a licence there are no limits. With one that is valid, whoever has a session has a seat: every session begins
//! in `Identity::start_session`, which takes one ([`seats::take`]), and losing a seat ends the sessions; an API key opens only while its
//! person has one ([`seats::missing`]). Who manages the installation always has one, so that somebody can replace the licence. When the
//! licence is over, [`crate::Db::team_tx`] and [`crate::Db::installation_tx`] are read-only; signing in, for which no seat is asked then,
//! reading, exporting and installing a licence go on, and what time alone would take from teams stays ([`is_over`]). A licence is believed
//! because of its signature, at the moment it is installed; from then on its row counts. What it does not name of [`Feature`] is off, also
//! when it is over: each of those is refused by [`require`], where it is done.
//!
//! the file      [`LicenceKey`], `file`           in force   [`Licences::overview`], [`Licences::install`]
//! who sits      `seats`                          what is included   `features`
//! tables        licences, seats

mod features;
mod file;
mod install;
mod people;
mod queries;
pub(crate) mod seats;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests look at rows that the code has no query for")]
mod tests;

pub(crate) use features::{includes, left_out, require};
pub use file::{LicenceFault, LicenceKey, LicencePayload};

use crate::{Result, Services, SystemTx, Viewer};
use domain::licences::{Feature, LicenceDetail, LicenceNotice, LicenceOverview, LicenceStanding};
use sqlx::PgConnection;

/// What the installation may be used for, and by whom.
pub struct Licences<'a> {
    pub(crate) services: &'a Services,
}

impl Licences<'_> {
    /// What `/admin/licences` shows, for those who manage the installation; for others the screen does not exist.
    pub async fn overview(&self, viewer: &Viewer) -> Result<LicenceOverview> {
        viewer.require_system_administrator()?;
        let mut tx = self.services.parts.db.system_tx().await?;
        Ok(LicenceOverview { key: self.services.settings().licence_key.as_ref().map(LicenceKey::name), licence: in_force(&mut tx).await? })
    }

    /// Whether the licence is over, for an act that is no transaction of its own.
    pub async fn is_over(&self) -> Result<bool> {
        let mut read = self.services.parts.db.system_read().await?;
        Ok(queries::is_over(&mut read).await?)
    }
}

/// Whether the licence is over, by the clock of the database, for what is decided in a transaction.
pub(crate) async fn is_over(tx: &mut PgConnection) -> Result<bool> {
    Ok(queries::is_over(tx).await?)
}

/// The licence in force, as it is shown.
async fn in_force(tx: &mut SystemTx) -> Result<Option<LicenceDetail>> {
    let Some(row) = queries::find_in_force(tx).await? else { return Ok(None) };
    Ok(Some(LicenceDetail {
        standing: LicenceStanding::at(row.now, row.expires_at),
        seats_used: u32::try_from(queries::count_seats(tx).await?).unwrap_or(u32::MAX),
        seats: row.seats.unsigned_abs(),
        number: row.number,
        customer: row.customer,
        tier: row.tier,
        features: row.features,
        issued_at: row.issued_at,
        expires_at: row.expires_at,
    }))
}

/// What the frame says to this viewer: everybody learns that nothing can be changed, administrators also that it will be so. With it
/// goes what is left out for everybody.
pub(crate) async fn notice(tx: &mut SystemTx, viewer: &Viewer) -> Result<(Option<LicenceNotice>, Vec<Feature>)> {
    let Some(row) = queries::find_in_force(tx).await? else { return Ok((None, Vec::new())) };
    let notice = |is_over| LicenceNotice { is_over, expires_at: row.expires_at };
    let said = match LicenceStanding::at(row.now, row.expires_at) {
        LicenceStanding::Over => Some(notice(true)),
        LicenceStanding::EndsSoon if viewer.is_system_administrator => Some(notice(false)),
        LicenceStanding::EndsSoon | LicenceStanding::Valid => None,
    };
    Ok((said, Feature::left_out_of(&row.features)))
}
