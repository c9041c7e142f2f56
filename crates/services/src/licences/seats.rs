//! Seats: taking one by signing in. An API key takes none; it opens only while its person has one. Once the licence is over nobody needs a
//! seat, for a session or a key: nothing can be changed then, and whoever has none reads and exports what is theirs like everybody else.
//!
//! The invariants: seats are counted and taken under one lock, so that two people never take the last one; and whoever begins a session
//! shares a second lock from before the look at their seat until the session is there, which [`super::Licences::free_seat`] and
//! [`super::Licences::install`] hold alone, so that no session begins by a seat that is gone. The second is taken before the first.

use super::queries::{self, Standing};
use crate::{Error, Result, SystemTx};
use domain::UserId;

/// What whoever has an account and no seat is told to do.
const OWN_WAY_OUT: &str =
    "What is yours stays: to read or export it, ask the administrator of this installation to free a seat or to get more.";
/// The same for somebody new, of whom nothing is here.
const NEWCOMERS_WAY_OUT: &str = "Ask its administrator to free one or to get more.";
/// The same for the administrator.
const ADMINISTRATORS_WAY_OUT: &str = "Free one first, or install a licence with more.";

/// Lets somebody begin a session: they have a seat, or take a free one, or need none. Their address when they took one.
pub(crate) async fn take(tx: &mut SystemTx, user: UserId) -> Result<Option<String>> {
    seat(tx, user, OWN_WAY_OUT).await
}

/// Gives somebody a free seat because an administrator says so. Their address when they had none.
pub(crate) async fn give(tx: &mut SystemTx, user: UserId) -> Result<Option<String>> {
    seat(tx, user, ADMINISTRATORS_WAY_OUT).await
}

async fn seat(tx: &mut SystemTx, user: UserId, way_out: &str) -> Result<Option<String>> {
    queries::hold_sessions(tx).await?;
    if !needs_one(queries::standing(tx, user).await?.as_ref()) {
        return Ok(None);
    }
    queries::lock(tx).await?;
    let standing = queries::standing(tx, user).await?;
    if !needs_one(standing.as_ref()) {
        return Ok(None);
    }
    if let Some(Standing { seats, is_system_administrator: false, .. }) = standing
        && queries::count_seats(tx).await? >= i64::from(seats)
    {
        return Err(full(seats, way_out));
    }
    Ok(Some(queries::insert_seat(tx, user).await?))
}

/// Why somebody new cannot come in now: all seats are taken, or nothing can be changed. None when they can.
pub(crate) async fn refusal(tx: &mut SystemTx) -> Result<Option<Error>> {
    let Some(licence) = queries::find_in_force(tx).await? else { return Ok(None) };
    if licence.expires_at <= licence.now {
        return Ok(Some(Error::ReadOnly));
    }
    Ok((queries::count_seats(tx).await? >= i64::from(licence.seats)).then(|| full(licence.seats, NEWCOMERS_WAY_OUT)))
}

/// The same for somebody who is about to get an account. Seats are held until the transaction ends, before the account, the invitation and
/// any chain of the audit trail are: two who come at once by different ways never wait for each other.
pub(crate) async fn refusal_of_newcomer(tx: &mut SystemTx) -> Result<Option<Error>> {
    queries::hold_sessions(tx).await?;
    queries::lock(tx).await?;
    refusal(tx).await
}

/// Whether it was for want of a seat that somebody was not let in: of what can go wrong then, nothing else is told in a sentence.
pub(crate) fn is_refusal(error: &Error) -> bool {
    matches!(error, Error::Conflict(_))
}

/// The refusal of a program whose person has no seat; its key knows that. A key takes none: whoever signs in does.
pub(crate) fn missing() -> Error {
    Error::Conflict("The person of this API key has no seat under the licence. They take a free one by signing in.".to_owned())
}

/// There is a licence that is valid and they have no seat; nobody in particular needs none.
fn needs_one(standing: Option<&Standing>) -> bool {
    standing.is_some_and(|standing| !standing.has_seat)
}

/// All seats are taken, and what to do about it.
fn full(seats: i32, way_out: &str) -> Error {
    let all = if seats == 1 { "The only seat".to_owned() } else { format!("All {seats} seats") };
    let verb = if seats == 1 { "is" } else { "are" };
    Error::Conflict(format!("{all} of this installation {verb} taken. {way_out}"))
}
