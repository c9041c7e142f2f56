//! A parser for server-sent events, fed with bytes as they come.
//!
//! Invariant: how the bytes are cut into pieces changes nothing, because text is decoded only once a line is whole.

/// One event: its name, if it has one, and its data lines joined by line feeds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct SseEvent {
    /// Value of the last `event` field; empty for none.
    pub name: String,
    /// Joined values of the `data` fields.
    pub data: String,
}

/// Holds what is not a whole event yet.
#[derive(Debug, Default)]
pub(crate) struct SseParser {
    line: Vec<u8>,
    event: SseEvent,
    has_data: bool,
    ended_by_return: bool,
    is_started: bool,
}

/// The bytes are not text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotText;

impl SseParser {
    /// Takes the next bytes and hands every event that they complete to `sink`.
    pub fn push(&mut self, mut bytes: &[u8], mut sink: impl FnMut(SseEvent)) -> Result<(), NotText> {
        if self.ended_by_return && !bytes.is_empty() {
            // A line feed right after a carriage return belongs to it, even when it comes in the next piece.
            bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
            self.ended_by_return = false;
        }
        while let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            self.line.extend_from_slice(&bytes[..end]);
            self.end_line(&mut sink)?;
            let is_return = bytes[end] == b'\r';
            bytes = &bytes[end + 1..];
            if is_return {
                self.ended_by_return = bytes.is_empty();
                bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
            }
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    /// The stream is over: an event that lacks only its blank line still counts, as lax servers leave it out.
    pub fn finish(mut self, mut sink: impl FnMut(SseEvent)) -> Result<(), NotText> {
        if !self.line.is_empty() {
            self.end_line(&mut sink)?;
        }
        self.dispatch(&mut sink);
        Ok(())
    }

    fn end_line(&mut self, sink: &mut impl FnMut(SseEvent)) -> Result<(), NotText> {
        let line = std::mem::take(&mut self.line);
        let text = std::str::from_utf8(&line).map_err(|_| NotText)?;
        let text = if self.is_started { text } else { text.strip_prefix('\u{feff}').unwrap_or(text) };
        self.is_started = true;
        if text.is_empty() {
            self.dispatch(sink);
        } else {
            self.field(text);
        }
        // Hand the allocation back for the next line.
        self.line = line;
        self.line.clear();
        Ok(())
    }

    fn field(&mut self, line: &str) {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "data" => {
                if self.has_data {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
                self.has_data = true;
            }
            "event" => value.clone_into(&mut self.event.name),
            // Comments have an empty name; `id`, `retry` and the unknown mean nothing here.
            _ => {}
        }
    }

    fn dispatch(&mut self, sink: &mut impl FnMut(SseEvent)) {
        let event = std::mem::take(&mut self.event);
        if std::mem::take(&mut self.has_data) {
            sink(event);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{NotText, SseEvent, SseParser};

    fn parse(pieces: &[&[u8]]) -> Result<Vec<SseEvent>, NotText> {
        let mut events = Vec::new();
        let mut parser = SseParser::default();
        for piece in pieces {
            parser.push(piece, |event| events.push(event))?;
        }
        parser.finish(|event| events.push(event))?;
        Ok(events)
    }

    fn event(name: &str, data: &str) -> SseEvent {
        SseEvent { name: name.to_owned(), data: data.to_owned() }
    }

    #[test]
    fn every_cut_of_the_bytes_gives_the_same_events() {
        let text = "\u{feff}: hello\r\nevent: a\r\ndata: grüße 🎓\r\ndata:two\r\n\r\n: ping\n\ndata: x\n\nid: 7\rdata: y\r\rdata\n\n";
        let expected = [event("a", "grüße 🎓\ntwo"), event("", "x"), event("", "y"), event("", "")];
        let bytes = text.as_bytes();
        assert_eq!(parse(&[bytes]).unwrap(), expected);
        for cut in 0..=bytes.len() {
            assert_eq!(parse(&[&bytes[..cut], &bytes[cut..]]).unwrap(), expected, "cut at {cut}");
        }
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(parse(&single).unwrap(), expected);
    }

    #[test]
    fn the_last_event_counts_without_its_blank_line() {
        assert_eq!(parse(&[b"data: a\n\ndata: b"]).unwrap(), [event("", "a"), event("", "b")]);
    }

    #[test]
    fn comments_and_events_without_data_are_dropped() {
        assert_eq!(parse(&[b": keep-alive\n\nevent: ping\n\nretry: 10\n\ndata: a\n\n"]).unwrap(), [event("", "a")]);
    }

    #[test]
    fn bytes_that_are_not_text_are_refused() {
        assert_eq!(parse(&[b"data: \xff\xfe\n\n"]), Err(NotText));
    }
}
