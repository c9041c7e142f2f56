//! From bytes to deltas: feeds the events of a response to a protocol and makes sure that the end is honest.
//!
//! Invariant: the stream ends with exactly one `Finished` or one error. A connection that closes without the
//! protocol's own end is [`LlmError::Truncated`], or [`LlmError::Empty`] or [`LlmError::Garbled`] if no text came.

use std::collections::VecDeque;

use egress::ByteStream;
use futures::stream::{self, StreamExt};

use super::SseEvent;
use super::sse::SseParser;
use crate::{ChatDelta, DeltaStream, FinishReason, LlmError};

/// What a protocol has made out of the events so far.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    ready: VecDeque<ChatDelta>,
    has_text: bool,
    is_understood: bool,
    finish: Option<FinishReason>,
    prompt_tokens: Option<u32>,
    completion_tokens: Option<u32>,
}

impl Answer {
    /// The next piece of text.
    pub fn text(&mut self, text: String) {
        self.is_understood = true;
        if !text.is_empty() {
            self.has_text = true;
            self.ready.push_back(ChatDelta::Text(text));
        }
    }

    /// An event of the protocol that says nothing here.
    pub fn understood(&mut self) {
        self.is_understood = true;
    }

    /// Why the answer ends; the first reason stays.
    pub fn finish(&mut self, reason: FinishReason) {
        self.is_understood = true;
        self.finish.get_or_insert(reason);
    }

    /// Tokens counted so far; later figures replace earlier ones.
    pub fn usage(&mut self, prompt: Option<u32>, completion: Option<u32>) {
        self.prompt_tokens = prompt.or(self.prompt_tokens);
        self.completion_tokens = completion.or(self.completion_tokens);
    }

    /// The deltas of an answer that is here as a whole.
    pub fn into_deltas(mut self) -> Result<VecDeque<ChatDelta>, LlmError> {
        self.close()?;
        Ok(self.ready)
    }

    /// Closes the answer: the deltas that belong to its end, or what is wrong with it.
    fn close(&mut self) -> Result<(), LlmError> {
        let reason = match (self.finish, self.has_text) {
            (None, true) => return Err(LlmError::Truncated),
            (None, false) if !self.is_understood => return Err(LlmError::Garbled),
            (None | Some(FinishReason::Stop | FinishReason::Other), false) => return Err(LlmError::Empty),
            (Some(reason), _) => reason,
        };
        if let (Some(prompt_tokens), completion) = (self.prompt_tokens, self.completion_tokens) {
            let completion_tokens = completion.unwrap_or(0);
            self.ready.push_back(ChatDelta::Usage { prompt_tokens, completion_tokens });
        }
        self.ready.push_back(ChatDelta::Finished(reason));
        Ok(())
    }
}

/// How one kind of provider spells an answer.
pub(crate) trait Protocol: Send + 'static {
    /// Reads one event into `answer`. `Ok(true)` when it was the protocol's last one.
    fn read(&mut self, event: &SseEvent, answer: &mut Answer) -> Result<bool, LlmError>;
}

struct Reader<P> {
    body: ByteStream,
    parser: SseParser,
    protocol: P,
    answer: Answer,
    failure: Option<LlmError>,
    has_bytes: bool,
    is_over: bool,
}

/// Reads `body` as the events of `protocol`.
pub(crate) fn deltas<P: Protocol>(body: ByteStream, protocol: P) -> DeltaStream {
    let reader =
        Reader { body, parser: SseParser::default(), protocol, answer: Answer::default(), failure: None, has_bytes: false, is_over: false };
    stream::unfold(reader, |mut reader| async move { reader.next().await.map(|delta| (delta, reader)) }).boxed()
}

impl<P: Protocol> Reader<P> {
    async fn next(&mut self) -> Option<Result<ChatDelta, LlmError>> {
        loop {
            // What came before a failure is handed out before the failure.
            if let Some(delta) = self.answer.ready.pop_front() {
                return Some(Ok(delta));
            }
            if let Some(failure) = self.failure.take() {
                return Some(Err(failure));
            }
            if self.is_over {
                return None;
            }
            let result = match self.body.next().await {
                Some(Ok(bytes)) => self.take(&bytes),
                Some(Err(broken)) => self.broken(broken.into()),
                None => self.ended(),
            };
            if let Err(failure) = result {
                self.is_over = true;
                self.failure = Some(failure);
            }
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), LlmError> {
        self.has_bytes = true;
        let mut events = Vec::new();
        self.parser.push(bytes, |event| events.push(event)).map_err(|_| LlmError::Garbled)?;
        self.read_all(&events)
    }

    fn ended(&mut self) -> Result<(), LlmError> {
        let mut events = Vec::new();
        let parser = std::mem::take(&mut self.parser);
        parser.finish(|event| events.push(event)).map_err(|_| LlmError::Garbled)?;
        self.read_all(&events)?;
        if self.is_over {
            return Ok(());
        }
        self.is_over = true;
        if !self.has_bytes {
            return Err(LlmError::Empty);
        }
        self.answer.close()
    }

    /// A connection that breaks after the answer is complete has done no harm.
    fn broken(&mut self, cause: LlmError) -> Result<(), LlmError> {
        self.is_over = true;
        if self.answer.finish.is_some() { self.answer.close() } else { Err(hung_up(cause)) }
    }

    fn read_all(&mut self, events: &[SseEvent]) -> Result<(), LlmError> {
        for event in events {
            if self.protocol.read(event, &mut self.answer)? {
                self.is_over = true;
                return self.answer.close();
            }
        }
        Ok(())
    }
}

/// A cut connection is the provider hanging up; silence and size keep their own sentence.
fn hung_up(cause: LlmError) -> LlmError {
    match cause {
        LlmError::Egress(egress::EgressError::Broken { .. }) => LlmError::Truncated,
        other => other,
    }
}
