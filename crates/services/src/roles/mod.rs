//! Roles: what each role may do on this installation, edited by system administrators.
//!
//! The invariant: every session lookup reads the table, so a change holds from the next request on; owners keep what they need
//! to put a team in order, and nothing can be set that nothing asks for.
//!
//! table: roles_permissions

mod queries;
#[cfg(test)]
mod tests;

use crate::{Error, Result, Services, SystemTx, Viewer, audit};
use domain::audit::{Action, Details, Event};
use domain::roles::{RoleChange, RoleMatrix, RoleMatrixRow};
use domain::{Permission, Role};

/// What each role may do.
pub struct Roles<'a> {
    pub(crate) services: &'a Services,
}

impl Roles<'_> {
    /// The whole matrix, for those who manage the installation; for others the screen does not exist.
    pub async fn matrix(&self, viewer: &Viewer) -> Result<RoleMatrix> {
        viewer.require_system_administrator()?;
        let mut tx = self.services.parts.db.system_tx().await?;
        matrix(&mut tx).await
    }

    /// Gives a right to a role or takes it away; returns the matrix as it is then. What was done by a right stays done, but for open
    /// invitations: they work as long as their maker may invite (`team`).
    pub async fn change(&self, viewer: &Viewer, change: RoleChange) -> Result<RoleMatrix> {
        viewer.require_system_administrator()?;
        self.services.identity().require_recent(viewer).await?;
        let RoleChange { role, permission, granted } = change;
        if Permission::OF_ADMINISTRATORS.contains(&permission) {
            return Err(Error::field("permission", "System administrators have this right, whatever their role. No role can be given it."));
        }
        if !Permission::IN_USE.contains(&permission) {
            return Err(Error::field("permission", "Nothing asks for this right yet, so there is nothing to set."));
        }
        if !granted && is_kept(role, permission) {
            return Err(Error::Conflict("Owners keep this right: without it nobody could put a team in order.".to_owned()));
        }
        let mut tx = self.services.parts.db.installation_tx().await?;
        if granted {
            queries::grant(&mut tx, role, permission).await?;
        } else {
            queries::take(&mut tx, role, permission).await?;
        }
        let changed = matrix(&mut tx).await?;
        let action = if granted { Action::RoleGranted } else { Action::RoleTaken };
        let details = Details { permission: Some(permission), ..Details::default() };
        audit::record_in(&mut tx, None, viewer, Event::new(action, None::<uuid::Uuid>, role.as_str()).with(details)).await?;
        tx.commit().await?;
        Ok(changed)
    }
}

fn is_kept(role: Role, permission: Permission) -> bool {
    role == Role::Owner && Permission::OWNERS_KEEP.contains(&permission)
}

async fn matrix(tx: &mut SystemTx) -> Result<RoleMatrix> {
    let granted = queries::list(tx).await?;
    let row = |&permission: &Permission| RoleMatrixRow {
        permission,
        roles: roles(|role| granted.iter().any(|row| row.role == role.as_str() && row.permission == permission.as_str())),
        kept_by: roles(|role| is_kept(role, permission)),
    };
    Ok(RoleMatrix { rows: Permission::IN_USE.iter().map(row).collect(), coming: Permission::coming().collect() })
}

fn roles(is_meant: impl Fn(Role) -> bool) -> Vec<Role> {
    Role::ALL.iter().copied().filter(|role| is_meant(*role)).collect()
}
