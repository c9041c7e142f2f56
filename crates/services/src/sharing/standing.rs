//! Standing: what of a dataset or a prompt decides who may change and share it, and who opens one to everybody on the installation. One
//! rule for both; a chat stands as what is private and shared with nobody.

use crate::{Error, Result, Viewer};
use domain::datasets::Visibility;
use domain::sharing::ShareLevel;
use domain::{Permission, TeamId, UserId};

/// Whether the viewer may open a thing to everybody on the installation.
pub(crate) fn may_share_with_company(viewer: &Viewer) -> bool {
    domain::sharing::may_share_with_company(viewer.is_system_administrator, &viewer.permissions)
}

/// Refuses to show a thing to everybody on the installation that they do not see yet, unless the viewer may do that. Who may change what
/// they see already may change the rest of it.
pub(crate) fn check_audience(viewer: &Viewer, before: Option<Visibility>, after: Visibility) -> Result<()> {
    if after != Visibility::Company || before == Some(after) || may_share_with_company(viewer) {
        return Ok(());
    }
    Err(Error::field("visibility", "Only an owner of the team can share with the whole company."))
}

/// Of a thing that the viewer sees.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing {
    /// The team it belongs to.
    pub team_id: TeamId,
    /// Who may see it.
    pub visibility: Visibility,
    /// Who made it.
    pub created_by: UserId,
    /// How it is shared with the viewer.
    pub share: Option<ShareLevel>,
}

impl Standing {
    /// Whether the viewer may change it: their role may, it is their team's, and where it is private it is theirs or shared
    /// with them for that.
    pub(crate) fn may_edit(&self, viewer: &Viewer, manage: Permission) -> bool {
        viewer.may(manage) && self.team_id == viewer.team_id && self.is_open_to(viewer.user_id, self.share)
    }

    /// Whether the viewer may share it, open it to others or delete it: where it is private, only who made it.
    pub(crate) fn may_share(&self, viewer: &Viewer, manage: Permission) -> bool {
        self.may_edit(viewer, manage) && (self.visibility != Visibility::Private || self.created_by == viewer.user_id)
    }

    /// Whether a person whose role may change such things may change this one.
    pub(super) fn is_open_to(&self, person: UserId, share: Option<ShareLevel>) -> bool {
        self.visibility != Visibility::Private || self.created_by == person || share == Some(ShareLevel::Edit)
    }
}
