//! Joins atoms into chunks.
//!
//! The one invariant: a chunk is a run of neighbouring atoms, at least one, and no atom is in two runs.

use std::ops::Range;

use domain::PageText;

use super::{
    Chunk, ChunkOptions,
    atoms::{Atom, Cut, Document, PAGE_JOIN},
};

/// The chunks of a document.
pub(super) fn chunks(pages: &[PageText], document: &Document, options: &ChunkOptions) -> Vec<Chunk> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    let grouping = Grouping { atoms: &document.atoms, options };
    let mut start = 0;
    while start < document.atoms.len() {
        let end = grouping.end_of_chunk(start);
        runs.push(start..end);
        start = end;
    }
    let runs = grouping.join_small(runs);
    runs.into_iter().enumerate().map(|(position, run)| chunk(pages, document, options, position, run)).collect()
}

struct Grouping<'a> {
    atoms: &'a [Atom],
    options: &'a ChunkOptions,
}

impl Grouping<'_> {
    fn length(&self, run: &Range<usize>) -> usize {
        self.atoms[run.end - 1].end() - self.atoms[run.start].start()
    }

    fn may_join(&self, left: usize, right: usize) -> bool {
        self.options.multipage_sections || self.atoms[left].page == self.atoms[right].page
    }

    /// One past the last atom of the chunk that starts at `start`.
    fn end_of_chunk(&self, start: usize) -> usize {
        let (new_after, combine_under) = (self.options.new_after(), self.options.combine_under());
        let mut end = start + 1;
        while end < self.atoms.len() && self.may_join(start, end) {
            let now = self.length(&(start..end));
            let opens_section = self.atoms[end].is_heading() && !self.atoms[end - 1].is_heading();
            if opens_section && now >= combine_under {
                return end;
            }
            let longer = self.length(&(start..end + 1));
            let is_too_small = now < combine_under && longer <= self.options.hard_cap();
            if longer > new_after && !is_too_small {
                return self.best_cut(start, end);
            }
            end += 1;
        }
        self.without_last_heading(start, end)
    }

    /// The best place to cut near the end of a full chunk: page, paragraph, sentence; the last of the best.
    fn best_cut(&self, start: usize, end: usize) -> usize {
        let least = self.options.combine_under().max(self.options.new_after() * 6 / 10);
        let best = (start + 1..=end)
            .rev()
            .take_while(|&cut| self.length(&(start..cut)) >= least)
            .fold(end, |best, cut| if self.atoms[cut].before > self.atoms[best].before { cut } else { best });
        self.without_last_heading(start, best)
    }

    /// A heading belongs to the text below it, so it never ends a chunk that holds anything else.
    fn without_last_heading(&self, start: usize, end: usize) -> usize {
        if end == self.atoms.len() {
            return end;
        }
        let body = (start + 1..=end).rev().find(|&cut| !self.atoms[cut - 1].is_heading());
        body.unwrap_or(end)
    }

    /// Gives a chunk that stayed small (the last of the document, of a page) to the one before it when both fit.
    fn join_small(&self, runs: Vec<Range<usize>>) -> Vec<Range<usize>> {
        let mut joined: Vec<Range<usize>> = Vec::with_capacity(runs.len());
        for run in runs {
            if let Some(last) = joined.last_mut() {
                let is_small = self.length(&run).min(self.length(last)) < self.options.combine_under();
                let both = last.start..run.end;
                if is_small && self.may_join(last.start, run.end - 1) && self.length(&both) <= self.options.hard_cap() {
                    *last = both;
                    continue;
                }
            }
            joined.push(run);
        }
        joined
    }
}

fn chunk(pages: &[PageText], document: &Document, options: &ChunkOptions, position: usize, run: Range<usize>) -> Chunk {
    let atoms = &document.atoms[run];
    let (first, last) = (&atoms[0], &atoms[atoms.len() - 1]);
    let mut bytes_start = first.bytes.start;
    if position > 0 && options.overlap > 0 {
        bytes_start = overlap_start(&pages[first.page].text, bytes_start, options.overlap);
    }
    let repeated = pages[first.page].text[bytes_start..first.bytes.start].chars().count();
    let text = pages_of(atoms)
        .into_iter()
        .enumerate()
        .map(|(at, (page, bytes))| &pages[page].text[if at == 0 { bytes_start } else { bytes.start }..bytes.end])
        .collect::<Vec<_>>()
        .join(PAGE_JOIN);
    let end_on_first = atoms.iter().rev().find(|atom| atom.page == first.page).map_or(0, |atom| atom.chars.end);
    Chunk {
        position: number(position),
        page_first: pages[first.page].number,
        page_last: pages[last.page].number,
        char_start: number(first.chars.start - repeated),
        char_end: number(end_on_first),
        page_last_end: number(last.chars.end),
        heading: document.sections[main_section(atoms)].clone(),
        text,
    }
}

/// The byte range of each page that the atoms lie on.
fn pages_of(atoms: &[Atom]) -> Vec<(usize, Range<usize>)> {
    let mut ranges: Vec<(usize, Range<usize>)> = Vec::new();
    for atom in atoms {
        match ranges.last_mut() {
            Some((page, range)) if *page == atom.page => range.end = atom.bytes.end,
            _ => ranges.push((atom.page, atom.bytes.clone())),
        }
    }
    ranges
}

/// The section that most of the body text belongs to; of headings alone, the innermost.
fn main_section(atoms: &[Atom]) -> usize {
    let mut best = (0, atoms[atoms.len() - 1].section);
    for section in atoms.chunk_by(|left, right| left.section == right.section) {
        let body: usize = section.iter().filter(|atom| atom.before != Cut::Heading).map(|atom| atom.chars.len()).sum();
        if body > best.0 {
            best = (body, section[0].section);
        }
    }
    best.1
}

/// Where an overlap of at most `overlap` characters before `start` begins, at the start of a word.
fn overlap_start(page: &str, start: usize, overlap: u32) -> usize {
    let before = &page[..start];
    let wanted = usize::try_from(overlap).unwrap_or(usize::MAX);
    let from = before.char_indices().rev().nth(wanted.saturating_sub(1)).map_or(0, |(at, _)| at);
    let is_word_start = from == 0 || page[..from].ends_with(char::is_whitespace);
    let tail = &page[from..start];
    let word = if is_word_start { Some(0) } else { tail.find(char::is_whitespace) };
    let Some(word) = word else { return start };
    from + word + (tail[word..].len() - tail[word..].trim_start().len())
}

fn number(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
