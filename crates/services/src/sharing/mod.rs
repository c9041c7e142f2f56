//! Sharing: private datasets and prompts, with people and groups of their team; and who may see what, chats too, and why.
//!
//! The invariant: sharing never lets anybody do more than their role does, and it is looked up at every request, so that who
//! leaves a group or the team loses what came from it at once. Only who made a private thing says with whom it is shared, and only
//! those who run the team or the installation show a thing to everybody there.
//!
//! rights   [`Standing`] and `check_audience`, asked by datasets and prompts for every verb     who sees it and why   [`Sharing::explain`]
//! tables   shares; the SQL function `share_level` is what reading looks at, in every query and in the search

mod explain;
mod queries;
mod standing;
#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests look at rows that the code has no query for")]
mod tests;

pub(crate) use standing::{Standing, check_audience, may_share_with_company};

use crate::{Error, OnConstraint as _, Result, Services, TeamTx, Viewer, audit};
use domain::Permission;
use domain::audit::{Action, Details, Event, SharedWith};
use domain::datasets::Visibility;
use domain::sharing::{ShareLevel, ShareWith, Shared};

/// With how many people and groups one thing can be shared.
const MOST_SHARES: usize = 200;

/// With whom private things are shared.
pub struct Sharing<'a> {
    pub(crate) services: &'a Services,
}

impl Sharing<'_> {
    /// With whom the viewer's own thing is shared, and with whom it could be.
    pub async fn list(&self, viewer: &Viewer, thing: Shared) -> Result<domain::sharing::Sharing> {
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        shareable(&mut tx, viewer, thing).await?;
        sharing(&mut tx, viewer, thing).await
    }

    /// Shares the viewer's own thing with a person or a group of the team, or changes what they may do with it.
    pub async fn share(&self, viewer: &Viewer, thing: Shared, with: ShareWith, level: ShareLevel) -> Result<domain::sharing::Sharing> {
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let standing = shareable(&mut tx, viewer, thing).await?;
        if standing.visibility != Visibility::Private {
            return Err(Error::Conflict("Everybody in the team sees this already. Make it private first.".to_owned()));
        }
        if with == ShareWith::Person(standing.created_by) {
            return Err(Error::Conflict("It is theirs already.".to_owned()));
        }
        if queries::list(&mut tx, viewer.team_id, thing).await?.len() >= MOST_SHARES {
            return Err(Error::Conflict(format!("It is shared with {MOST_SHARES} people and groups. Put people into groups first.")));
        }
        let constraint = match with {
            ShareWith::Person(_) => "shares_user_fkey",
            ShareWith::Group(_) => "shares_group_fkey",
        };
        queries::upsert(&mut tx, viewer.team_id, thing, with, level).await.on_constraint(constraint, || Error::NotFound)?;
        let after = sharing(&mut tx, viewer, thing).await?;
        record(&mut tx, viewer, thing, told(with, Some(level), &after)).await?;
        tx.commit().await?;
        Ok(after)
    }

    /// Takes a person or a group out again.
    pub async fn unshare(&self, viewer: &Viewer, thing: Shared, with: ShareWith) -> Result<domain::sharing::Sharing> {
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        shareable(&mut tx, viewer, thing).await?;
        if !queries::delete(&mut tx, viewer.team_id, thing, with).await? {
            return Err(Error::NotFound);
        }
        let after = sharing(&mut tx, viewer, thing).await?;
        record(&mut tx, viewer, thing, told(with, None, &after)).await?;
        tx.commit().await?;
        Ok(after)
    }
}

/// What decides about a thing that the viewer sees; not found when they do not.
async fn standing(tx: &mut TeamTx, viewer: &Viewer, thing: Shared) -> Result<Standing> {
    match thing {
        Shared::Dataset(id) => crate::datasets::standing_of(tx, viewer, id).await,
        Shared::Prompt(id) => crate::prompts::standing_of(tx, viewer, id).await,
    }
}

/// The same, when it is the viewer's to share.
async fn shareable(tx: &mut TeamTx, viewer: &Viewer, thing: Shared) -> Result<Standing> {
    let standing = standing(tx, viewer, thing).await?;
    viewer.require(Permission::ViewMembers)?;
    if standing.may_share(viewer, manage(thing)) { Ok(standing) } else { Err(Error::Forbidden) }
}

async fn sharing(tx: &mut TeamTx, viewer: &Viewer, thing: Shared) -> Result<domain::sharing::Sharing> {
    let standing = standing(tx, viewer, thing).await?;
    let shares = queries::list(tx, viewer.team_id, thing).await?;
    let mut choices = queries::choices(tx, viewer.team_id, standing.created_by).await?;
    choices.retain(|choice| shares.iter().all(|share| share.with != choice.with));
    Ok(domain::sharing::Sharing { shares, choices })
}

/// What the trail says of it: a group has its name there, a person their id alone, since names among details cannot be erased.
fn told(with: ShareWith, level: Option<ShareLevel>, after: &domain::sharing::Sharing) -> SharedWith {
    let shares = after.shares.iter().map(|share| (share.with, &share.name));
    let mut everybody = shares.chain(after.choices.iter().map(|choice| (choice.with, &choice.name)));
    let group = match with {
        ShareWith::Group(_) => everybody.find(|(other, _)| *other == with).map(|(_, name)| name.clone()),
        ShareWith::Person(_) => None,
    };
    SharedWith { with, group, level }
}

async fn record(tx: &mut TeamTx, viewer: &Viewer, thing: Shared, shared: SharedWith) -> Result<()> {
    let (id, actions) = match thing {
        Shared::Dataset(id) => (id.as_uuid(), (Action::DatasetShared, Action::DatasetUnshared)),
        Shared::Prompt(id) => (id.as_uuid(), (Action::PromptShared, Action::PromptUnshared)),
    };
    let action = if shared.level.is_some() { actions.0 } else { actions.1 };
    let name = queries::name(tx, viewer.team_id, thing).await?.ok_or(Error::NotFound)?;
    audit::record(tx, viewer, Event::new(action, id, name).with(Details { shared: Some(shared), ..Details::default() })).await
}

/// The permission that changing such a thing takes.
const fn manage(thing: Shared) -> Permission {
    match thing {
        Shared::Dataset(_) => Permission::ManageDatasets,
        Shared::Prompt(_) => Permission::ManagePrompts,
    }
}

/// The permission that seeing such a thing takes.
const fn view(thing: Shared) -> Permission {
    match thing {
        Shared::Dataset(_) => Permission::ViewDatasets,
        Shared::Prompt(_) => Permission::ViewPrompts,
    }
}
