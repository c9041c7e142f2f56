//! The SQL of roles. It runs as the system role: what a role may do belongs to the installation.

use domain::{Permission, Role};
use sqlx::PgConnection;

/// One right of one role, in the words of the table.
pub(super) struct GrantRow {
    pub role: String,
    pub permission: String,
}

pub(super) async fn list(connection: &mut PgConnection) -> sqlx::Result<Vec<GrantRow>> {
    sqlx::query_as!(GrantRow, "SELECT role, permission FROM roles_permissions ORDER BY role, permission").fetch_all(connection).await
}

pub(super) async fn grant(connection: &mut PgConnection, role: Role, permission: Permission) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO roles_permissions (role, permission) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        role.as_str(),
        permission.as_str()
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn take(connection: &mut PgConnection, role: Role, permission: Permission) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM roles_permissions WHERE role = $1 AND permission = $2", role.as_str(), permission.as_str())
        .execute(connection)
        .await?;
    Ok(())
}
