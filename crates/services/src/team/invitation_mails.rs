//! Invitation mails: the link of an invitation goes to its address, as often as nobody's mailbox is filled.
//!
//! The invariant: whoever is mailed nothing is asked all the same. The link is handed over then, with why it was not mailed; whether the
//! address has an account makes no difference. A mail is counted before the transaction of its invitation begins, which holds a connection
//! and locks; what was counted for one that does not go is given back.

use super::Team;
use super::queries::invitations;
use crate::identity::throttle::{self, INVITATION_PER_ADDRESS, INVITATION_PER_PERSON, Taken};
use crate::mails::{Mail, Recipient};
use crate::{Error, Result, TeamTx, Viewer};
use domain::team::InvitationSummary;
use domain::text::EmailAddress;

/// Names the throttles.
const WHAT: &str = "invitation";

/// What becomes of the mail of an invitation that is about to be made.
pub(super) enum MailCount {
    /// Mail is not set up.
    NotSetUp,
    /// There is none, in a sentence for whoever invites.
    Refused(String),
    /// It may go, and was counted.
    Counted(Vec<Taken>),
}

impl Team<'_> {
    /// Mails a link whose mail was counted.
    pub(super) async fn mail_link(&self, tx: &mut TeamTx, viewer: &Viewer, invitation: &InvitationSummary, link: String) -> Result<()> {
        let inviter = invitations::inviter(tx, viewer.team_id, viewer.user_id).await?;
        let mail = Mail::Invitation {
            inviter: format!("{} {}", inviter.first_name, inviter.last_name).trim().to_owned(),
            inviter_email: inviter.email,
            team: inviter.team_name,
            role: invitation.role,
            link,
            works_until: invitation.expires_at,
        };
        let to = Recipient { email: invitation.email.clone(), name: invitation.name.clone() };
        self.services.mails().accept(tx, viewer.team_id, to, mail).await
    }

    /// Counts the mail of an invitation that is about to be made, where mail is set up; what may not go now is not counted. It takes
    /// connections of its own: nothing is held meanwhile.
    pub(super) async fn count_mail(&self, viewer: &Viewer, email: &EmailAddress) -> Result<MailCount> {
        if !self.services.mails().is_set_up() {
            return Ok(MailCount::NotSetUp);
        }
        let (db, now) = (&self.services.parts.db, self.services.parts.clock.now());
        let limits = [
            (throttle::address_key(WHAT, email), INVITATION_PER_ADDRESS, "this address was mailed several invitations"),
            (throttle::person_key(WHAT, viewer.user_id), INVITATION_PER_PERSON, "you had very many invitations mailed"),
        ];
        let mut taken = Vec::new();
        for (key, limit, cause) in limits {
            match throttle::take(db, now, vec![(key, limit)]).await {
                Ok(counted) => taken.push(counted),
                Err(Error::Busy { retry_after_s }) => {
                    for counted in taken {
                        counted.give_back(db).await?;
                    }
                    return Ok(MailCount::Refused(not_mailed(cause, retry_after_s)));
                }
                Err(other) => return Err(other),
            }
        }
        Ok(MailCount::Counted(taken))
    }

    /// The outcome of an act for which a mail was counted. Where it failed nothing goes, and the mail is given back.
    pub(super) async fn settle<T>(&self, mail: MailCount, outcome: Result<T>) -> Result<T> {
        if outcome.is_err() {
            self.give_back(vec![mail]).await;
        }
        outcome
    }

    /// Gives back what was counted for mails that do not go. That this fails changes nothing for whoever invites.
    pub(super) async fn give_back(&self, mails: Vec<MailCount>) {
        for mail in mails {
            let MailCount::Counted(taken) = mail else { continue };
            for counted in taken {
                if let Err(error) = counted.give_back(&self.services.parts.db).await {
                    tracing::warn!(%error, "what was counted for invitations that are not mailed could not be given back");
                    return;
                }
            }
        }
    }
}

/// What whoever invites does instead, and when a mail goes again.
fn not_mailed(cause: &str, wait_s: u32) -> String {
    // The throttle adds a second, to be sure.
    let minutes = match wait_s.saturating_sub(1).div_ceil(60) {
        0 | 1 => "a minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    };
    format!("It is not mailed: {cause} in a short time. Hand the link over yourself, or make a new one in {minutes} to have it mailed.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_to_wait_is_said_in_whole_minutes() {
        for (wait_s, words) in [(1, "in a minute"), (61, "in a minute"), (62, "in 2 minutes"), (601, "in 10 minutes")] {
            let sentence = not_mailed("you had very many invitations mailed", wait_s);
            assert!(sentence.ends_with(&format!("make a new one {words} to have it mailed.")), "{sentence}");
        }
    }
}
