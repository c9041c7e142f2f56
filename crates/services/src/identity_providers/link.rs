//! Link: identities and the accounts they open: proving that an account is one's own, linking another way in, and ending it.

use super::admit::{through, update_role};
use super::flow::{Kept, Purpose, Started, origin_of};
use super::{IdentityProviders, queries};
use crate::identity::{Origin, Proven, SignedIn, token};
use crate::mails::SecurityAct;
use crate::{Error, Result, Viewer, audit, licences};
use domain::audit::{Action, Event};
use domain::identity_providers::{PendingLink, SignInWays};
use domain::licences::Feature;
use domain::sign_ins::SignInReason;
use domain::{IdentityId, IdentityProviderId};
use secrecy::SecretString;

impl IdentityProviders<'_> {
    /// Begins to link an identity to the viewer's account, in return for their password: what is linked opens the account.
    pub async fn start_link(&self, viewer: &Viewer, id: IdentityProviderId, password: SecretString) -> Result<Started> {
        {
            let mut read = self.services.parts.db.system_read().await?;
            licences::require(&mut read, Feature::IdentityProviders).await?;
        }
        self.services.identity().prove_password(viewer, password).await?;
        match self.start(id, "", Purpose::Link(viewer.user_id), &origin_of(viewer)).await? {
            Ok(started) => Ok(started),
            Err(SignInReason::ProviderOff) => Err(Error::NotFound),
            Err(reason) => Err(Error::Conflict(reason.sentence().to_owned())),
        }
    }

    /// What waits for a proof by the browser that holds the token.
    pub async fn pending(&self, token: Option<&str>) -> Result<Option<PendingLink>> {
        let Some(token) = token else { return Ok(None) };
        let mut tx = self.services.parts.db.system_tx().await?;
        let Some(row) = queries::find_flow(&mut tx, &token::hash(token), self.services.parts.clock.now()).await? else { return Ok(None) };
        let Some(provider) = self.usable(&mut tx, row.provider_id).await? else { return Ok(None) };
        Ok(match self.open(&row)? {
            Kept::Unproven { email, .. } => Some(PendingLink { provider: provider.name, email: email.into() }),
            Kept::Underway { .. } | Kept::Trying { .. } | Kept::Tried { .. } => None,
        })
    }

    /// Links what waits once the password of the account is typed, and starts a session: with where the person was going. None when
    /// nothing waits any more.
    pub async fn prove(&self, token: Option<&str>, password: SecretString, origin: &Origin) -> Result<Option<(SignedIn, String)>> {
        let Some(hash) = token.map(token::hash) else { return Ok(None) };
        let parts = &self.services.parts;
        let found = {
            let mut tx = parts.db.system_tx().await?;
            licences::require(&mut tx, Feature::IdentityProviders).await?;
            match queries::find_flow(&mut tx, &hash, parts.clock.now()).await? {
                Some(row) => self.usable(&mut tx, row.provider_id).await?.map(|provider| (row, provider)),
                None => None,
            }
        };
        let Some((row, provider)) = found else { return Ok(None) };
        let Kept::Unproven { issuer, subject, email, next, roles } = self.open(&row)? else { return Ok(None) };
        let identity = self.services.identity();
        let Proven { user, team, password_hash, taken } = identity.prove(&email, password, origin).await?;
        let now = parts.clock.now();
        let mut tx = parts.db.system_tx().await?;
        identity.hold(&mut tx, user, &password_hash).await?;
        if identity.asks_for_code(&mut tx, user).await? {
            drop(tx);
            taken.give_back(&parts.db).await?;
            let sentence =
                "This account asks for a code after the password. Sign in as usual, then link your provider on your account page.";
            return Err(Error::field("form", sentence));
        }
        if queries::take_flow(&mut tx, &hash, now).await?.is_none() {
            return Ok(None);
        }
        let attempt = through(&provider, user, Some(&email));
        let (mut tx, session) = match identity.let_in_or_note(tx, (user, team), attempt, origin).await {
            Ok(entered) => entered,
            Err(refused) => {
                taken.give_back(&parts.db).await?; // the password was right
                return Err(refused);
            }
        };
        self.insert_link(&mut tx, &provider, (user, team), (&issuer, &subject), origin).await?;
        update_role(&mut tx, &provider, &roles, user).await?;
        tx.commit().await?;
        taken.give_back(&parts.db).await?;
        Ok(Some((session, next)))
    }

    /// The identities that open the viewer's account, and the providers that could.
    pub async fn ways(&self, viewer: &Viewer) -> Result<SignInWays> {
        let mut tx = self.services.parts.db.system_tx().await?;
        let linked = queries::list_linked(&mut tx, viewer.user_id).await?;
        Ok(SignInWays { linked, linkable: queries::list_linkable(&mut tx, viewer.user_id).await? })
    }

    /// Ends a link of the viewer's, who proved lately who they are, unless it is their last way in; one of anybody else does not exist.
    pub async fn unlink(&self, viewer: &Viewer, id: IdentityId) -> Result<()> {
        self.services.identity().require_recent(viewer).await?;
        let mut tx = self.services.parts.db.system_tx().await?;
        self.lock_account(&mut tx, viewer.user_id).await?;
        let provider = queries::delete_identity(&mut tx, viewer.user_id, id).await?.ok_or(Error::NotFound)?;
        if !self.has_way_in(&mut tx, viewer.user_id).await? {
            return Err(Error::Conflict("This is your only way in. Set up another one first.".to_owned()));
        }
        let act = SecurityAct::ProviderUnlinked { name: provider.clone() };
        self.services.identity().tell_viewer(&mut tx, viewer, act).await?;
        let event = Event::new(Action::AccountIdentityUnlinked, viewer.user_id.as_uuid(), provider);
        audit::record_in(&mut tx, None, viewer, event).await?;
        tx.commit().await
    }
}
