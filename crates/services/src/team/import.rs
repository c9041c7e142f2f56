//! Import: a list of people becomes invitations, after a look at what each line would do.
//!
//! The invariant: the look and the act judge a line by the same code, a line that is refused says why, and whoever is invited already keeps
//! the link they have unless a new one is asked for. All are invited or none, and what was counted for mails that do not go is given back.
//! How a list is read: `import_list`.

use super::Team;
use super::import_list::read;
use super::invitation_mails::MailCount;
use super::invitations::{Checked, MOST_OPEN, check};
use super::queries::invitations::{self, OpenRow};
use super::queries::members as people;
use crate::{Error, Result, TeamTx, Viewer};
use chrono::{DateTime, Utc};
use domain::team::{ImportLine, ImportOutcome, MemberImport, NewInvitation};
use domain::{Permission, Role};
use std::collections::{HashMap, HashSet};

/// What whoever sent a list is told of somebody who was to be invited only when it was looked at again.
const CHANGED_MEANWHILE: &str = "It is not mailed: who is in this team or invited to it changed while the list was sent. Hand the \
                                 link over yourself, or make a new one to have it mailed.";

/// A line that was looked at, and the invitation it makes.
struct Judged {
    line: ImportLine,
    checked: Option<Checked>,
}

impl Judged {
    /// The invitation that is made: none by a line that is refused, and none for whoever keeps the link they have.
    fn invites(&self, import: &MemberImport) -> Option<&Checked> {
        self.checked.as_ref().filter(|_| !self.line.is_invited || import.renews)
    }
}

/// What a line is judged by besides itself.
struct Known {
    /// The addresses of the lines above it.
    above: HashSet<String>,
    /// The invitations that take room, those by the lines above it too.
    open: Vec<OpenRow>,
}

impl Team<'_> {
    /// What each line of a list would do. Nobody is invited.
    pub async fn preview_import(&self, viewer: &Viewer, import: MemberImport) -> Result<Vec<ImportLine>> {
        viewer.require(Permission::ManageMembers)?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let judged = judge(&mut tx, viewer, &import, self.services.parts.clock.now()).await?;
        Ok(judged.into_iter().map(|judged| judged.line).collect())
    }

    /// Invites everybody whose line is valid, and anew those who are invited already where that is asked for; the links are in the answer
    /// only. The mails are counted before anybody is invited.
    pub async fn import_members(&self, viewer: &Viewer, import: MemberImport) -> Result<ImportOutcome> {
        viewer.require(Permission::ManageMembers)?;
        if read(&import)?.iter().any(|line| role_of(&line.role) == Some(Role::Owner)) {
            self.services.identity().require_recent(viewer).await?;
        }
        let mut mails = HashMap::new();
        let outcome = match self.count_mails(viewer, &import, &mut mails).await {
            Ok(()) => self.invite_all(viewer, &import, &mails).await,
            Err(error) => Err(error),
        };
        self.give_back(not_sent(mails, &outcome)).await;
        outcome
    }

    /// Counts the mails of those whom a list invites, by their addresses; nothing is held meanwhile.
    async fn count_mails(&self, viewer: &Viewer, import: &MemberImport, mails: &mut HashMap<String, MailCount>) -> Result<()> {
        if !self.services.mails().is_set_up() {
            return Ok(());
        }
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        tx.require_writable().await?;
        let judged = judge(&mut tx, viewer, import, self.services.parts.clock.now()).await?;
        tx.commit().await?;
        for judged in &judged {
            if let Some(checked) = judged.invites(import) {
                let mail = self.count_mail(viewer, &checked.email).await?;
                mails.insert(checked.email.as_str().to_owned(), mail);
            }
        }
        Ok(())
    }

    /// Invites them, as their lines are judged by then.
    async fn invite_all(&self, viewer: &Viewer, import: &MemberImport, mails: &HashMap<String, MailCount>) -> Result<ImportOutcome> {
        let is_set_up = self.services.mails().is_set_up();
        let uncounted = if is_set_up { MailCount::Refused(CHANGED_MEANWHILE.to_owned()) } else { MailCount::NotSetUp };
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        people::lock_team(&mut tx, viewer.team_id).await?;
        let mut outcome = ImportOutcome { sent: Vec::new(), refused: Vec::new(), kept: 0 };
        let mut made = Vec::new();
        for judged in judge(&mut tx, viewer, import, self.services.parts.clock.now()).await? {
            if let Some(checked) = judged.invites(import) {
                let mail = mails.get(checked.email.as_str()).unwrap_or(&uncounted);
                made.push(self.send(&mut tx, viewer, checked, mail).await?);
            } else if judged.checked.is_some() {
                outcome.kept += 1;
            } else {
                outcome.refused.push(judged.line);
            }
        }
        for made in made {
            outcome.sent.push(made.record(&mut tx, viewer).await?);
        }
        tx.commit().await?;
        Ok(outcome)
    }
}

