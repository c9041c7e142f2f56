//! Manage: providers as those who manage the installation set them up.

use super::draft::Checked;
use super::queries::{self, ProviderRow};
use super::{IdentityProviders, secret_place};
use crate::mails::SecurityAct;
use crate::{Error, OnConstraint as _, Result, SystemTx, Viewer, audit, licences};
use domain::IdentityProviderId;
use domain::audit::{Action, Event};
use domain::identity_providers::{IdentityProviderDraft, IdentityProviderOverview, IdentityProviderSummary, RoleRule};
use domain::licences::Feature;
use url::Url;

/// What changed where addresses are trusted from now on, or no more.
const TRUST: &str = "whether its addresses are trusted";

impl IdentityProviders<'_> {
    /// All providers and the teams new people can join, for those who manage the installation; for others there is nothing.
    pub async fn overview(&self, viewer: &Viewer) -> Result<IdentityProviderOverview> {
        viewer.require_system_administrator()?;
        let mut tx = self.services.parts.db.system_tx().await?;
        let providers = queries::list(&mut tx).await?.into_iter().map(|row| self.summary(row)).collect();
        let (teams, fresh_id) = (queries::list_teams(&mut tx).await?, IdentityProviderId::new());
        Ok(IdentityProviderOverview { providers, teams, fresh_id, fresh_callback: self.callback(fresh_id) })
    }

    /// Changes the provider of this id, or adds it under the id: where it sends people back to is known before it is saved. Whoever is
    /// linked to one needs it to be kept up to date, whatever the licence includes. At another issuer nobody is linked yet: the issuer
    /// stays if that would take the last way.
    pub async fn save(&self, viewer: &Viewer, id: IdentityProviderId, draft: IdentityProviderDraft) -> Result<IdentityProviderSummary> {
        viewer.require_system_administrator()?;
        self.services.identity().require_recent(viewer).await?;
        let checked = Checked::parse(&draft, &self.services.parts.egress)?;
        let mut tx = self.services.parts.db.installation_tx().await?;
        self.hold_ways(&mut tx, viewer).await?;
        let before = queries::find(&mut tx, id).await?;
        if before.is_none() {
            licences::require(&mut tx, Feature::IdentityProviders).await?;
        }
        if let Some(team) = draft.default_team_id
            && !queries::has_team(&mut tx, team).await?
        {
            return Err(Error::field("default_team_id", "This team is not there any more. Choose another."));
        }
        let row = self.row(id, before.as_ref(), &draft, checked)?;
        queries::save(&mut tx, &row).await.on_constraint("identity_providers_name_key", || {
            Error::field("name", "Another provider has this name. People have to tell them apart.")
        })?;
        if before.as_ref().is_some_and(|before| before.issuer != row.issuer) {
            self.require_way_left(&mut tx, viewer).await?;
        }
        let action = if before.is_some() { Action::SignInProviderChanged } else { Action::SignInProviderAdded };
        let changed = match &before {
            Some(before) => changes(before, &row, !draft.client_secret.trim().is_empty()),
            // That anything is trusted is on record from the beginning.
            None => audit::those_that_hold([(row.trusts_addresses, TRUST)]),
        };
        let event = Event::new(action, row.id.as_uuid(), row.name.as_str()).with_changes(&changed);
        audit::record_in(&mut tx, None, viewer, event).await?;
        let saved = queries::find(&mut tx, row.id).await?.ok_or(Error::NotFound)?;
        tx.commit().await?;
        Ok(self.summary(saved))
    }

    /// What is stored of a draft. A stored secret never goes to another server: it is asked for again.
    fn row(
        &self,
        id: IdentityProviderId,
        before: Option<&ProviderRow>,
        draft: &IdentityProviderDraft,
        checked: Checked,
    ) -> Result<ProviderRow> {
        let stored = before.and_then(|before| before.sealed_client_secret.clone());
        let has_moved = before.is_some_and(|before| origin(&before.issuer) != origin(&checked.issuer));
        let sealed = if checked.client_secret.is_empty() {
            if stored.is_some() && has_moved {
                return Err(Error::field("client_secret", "The issuer leads to another server. Enter the secret for it."));
            }
            stored
        } else {
            Some(self.services.parts.keyring.seal(checked.client_secret.as_bytes(), &secret_place(id)))
        };
        Ok(ProviderRow {
            id,
            name: checked.name.into_string(),
            issuer: checked.issuer,
            client_id: checked.client_id.into_string(),
            sealed_client_secret: sealed,
            scopes: checked.scopes,
            email_domains: checked.email_domains,
            role_claim: checked.role_claim.into_string(),
            role_rules: serde_json::to_value(&checked.role_rules).map_err(Error::internal)?,
            default_team_id: draft.default_team_id,
            default_role: draft.default_role,
            updates_roles: draft.updates_roles,
            creates_accounts: draft.creates_accounts,
            trusts_addresses: draft.trusts_addresses,
            is_enabled: before.is_none_or(|before| before.is_enabled),
            people: before.map_or(0, |before| before.people),
        })
    }

    /// Turns a provider on or off, unless it is the last way there is. Whoever is signed in stays so.
    pub async fn set_enabled(&self, viewer: &Viewer, id: IdentityProviderId, is_enabled: bool) -> Result<()> {
        viewer.require_system_administrator()?;
        self.services.identity().require_recent(viewer).await?;
        let mut tx = self.services.parts.db.installation_tx().await?;
        self.hold_ways(&mut tx, viewer).await?;
        let name = queries::set_enabled(&mut tx, id, is_enabled).await?.ok_or(Error::NotFound)?;
        if !is_enabled {
            self.require_way_left(&mut tx, viewer).await?;
        }
        let action = if is_enabled { Action::SignInProviderEnabled } else { Action::SignInProviderDisabled };
        audit::record_in(&mut tx, None, viewer, Event::new(action, id.as_uuid(), name)).await?;
        tx.commit().await
    }

    /// Removes a provider and everything that was linked to it, unless it is the last way there is. Accounts stay; their people are told.
    pub async fn remove(&self, viewer: &Viewer, id: IdentityProviderId) -> Result<()> {
        viewer.require_system_administrator()?;
        self.services.identity().require_recent(viewer).await?;
        let mut tx = self.services.parts.db.installation_tx().await?;
        self.hold_ways(&mut tx, viewer).await?;
        let linked = queries::delete_identities_at(&mut tx, id).await?;
        let name = queries::remove(&mut tx, id).await?.ok_or(Error::NotFound)?;
        self.require_way_left(&mut tx, viewer).await?;
        for person in &linked {
            self.services.identity().tell_at_home(&mut tx, *person, SecurityAct::ProviderUnlinked { name: name.clone() }, None).await?;
        }
        audit::record_in(&mut tx, None, viewer, Event::new(Action::SignInProviderRemoved, id.as_uuid(), name.clone())).await?;
        for person in linked {
            let event = Event::new(Action::AccountIdentityUnlinked, person.as_uuid(), name.clone());
            audit::record_in(&mut tx, None, viewer, event).await?;
        }
        tx.commit().await
    }

    /// A provider that people can sign in with.
    pub(super) async fn usable(&self, tx: &mut SystemTx, id: IdentityProviderId) -> Result<Option<ProviderRow>> {
        Ok(queries::find(tx, id).await?.filter(|row| row.is_enabled))
    }

    fn summary(&self, row: ProviderRow) -> IdentityProviderSummary {
        IdentityProviderSummary {
            id: row.id,
            has_secret: row.sealed_client_secret.is_some(),
            is_enabled: row.is_enabled,
            people: u32::try_from(row.people).unwrap_or(u32::MAX),
            callback: self.callback(row.id),
            draft: IdentityProviderDraft {
                name: row.name,
                issuer: row.issuer,
                client_id: row.client_id,
                client_secret: String::new(),
                scopes: row.scopes,
                email_domains: row.email_domains.join(", "),
                role_claim: row.role_claim,
                role_rules: RoleRule::write_all(&serde_json::from_value::<Vec<RoleRule>>(row.role_rules).unwrap_or_default()),
                default_team_id: row.default_team_id,
                default_role: row.default_role,
                updates_roles: row.updates_roles,
                creates_accounts: row.creates_accounts,
                trusts_addresses: row.trusts_addresses,
            },
        }
    }
}

fn changes(before: &ProviderRow, after: &ProviderRow, has_new_secret: bool) -> Vec<&'static str> {
    audit::those_that_hold([
        (before.name != after.name, "name"),
        (before.issuer != after.issuer, "issuer"),
        (before.client_id != after.client_id, "client ID"),
        (has_new_secret, "client secret"),
        (before.scopes != after.scopes, "scopes"),
        (before.email_domains != after.email_domains, "email domains"),
        (before.role_claim != after.role_claim || before.role_rules != after.role_rules, "roles"),
        (before.default_team_id != after.default_team_id, "default team"),
        (before.default_role != after.default_role, "default role"),
        (before.updates_roles != after.updates_roles, "when roles are taken"),
        (before.creates_accounts != after.creates_accounts, "whether it makes accounts"),
        (before.trusts_addresses != after.trusts_addresses, TRUST),
    ])
}

/// Scheme, host and port; none for text that is no address.
fn origin(issuer: &str) -> Option<url::Origin> {
    Url::parse(issuer).ok().map(|url| url.origin())
}
