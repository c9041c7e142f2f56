//! Tables as text: one line per row, each value with its column's name, so that a row is understood on its own.
//!
//! The one invariant: no value is dropped; a row of the file is one line of the text.

use std::fmt::Write as _;

use crate::{ExtractFailure, Extracted, Format, MAX_TEXT_BYTES, text, unpaginated};

/// A column name longer than this is cut, as it is repeated on every row.
const LONGEST_HEADER: usize = 80;

/// Reads a table.
pub(crate) fn extract(name: &str, bytes: &[u8]) -> Result<Extracted, ExtractFailure> {
    let (table, warnings) = text::decode(bytes, None);
    let delimiter = sniff(&table);
    let mut records = reader(&table, delimiter).into_records();
    let damaged = |_| ExtractFailure::damaged(name, Format::Csv.with_article());
    let Some(first) = records.next().transpose().map_err(damaged)? else {
        return Err(ExtractFailure::no_text(name));
    };
    let has_header = first.iter().any(|cell| !cell.trim().is_empty()) && !first.iter().any(is_number);
    let headers: Vec<String> = if has_header { first.iter().map(header).collect() } else { Vec::new() };

    let mut rows = String::new();
    if has_header {
        // The names alone, so that a table without rows can be found too.
        let _ = writeln!(rows, "{}", headers.join(" | "));
        rows.push('\n');
    } else {
        push_row(&mut rows, &headers, &first);
    }
    for record in records {
        push_row(&mut rows, &headers, &record.map_err(damaged)?);
        if rows.len() > MAX_TEXT_BYTES {
            return Err(ExtractFailure::too_much_text(name));
        }
    }
    Ok(unpaginated(rows, warnings))
}

fn reader(table: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(table.as_bytes())
}

fn header(cell: &str) -> String {
    one_line(cell).chars().take(LONGEST_HEADER).collect()
}

fn one_line(cell: &str) -> String {
    cell.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_number(cell: &str) -> bool {
    let cell = cell.trim();
    cell.starts_with(|c: char| c.is_ascii_digit() || c == '-')
        && cell.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '%'))
}

/// "Header: value; Header: value"; empty cells are left out, cells beyond the header are "Column 7".
fn push_row(rows: &mut String, headers: &[String], record: &csv::StringRecord) {
    let mut is_first = true;
    for (at, cell) in record.iter().enumerate() {
        let cell = one_line(cell);
        if cell.is_empty() {
            continue;
        }
        if !is_first {
            rows.push_str("; ");
        }
        is_first = false;
        // Writing to a String cannot fail.
        let _ = match headers.get(at).filter(|header| !header.is_empty()) {
            Some(header) => write!(rows, "{header}: {cell}"),
            None => write!(rows, "Column {}: {cell}", at + 1),
        };
    }
    if !is_first {
        rows.push('\n');
    }
}

/// The delimiter that divides the first rows into the most equal number of cells.
fn sniff(table: &str) -> u8 {
    let score = |delimiter: u8| {
        let widths: Vec<usize> = reader(sample(table), delimiter).into_records().take(20).flatten().map(|record| record.len()).collect();
        let Some(&first) = widths.first() else { return (0, 0) };
        let equal = widths.iter().filter(|&&width| width == first).count();
        if first < 2 { (0, 0) } else { (equal * 100 / widths.len(), first) }
    };
    // The last of equals wins, so the comma stands last.
    [b'|', b'\t', b';', b','].into_iter().max_by_key(|&delimiter| score(delimiter)).unwrap_or(b',')
}

/// The first 64 kB, ending with a whole line where there is one.
fn sample(table: &str) -> &str {
    const SAMPLE: usize = 64 << 10;
    if table.len() <= SAMPLE {
        return table;
    }
    let head = &table[..table.floor_char_boundary(SAMPLE)];
    head.rfind('\n').map_or(head, |end| &head[..=end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(table: &str) -> String {
        extract("a.csv", table.as_bytes()).unwrap().pages.remove(0).text
    }

    #[test]
    fn each_row_tells_its_columns() {
        assert_eq!(rows("Name,Age\nAda,36\n\"Grace, B.\",\n"), "Name | Age\n\nName: Ada; Age: 36\nName: Grace, B.\n");
    }

    #[test]
    fn the_delimiter_is_found_out() {
        assert_eq!(rows("Ort;Preis\nKöln;1,50\nBonn;2,50\n"), "Ort | Preis\n\nOrt: Köln; Preis: 1,50\nOrt: Bonn; Preis: 2,50\n");
        assert!(rows("a\tb\nx, y\tz\n").contains("a: x, y; b: z"));
        assert!(rows("a|b\nx|z\n").contains("a: x; b: z"));
        assert!(rows("word\nanother\n").contains("word: another"));
    }

    #[test]
    fn a_table_of_numbers_needs_no_header() {
        assert_eq!(rows("1,2\n3,4\n"), "Column 1: 1; Column 2: 2\nColumn 1: 3; Column 2: 4\n");
    }

    #[test]
    fn ragged_rows_and_line_breaks_in_cells_keep_their_values() {
        assert_eq!(rows("a,b\n\"one\ntwo\",x,extra\n"), "a | b\n\na: one two; b: x; Column 3: extra\n");
    }

    #[test]
    fn a_long_header_cannot_multiply_the_text() {
        let table = format!("{}\n{}", "h".repeat(100_000), "x\n".repeat(1000));
        assert!(rows(&table).len() < 100_000);
    }
}
