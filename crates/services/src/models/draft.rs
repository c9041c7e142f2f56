//! Draft: what "Add model" sends becomes what can be stored and called, or a message at every field that is wrong.

use crate::Result;
use domain::models::{ModelType, NewModel, ProviderKind};
use domain::text::{ModelName, ProviderName};
use domain::{FieldErrors, InvalidText};
use egress::EgressClient;
use std::fmt;
use url::Url;

/// Most characters of a key.
const LONGEST_KEY: usize = 4_096;

/// A model that can be stored and called.
pub(super) struct ParsedModel {
    pub provider: ProviderName,
    pub kind: ProviderKind,
    pub base_url: String,
    pub api_key: String,
    pub name: ModelName,
    pub model_type: ModelType,
    pub context_size: i32,
}

/// The key stays out of logs.
impl fmt::Debug for ParsedModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ParsedModel({} at {})", self.name, self.base_url)
    }
}

impl ParsedModel {
    /// Parses every field before it refuses, so that a person sees all that is wrong at once.
    pub fn parse(draft: NewModel, egress: &EgressClient) -> Result<Self> {
        let mut errors = FieldErrors::default();
        let provider = keep(&mut errors, ProviderName::parse(draft.provider));
        let name = keep(&mut errors, ModelName::parse(draft.name));
        let base_url = keep(&mut errors, base_url(&draft.base_url, egress));
        let api_key = keep(&mut errors, api_key(&draft.api_key));
        check_kind(&mut errors, draft.kind, draft.model_type);
        let context_size = i32::try_from(draft.context_size).ok().filter(|size| (128..=100_000_000).contains(size));
        if context_size.is_none() {
            errors.add("context_size", "Context size is a number of tokens from 128 to 100,000,000.");
        }
        match (provider, name, base_url, api_key, context_size) {
            (Some(provider), Some(name), Some(base_url), Some(api_key), Some(context_size)) if errors.is_empty() => {
                Ok(Self { provider, kind: draft.kind, base_url, api_key, name, model_type: draft.model_type, context_size })
            }
            _ => Err(errors.into()),
        }
    }
}

/// An address that may be called, without slashes at its end. Query and fragment are refused: keys end up there.
pub(super) fn base_url(text: &str, egress: &EgressClient) -> Result<String, InvalidText> {
    let refuse = |message: String| InvalidText { field: "base_url", message };
    if text.trim().is_empty() {
        return Err(refuse("Base URL cannot be empty. It looks like “https://api.example.com/v1”.".to_owned()));
    }
    egress.check(text.trim()).map_err(|error| refuse(error.to_string()))?;
    let url = Url::parse(text.trim()).map_err(|error| refuse(error.to_string()))?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refuse("The base URL must not hold “?” or “#”. The key has a field of its own.".to_owned()));
    }
    let text = url.as_str().trim_end_matches('/');
    if text.len() > 2_000 {
        return Err(refuse("Base URL can have 2,000 characters at most.".to_owned()));
    }
    Ok(text.to_owned())
}

/// A key that can be sent in a header; may be empty.
pub(super) fn api_key(text: &str) -> Result<String, InvalidText> {
    let refuse = |message: &str| Err(InvalidText { field: "api_key", message: message.to_owned() });
    let key = text.trim();
    if key.len() > LONGEST_KEY {
        return refuse("This is too long for an API key.");
    }
    if key.chars().any(|c| c.is_control() || !c.is_ascii()) {
        return refuse("The API key holds characters that cannot be sent. Paste it again, without line breaks.");
    }
    Ok(key.to_owned())
}

fn check_kind(errors: &mut FieldErrors, kind: ProviderKind, model_type: ModelType) {
    match (kind, model_type) {
        (ProviderKind::BuiltIn, _) => errors.add("kind", "Built-in models come with Lyceum and cannot be added."),
        (ProviderKind::Anthropic, ModelType::Embeddings) => {
            errors.add("model_type", "Anthropic's interface has no embedding models. Choose LLM, or another kind.");
        }
        _ => {}
    }
}

fn keep<T>(errors: &mut FieldErrors, parsed: Result<T, InvalidText>) -> Option<T> {
    parsed.map_err(|error| errors.add(error.field, error.message)).ok()
}
