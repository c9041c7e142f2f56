//! Import list: the text that somebody pasted, or had exported elsewhere, as one line for each person.
//!
//! The invariant: nothing of a list is lost without a word. Where it cannot be told what was meant, the whole list is refused with a
//! sentence that names the line.

use crate::{Error, Result};
use domain::team::{ImportLine, MemberImport};

/// Most people one list can have.
const MOST_LINES: usize = 200;
/// What stands in the place of letters that were read in another encoding than they were written in.
const UNREADABLE: [char; 2] = ['\u{fffd}', '\0'];
/// What can stand between two cells; the comma only where none of the others does.
const SEPARATORS: [char; 3] = [';', '\t', ','];

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Email,
    FirstName,
    LastName,
    FullName,
    Role,
}

impl Column {
    /// The columns of a list without a heading.
    const USUAL: [Self; 4] = [Self::Email, Self::FirstName, Self::LastName, Self::Role];

    /// What headings call it, as [`plain`] has them: ours, and those of Google Workspace, Microsoft 365 and Slack. Where a list has
    /// several of them, the first counts.
    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Email => &["email", "emailaddress", "mail", "primaryemail", "workemail", "memberemail", "userprincipalname", "username"],
            Self::FirstName => &["firstname", "givenname"],
            Self::LastName => &["lastname", "surname", "familyname"],
            Self::FullName => &["fullname", "name", "displayname"],
            Self::Role => &["role"],
        }
    }

    /// Where it stands in a heading.
    fn place_in(self, heading: &[String]) -> Option<usize> {
        self.names().iter().find_map(|name| heading.iter().position(|words| words == name))
    }
}

/// A line of the text with its cells; line breaks within cells are none.
#[derive(Debug, PartialEq, Eq)]
struct Record {
    number: u32,
    cells: Vec<String>,
}

impl Record {
    fn has_address(&self) -> bool {
        self.cells.iter().any(|cell| cell.contains('@'))
    }
}

/// The lines of a list with somebody in them.
pub(super) fn read(import: &MemberImport) -> Result<Vec<ImportLine>> {
    let text = import.text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
    if let Some(index) = text.split('\n').position(|line| line.contains(UNREADABLE)) {
        return refuse(format!(
            "Line {} has letters that could not be read. Save the file as “CSV UTF-8” and choose it again, or correct them here.",
            index + 1
        ));
    }
    let mut records = records(&text)?;
    let heading = match records.first() {
        Some(first) if !first.has_address() => heading(first)?,
        _ => None,
    };
    if heading.is_some() {
        records.remove(0);
    }
    let role = import.role.to_string();
    let lines: Vec<ImportLine> = records.iter().map(|record| line(record, heading.as_deref(), &role)).collect();
    match lines.len() {
        0 => refuse("There is nobody in this list. Write one person per line: email, first name, last name, role."),
        count if count > MOST_LINES => refuse(too_many(count)),
        _ => Ok(lines),
    }
}

fn too_many(count: usize) -> String {
    format!("A list can have {MOST_LINES} people at most; this has {count}. Send the first {MOST_LINES}, then the rest in another list.")
}

fn refuse<T>(sentence: impl Into<String>) -> Result<T> {
    Err(Error::field("text", sentence))
}

/// The words of a first line without an address, where it is a heading. One with a single cell may as well be an address with a slip in it:
/// unless it says what the column holds, it is judged as any other line.
fn heading(first: &Record) -> Result<Option<Vec<String>>> {
    let words: Vec<String> = first.cells.iter().map(|cell| plain(cell)).collect();
    if Column::Email.place_in(&words).is_some() {
        return Ok(Some(words));
    }
    if first.cells.iter().filter(|cell| !cell.is_empty()).count() == 1 {
        return Ok(None);
    }
    refuse(format!(
        "Line {} has no email address, so it is taken for a heading, but none of its columns is called “Email”. Call the column with the \
         addresses so, or correct the line.",
        first.number
    ))
}

/// The words of a heading in small letters, without spaces, signs and what stands in brackets.
fn plain(words: &str) -> String {
    let mut is_bracketed = false;
    let kept = words.chars().filter(|sign| {
        match sign {
            '[' | '(' => is_bracketed = true,
            ']' | ')' => is_bracketed = false,
            _ => {}
        }
        !is_bracketed && sign.is_alphanumeric()
    });
    kept.flat_map(char::to_lowercase).collect()
}

