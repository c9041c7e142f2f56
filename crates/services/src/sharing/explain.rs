//! Explain: who of the team may see a thing, and by which rules. The same rules as for every request, for everybody at once.

use super::queries::{self, GroupShareRow, PersonRow};
use super::{Sharing, Standing, manage, standing, view};
use crate::{Error, Result, Viewer};
use domain::Permission;
use domain::datasets::Visibility;
use domain::sharing::{Access, AccessRule, ShareLevel, Shared};

impl Sharing<'_> {
    /// The people of the team who may see the thing, by name, each with every rule that lets them; for those who may change it.
    pub async fn explain(&self, viewer: &Viewer, thing: Shared) -> Result<Vec<Access>> {
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let standing = standing(&mut tx, viewer, thing).await?;
        viewer.require(Permission::ViewMembers)?;
        if !standing.may_edit(viewer, manage(thing)) {
            return Err(Error::Forbidden);
        }
        let people = queries::people(&mut tx, viewer.team_id, thing, view(thing), manage(thing)).await?;
        let groups = queries::group_shares(&mut tx, viewer.team_id, thing).await?;
        Ok(people.into_iter().filter_map(|person| access(&standing, person, &groups)).collect())
    }
}

/// None for a person who may not see it.
fn access(standing: &Standing, person: PersonRow, groups: &[GroupShareRow]) -> Option<Access> {
    if !person.may_view {
        return None;
    }
    let through = groups.iter().filter(|share| share.user_id == person.user_id);
    let mut rules = Vec::new();
    if standing.created_by == person.user_id {
        rules.push(AccessRule::Creator);
    }
    match standing.visibility {
        Visibility::Company => rules.push(AccessRule::Company),
        Visibility::Team => rules.push(AccessRule::Team),
        Visibility::Private => {
            rules.extend(person.share.map(AccessRule::Person));
            rules.extend(through.map(|share| AccessRule::Group(share.name.clone(), share.level)));
        }
    }
    let level = rules.iter().filter_map(level).max();
    let may_edit = person.may_manage && standing.is_open_to(person.user_id, level);
    (!rules.is_empty()).then_some(Access { user_id: person.user_id, name: person.name, rules, may_edit })
}

/// How a rule shares; `Edit` is the greater.
const fn level(rule: &AccessRule) -> Option<ShareLevel> {
    match rule {
        AccessRule::Person(level) | AccessRule::Group(_, level) => Some(*level),
        AccessRule::Creator | AccessRule::Team | AccessRule::Company => None,
    }
}
