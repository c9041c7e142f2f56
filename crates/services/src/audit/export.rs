//! Export: a trail as CSV or JSON, streamed page by page.
//!
//! The invariant: no cell of a spreadsheet begins like a formula, whatever somebody called a thing; a spreadsheet begins with the mark that
//! says it is UTF-8; and a file that does not hold all that was asked for says so at its end.

use super::filter::Filter;
use super::people::People;
use super::queries::{self, EventRow};
use super::record::{record, record_in};
use super::{Audit, begin, require_managing};
use crate::written::hex;
use crate::{Error, Result, Services, Viewer, licences};
use bytes::Bytes;
use chrono::SecondsFormat;
use csv::{QuoteStyle, Terminator, WriterBuilder};
use domain::audit::{Action, AuditQuery, AuditScope, Event, ExportFormat};
use domain::licences::Feature;
use futures::stream::{self, BoxStream, StreamExt as _};
use serde_json::{Value, json};

/// Events read at once.
const PAGE: usize = 1000;
/// Most events of one export; a narrower time takes the rest.
const MOST_EVENTS: usize = 100_000;
/// What stands at the end where older events are left out.
const CUT: &str = "Older events were left out. Export them with an earlier end of the time.";
/// What a spreadsheet begins with: without it Excel takes UTF-8 for another encoding, and shows “MÃ¼ller”. JSON must not have it.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
/// The columns of a spreadsheet.
const COLUMNS: [&str; 19] = [
    "Number",
    "Time",
    "Team",
    "Person",
    "Person id",
    "Through",
    "Address",
    "Action",
    "What",
    "Target type",
    "Target id",
    "Target",
    "Outcome",
    "Model",
    "People",
    "Details",
    "Previous hash",
    "Hash",
    "Chain",
];

/// The bytes of an export.
pub type ExportStream = BoxStream<'static, Result<Bytes>>;

/// How far an export is.
struct Export {
    services: Services,
    viewer: Viewer,
    scope: AuditScope,
    filter: Filter,
    format: ExportFormat,
    before: Option<i64>,
    written: usize,
    /// How many events it may hold.
    most: usize,
    is_over: bool,
}

impl Audit<'_> {
    /// A trail from its latest event back, as far as a filter asks for it. That it was exported is an event, too.
    pub async fn export(&self, viewer: &Viewer, scope: AuditScope, query: &AuditQuery, format: ExportFormat) -> Result<ExportStream> {
        self.export_up_to(viewer, scope, query, format, MOST_EVENTS).await
    }

    /// The same with another number of events at most.
    pub(super) async fn export_up_to(
        &self,
        viewer: &Viewer,
        scope: AuditScope,
        query: &AuditQuery,
        format: ExportFormat,
        most: usize,
    ) -> Result<ExportStream> {
        let (mut tx, team) = begin(self.services, viewer, scope).await?;
        require_managing(viewer, scope)?;
        licences::require(tx.connection(), Feature::AuditExport).await?;
        let filter = Filter::parse(query)?;
        let event = Event::new(Action::AuditExported, None::<uuid::Uuid>, "");
        match team {
            Some(_) => record(tx.connection(), viewer, event).await?,
            None => record_in(tx.connection(), None, viewer, event).await?,
        }
        tx.commit().await?;
        let (services, viewer) = (self.services.clone(), viewer.clone());
        let export = Export { services, viewer, scope, filter, format, before: None, written: 0, most, is_over: false };
        Ok(stream::try_unfold(export, Export::next).boxed())
    }
}

impl Export {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>> {
        if self.is_over {
            return Ok(None);
        }
        let (mut tx, team) = begin(&self.services, &self.viewer, self.scope).await?;
        let wanted = PAGE.min(self.most - self.written);
        // One more tells whether there are older ones.
        let limit = i64::try_from(wanted + 1).unwrap_or(i64::MAX);
        let mut rows = queries::list(tx.connection(), team, &self.filter, self.before, limit).await?;
        let has_older = rows.len() > wanted;
        rows.truncate(wanted);
        let people = People::of(tx.connection(), team, &rows).await?;
        tx.commit().await?;
        let is_first = self.written == 0;
        self.written += rows.len();
        self.before = rows.last().map(|row| row.position);
        self.is_over = !has_older || self.written >= self.most;
        let is_cut = has_older && self.is_over;
        let page = match self.format {
            ExportFormat::Csv => {
                let head = is_first.then(|| COLUMNS.map(str::to_owned));
                let page = lines(head.into_iter().chain(rows.iter().map(|row| cells(row, &people))).chain(is_cut.then(cut_cells)))?;
                if is_first { [BYTE_ORDER_MARK, page.as_slice()].concat() } else { page }
            }
            ExportFormat::Json => {
                let elements = rows.iter().map(|row| object(row, &people)).chain(is_cut.then(cut_object));
                array(elements, is_first, self.is_over).into_bytes()
            }
        };
        Ok(Some((Bytes::from(page), self)))
    }
}

