//! Opened: what an owner opens while they see the team as one of its members does is told of, once for each thing and view.
//!
//! The invariant: nothing of somebody's own leaves a view before it is on record that it did. It is read in the transaction of its event,
//! which is therefore one that may write (`Db::opening_tx`, `Db::ongoing_opening_tx`), or once that is committed. Of two requests at once
//! one waits for the other, and finds it told.

use super::queries::{self, View};
use super::record::record_each;
use crate::{Result, TeamTx, Viewer};
use domain::audit::{Action, Details};
use uuid::Uuid;

/// Something that was opened: how that is told, its id, and what it is called; nothing where its name is nobody's business.
pub(crate) type Opened<'a> = (Action, Uuid, &'a str);

/// Records what was opened, where it is an owner who opens it as somebody else; nothing for whoever sees with their own eyes. It ends the
/// transaction, and makes it durable where it wrote: who works in a team writes events in their own name alone, so the transaction is the
/// owner's from then on.
pub(crate) async fn record_opened(mut tx: TeamTx, viewer: &Viewer, opened: &[Opened<'_>]) -> Result<()> {
    let Some(owner) = viewer.seen_by else { return Ok(()) };
    let view = View { team: viewer.team_id, owner, subject: viewer.user_id };
    if queries::list_untold(&mut tx, view, opened).await?.is_empty() {
        return Ok(());
    }
    queries::go_on_as(&mut tx, viewer.team_id, owner).await?;
    let untold = queries::list_untold(&mut tx, view, opened).await?;
    if !untold.is_empty() {
        let details = Details { viewed_as: Some(viewer.user_id), ..Details::default() };
        record_each(&mut tx, viewer, &details, &untold).await?;
    }
    tx.commit().await
}
