//! Roles: the matrix of what each role may do, as its administrator sees it.

use crate::{Permission, Role};
use serde::{Deserialize, Serialize};

/// What each role may do on this installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleMatrix {
    /// Every permission that something asks for, in the order shown.
    pub rows: Vec<RoleMatrixRow>,
    /// Those that wait for their screens: nothing asks for them yet, so there is nothing to set.
    pub coming: Vec<Permission>,
}

/// One permission and who has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleMatrixRow {
    /// The permission.
    pub permission: Permission,
    /// The roles that have it.
    pub roles: Vec<Role>,
    /// The roles that cannot lose it.
    pub kept_by: Vec<Role>,
}

/// What one tick in the matrix sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleChange {
    /// Whose right.
    pub role: Role,
    /// Which right.
    pub permission: Permission,
    /// Whether the role has it from now on.
    pub granted: bool,
}
