//! Explain: who of the team may see a thing, and by which rules. The same rules as for every request, for everybody at once.

use super::queries::{self, GroupShareRow, PersonRow};
use super::{Sharing, Standing, manage, standing, view};
use crate::{Error, Result, TeamTx, Viewer, licences};
use domain::datasets::Visibility;
use domain::licences::Feature;
use domain::sharing::{Access, AccessRule, Explanation, ShareLevel, Shared, Thing};
use domain::{Permission, UserId};

/// What decides about a thing.
struct Rules {
    /// What is shared; none for what cannot be.
    shared: Option<Shared>,
    standing: Standing,
    /// The permission that seeing it takes.
    view: Permission,
    /// The permission that changing it takes.
    manage: Permission,
}

impl Sharing<'_> {
    /// Who of the team may see the thing, each with every rule that lets them; for those who may change it, and of a chat for whose it is.
    pub async fn explain(&self, viewer: &Viewer, thing: Thing) -> Result<Explanation> {
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let rules = rules(&mut tx, viewer, thing).await?;
        let rows = queries::people(&mut tx, viewer.team_id, rules.shared, rules.view, rules.manage).await?;
        let groups = match rules.shared {
            Some(shared) => queries::group_shares(&mut tx, viewer.team_id, shared).await?,
            None => Vec::new(),
        };
        let dataset = match (thing, rules.shared) {
            (Thing::Document(_), Some(shared)) => queries::name(&mut tx, viewer.team_id, shared).await?,
            _ => None,
        };
        let owners: Vec<_> = rows.iter().filter(|person| person.is_owner).map(|person| person.user_id).collect();
        let people: Vec<_> = rows.into_iter().filter_map(|person| access(&rules.standing, person, &groups)).collect();
        let sees = |owner: UserId| people.iter().any(|person| person.user_id == owner);
        let is_left_to_owners = !people.is_empty() && owners.into_iter().any(|owner| !sees(owner));
        let is_open_to_owners = is_left_to_owners && licences::includes(&mut tx, Feature::ViewAs).await?;
        Ok(Explanation { dataset, people, is_open_to_owners })
    }
}

/// The rules of a thing that the viewer sees and may have explained; not found when they do not see it.
async fn rules(tx: &mut TeamTx, viewer: &Viewer, thing: Thing) -> Result<Rules> {
    let shared = match thing {
        Thing::Dataset(id) => Shared::Dataset(id),
        Thing::Document(id) => Shared::Dataset(crate::datasets::dataset_of(tx, viewer, id).await?),
        Thing::Prompt(id) => Shared::Prompt(id),
        // It is the viewer's own, and nobody's name but theirs comes of it: they need not see the people of the team.
        Thing::Chat(id) => {
            let standing = crate::chat::standing_of(tx, viewer, id).await?;
            return Ok(Rules { shared: None, standing, view: Permission::ViewChats, manage: Permission::ManageChats });
        }
    };
    let standing = standing(tx, viewer, shared).await?;
    viewer.require(Permission::ViewMembers)?;
    if !standing.may_edit(viewer, manage(shared)) {
        return Err(Error::Forbidden);
    }
    Ok(Rules { shared: Some(shared), standing, view: view(shared), manage: manage(shared) })
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