fn time(row: &EventRow) -> String {
    row.at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

fn cells(row: &EventRow, people: &People) -> [String; COLUMNS.len()] {
    let known = row.known_details();
    let id = |id: Option<uuid::Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    [
        row.seq.to_string(),
        time(row),
        row.team.clone().unwrap_or_default(),
        row.actor(),
        id(row.actor_id),
        row.way().to_owned(),
        row.ip.clone(),
        row.action.clone(),
        row.sentence(),
        row.target_type.clone(),
        id(row.target_id),
        row.target_name.clone(),
        known.outcome.map(|outcome| outcome.to_string()).unwrap_or_default(),
        known.model.as_ref().map(|model| model.name.clone()).unwrap_or_default(),
        people.words(&known),
        row.details.to_string(),
        hex(&row.previous_hash),
        hex(&row.hash),
        row.chain.to_string(),
    ]
}

/// The last line of a spreadsheet that was cut.
fn cut_cells() -> [String; COLUMNS.len()] {
    COLUMNS.map(|column| if column == "What" { CUT.to_owned() } else { String::new() })
}

fn object(row: &EventRow, people: &People) -> Value {
    json!({
        "number": row.seq, "time": time(row), "team": row.team, "person": row.actor(), "person_id": row.actor_id, "via": row.via,
        "address": row.ip, "action": row.action, "what": row.sentence(), "target_type": row.target_type, "target_id": row.target_id,
        "target": row.target_name, "people": people.words(&row.known_details()), "details": row.details,
        "previous_hash": hex(&row.previous_hash), "hash": hex(&row.hash), "chain": row.chain,
    })
}

/// The last element of an array that was cut.
fn cut_object() -> Value {
    json!({ "is_cut": true, "what": CUT })
}

/// A page of the array that all pages make together.
fn array(elements: impl Iterator<Item = Value>, is_first: bool, is_last: bool) -> String {
    let mut text = if is_first { "[".to_owned() } else { String::new() };
    for (place, element) in elements.enumerate() {
        text.push_str(if is_first && place == 0 { "\n" } else { ",\n" });
        text.push_str(&element.to_string());
    }
    if is_last {
        text.push_str("\n]\n");
    }
    text
}

/// Lines of a spreadsheet, every cell in quotes.
fn lines<L: IntoIterator<Item = String>>(lines: impl IntoIterator<Item = L>) -> Result<Vec<u8>> {
    let mut writer = WriterBuilder::new().quote_style(QuoteStyle::Always).terminator(Terminator::CRLF).from_writer(Vec::new());
    for cells in lines {
        writer.write_record(cells.into_iter().map(guarded)).map_err(Error::internal)?;
    }
    writer.into_inner().map_err(|error| Error::internal(error.into_error()))
}

/// What a spreadsheet would calculate, with an apostrophe in front; everything else as it is.
fn guarded(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One cell as it stands in a line.
    fn cell(text: &str) -> String {
        let line = String::from_utf8(lines([[text.to_owned()]]).unwrap()).unwrap();
        line.strip_suffix("\r\n").unwrap().to_owned()
    }

    #[test]
    fn no_cell_begins_like_a_formula() {
        for odd in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert!(cell(odd).starts_with("\"'"), "{odd:?}");
        }
        assert_eq!(cell("plain"), "\"plain\"");
    }

    #[test]
    fn quotes_and_lines_stay_inside_their_cell() {
        assert_eq!(cell("a \"b\",\nc"), "\"a \"\"b\"\",\nc\"");
    }
}
