//! Teams: making one, renaming it, and finding it by its address.

use super::Team;
use super::queries::teams;
use crate::identity::{insert_membership, token};
use crate::{Error, OnConstraint as _, Result, Viewer, audit};
use domain::audit::{Action, Event};
use domain::team::{TeamPatch, TeamSlug, TeamSummary};
use domain::text::TeamName;
use domain::{FieldErrors, Permission, Role, TeamId};

/// How many teams one person can have made that live.
const MOST_MADE: i64 = 50;

impl Team<'_> {
    /// Makes a team that the viewer owns.
    pub async fn create(&self, viewer: &Viewer, name: &str) -> Result<TeamSummary> {
        let name = TeamName::parse(name)?;
        let id = TeamId::new();
        let mut tx = self.services.parts.db.installation_tx().await?;
        if teams::count_made_by(&mut tx, viewer.user_id).await? >= MOST_MADE {
            return Err(Error::Conflict(format!("You have made {MOST_MADE} teams. Delete some first.")));
        }
        let wanted = TeamSlug::of_name(name.as_str()).unwrap_or_else(|| random_slug("team"));
        if !teams::insert(&mut tx, id, &name, &wanted, viewer.user_id).await? {
            teams::insert(&mut tx, id, &name, &random_slug(wanted.as_str()), viewer.user_id).await?;
        }
        insert_membership(&mut tx, id, viewer.user_id, Role::Owner).await?;
        audit::record_in(&mut tx, Some(id), viewer, Event::new(Action::TeamCreated, id.as_uuid(), name.as_str())).await?;
        tx.commit().await?;
        Ok(TeamSummary { id, name: name.into_string(), is_personal: false })
    }

    /// Gives the viewer's team another name and address.
    pub async fn rename(&self, viewer: &Viewer, patch: TeamPatch) -> Result<TeamPatch> {
        viewer.require(Permission::ManageTeam)?;
        let (name, slug) = match (TeamName::parse(&patch.name), TeamSlug::parse(&patch.slug)) {
            (Ok(name), Ok(slug)) => (name, slug),
            (name, slug) => {
                let mut errors = FieldErrors::default();
                [name.err(), slug.err()].into_iter().flatten().for_each(|error| errors.add(error.field, error.message));
                return Err(errors.into());
            }
        };
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        teams::rename(&mut tx, viewer.team_id, &name, &slug)
            .await
            .on_constraint("teams_slug_key", || Error::field("slug", "Another team has this address. Choose a different one."))?;
        audit::record(&mut tx, viewer, Event::new(Action::TeamRenamed, viewer.team_id.as_uuid(), name.as_str())).await?;
        tx.commit().await?;
        Ok(TeamPatch { name: name.into_string(), slug: slug.as_str().to_owned() })
    }

    /// The team at an address, when the viewer may work in it.
    pub async fn find_by_slug(&self, viewer: &Viewer, slug: &str) -> Result<TeamSummary> {
        let mut tx = self.services.parts.db.system_tx().await?;
        teams::find_by_slug(&mut tx, slug, viewer.user_id).await?.ok_or(Error::NotFound)
    }
}

/// An address that nobody has.
fn random_slug(start: &str) -> TeamSlug {
    let letters: String = token::fresh().chars().filter(char::is_ascii_alphanumeric).take(10).collect();
    TeamSlug::parse(format!("{start}-{letters}")).expect("words of letters and figures")
}
