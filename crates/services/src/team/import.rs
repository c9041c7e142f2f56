//! Import: a list of people becomes invitations, after a look at what each line would do.
//!
//! The invariant: the look and the act judge a line by the same code, and a line that is refused says why.

use super::Team;
use super::invitations::{Checked, MOST_OPEN, about, check};
use super::queries::{invitations, members as people};
use crate::{Error, Result, TeamTx, Viewer, audit};
use chrono::{DateTime, Utc};
use domain::audit::Action;
use domain::team::{ImportLine, ImportOutcome, MemberImport, NewInvitation};
use domain::{Permission, Role};
use std::collections::HashSet;

/// Most people one list can have.
const MOST_LINES: usize = 200;

/// A line that was looked at, and the invitation it makes.
struct Judged {
    line: ImportLine,
    checked: Option<Checked>,
}

/// What a line is judged by besides itself.
struct Known {
    /// The addresses of the lines above it.
    above: HashSet<String>,
    /// Those that are asked already, or are by the lines above it.
    open: Vec<String>,
}

impl Team<'_> {
    /// What each line of a list would do. Nobody is invited.
    pub async fn preview_import(&self, viewer: &Viewer, import: MemberImport) -> Result<Vec<ImportLine>> {
        viewer.require(Permission::ManageMembers)?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let judged = judge(&mut tx, viewer, &import, self.services.parts.clock.now()).await?;
        Ok(judged.into_iter().map(|judged| judged.line).collect())
    }

    /// Invites everybody whose line is valid; the links are in the answer only.
    pub async fn import_members(&self, viewer: &Viewer, import: MemberImport) -> Result<ImportOutcome> {
        viewer.require(Permission::ManageMembers)?;
        if read(&import)?.iter().any(|line| role_of(&line.role) == Some(Role::Owner)) {
            self.services.identity().require_recent(viewer).await?;
        }
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        people::hold_membership(&mut tx, viewer.team_id, viewer.user_id).await?;
        let mut outcome = ImportOutcome { sent: Vec::new(), refused: Vec::new() };
        for judged in judge(&mut tx, viewer, &import, self.services.parts.clock.now()).await? {
            match judged.checked {
                Some(checked) => outcome.sent.push(self.send(&mut tx, viewer, &checked).await?),
                None => outcome.refused.push(judged.line),
            }
        }
        for sent in &outcome.sent {
            audit::record(&mut tx, viewer, about(Action::InvitationMade, &sent.invitation)).await?;
        }
        tx.commit().await?;
        Ok(outcome)
    }
}

