//! Explain: who of the team may see a thing, and by which rules. The same rules as for every request, for everybody at once.
//! Of datasets, documents, prompts and chats their visibility decides, within what roles allow; of groups, API keys and models roles alone.

use super::queries::{self, GroupShareRow, PersonRow};
use super::{Sharing, Standing, manage, standing, view};
use crate::{Error, Result, TeamTx, Viewer, licences};
use domain::datasets::Visibility;
use domain::licences::Feature;
use domain::sharing::{Access, AccessRule, Explanation, ShareLevel, Shared, Thing};
use domain::{ApiKeyId, GroupId, ModelId, Permission, Role, UserId};

/// What decides about a thing.
struct Rules {
    /// What is shared; none for what cannot be.
    shared: Option<Shared>,
    who: Who,
    /// The permission that seeing it takes.
    view: Permission,
    /// The permission that changing it takes.
    manage: Permission,
}

/// Who among those whose role allows it.
enum Who {
    /// As its visibility says.
    Visible(Standing),
    /// All of them; and whose it is, in any role.
    Everybody(Option<UserId>),
}

impl Sharing<'_> {
    /// Who of the team may see the thing, each with every rule that lets them; for those who may change it, and of a chat for whose it is.
    /// An API key is its person's and theirs who may revoke those of others; a model that of system administrators.
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
        let people: Vec<_> = rows.into_iter().filter_map(|person| access(&rules.who, person, &groups)).collect();
        let is_visible = matches!(rules.who, Who::Visible(_));
        let sees = |owner: UserId| people.iter().any(|person| person.user_id == owner);
        let is_left_to_owners = is_visible && !people.is_empty() && owners.into_iter().any(|owner| !sees(owner));
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
        Thing::Group(id) => return of_group(tx, viewer, id).await,
        Thing::ApiKey(id) => return of_key(tx, viewer, id).await,
        Thing::Model(id) => return of_model(tx, viewer, id).await,
        Thing::Chat(id) => {
            let standing = crate::chat::standing_of(tx, viewer, id).await?;
            return Ok(Rules { shared: None, who: Who::Visible(standing), view: Permission::ViewChats, manage: Permission::ManageChats });
        }
    };
    let standing = standing(tx, viewer, shared).await?;
    viewer.require(Permission::ViewMembers)?;
    if !standing.may_edit(viewer, manage(shared)) {
        return Err(Error::Forbidden);
    }
    Ok(Rules { shared: Some(shared), who: Who::Visible(standing), view: view(shared), manage: manage(shared) })
}

/// Everybody in the team sees its groups whose role shows them its members.
async fn of_group(tx: &mut TeamTx, viewer: &Viewer, id: GroupId) -> Result<Rules> {
    viewer.require(Permission::ViewMembers)?;
    queries::find_group(tx, viewer.team_id, id).await?.ok_or(Error::NotFound)?;
    viewer.require(Permission::ManageMembers)?;
    Ok(Rules { shared: None, who: Who::Everybody(None), view: Permission::ViewMembers, manage: Permission::ManageMembers })
}

/// A key is seen by whose it is, and by those whose role shows them everybody's.
async fn of_key(tx: &mut TeamTx, viewer: &Viewer, id: ApiKeyId) -> Result<Rules> {
    let owner = queries::find_key_owner(tx, viewer.team_id, id).await?;
    let seen = owner.filter(|owner| *owner == viewer.user_id || viewer.may(Permission::ViewKeys)).ok_or(Error::NotFound)?;
    viewer.require(Permission::ViewMembers)?;
    if seen != viewer.user_id {
        viewer.require(Permission::ManageKeys)?;
    }
    Ok(Rules { shared: None, who: Who::Everybody(owner), view: Permission::ViewKeys, manage: Permission::ManageKeys })
}

/// Models are the installation's: in each team those choose among them whose role lets them.
async fn of_model(tx: &mut TeamTx, viewer: &Viewer, id: ModelId) -> Result<Rules> {
    viewer.require_system_administrator()?;
    queries::find_model(tx, id).await?.ok_or(Error::NotFound)?;
    Ok(Rules { shared: None, who: Who::Everybody(None), view: Permission::ViewModels, manage: Permission::ManageModels })
}

/// None for a person who may not see it.
fn access(who: &Who, person: PersonRow, groups: &[GroupShareRow]) -> Option<Access> {
    let roles: Vec<Role> = Role::ALL.iter().copied().filter(|role| person.view_roles.iter().any(|word| word == role.as_str())).collect();
    let standing = match who {
        Who::Visible(_) if roles.is_empty() => return None,
        Who::Visible(standing) => standing,
        Who::Everybody(owner) => return by_roles(*owner == Some(person.user_id), roles, person),
    };
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

fn by_roles(is_theirs: bool, roles: Vec<Role>, person: PersonRow) -> Option<Access> {
    let by_role = (!roles.is_empty()).then_some(AccessRule::Roles(roles));
    let rules: Vec<_> = is_theirs.then_some(AccessRule::Creator).into_iter().chain(by_role).collect();
    let may_edit = is_theirs || person.may_manage;
    (!rules.is_empty()).then_some(Access { user_id: person.user_id, name: person.name, rules, may_edit })
}

/// How a rule shares; `Edit` is the greater.
const fn level(rule: &AccessRule) -> Option<ShareLevel> {
    match rule {
        AccessRule::Person(level) | AccessRule::Group(_, level) => Some(*level),
        AccessRule::Creator | AccessRule::Team | AccessRule::Company | AccessRule::Roles(_) => None,
    }
}
