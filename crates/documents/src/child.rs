//! The child's side of an extraction: limits first, then the parser.
//!
//! The one invariant: nothing of the file is looked at before the limits hold. The parent's side is `parent.rs`.
//!
//! On stdin: one line of JSON ([`Header`]), then the bytes of the file to the end. On stdout: one JSON value, a
//! `Result<Extracted, ExtractFailure>`. Nothing is written anywhere else: `RLIMIT_FSIZE` is zero.

use std::{
    io::{self, BufRead as _, BufWriter, Read as _, Write as _},
    process::ExitCode,
    thread,
};

use rlimit::Resource;
use serde::{Deserialize, Serialize};

use crate::{ExtractFailure, Extracted, Format, extract};

/// What the parent tells the child before the bytes.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Header {
    pub name: String,
    pub format: Format,
    pub cpu_seconds: u64,
    pub memory_bytes: u64,
}

/// What the child answers.
pub(crate) type Answer = Result<Extracted, ExtractFailure>;

/// Deeply nested files recurse deeply in some parsers; a thread with this stack survives more than any real file needs.
const STACK_BYTES: usize = 64 << 20;
const LONGEST_HEADER: u64 = 64 << 10;
const OPEN_FILES: u64 = 64;

/// Runs one extraction and returns the exit code of the process. Call it before anything else is started.
///
/// Succeeds when an answer was written, a failure included; anything else is a crash to the parent.
pub fn run() -> ExitCode {
    match answer() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn answer() -> io::Result<()> {
    for (resource, limit) in [(Resource::CORE, 0), (Resource::FSIZE, 0), (Resource::NOFILE, OPEN_FILES)] {
        lower(resource, limit, limit)?;
    }
    let mut stdin = io::stdin().lock();
    let mut line = String::new();
    stdin.by_ref().take(LONGEST_HEADER).read_line(&mut line)?;
    let header: Header = serde_json::from_str(&line)?;
    lower(Resource::AS, header.memory_bytes, header.memory_bytes)?;
    // The soft limit's signal ends the process; the hard one is for a parser that would catch it.
    lower(Resource::CPU, header.cpu_seconds, header.cpu_seconds.saturating_add(5))?;

    let mut stdout = BufWriter::new(io::stdout().lock());
    serde_json::to_writer(&mut stdout, &parse(header, stdin)?)?;
    stdout.flush()
}

fn parse(header: Header, mut file: impl io::Read) -> io::Result<Answer> {
    let Header { name, format, memory_bytes, .. } = header;
    let mut bytes = Vec::new();
    match file.read_to_end(&mut bytes) {
        Err(error) if error.kind() == io::ErrorKind::OutOfMemory => return Ok(Err(ExtractFailure::too_much_memory(&name, memory_bytes))),
        read => read?,
    };
    let of_parser = name.clone();
    let parser = thread::Builder::new().stack_size(STACK_BYTES).spawn(move || extract(&of_parser, format, bytes));
    // A thread is refused only when there is no room for its stack.
    let Ok(parser) = parser else { return Ok(Err(ExtractFailure::too_much_memory(&name, memory_bytes))) };
    Ok(parser.join().unwrap_or_else(|_panic| Err(ExtractFailure::crashed(&name))))
}

/// Sets a limit, or keeps the one in force when that is lower already.
fn lower(resource: Resource, soft: u64, hard: u64) -> io::Result<()> {
    let (_, allowed) = resource.get()?;
    resource.set(soft.min(allowed), hard.min(allowed))
}