async fn judge(tx: &mut TeamTx, viewer: &Viewer, import: &MemberImport, now: DateTime<Utc>) -> Result<Vec<Judged>> {
    let lines = read(import)?;
    let mut known = Known { above: HashSet::new(), open: invitations::list_open_addresses(tx, viewer.team_id, now).await? };
    let mut judged = Vec::with_capacity(lines.len());
    for mut line in lines {
        let checked = match check_line(tx, viewer, &line, import.days, &mut known).await {
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

async fn check_line(tx: &mut TeamTx, viewer: &Viewer, line: &ImportLine, days: u32, known: &mut Known) -> Result<Checked> {
    let role = role_of(&line.role)
        .ok_or_else(|| Error::field("role", format!("“{}” is no role. Use viewer, collaborator, team manager or owner.", line.role)))?;
    let (email, first_name, last_name) = (line.email.clone(), line.first_name.clone(), line.last_name.clone());
    let checked = Checked::parse(&NewInvitation { email, role, first_name, last_name, days })?;
    check(tx, viewer, &checked.email, role).await?;
    let email = checked.email.as_str();
    if !known.above.insert(email.to_owned()) {
        return Err(Error::field("email", "This address stands in the list twice."));
    }
    // Whoever is asked already is asked anew in place of that.
    known.open.retain(|open| open != email);
    if known.open.len() >= MOST_OPEN {
        return Err(Error::field("email", format!("A team can have {MOST_OPEN} open invitations, and this would be one more.")));
    }
    known.open.push(email.to_owned());
    Ok(checked)
}

/// "Team manager", "TeamManager" and "team_manager" are the same.
fn role_of(text: &str) -> Option<Role> {
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    Role::ALL.iter().copied().find(|role| plain(role.as_str()) == plain(text))
}

/// The columns of a list, in the order they have without a heading.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Email,
    FirstName,
    LastName,
    Role,
    Other,
}

impl Column {
    fn of_heading(words: &str) -> Self {
        match words.trim().to_lowercase().replace([' ', '_', '-'], "").as_str() {
            "email" | "emailaddress" | "mail" => Self::Email,
            "firstname" | "givenname" => Self::FirstName,
            "lastname" | "surname" | "familyname" => Self::LastName,
            "role" => Self::Role,
            _ => Self::Other,
        }
    }
}

/// The lines of a list with somebody in them.
fn read(import: &MemberImport) -> Result<Vec<ImportLine>> {
    let text = import.text.trim_start_matches('\u{feff}');
    let separator =
        [';', '\t'].into_iter().find(|separator| text.lines().next().is_some_and(|line| line.contains(*separator))).unwrap_or(',');
    let mut columns = vec![Column::Email, Column::FirstName, Column::LastName, Column::Role];
    let mut lines = Vec::new();
    for (index, text) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let cells = cells(text, separator);
        let heading: Vec<Column> = cells.iter().map(|cell| Column::of_heading(cell)).collect();
        if lines.is_empty() && heading.contains(&Column::Email) {
            columns = heading;
            continue;
        }
        let cell = |wanted: Column| {
            let place = columns.iter().position(|column| *column == wanted);
            place.and_then(|place| cells.get(place)).cloned().unwrap_or_default()
        };
        let role = Some(cell(Column::Role)).filter(|role| !role.is_empty()).unwrap_or_else(|| import.role.to_string());
        lines.push(ImportLine {
            number: u32::try_from(index + 1).unwrap_or(u32::MAX),
            email: cell(Column::Email),
            first_name: cell(Column::FirstName),
            last_name: cell(Column::LastName),
            role,
            trouble: None,
        });
    }
    match lines.len() {
        0 => Err(Error::field("text", "There is nobody in this list. Write one person per line: email, first name, last name, role.")),
        count if count > MOST_LINES => {
            Err(Error::field("text", format!("A list can have {MOST_LINES} people at most; this has {count}. Import it in parts.")))
        }
        _ => Ok(lines),
    }
}

/// The cells of one line; a cell in double quotes may hold separators, and doubled quotes for one.
fn cells(line: &str, separator: char) -> Vec<String> {
    let (mut cells, mut cell, mut is_quoted) = (Vec::new(), String::new(), false);
    let mut signs = line.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '"' if is_quoted && signs.peek() == Some(&'"') => {
                signs.next();
                cell.push('"');
            }
            '"' if is_quoted || cell.trim().is_empty() => is_quoted = !is_quoted,
            sign if sign == separator && !is_quoted => cells.push(std::mem::take(&mut cell).trim().to_owned()),
            sign => cell.push(sign),
        }
    }
    cells.push(cell.trim().to_owned());
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<(u32, String, String, String, String)> {
        let import = MemberImport { text: text.to_owned(), role: Role::Viewer, days: 7 };
        let line = |line: ImportLine| (line.number, line.email, line.first_name, line.last_name, line.role);
        read(&import).unwrap().into_iter().map(line).collect()
    }

    fn row(number: u32, email: &str, first: &str, last: &str, role: &str) -> (u32, String, String, String, String) {
        (number, email.to_owned(), first.to_owned(), last.to_owned(), role.to_owned())
    }

    #[test]
    fn without_a_heading_the_order_is_email_names_role() {
        let read = lines("a@x.org,Ada,Lovelace,Owner\r\n\r\nb@x.org\n");
        assert_eq!(read, [row(1, "a@x.org", "Ada", "Lovelace", "Owner"), row(3, "b@x.org", "", "", "Viewer")]);
    }

    #[test]
    fn a_heading_names_the_columns_in_any_order_and_others_are_left_out() {
        let read = lines("\u{feff}Last name;Department;E-mail;Role\nHopper;Navy;g@x.org;Team manager");
        assert_eq!(read, [row(2, "g@x.org", "", "Hopper", "Team manager")]);
    }

    #[test]
    fn quoted_cells_hold_separators_and_quotes() {
        assert_eq!(cells(r#"a@x.org, "Ada, Countess" ,"the ""first""""#, ','), ["a@x.org", "Ada, Countess", "the \"first\""]);
        assert_eq!(cells(r#""never closed,x"#, ','), ["never closed,x"]);
    }

    #[test]
    fn roles_are_read_as_people_write_them() {
        assert_eq!(role_of("team manager"), Some(Role::TeamManager));
        assert_eq!(role_of("TEAM_MANAGER"), Some(Role::TeamManager));
        assert_eq!(role_of("boss"), None);
        assert_eq!(role_of(""), None);
    }
}
