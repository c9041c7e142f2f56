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
        let people: Vec<_> = rows.into_iter().filter_map(|person| access(&rules, person, &groups)).collect();
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
        Thing::Group(id) => return of_group(tx, viewer, id).await,
        Thing::ApiKey(id) => return of_key(tx, viewer, id).await,
        Thing::Model(id) => return of_model(tx, viewer, id).await,
        // It is the viewer's own, and nobody's name but theirs comes of it: they need not see the people of the team.
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
fn access(rules: &Rules, person: PersonRow, groups: &[GroupShareRow]) -> Option<Access> {
    let Rules { who, manage, .. } = rules;
    let (reasons, may_edit) = match who {
        Who::Visible(standing) => by_visibility(standing, &person, groups),
        Who::Everybody(owner) => by_role(*owner == Some(person.user_id), *manage, &person),
    };
    (!reasons.is_empty()).then_some(Access { user_id: person.user_id, name: person.name, rules: reasons, may_edit })
}

/// Why they see what its visibility decides about, and whether they may change it.
fn by_visibility(standing: &Standing, person: &PersonRow, groups: &[GroupShareRow]) -> (Vec<AccessRule>, bool) {
    if person.view_roles.is_empty() {
        return (Vec::new(), false);
    }
    let through = groups.iter().filter(|share| share.user_id == person.user_id);
    let mut reasons = Vec::new();
    if standing.created_by == person.user_id {
        reasons.push(AccessRule::Creator);
    }
    match standing.visibility {
        Visibility::Company => reasons.push(AccessRule::Company),
        Visibility::Team => reasons.push(AccessRule::Team),
        Visibility::Private => {
            reasons.extend(person.share.map(AccessRule::Person));
            reasons.extend(through.map(|share| AccessRule::Group(share.name.clone(), share.level)));
        }
    }
    let level = reasons.iter().filter_map(level).max();
    let may_edit = person.may_manage && standing.is_open_to(person.user_id, level);
    (reasons, may_edit)
}

/// The same of what roles decide about.
fn by_role(is_theirs: bool, manage: Permission, person: &PersonRow) -> (Vec<AccessRule>, bool) {
    let showing: Vec<Role> = person.view_roles.iter().filter_map(|word| word.parse().ok()).collect();
    let shown = (!showing.is_empty()).then_some(AccessRule::Roles(showing));
    let manages = person.is_administrator && Permission::OF_ADMINISTRATORS.contains(&manage);
    let managing = manages.then_some(AccessRule::Administrator);
    let reasons = is_theirs.then_some(AccessRule::Creator).into_iter().chain(managing).chain(shown).collect();
    (reasons, is_theirs || manages || person.may_manage)
}

/// How a rule shares; `Edit` is the greater.
const fn level(rule: &AccessRule) -> Option<ShareLevel> {
    match rule {
        AccessRule::Person(level) | AccessRule::Group(_, level) => Some(*level),
        AccessRule::Creator | AccessRule::Team | AccessRule::Company | AccessRule::Roles(_) | AccessRule::Administrator => None,
    }
}
