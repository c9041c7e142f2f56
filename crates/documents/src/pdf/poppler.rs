//! Reads a PDF with the `pdftotext` command of poppler, when it is on the `PATH`.
//!
//! The one invariant: the file goes in and the text comes out through pipes, under the limits of this process.

use std::{
    io::{Read as _, Write as _},
    process::{Command, Stdio},
    thread,
};

use crate::MAX_TEXT_BYTES;

/// The texts of the pages, or nothing when the command is not there or refuses the file.
pub(super) fn read(bytes: &[u8]) -> Option<Vec<String>> {
    let mut child = Command::new("pdftotext")
        .args(["-q", "-enc", "UTF-8", "-eol", "unix", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut stdin = child.stdin.take()?;
    let stdout = child.stdout.take()?;
    let mut text = Vec::new();
    thread::scope(|scope| {
        // A command that stops reading tells by its exit code why.
        scope.spawn(move || stdin.write_all(bytes).ok());
        // One byte over the limit, so that the caller sees that there was too much.
        stdout.take(u64::try_from(MAX_TEXT_BYTES).unwrap_or(u64::MAX) + 1).read_to_end(&mut text).ok()
    })?;
    let has_all = text.len() <= MAX_TEXT_BYTES;
    let has_ended_well = child.wait().ok()?.success();
    if has_all && !has_ended_well {
        return None;
    }
    let text = String::from_utf8_lossy(&text);
    // Every page ends with a form feed, the last one too.
    let mut pages: Vec<String> = text.split('\u{c}').map(str::to_owned).collect();
    if pages.last().is_some_and(|after_last| after_last.trim().is_empty()) {
        pages.pop();
    }
    Some(pages)
}
