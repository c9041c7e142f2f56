//! What the screen of models shows, as plain data.

use domain::models::{ModelSummary, ModelType, NewModel, ProviderKind};
use domain::{FieldErrors, ProviderId};
use leptos::prelude::*;

/// What answers where no model is named, for people.
pub const DEFAULT_MODEL: &str = "The default model";

/// A provider with its models.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderGroup {
    /// The provider.
    pub id: ProviderId,
    /// Its name.
    pub name: String,
    /// How it is spoken to.
    pub kind: ProviderKind,
    /// Where it answers; empty for the built-in one.
    pub base_url: String,
    /// Whether a key is stored.
    pub has_key: bool,
    /// Its models, in the order given.
    pub models: Vec<ModelSummary>,
}

/// Puts models of one provider together, in the order in which providers first appear.
pub fn by_provider(models: Vec<ModelSummary>) -> Vec<ProviderGroup> {
    let mut groups: Vec<ProviderGroup> = Vec::new();
    for model in models {
        match groups.iter_mut().find(|group| group.id == model.provider_id) {
            Some(group) => group.models.push(model),
            None => groups.push(ProviderGroup {
                id: model.provider_id,
                name: model.provider.clone(),
                kind: model.kind,
                base_url: model.base_url.clone(),
                has_key: model.has_key,
                models: vec![model],
            }),
        }
    }
    groups
}

/// What a built-in model does, in a sentence.
pub fn explanation(model: &ModelSummary) -> Option<&'static str> {
    match (model.kind, model.model_type) {
        (ProviderKind::BuiltIn, ModelType::Llm) => {
            Some("Quotes the sentences of your documents that fit the question best, with their sources. It writes no text of its own.")
        }
        (ProviderKind::BuiltIn, ModelType::Embeddings) => {
            Some("Turns text into vectors on this server, so that search finds what is meant, not only what is written.")
        }
        _ => None,
    }
}

/// A number of tokens with its thousands apart.
pub fn tokens(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// What stands in the form "Add model".
#[derive(Clone, Copy)]
pub struct ModelForm {
    /// The provider's name.
    pub provider: RwSignal<String>,
    /// How it is spoken to.
    pub kind: RwSignal<String>,
    /// Where it answers.
    pub base_url: RwSignal<String>,
    /// Its key.
    pub api_key: RwSignal<String>,
    /// The model's name on the wire.
    pub name: RwSignal<String>,
    /// What it does.
    pub model_type: RwSignal<String>,
    /// Tokens it reads and writes.
    pub context_size: RwSignal<String>,
}

impl Default for ModelForm {
    fn default() -> Self {
        let text = |text: &str| RwSignal::new(text.to_owned());
        Self {
            provider: text(""),
            kind: text(ProviderKind::OpenAiCompatible.as_str()),
            base_url: text(""),
            api_key: text(""),
            name: text(""),
            model_type: text(ModelType::Llm.as_str()),
            context_size: text("32000"),
        }
    }
}

impl ModelForm {
    /// The form's contents, or messages for what is no choice and no number. The server judges the rest.
    pub fn draft(&self) -> Result<NewModel, FieldErrors> {
        let context_size = whole_number(&self.context_size.get_untracked())
            .ok_or_else(|| FieldErrors::one("context_size", "Context size is a whole number of tokens, such as 32000."))?;
        Ok(NewModel {
            provider: self.provider.get_untracked(),
            kind: self.kind.get_untracked().parse().unwrap_or(ProviderKind::OpenAiCompatible),
            base_url: self.base_url.get_untracked(),
            api_key: self.api_key.get_untracked(),
            name: self.name.get_untracked(),
            model_type: self.model_type.get_untracked().parse().unwrap_or(ModelType::Llm),
            context_size,
        })
    }
}

/// Reads "128000", "128,000" and "128 000".
fn whole_number(text: &str) -> Option<u32> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, ',' | '_')).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ModelId;

    fn model(provider: ProviderId, kind: ProviderKind, name: &str) -> ModelSummary {
        ModelSummary {
            id: ModelId::new(),
            provider_id: provider,
            provider: "P".to_owned(),
            kind,
            base_url: String::new(),
            name: name.to_owned(),
            model_type: ModelType::Llm,
            context_size: 8_000,
            dimensions: None,
            is_default: false,
            has_key: false,
            trouble: None,
        }
    }

    #[test]
    fn models_stand_below_their_provider_in_the_order_given() {
        let (one, two) = (ProviderId::new(), ProviderId::new());
        let kind = ProviderKind::OpenAiCompatible;
        let groups = by_provider(vec![model(one, kind, "a"), model(two, kind, "b"), model(one, kind, "c")]);
        let names: Vec<Vec<&str>> = groups.iter().map(|group| group.models.iter().map(|model| model.name.as_str()).collect()).collect();
        assert_eq!(names, [vec!["a", "c"], vec!["b"]]);
    }

    #[test]
    fn only_built_in_models_are_explained() {
        assert!(explanation(&model(ProviderId::new(), ProviderKind::BuiltIn, "x")).is_some());
        assert!(explanation(&model(ProviderId::new(), ProviderKind::Anthropic, "x")).is_none());
    }

    #[test]
    fn thousands_are_told_apart() {
        assert_eq!([tokens(256), tokens(32_000), tokens(1_000_000)], ["256", "32,000", "1,000,000"]);
    }

    #[test]
    fn numbers_may_be_typed_as_people_write_them() {
        assert_eq!(whole_number("128,000"), Some(128_000));
        assert_eq!(whole_number(" 128 000 "), Some(128_000));
        assert_eq!(whole_number("many"), None);
        assert_eq!(whole_number(""), None);
    }
}
