//! One's own account: profile, password, and what the frame shows.

use super::{Identity, Password, password, queries, queries_email, queries_email_codes, queries_resets, queries_two_step, throttle, token};
use crate::audit::{self, Author};
use crate::mails::SecurityAct;
use crate::{Error, Result, SystemTx, Viewer, api_keys, identity_providers, licences};
use domain::audit::{Action, Event};
use domain::identity::Profile;
use domain::text::{AboutYou, EmailAddress, FirstName, LastName, Tone};
use domain::{FieldErrors, SessionId, UserId, ViewerInfo};
use secrecy::{ExposeSecret as _, SecretString};

impl Identity<'_> {
    /// What the frame of every screen needs to know about the viewer.
    pub async fn current_viewer_info(&self, viewer: &Viewer) -> Result<ViewerInfo> {
        let mut tx = self.services.parts.db.system_tx().await?;
        let account = queries::get_account(&mut tx, viewer.user_id).await?;
        let team = queries::get_own_team(&mut tx, viewer.team_id, viewer.user_id).await?;
        let (licence, left_out) = licences::notice(&mut tx, viewer).await?;
        Ok(ViewerInfo {
            user_id: viewer.user_id,
            first_name: account.first_name,
            last_name: account.last_name,
            email: account.email,
            team_id: viewer.team_id,
            team_name: team.name,
            // Where else somebody works is not part of how they see this team.
            teams: if viewer.seen_by.is_none() { team.teams.0 } else { Vec::new() },
            is_owner: team.is_owner,
            is_system_administrator: viewer.is_system_administrator,
            permissions: viewer.permissions.clone(),
            licence,
            left_out,
            gone_at: account.deletion_requested_at.filter(|_| viewer.seen_by.is_none()).map(crate::my_data::gone_at),
            single_key_shortcuts: account.single_key_shortcuts,
            has_password: !account.password_hash.is_empty(),
            is_viewed_by_owner: viewer.seen_by.is_some(),
        })
    }

    /// What `/account` shows.
    pub async fn profile(&self, viewer: &Viewer) -> Result<Profile> {
        let mut tx = self.services.parts.db.system_tx().await?;
        let account = queries::get_account(&mut tx, viewer.user_id).await?;
        Ok(Profile { first_name: account.first_name, last_name: account.last_name, tone: account.tone, about: account.about })
    }

    /// Changes one's own profile; returns it as it was taken.
    pub async fn update_profile(&self, viewer: &Viewer, profile: Profile) -> Result<Profile> {
        let mut wrong = FieldErrors::default();
        let mut note = |error: domain::InvalidText| wrong.add(error.field, error.message);
        let first_name = FirstName::parse(profile.first_name).map_err(&mut note);
        let last_name = LastName::parse(profile.last_name).map_err(&mut note);
        let tone = Tone::parse(profile.tone).map_err(&mut note);
        let about = AboutYou::parse(profile.about).map_err(&mut note);
        let (Ok(first_name), Ok(last_name), Ok(tone), Ok(about)) = (first_name, last_name, tone, about) else {
            return Err(wrong.into());
        };
        let mut tx = self.services.parts.db.installation_tx().await?;
        let names = (first_name.as_str(), last_name.as_str());
        let before = queries::get_account(&mut tx, viewer.user_id).await?;
        queries::update_profile(&mut tx, viewer.user_id, names, tone.as_str(), about.as_str()).await?;
        let changed = [
            ((before.first_name.as_str(), before.last_name.as_str()) != names, "name"),
            (before.tone != tone.as_str(), "tone"),
            (before.about != about.as_str(), "about"),
        ];
        let event = Event::new(Action::AccountProfileChanged, viewer.user_id.as_uuid(), before.email);
        audit::record_in(&mut tx, None, viewer, event.with_changes(&audit::those_that_hold(changed))).await?;
        tx.commit().await?;
        Ok(Profile {
            first_name: first_name.into_string(),
            last_name: last_name.into_string(),
            tone: tone.into_string(),
            about: about.into_string(),
        })
    }

    /// Refuses unless the viewer's present password was typed; wrong guesses are counted like failed sign-ins.
    pub(crate) async fn prove_password(&self, viewer: &Viewer, attempt: SecretString) -> Result<()> {
        let db = &self.services.parts.db;
        let (account, is_taken) = {
            let mut tx = db.system_tx().await?;
            let account = queries::get_account(&mut tx, viewer.user_id).await?;
            let is_taken = self.password_proves(&mut tx, viewer.user_id, &account.password_hash).await?;
            (account, is_taken)
        };
        if !is_taken {
            return self.prove_freshness(viewer, "password").await;
        }
        let key = throttle::address_key("change-password", &EmailAddress::parse(&account.email)?);
        let taken = throttle::take(db, self.services.parts.clock.now(), vec![(key, throttle::SIGN_IN_PER_ADDRESS)]).await?;
        if !password::matches(attempt, Some(account.password_hash)).await? {
            return Err(Error::field("password", "This is not your present password."));
        }
        taken.give_back(db).await?;
        self.confirm_by_password(viewer).await
    }

    /// What stands in for the password of somebody from whom none is taken: they proved just now who they are. That their session is young does
    /// not do: an identity provider lets in whom it knows still, without a question.
    async fn prove_freshness(&self, viewer: &Viewer, field: &str) -> Result<()> {
        let sentence = "No password is taken from you here. Follow “sign in again” on your account page, or sign out and in, and do this within 10 minutes.";
        match self.require_recent(viewer).await {
            Err(Error::ConfirmFirst) => Err(Error::field(field, sentence)),
            proven => proven,
        }
    }

    /// Takes a new password from whoever knows the present one, and ends all other sessions. Wrong guesses are counted like
    /// failed sign-ins. Nothing changes where the password or the session ended while this was under way.
    pub async fn change_password(&self, viewer: &Viewer, current: SecretString, new: SecretString) -> Result<()> {
        let db = &self.services.parts.db;
        let account = {
            let mut tx = db.system_tx().await?;
            queries::get_account(&mut tx, viewer.user_id).await?
        };
        let known = [account.first_name.as_str(), &account.last_name, &account.email];
        let new = Password::parse(new.expose_secret().to_owned(), "new_password", &known)?;
        let email = EmailAddress::parse(&account.email)?;
        let key = throttle::address_key("change-password", &email);
        let taken = throttle::take(db, self.services.parts.clock.now(), vec![(key, throttle::SIGN_IN_PER_ADDRESS)]).await?;
        let had_password = !account.password_hash.is_empty();
        if !had_password {
            self.require_passwords().await?;
            self.prove_freshness(viewer, "new_password").await?;
        } else if !password::matches(current, Some(account.password_hash.clone())).await? {
            return Err(not_present());
        }
        let hash = new.hash().await?;
        let mut tx = db.system_tx().await?;
        // The account before its sessions, as a link for a new password takes them: what such a link set meanwhile stays.
        let is_replaced = queries::exchange_password(&mut tx, viewer.user_id, &account.password_hash, &hash).await?;
        self.hold_viewer(&mut tx, viewer).await?;
        if !is_replaced {
            let got_one = "You have got a password meanwhile. Reload the page.";
            return Err(if had_password { not_present() } else { Error::Conflict(got_one.to_owned()) });
        }
        end_old_password(&mut tx, viewer.user_id, viewer.session_id).await?;
        self.tell_viewer(&mut tx, viewer, SecurityAct::PasswordChanged).await?;
        let event = Event::new(Action::AccountPasswordChanged, viewer.user_id.as_uuid(), account.email);
        audit::record_in(&mut tx, None, viewer, event).await?;
        tx.commit().await?;
        taken.give_back(db).await?;
        if had_password { self.confirm_by_password(viewer).await } else { Ok(()) }
    }

    /// Gives an account a random password, turns its two-step sign-in off, removes its passkeys, unlinks its identities, revokes its
    /// API keys, ends its sessions, and returns the password to hand over: the way back in for whoever has the server's command line.
    /// Where passwords are off they are on again from then on.
    pub async fn reset_password(&self, email: &str) -> Result<SecretString> {
        let email = EmailAddress::parse(email)?;
        let fresh: String = token::fresh().chars().take(24).collect();
        let hash = Password::parse(fresh.clone(), "password", &[])?.hash().await?;
        let mut tx = self.services.parts.db.system_tx().await?;
        let known = queries::find_credentials(&mut tx, &email).await?.ok_or(Error::NotFound)?;
        queries::set_password(&mut tx, known.user_id, &hash).await?;
        end_old_password(&mut tx, known.user_id, None).await?;
        identity_providers::unlink_all(&mut tx, known.user_id, Author::SYSTEM).await?;
        queries_two_step::delete(&mut tx, known.user_id).await?;
        crate::passkeys::remove_all_of(&mut tx, known.user_id, Author::SYSTEM).await?;
        identity_providers::turn_passwords_on(&mut tx).await?;
        self.tell_at_home(&mut tx, known.user_id, SecurityAct::PasswordResetOnServer, None).await?;
        let event = Event::new(Action::AccountPasswordReset, known.user_id.as_uuid(), email.as_str());
        audit::record_in(&mut tx, None, Author::SYSTEM, event).await?;
        // Their chains are those of teams: after the installation's, as everywhere.
        api_keys::revoke_all_of(&mut tx, known.user_id, Author::SYSTEM).await?;
        tx.commit().await?;
        Ok(fresh.into())
    }
}

/// Ends what the old password was good for, once there is a new one: sessions but the one to keep, half sign-ins, and links that wait.
pub(super) async fn end_old_password(tx: &mut SystemTx, user: UserId, keep: Option<SessionId>) -> Result<()> {
    queries::delete_sessions_but(tx, user, keep).await?;
    queries_two_step::delete_steps_of(tx, user).await?;
    queries_email_codes::delete_of(tx, user).await?;
    queries_resets::delete_of(tx, user).await?;
    Ok(queries_email::delete_of(tx, user).await?)
}

fn not_present() -> Error {
    Error::field("current_password", "This is not your present password.")
}