fn line(record: &Record, heading: Option<&[String]>, usual_role: &str) -> ImportLine {
    let cell = |column: Column| {
        let place = match heading {
            Some(heading) => column.place_in(heading),
            None => Column::USUAL.iter().position(|usual| *usual == column),
        };
        place.and_then(|place| record.cells.get(place)).cloned().unwrap_or_default()
    };
    let names = (cell(Column::FirstName), cell(Column::LastName));
    let (first_name, last_name) = if names.0.is_empty() && names.1.is_empty() { parts(&cell(Column::FullName)) } else { names };
    let role = Some(cell(Column::Role)).filter(|role| !role.is_empty()).unwrap_or_else(|| usual_role.to_owned());
    ImportLine { number: record.number, email: cell(Column::Email), first_name, last_name, role, trouble: None, is_invited: false }
}

/// First and last name of “Grace Hopper” and of “Hopper, Grace”.
fn parts(whole: &str) -> (String, String) {
    let (first, last) = match whole.split_once(',') {
        Some((last, first)) => (first, last),
        None => whole.rsplit_once(' ').unwrap_or((whole, "")),
    };
    (first.trim().to_owned(), last.trim().to_owned())
}

/// What separates the cells of a text, by the first of its lines that has several.
fn separator_of(text: &str) -> char {
    let mut is_quoted = false;
    let is_outside = |sign: &char| {
        is_quoted ^= *sign == '"';
        !is_quoted
    };
    let outside: String = text.chars().filter(is_outside).collect();
    let first = outside.lines().find(|line| line.contains(SEPARATORS)).unwrap_or_default();
    SEPARATORS.into_iter().find(|separator| first.contains(*separator)).unwrap_or(',')
}

/// The records of a text with anything in them. A cell in double quotes may hold separators, line breaks, which become spaces, and doubled
/// quotes for one. Where quotes do not match, people could hide in a cell of somebody else: that is refused.
fn records(text: &str) -> Result<Vec<Record>> {
    let separator = separator_of(text);
    let (mut records, mut cells, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut line, mut number, mut quoted_since) = (1, 1, None);
    let mut signs = text.chars().chain(['\n']).peekable();
    while let Some(sign) = signs.next() {
        match (sign, quoted_since) {
            ('"', Some(_)) if signs.peek() == Some(&'"') => cell.extend(signs.next()),
            ('"', Some(since)) => {
                if !signs.peek().is_some_and(|next| *next == separator || next.is_whitespace()) {
                    return refuse(unmatched(since));
                }
                quoted_since = None;
            }
            ('"', None) if cell.trim().is_empty() => quoted_since = Some(line),
            ('\n', Some(_)) => {
                line += 1;
                cell.push(' ');
            }
            ('\n', None) => {
                line += 1;
                cells.push(std::mem::take(&mut cell).trim().to_owned());
                let cells = std::mem::take(&mut cells);
                if cells.iter().any(|cell: &String| !cell.is_empty()) {
                    records.push(Record { number, cells });
                }
                number = line;
            }
            (sign, None) if sign == separator => cells.push(std::mem::take(&mut cell).trim().to_owned()),
            (sign, _) => cell.push(sign),
        }
    }
    quoted_since.map_or(Ok(records), |since| refuse(unmatched(since)))
}

