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
        finish(tx, viewer, id, Action::GroupCreated, Details::default()).await
    }

    /// Gives a group another name; one of another team does not exist.
    pub async fn rename_group(&self, viewer: &Viewer, id: GroupId, name: &str) -> Result<GroupSummary> {
        viewer.require(Permission::ManageMembers)?;
        let name = GroupName::parse(name)?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let is_there =
            groups::rename(&mut tx, viewer.team_id, id, &name).await.on_constraint("groups_team_id_name_key", || name_taken(&name))?;
        if is_there { finish(tx, viewer, id, Action::GroupRenamed, Details::default()).await } else { Err(Error::NotFound) }
    }

    /// Deletes a group; its people stay in the team, and the trail tells who they were.
    pub async fn delete_group(&self, viewer: &Viewer, id: GroupId) -> Result<()> {
        viewer.require(Permission::ManageMembers)?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        lock(&mut tx, viewer, id).await?;
        let removed = take_out(&mut tx, viewer, id, &[]).await?;
        let name = groups::delete(&mut tx, viewer.team_id, id).await?.ok_or(Error::NotFound)?;
        let event = Event::new(Action::GroupDeleted, id.as_uuid(), name).with(Details { removed, ..Details::default() });
        audit::record(&mut tx, viewer, event).await?;
        tx.commit().await
    }

    /// Puts exactly these members of the team into a group. Somebody who is not in the team does not exist. Whoever comes in or goes is on
    /// record; where nobody does, nothing is.
    pub async fn set_group_members(&self, viewer: &Viewer, id: GroupId, people: &[UserId]) -> Result<GroupSummary> {
        viewer.require(Permission::ManageMembers)?;
        let mut people: Vec<Uuid> = people.iter().map(|person| person.as_uuid()).collect();
        people.sort_unstable();
        people.dedup();
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        lock(&mut tx, viewer, id).await?;
        let removed = take_out(&mut tx, viewer, id, &people).await?;
        let added = groups::fill(&mut tx, viewer.team_id, id, &people)
            .await
            .on_constraint("group_members_team_id_user_id_fkey", || Error::NotFound)?;
        if added.is_empty() && removed.is_empty() {
            return find(&mut tx, viewer, id).await;
        }
        finish(tx, viewer, id, Action::GroupMembersChanged, Details { added, removed, ..Details::default() }).await
    }
}

/// Holds the group, so that of two who change who is in it the second sees, and tells, what the first left.
async fn lock(tx: &mut TeamTx, viewer: &Viewer, id: GroupId) -> Result<()> {
    if groups::lock(tx, viewer.team_id, id).await? { Ok(()) } else { Err(Error::NotFound) }
}

/// Takes everybody but these people out of a group; whom, in a fixed order.
async fn take_out(tx: &mut TeamTx, viewer: &Viewer, id: GroupId, but: &[Uuid]) -> Result<Vec<UserId>> {
    let mut people = groups::clear(tx, viewer.team_id, id, but).await?;
    people.sort_unstable();
    Ok(people)
}

async fn find(tx: &mut TeamTx, viewer: &Viewer, id: GroupId) -> Result<GroupSummary> {
    groups::list(tx, viewer.team_id, Some(id)).await?.pop().ok_or(Error::NotFound)
}

async fn finish(mut tx: TeamTx, viewer: &Viewer, id: GroupId, action: Action, details: Details) -> Result<GroupSummary> {
    let group = find(&mut tx, viewer, id).await?;
    let details = Details { people: u32::try_from(group.members.len()).ok(), ..details };
    audit::record(&mut tx, viewer, Event::new(action, id.as_uuid(), group.name.as_str()).with(details)).await?;
    tx.commit().await?;
    Ok(group)
}

fn name_taken(name: &GroupName) -> Error {
    Error::field("name", format!("This team already has a group called “{name}”."))
}
