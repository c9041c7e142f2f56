//! Features: the parts of the product that a licence includes or leaves out.
//!
//! The invariant: what is left out begins nothing new; what is there already is read, changed and taken away as before, so that nobody
//! is locked out of what is theirs. Whoever does the act asks here, in its transaction; screens know it from `ViewerInfo`.

use super::queries;
use crate::{Error, Result};
use domain::licences::Feature;
use sqlx::PgConnection;

/// Whether this part is there: the licence in force names it, or there is none.
pub(crate) async fn includes(tx: &mut PgConnection, feature: Feature) -> Result<bool> {
    Ok(queries::includes(tx, feature).await?)
}

/// Refuses with a sentence where the licence leaves this part out.
pub(crate) async fn require(tx: &mut PgConnection, feature: Feature) -> Result<()> {
    if includes(tx, feature).await? { Ok(()) } else { Err(left_out(feature)) }
}

/// The refusal, for whoever learned of it with something else.
pub(crate) fn left_out(feature: Feature) -> Error {
    Error::Conflict(feature.refusal())
}
