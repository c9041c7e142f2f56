//! Draft: what a form sends becomes what the table takes, or a message at every field that is wrong.

use crate::Result;
use domain::datasets::Visibility;
use domain::prompts::PromptDraft;
use domain::text::{Description, ExampleQuestion, Instructions, PromptName};
use domain::{FieldErrors, InvalidText, ModelId};
use std::ops::RangeInclusive;
use uuid::Uuid;

/// Most datasets one prompt searches.
const MOST_DATASETS: usize = 100;
/// Most example questions.
const MOST_EXAMPLES: usize = 4;
/// Most tokens an answer can be allowed.
const MOST_COMPLETION_TOKENS: u32 = 1_000_000;

/// A draft whose every field can be stored. Rights on its model and datasets are looked at elsewhere.
pub(super) struct ParsedDraft {
    pub name: PromptName,
    pub description: Description,
    pub instructions: Instructions,
    pub model_id: Option<ModelId>,
    pub dataset_ids: Vec<Uuid>,
    pub visibility: Visibility,
    pub temperature: f32,
    pub max_chunks: i32,
    pub max_history_items: i32,
    pub max_completion_tokens: Option<i32>,
    pub trim_ratio: i32,
    pub examples: Vec<String>,
}

impl ParsedDraft {
    /// Parses every field before it refuses, so that a person sees all that is wrong at once.
    pub fn parse(draft: PromptDraft) -> Result<Self> {
        let mut errors = FieldErrors::default();
        let name = keep(&mut errors, PromptName::parse(draft.name));
        let description = keep(&mut errors, Description::parse(draft.description));
        let instructions = keep(&mut errors, Instructions::parse(draft.instructions));
        let temperature = temperature(&mut errors, draft.temperature);
        let max_chunks = whole(&mut errors, "max_chunks", "Passages", draft.max_chunks, 0..=50);
        let max_history_items = whole(&mut errors, "max_history_items", "Earlier messages", draft.max_history_items, 0..=200);
        let max_completion_tokens = draft
            .max_completion_tokens
            .map(|tokens| whole(&mut errors, "max_completion_tokens", "Answer tokens", tokens, 1..=MOST_COMPLETION_TOKENS));
        let trim_ratio = whole(&mut errors, "trim_ratio", "Context share", draft.trim_ratio, 10..=100);
        let examples = examples(&mut errors, draft.examples);
        let dataset_ids = datasets(&mut errors, draft.dataset_ids.into_iter().map(domain::DatasetId::as_uuid).collect());
        match (name, description, instructions) {
            (Some(name), Some(description), Some(instructions)) if errors.is_empty() => Ok(Self {
                name,
                description,
                instructions,
                model_id: draft.model_id,
                dataset_ids,
                visibility: draft.visibility,
                temperature,
                max_chunks,
                max_history_items,
                max_completion_tokens,
                trim_ratio,
                examples,
            }),
            _ => Err(errors.into()),
        }
    }
}

fn keep<T>(errors: &mut FieldErrors, parsed: Result<T, InvalidText>) -> Option<T> {
    parsed.map_err(|error| errors.add(error.field, error.message)).ok()
}

fn temperature(errors: &mut FieldErrors, temperature: f32) -> f32 {
    if !(0.0..=2.0).contains(&temperature) {
        errors.add("temperature", "Temperature is a number from 0 to 2.");
    }
    temperature
}

fn whole(errors: &mut FieldErrors, field: &str, label: &str, number: u32, range: RangeInclusive<u32>) -> i32 {
    if !range.contains(&number) {
        errors.add(field, format!("{label}: enter a whole number from {} to {}.", range.start(), range.end()));
    }
    i32::try_from(number).unwrap_or_default()
}

/// Empty lines of the form are no questions.
fn examples(errors: &mut FieldErrors, examples: Vec<String>) -> Vec<String> {
    let filled = examples.into_iter().filter(|example| !example.trim().is_empty());
    let kept: Vec<String> =
        filled.filter_map(|example| keep(errors, ExampleQuestion::parse(example))).map(ExampleQuestion::into_string).collect();
    if kept.len() > MOST_EXAMPLES {
        errors.add("examples", format!("A prompt has {MOST_EXAMPLES} example questions at most."));
    }
    kept
}

fn datasets(errors: &mut FieldErrors, mut ids: Vec<Uuid>) -> Vec<Uuid> {
    ids.sort_unstable();
    ids.dedup();
    if ids.len() > MOST_DATASETS {
        errors.add("dataset_ids", format!("A prompt searches {MOST_DATASETS} datasets at most."));
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    fn refusal(change: impl FnOnce(&mut PromptDraft)) -> FieldErrors {
        let mut draft = PromptDraft { name: "Helper".to_owned(), ..PromptDraft::default() };
        change(&mut draft);
        match ParsedDraft::parse(draft) {
            Err(Error::Invalid(errors)) => errors,
            Err(other) => panic!("refused with {other:?}"),
            Ok(_) => FieldErrors::default(),
        }
    }

    #[test]
    fn every_wrong_field_gets_its_message_at_once() {
        let errors = refusal(|draft| {
            draft.name = "  ".to_owned();
            draft.description = "x".repeat(1_001);
            draft.temperature = f32::NAN;
            draft.max_chunks = 51;
            draft.max_history_items = 201;
            draft.max_completion_tokens = Some(0);
            draft.trim_ratio = 9;
            draft.examples = vec!["q".repeat(501)];
        });
        let fields: Vec<&str> = errors.iter().map(|(field, _)| field).collect();
        let all =
            ["description", "examples", "max_chunks", "max_completion_tokens", "max_history_items", "name", "temperature", "trim_ratio"];
        assert_eq!(fields, all);
    }

    #[test]
    fn the_default_draft_lacks_a_name_only() {
        assert!(refusal(|_| ()).is_empty());
        assert_eq!(refusal(|draft| draft.name.clear()).iter().count(), 1);
    }

    #[test]
    fn empty_example_lines_are_dropped_and_a_fifth_question_is_refused() {
        let of = |examples: &[&str]| PromptDraft {
            name: "Helper".to_owned(),
            examples: examples.iter().map(|&example| example.to_owned()).collect(),
            ..PromptDraft::default()
        };
        let parsed = ParsedDraft::parse(of(&["One?", " ", "", "Two?", "Three?", "Four?"])).map(|draft| draft.examples);
        assert_eq!(parsed.ok().map(|examples| examples.len()), Some(4));
        assert!(ParsedDraft::parse(of(&["1", "2", "3", "4", "5"])).is_err());
    }

    #[test]
    fn a_dataset_named_twice_is_kept_once() {
        let id = domain::DatasetId::new();
        let draft = PromptDraft { name: "Helper".to_owned(), dataset_ids: vec![id, id], ..PromptDraft::default() };
        assert_eq!(ParsedDraft::parse(draft).map(|draft| draft.dataset_ids).ok(), Some(vec![id.as_uuid()]));
    }
}
