//! Groups: parts of a team under a name. Who leaves the team leaves its groups.

use super::Team;
use super::queries::groups;
use crate::{Error, OnConstraint as _, Result, TeamTx, Viewer, audit, licences};
use domain::audit::{Action, Details, Event};
use domain::licences::Feature;
use domain::team::GroupSummary;
use domain::text::GroupName;
use domain::{GroupId, Permission, UserId};
use uuid::Uuid;

/// How many groups one team can have.
const MOST_GROUPS: i64 = 200;

impl Team<'_> {
    /// The groups of the viewer's team, by name.
    pub async fn list_groups(&self, viewer: &Viewer) -> Result<Vec<GroupSummary>> {
        viewer.require(Permission::ViewMembers)?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        Ok(groups::list(&mut tx, viewer.team_id, None).await?)
    }

    /// Makes an empty group.
    pub async fn create_group(&self, viewer: &Viewer, name: &str) -> Result<GroupSummary> {
        viewer.require(Permission::ManageMembers)?;
        let (id, name) = (GroupId::new(), GroupName::parse(name)?);
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        licences::require(&mut tx, Feature::Groups).await?;
        if groups::count(&mut tx, viewer.team_id).await? >= MOST_GROUPS {
            return Err(Error::Conflict(format!("This team has {MOST_GROUPS} groups. Delete some first.")));
        }
        groups::insert(&mut tx, viewer.team_id, id, &name).await.on_constraint("groups_team_id_name_key", || name_taken(&name))?;
        finish(tx, viewer, id, Action::GroupCreated).await
    }

    /// Gives a group another name; one of another team does not exist.
    pub async fn rename_group(&self, viewer: &Viewer, id: GroupId, name: &str) -> Result<GroupSummary> {
        viewer.require(Permission::ManageMembers)?;
        let name = GroupName::parse(name)?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let is_there =
            groups::rename(&mut tx, viewer.team_id, id, &name).await.on_constraint("groups_team_id_name_key", || name_taken(&name))?;
        if is_there { finish(tx, viewer, id, Action::GroupRenamed).await } else { Err(Error::NotFound) }
    }

    /// Deletes a group; its people stay in the team.
    pub async fn delete_group(&self, viewer: &Viewer, id: GroupId) -> Result<()> {
        viewer.require(Permission::ManageMembers)?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let name = groups::delete(&mut tx, viewer.team_id, id).await?.ok_or(Error::NotFound)?;
        audit::record(&mut tx, viewer, Event::new(Action::GroupDeleted, id.as_uuid(), name)).await?;
        tx.commit().await
    }

    /// Puts exactly these members of the team into a group. Somebody who is not in the team does not exist.
    pub async fn set_group_members(&self, viewer: &Viewer, id: GroupId, people: &[UserId]) -> Result<GroupSummary> {
        viewer.require(Permission::ManageMembers)?;
        let mut people: Vec<Uuid> = people.iter().map(|person| person.as_uuid()).collect();
        people.sort_unstable();
        people.dedup();
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        if !groups::lock(&mut tx, viewer.team_id, id).await? {
            return Err(Error::NotFound);
        }
        groups::clear(&mut tx, viewer.team_id, id).await?;
        groups::fill(&mut tx, viewer.team_id, id, &people).await.on_constraint("group_members_team_id_user_id_fkey", || Error::NotFound)?;
        finish(tx, viewer, id, Action::GroupMembersChanged).await
    }
}

async fn finish(mut tx: TeamTx, viewer: &Viewer, id: GroupId, action: Action) -> Result<GroupSummary> {
    let group = groups::list(&mut tx, viewer.team_id, Some(id)).await?.pop().ok_or(Error::NotFound)?;
    let details = Details { people: u32::try_from(group.members.len()).ok(), ..Details::default() };
    audit::record(&mut tx, viewer, Event::new(action, id.as_uuid(), group.name.as_str()).with(details)).await?;
    tx.commit().await?;
    Ok(group)
}

fn name_taken(name: &GroupName) -> Error {
    Error::field("name", format!("This team already has a group called “{name}”."))
}
