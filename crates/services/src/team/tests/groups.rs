//! Groups: their own team's people only.

use crate::Error;
use crate::testing::{member, owner, services};
use domain::Role;
use sqlx::PgPool;

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_group_holds_members_of_its_team_and_loses_who_leaves(pool: PgPool) {
    let services = services(&pool);
    let team = services.team();
    let ada = owner(&services, "ada@example.org").await;
    let grace = member(&services, &ada, "grace@example.org", Role::Collaborator).await;
    let eve = owner(&services, "eve@example.org").await;
    let group = team.create_group(&ada, " Readers ").await.unwrap();
    assert_eq!(group.name, "Readers");
    let filled = team.set_group_members(&ada, group.id, &[ada.user_id, grace.user_id, grace.user_id]).await.unwrap();
    assert_eq!(filled.members.len(), 2);
    assert!(matches!(team.set_group_members(&ada, group.id, &[eve.user_id]).await, Err(Error::NotFound)));
    assert_eq!(team.list_groups(&grace).await.unwrap(), [filled], "the refused change changed nothing");
    team.remove(&ada, grace.user_id).await.unwrap();
    assert_eq!(team.list_groups(&ada).await.unwrap()[0].members, [ada.user_id]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn names_are_unique_in_a_team_and_groups_of_others_do_not_exist(pool: PgPool) {
    let services = services(&pool);
    let team = services.team();
    let ada = owner(&services, "ada@example.org").await;
    let eve = owner(&services, "eve@example.org").await;
    let vera = member(&services, &ada, "vera@example.org", Role::Viewer).await;
    let grace = member(&services, &ada, "grace@example.org", Role::Collaborator).await;
    let group = team.create_group(&ada, "Readers").await.unwrap();
    team.create_group(&eve, "Readers").await.unwrap();
    let other = team.create_group(&ada, "Writers").await.unwrap();
    for refused in [team.create_group(&ada, "Readers").await, team.rename_group(&ada, other.id, "Readers").await] {
        assert!(matches!(&refused, Err(Error::Invalid(errors)) if errors.get("name").is_some()), "{refused:?}");
    }
    assert!(matches!(team.rename_group(&eve, group.id, "Mine").await, Err(Error::NotFound)));
    assert!(matches!(team.set_group_members(&eve, group.id, &[]).await, Err(Error::NotFound)));
    assert!(matches!(team.delete_group(&eve, group.id).await, Err(Error::NotFound)));
    assert!(matches!(team.list_groups(&vera).await, Err(Error::Forbidden)));
    assert!(matches!(team.create_group(&grace, "Mine").await, Err(Error::Forbidden)));
    team.delete_group(&ada, group.id).await.unwrap();
    assert_eq!(team.list_groups(&ada).await.unwrap(), [other]);
}
