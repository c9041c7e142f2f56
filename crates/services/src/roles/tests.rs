//! What roles promise: administrators only, owners keep what they need, and no setting that nothing reads.

use crate::testing::{owner, services};
use crate::{Error, Viewer};
use domain::roles::RoleChange;
use domain::{Permission, Role};
use sqlx::PgPool;
use std::path::Path;

fn administrator(viewer: Viewer) -> Viewer {
    Viewer { is_system_administrator: true, ..viewer }
}

fn change(role: Role, permission: Permission, granted: bool) -> RoleChange {
    RoleChange { role, permission, granted }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_defaults_rise_with_the_role(pool: PgPool) {
    let services = services(&pool);
    let ada = administrator(owner(&services, "ada@example.org").await);
    let matrix = services.roles().matrix(&ada).await.unwrap();
    assert_eq!(matrix.rows.iter().map(|row| row.permission).collect::<Vec<_>>(), Permission::IN_USE);
    for row in &matrix.rows {
        assert!(row.roles.contains(&Role::Owner), "{:?}", row.permission);
        let first = row.roles[0] as usize;
        assert_eq!(row.roles.len(), Role::ALL.len() - first, "{:?}: who is above has what is below", row.permission);
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_right_is_given_and_taken_and_twice_is_no_error(pool: PgPool) {
    let services = services(&pool);
    let ada = administrator(owner(&services, "ada@example.org").await);
    for granted in [true, true, false, false] {
        let matrix = services.roles().change(&ada, change(Role::Viewer, Permission::ManagePrompts, granted)).await.unwrap();
        let row = matrix.rows.iter().find(|row| row.permission == Permission::ManagePrompts).unwrap();
        assert_eq!(row.roles.contains(&Role::Viewer), granted);
        assert!(row.roles.contains(&Role::Collaborator));
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn owners_keep_what_they_need_to_put_a_team_in_order(pool: PgPool) {
    let services = services(&pool);
    let ada = administrator(owner(&services, "ada@example.org").await);
    for permission in [Permission::ViewMembers, Permission::ManageMembers, Permission::ManageTeam] {
        let refused = services.roles().change(&ada, change(Role::Owner, permission, false)).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{permission}: {refused:?}");
        services.roles().change(&ada, change(Role::TeamManager, permission, false)).await.unwrap();
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_nothing_asks_for_cannot_be_set(pool: PgPool) {
    let services = services(&pool);
    let ada = administrator(owner(&services, "ada@example.org").await);
    for permission in Permission::coming().chain([Permission::ManageModels]) {
        let refused = services.roles().change(&ada, change(Role::Owner, permission, true)).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{permission}: {refused:?}");
    }
    assert!(Permission::coming().all(|permission| permission != Permission::ManageModels), "it waits for no screen");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn for_others_the_matrix_does_not_exist(pool: PgPool) {
    let services = services(&pool);
    let eve = owner(&services, "eve@example.org").await;
    assert!(matches!(services.roles().matrix(&eve).await, Err(Error::NotFound)));
    let grab = services.roles().change(&eve, change(Role::Viewer, Permission::ManageTeam, true)).await;
    assert!(matches!(grab, Err(Error::NotFound)));
}

#[test]
fn the_matrix_holds_exactly_what_the_rules_ask_for() {
    let mut code = String::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut code);
    for &permission in Permission::ALL {
        let asks = ["require", "may"].iter().any(|verb| code.contains(&format!("{verb}(Permission::{permission})")));
        let is_known = Permission::IN_USE.contains(&permission) || Permission::OF_ADMINISTRATORS.contains(&permission);
        assert_eq!(asks, is_known, "{permission}: is it asked for, and is it in Permission::IN_USE or OF_ADMINISTRATORS?");
    }
}

/// All rules, without their tests.
fn read(folder: &Path, code: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_stem().is_some_and(|stem| stem == "tests") {
            continue;
        }
        if path.is_dir() {
            read(&path, code);
        } else {
            code.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
}
