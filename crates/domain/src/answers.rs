//! Answers: in which language and tone a person likes to be answered, and how a model is told.

use crate::words::words;
use serde::{Deserialize, Serialize};

words! {
    /// The language of answers.
    AnswerLanguage {
        /// Whichever the question is in.
        AsAsked = "As the question",
        /// English.
        English = "English",
        /// German.
        German = "German",
        /// French.
        French = "French",
        /// Spanish.
        Spanish = "Spanish",
        /// Italian.
        Italian = "Italian",
        /// Portuguese.
        Portuguese = "Portuguese",
        /// Dutch.
        Dutch = "Dutch",
        /// Polish.
        Polish = "Polish",
        /// Czech.
        Czech = "Czech",
        /// Swedish.
        Swedish = "Swedish",
        /// Turkish.
        Turkish = "Turkish",
        /// Ukrainian.
        Ukrainian = "Ukrainian",
        /// Arabic.
        Arabic = "Arabic",
        /// Japanese.
        Japanese = "Japanese",
        /// Chinese.
        Chinese = "Chinese",
    }
}

words! {
    /// The tone of answers.
    AnswerTone {
        /// As the model or the prompt has it.
        Neutral = "Neutral",
        /// Short.
        Brief = "Brief",
        /// Warm.
        Friendly = "Friendly",
        /// As in a letter of business.
        Formal = "Formal",
    }
}

impl AnswerLanguage {
    /// What a model is told; nothing when it is to follow the question.
    pub fn instruction(self) -> Option<String> {
        (self != Self::AsAsked).then(|| format!("Answer in {self}, whatever language the question or the sources are in."))
    }
}

impl AnswerTone {
    /// What a model is told; nothing when it is left to itself.
    pub const fn instruction(self) -> Option<&'static str> {
        match self {
            Self::Neutral => None,
            Self::Brief => Some("Be brief: answer in as few sentences as the question takes, without introduction or summary."),
            Self::Friendly => Some("Write in a friendly, personal tone."),
            Self::Formal => Some("Write in a formal tone: complete sentences, no colloquial words."),
        }
    }
}

/// How a person likes to be answered, of what can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerPreferences {
    /// In which language.
    pub language: AnswerLanguage,
    /// In which tone.
    pub tone: AnswerTone,
}

impl Default for AnswerPreferences {
    fn default() -> Self {
        Self { language: AnswerLanguage::AsAsked, tone: AnswerTone::Neutral }
    }
}

impl AnswerPreferences {
    /// From the words of the database; one that this version does not know changes nothing.
    pub fn from_words(language: &str, tone: &str) -> Self {
        let usual = Self::default();
        Self { language: language.parse().unwrap_or(usual.language), tone: tone.parse().unwrap_or(usual.tone) }
    }

    /// What a model is told, a line each.
    pub fn instructions(self) -> impl Iterator<Item = String> {
        self.language.instruction().into_iter().chain(self.tone.instruction().map(str::to_owned))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_chosen_is_told() {
        assert_eq!(AnswerPreferences::default().instructions().count(), 0);
        let chosen = AnswerPreferences { language: AnswerLanguage::German, tone: AnswerTone::Brief };
        let told: Vec<String> = chosen.instructions().collect();
        assert!(told.len() == 2 && told[0].starts_with("Answer in German") && told[1].starts_with("Be brief"), "{told:?}");
    }

    #[test]
    fn a_word_from_another_version_changes_nothing() {
        assert_eq!(AnswerPreferences::from_words("Klingon", ""), AnswerPreferences::default());
        assert_eq!(AnswerPreferences::from_words("French", "Formal").tone, AnswerTone::Formal);
    }
}
