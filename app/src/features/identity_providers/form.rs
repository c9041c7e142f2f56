//! What stands in the form of a provider, as plain data.

use domain::IdentityProviderId;
use domain::Role;
use domain::identity_providers::{IdentityProviderDraft, IdentityProviderOverview, IdentityProviderSummary};
use leptos::prelude::*;

/// The choice of taking roles from the provider at every sign-in.
pub const ALWAYS: &str = "always";

/// A provider that is being added or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The provider.
    pub id: IdentityProviderId,
    /// Where it sends people back to.
    pub callback: String,
    /// What is set.
    pub draft: IdentityProviderDraft,
    /// Whether a secret is stored.
    pub has_secret: bool,
    /// Whether it is added.
    pub is_new: bool,
}

impl Subject {
    /// One that is to be added.
    pub fn fresh(overview: &IdentityProviderOverview) -> Self {
        let draft = IdentityProviderDraft {
            name: String::new(),
            issuer: String::new(),
            client_id: String::new(),
            client_secret: String::new(),
            scopes: "openid email profile".to_owned(),
            email_domains: String::new(),
            role_claim: String::new(),
            role_rules: String::new(),
            default_team_id: None,
            default_role: Role::Viewer,
            updates_roles: false,
            creates_accounts: false,
            trusts_addresses: false,
        };
        Self { id: overview.fresh_id, callback: overview.fresh_callback.clone(), draft, has_secret: false, is_new: true }
    }

    /// One that is there.
    pub fn of(provider: IdentityProviderSummary) -> Self {
        let IdentityProviderSummary { id, draft, has_secret, callback, .. } = provider;
        Self { id, callback, draft, has_secret, is_new: false }
    }
}

/// The fields.
#[derive(Clone, Copy)]
pub struct ProviderForm {
    /// How people call it.
    pub name: RwSignal<String>,
    /// Its address.
    pub issuer: RwSignal<String>,
    /// How it calls this installation.
    pub client_id: RwSignal<String>,
    /// Its secret.
    pub client_secret: RwSignal<String>,
    /// What is asked of it.
    pub scopes: RwSignal<String>,
    /// Domains.
    pub email_domains: RwSignal<String>,
    /// The claim of roles.
    pub role_claim: RwSignal<String>,
    /// The rules of roles.
    pub role_rules: RwSignal<String>,
    /// The team new people join; empty for none.
    pub default_team: RwSignal<String>,
    /// What they are there.
    pub default_role: RwSignal<String>,
    /// Whether their role is taken from the provider at every sign-in: [`ALWAYS`], or empty.
    pub updates_roles: RwSignal<String>,
    /// Whether it makes accounts.
    pub creates_accounts: RwSignal<bool>,
    /// Whether its addresses are trusted.
    pub trusts_addresses: RwSignal<bool>,
}

impl ProviderForm {
    /// The fields with what is set.
    pub fn of(draft: &IdentityProviderDraft) -> Self {
        let text = |text: &str| RwSignal::new(text.to_owned());
        Self {
            name: text(&draft.name),
            issuer: text(&draft.issuer),
            client_id: text(&draft.client_id),
            client_secret: text(""),
            scopes: text(&draft.scopes),
            email_domains: text(&draft.email_domains),
            role_claim: text(&draft.role_claim),
            role_rules: text(&draft.role_rules),
            default_team: RwSignal::new(draft.default_team_id.map(|id| id.to_string()).unwrap_or_default()),
            default_role: text(draft.default_role.as_str()),
            updates_roles: text(if draft.updates_roles { ALWAYS } else { "" }),
            creates_accounts: RwSignal::new(draft.creates_accounts),
            trusts_addresses: RwSignal::new(draft.trusts_addresses),
        }
    }

    /// What stands in the fields.
    pub fn draft(self) -> IdentityProviderDraft {
        IdentityProviderDraft {
            name: self.name.get_untracked(),
            issuer: self.issuer.get_untracked(),
            client_id: self.client_id.get_untracked(),
            client_secret: self.client_secret.get_untracked(),
            scopes: self.scopes.get_untracked(),
            email_domains: self.email_domains.get_untracked(),
            role_claim: self.role_claim.get_untracked(),
            role_rules: self.role_rules.get_untracked(),
            default_team_id: self.default_team.get_untracked().parse().ok(),
            default_role: self.default_role.get_untracked().parse().unwrap_or(Role::Viewer),
            updates_roles: self.updates_roles.with_untracked(|when| when == ALWAYS),
            creates_accounts: self.creates_accounts.get_untracked(),
            trusts_addresses: self.trusts_addresses.get_untracked(),
        }
    }
}
