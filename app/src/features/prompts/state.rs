//! What the screens of prompts hold, as plain data and signals.

use domain::datasets::Visibility;
use domain::prompts::{PromptDraft, PromptSummary};
use domain::{DatasetId, FieldErrors};
use leptos::prelude::*;
use std::str::FromStr;

/// Example questions a prompt can have.
pub const EXAMPLES: usize = 4;

/// The prompts that hold every word of the search in their name, description or model.
pub fn matching(prompts: &[PromptSummary], search: &str) -> Vec<PromptSummary> {
    let words: Vec<String> = search.split_whitespace().map(str::to_lowercase).collect();
    let holds = |prompt: &&PromptSummary| {
        let text = format!("{} {} {}", prompt.name, prompt.description, prompt.model).to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    prompts.iter().filter(holds).cloned().collect()
}

/// A number with its noun: "no datasets", "1 dataset", "3 datasets".
pub fn counted(number: u32, noun: &str) -> String {
    match number {
        0 => format!("no {noun}s"),
        1 => format!("1 {noun}"),
        many => format!("{many} {noun}s"),
    }
}

/// Who may use it, in words.
pub const fn audience(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Private => "Only you",
        Visibility::Team => "Your team",
        Visibility::Company => "Everyone here",
    }
}

/// The same for a stored prompt, which may be shared with some.
pub fn shown_to(prompt: &PromptSummary) -> &'static str {
    let is_shared = prompt.visibility == Visibility::Private && prompt.share_count > 0;
    if is_shared { "Some of your team" } else { audience(prompt.visibility) }
}

/// What stands in the form of a prompt.
#[derive(Clone, Copy)]
pub struct PromptForm {
    /// Its name.
    pub name: RwSignal<String>,
    /// What it is for.
    pub description: RwSignal<String>,
    /// What it tells the model.
    pub instructions: RwSignal<String>,
    /// The model's id; empty for the default one.
    pub model: RwSignal<String>,
    /// Datasets it searches.
    pub datasets: RwSignal<Vec<DatasetId>>,
    /// Who may use it.
    pub visibility: RwSignal<String>,
    /// 0 to 2.
    pub temperature: RwSignal<String>,
    /// Most passages.
    pub max_chunks: RwSignal<String>,
    /// Most earlier messages.
    pub max_history_items: RwSignal<String>,
    /// Most tokens of an answer; empty for no limit of ours.
    pub max_completion_tokens: RwSignal<String>,
    /// Share of the context in percent.
    pub trim_ratio: RwSignal<String>,
    /// Questions to start with.
    pub examples: [RwSignal<String>; EXAMPLES],
}

impl PromptForm {
    /// A form that shows a draft.
    pub fn of(draft: &PromptDraft) -> Self {
        let number = |number: u32| RwSignal::new(number.to_string());
        Self {
            name: RwSignal::new(draft.name.clone()),
            description: RwSignal::new(draft.description.clone()),
            instructions: RwSignal::new(draft.instructions.clone()),
            model: RwSignal::new(draft.model_id.map(|id| id.to_string()).unwrap_or_default()),
            datasets: RwSignal::new(draft.dataset_ids.clone()),
            visibility: RwSignal::new(draft.visibility.to_string()),
            temperature: RwSignal::new(draft.temperature.to_string()),
            max_chunks: number(draft.max_chunks),
            max_history_items: number(draft.max_history_items),
            max_completion_tokens: RwSignal::new(draft.max_completion_tokens.map(|tokens| tokens.to_string()).unwrap_or_default()),
            trim_ratio: number(draft.trim_ratio),
            examples: std::array::from_fn(|place| RwSignal::new(draft.examples.get(place).cloned().unwrap_or_default())),
        }
    }

    /// The draft as typed, or a message at each field that holds no number. Follows every field.
    pub fn draft(&self) -> Result<PromptDraft, FieldErrors> {
        let mut errors = FieldErrors::default();
        let tokens = self.max_completion_tokens.get();
        let draft = PromptDraft {
            name: self.name.get(),
            description: self.description.get(),
            instructions: self.instructions.get(),
            model_id: self.model.with(|id| id.parse().ok()),
            dataset_ids: self.datasets.get(),
            visibility: self.visibility.with(|word| word.parse().unwrap_or(Visibility::Private)),
            temperature: number(&mut errors, "temperature", &self.temperature.get()),
            max_chunks: number(&mut errors, "max_chunks", &self.max_chunks.get()),
            max_history_items: number(&mut errors, "max_history_items", &self.max_history_items.get()),
            max_completion_tokens: (!tokens.trim().is_empty()).then(|| number(&mut errors, "max_completion_tokens", &tokens)),
            trim_ratio: number(&mut errors, "trim_ratio", &self.trim_ratio.get()),
            examples: self.examples.iter().map(RwSignal::get).filter(|example| !example.trim().is_empty()).collect(),
        };
        if errors.is_empty() { Ok(draft) } else { Err(errors) }
    }
}

fn number<T: FromStr + Default>(errors: &mut FieldErrors, field: &str, text: &str) -> T {
    text.trim().replace(',', ".").parse().unwrap_or_else(|_| {
        errors.add(field, "Enter a number.");
        T::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use domain::{ModelId, PromptId};

    fn draft() -> PromptDraft {
        PromptDraft {
            name: "Helper".to_owned(),
            model_id: Some(ModelId::new()),
            dataset_ids: vec![DatasetId::new()],
            visibility: Visibility::Team,
            max_completion_tokens: Some(500),
            examples: vec!["How?".to_owned()],
            ..PromptDraft::default()
        }
    }

    #[test]
    fn a_form_gives_back_the_draft_it_shows() {
        let owner = Owner::new();
        owner.set();
        for draft in [PromptDraft::default(), draft()] {
            assert_eq!(PromptForm::of(&draft).draft(), Ok(draft));
        }
    }

    #[test]
    fn every_field_without_a_number_is_named() {
        let owner = Owner::new();
        owner.set();
        let form = PromptForm::of(&draft());
        form.temperature.set("warm".to_owned());
        form.max_chunks.set(String::new());
        let errors = form.draft().unwrap_err();
        assert_eq!(errors.iter().map(|(field, _)| field).collect::<Vec<_>>(), ["max_chunks", "temperature"]);
        form.temperature.set("0,5".to_owned());
        form.max_chunks.set("3".to_owned());
        assert!((form.draft().unwrap().temperature - 0.5).abs() < f32::EPSILON);
    }

    #[test]
    fn the_search_finds_all_words_anywhere() {
        let prompt = |name: &str, description: &str| PromptSummary {
            id: PromptId::new(),
            name: name.to_owned(),
            description: description.to_owned(),
            visibility: Visibility::Team,
            model: "extractive".to_owned(),
            dataset_count: 0,
            chat_count: 0,
            updated_at: DateTime::UNIX_EPOCH,
            is_editable: true,
            is_shareable: true,
            share_count: 0,
        };
        let prompts = [prompt("House rules", "For the caretaker"), prompt("Law", "Answers on contracts")];
        let names = |search: &str| matching(&prompts, search).into_iter().map(|prompt| prompt.name).collect::<Vec<_>>();
        assert_eq!(names("CARE house"), ["House rules"]);
        assert_eq!(names("  "), ["House rules", "Law"]);
        assert!(names("house contracts").is_empty());
    }

    #[test]
    fn numbers_agree_with_their_nouns() {
        assert_eq!([counted(0, "dataset"), counted(1, "dataset"), counted(2, "dataset")], ["no datasets", "1 dataset", "2 datasets"]);
    }
}