/// The mails that were counted and did not go.
fn not_sent(mut mails: HashMap<String, MailCount>, outcome: &Result<ImportOutcome>) -> Vec<MailCount> {
    for sent in outcome.iter().flat_map(|outcome| &outcome.sent).filter(|sent| sent.is_mailed) {
        mails.remove(&sent.invitation.email);
    }
    mails.into_values().collect()
}

async fn judge(tx: &mut TeamTx, viewer: &Viewer, import: &MemberImport, now: DateTime<Utc>) -> Result<Vec<Judged>> {
    let lines = read(import)?;
    let mut known = Known { above: HashSet::new(), open: invitations::list_open(tx, viewer.team_id, now).await? };
    let mut judged = Vec::with_capacity(lines.len());
    for mut line in lines {
        let checked = match check_line(tx, viewer, &mut line, import.days, &mut known).await {
            Ok(checked) => Some(checked),
            Err(Error::Invalid(errors)) => {
                line.trouble = Some(errors.iter().map(|(_, sentence)| sentence).collect::<Vec<_>>().join(" "));
                None
            }
            Err(other) => return Err(other),
        };
        judged.push(Judged { line, checked });
    }
    Ok(judged)
}

/// What a line invites to; notes at the line when its address is invited already.
async fn check_line(tx: &mut TeamTx, viewer: &Viewer, line: &mut ImportLine, days: u32, known: &mut Known) -> Result<Checked> {
    let role = role_of(&line.role)
        .ok_or_else(|| Error::field("role", format!("“{}” is no role. Use viewer, collaborator, team manager or owner.", line.role)))?;
    let (email, first_name, last_name) = (line.email.clone(), line.first_name.clone(), line.last_name.clone());
    let checked = Checked::parse(&NewInvitation { email, role, first_name, last_name, days })?;
    check(tx, viewer, &checked.email, role).await?;
    let email = checked.email.as_str();
    if !known.above.insert(email.to_owned()) {
        return Err(Error::field("email", "This address stands in the list twice."));
    }
    // Whoever is invited already takes no more room, with the link they have or in place of it; one that leads nowhere is no link.
    let open = known.open.iter().find(|open| open.email == email);
    line.is_invited = open.is_some_and(|open| open.stands);
    if open.is_none() {
        if known.open.len() >= MOST_OPEN {
            return Err(Error::field("email", no_room()));
        }
        known.open.push(OpenRow { email: email.to_owned(), stands: true });
    }
    Ok(checked)
}

fn no_room() -> String {
    format!("A team can have {MOST_OPEN} open invitations, and this would be one more. Send it again once some are used or revoked.")
}

/// "Team manager", "TeamManager" and "team_manager" are the same.
fn role_of(text: &str) -> Option<Role> {
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    Role::ALL.iter().copied().find(|role| plain(role.as_str()) == plain(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_read_as_people_write_them() {
        assert_eq!(role_of("team manager"), Some(Role::TeamManager));
        assert_eq!(role_of("TEAM_MANAGER"), Some(Role::TeamManager));
        assert_eq!(role_of("boss"), None);
        assert_eq!(role_of(""), None);
    }
}