fn unmatched(line: u32) -> String {
    format!("The quotation marks that begin in line {line} do not match. Close them after the cell, and write each within it twice.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Role;

    fn import(text: &str) -> MemberImport {
        MemberImport { text: text.to_owned(), role: Role::Viewer, days: 7, renews: false }
    }

    fn lines(text: &str) -> Vec<(u32, String, String, String, String)> {
        let line = |line: ImportLine| (line.number, line.email, line.first_name, line.last_name, line.role);
        read(&import(text)).unwrap().into_iter().map(line).collect()
    }

    fn row(number: u32, email: &str, first: &str, last: &str, role: &str) -> (u32, String, String, String, String) {
        (number, email.to_owned(), first.to_owned(), last.to_owned(), role.to_owned())
    }

    fn cells(text: &str) -> Vec<Vec<String>> {
        records(text).unwrap().into_iter().map(|record| record.cells).collect()
    }

    fn refusal(text: &str) -> String {
        match read(&import(text)) {
            Err(Error::Invalid(errors)) => errors.get("text").expect("a sentence").to_owned(),
            other => panic!("{text:?} was read: {other:?}"),
        }
    }

    #[test]
    fn without_a_heading_the_order_is_email_names_role() {
        let read = lines("a@x.org,Ada,Lovelace,Owner\r\n\r\nb@x.org\n,,,\n");
        assert_eq!(read, [row(1, "a@x.org", "Ada", "Lovelace", "Owner"), row(3, "b@x.org", "", "", "Viewer")]);
        assert_eq!(lines("a@x.org\rb@x.org").len(), 2, "as older Macs end lines");
    }

    #[test]
    fn a_heading_names_the_columns_in_any_order_and_others_are_left_out() {
        let read = lines("\u{feff}Last name;Department;E-mail;Role\nHopper;Navy;g@x.org;Team manager");
        assert_eq!(read, [row(2, "g@x.org", "", "Hopper", "Team manager")]);
    }

    #[test]
    fn exports_of_other_services_are_read_as_they_are() {
        let google = "First Name [Required],Last Name [Required],Email Address [Required],Org Unit Path [Required],Recovery Email,\
                      Status [READ ONLY]\nGrace,Hopper,g@x.org,/,grace@home.org,Active";
        assert_eq!(lines(google), [row(2, "g@x.org", "Grace", "Hopper", "Viewer")]);
        let microsoft = "Block credential,Display name,First name,Last name,User principal name,Alternate email addresses\n\
                         False,\"Hopper, Grace\",Grace,Hopper,g@x.org,grace@home.org";
        assert_eq!(lines(microsoft), [row(2, "g@x.org", "Grace", "Hopper", "Viewer")]);
        let entra = "userPrincipalName,displayName,surname,mail,givenName\ng@x.onmicrosoft.com,\"Hopper, Grace\",,g@x.org,";
        assert_eq!(lines(entra), [row(2, "g@x.org", "Grace", "Hopper", "Viewer")]);
        let slack = "username,email,status,has-2fa,userid,fullname\ngrace,g@x.org,Member,1,U1,Grace Brewster Hopper";
        assert_eq!(lines(slack), [row(2, "g@x.org", "Grace Brewster", "Hopper", "Viewer")]);
    }

    #[test]
    fn a_heading_without_a_column_of_addresses_is_refused_as_a_whole() {
        let sentence = refusal("\nWhole name,Contact\nGrace Hopper,g@x.org\n");
        assert!(sentence.starts_with("Line 2 has no email address") && sentence.contains("none of its columns is called “Email”"));
        assert_eq!(lines("grace\ng@x.org"), [row(1, "grace", "", "", "Viewer"), row(2, "g@x.org", "", "", "Viewer")]);
    }

    #[test]
    fn the_first_line_with_several_cells_says_what_separates_them() {
        let rest = [row(3, "g@x.org", "Grace", "Hopper, PhD", "Viewer")];
        assert_eq!(lines("\n\ng@x.org;Grace;Hopper, PhD"), rest);
        assert_eq!(lines("\n\ng@x.org\tGrace\tHopper, PhD"), rest);
        assert_eq!(lines("\n\ng@x.org,\"Grace\",\"Hopper, PhD\""), rest);
        assert_eq!(cells("\"Hopper; Grace\",g@x.org"), [["Hopper; Grace", "g@x.org"]]);
    }

    #[test]
    fn quoted_cells_hold_separators_quotes_and_line_breaks() {
        assert_eq!(cells(r#"a@x.org, "Ada, Countess" ,"the ""first""""#), [["a@x.org", "Ada, Countess", "the \"first\""]]);
        let read = lines("Email,\"First\nname\"\n\"a@x.org\",\"Ada\r\nAugusta\"\nb@x.org,\"\"\n");
        assert_eq!(read, [row(3, "a@x.org", "Ada Augusta", "", "Viewer"), row(5, "b@x.org", "", "", "Viewer")]);
    }

    #[test]
    fn quotes_that_do_not_match_hide_nobody() {
        for text in ["a@x.org,Ada\nb@x.org,\"Bob\nc@x.org,Cy", "a@x.org,Ada\nb@x.org,\"Bob\nc@x.org,\"Cy"] {
            assert!(refusal(text).starts_with("The quotation marks that begin in line 2 do not match."), "{text:?}");
        }
        assert_eq!(cells("a@x.org,6\" tall"), [["a@x.org", "6\" tall"]]);
    }

    #[test]
    fn letters_that_were_lost_are_not_taken_for_names() {
        for text in ["a@x.org,Ada\r\nm@x.org,,M\u{fffd}ller", "a@x.org\nm\0@\0"] {
            assert!(refusal(text).starts_with("Line 2 has letters that could not be read."), "{text:?}");
        }
    }

    #[test]
    fn a_list_that_is_too_long_says_how_to_go_on() {
        let endless = (0..201).map(|n| format!("p{n}@x.org")).collect::<Vec<_>>().join("\n");
        assert!(refusal(&endless).ends_with("this has 201. Send the first 200, then the rest in another list."));
        assert!(refusal("Email,Role\n").starts_with("There is nobody in this list."));
    }
}
