//! Answers form: in which language and style answers are written.

use super::api::{UpdateAnswerPreferences, open_answer_preferences};
use crate::error::AppError;
use crate::ui::{Button, Card, FormError, FormSkeleton, ResourceView, Select, SelectOption, use_toasts};
use domain::answers::{AnswerLanguage, AnswerPreferences, AnswerTone};
use leptos::prelude::*;

/// The choices, once they are loaded.
#[component]
pub fn AnswersCard() -> impl IntoView {
    let preferences = Resource::new(|| (), |()| open_answer_preferences());
    view! {
        <Card title="Answers" description="How answers to your questions are written, from the next one on.">
            <ResourceView resource=preferences skeleton=|| view! { <FormSkeleton/> } let:preferences><AnswersForm preferences/></ResourceView>
            <p class="cell-note">"Models are told so with every question. The built-in answerer quotes your documents as they are and does not follow it."</p>
        </Card>
    }
    .into_any()
}

#[component]
fn AnswersForm(preferences: AnswerPreferences) -> impl IntoView {
    let save = ServerAction::<UpdateAnswerPreferences>::new();
    let toasts = use_toasts();
    Effect::new(move |_| {
        if let Some(Ok(_)) = save.value().get() {
            toasts.success("Answers are written this way from now on.");
        }
    });
    let error: Signal<Option<AppError>> = Signal::derive(move || save.value().get().and_then(Result::err));
    let languages: Vec<_> = AnswerLanguage::ALL.iter().map(|language| SelectOption::new(language.as_str(), own_name(*language))).collect();
    let tones: Vec<_> = AnswerTone::ALL.iter().map(|tone| SelectOption::new(tone.as_str(), tone.as_str())).collect();
    view! {
        <ActionForm action=save attr:class="form">
            <FormError error/>
            <Select label="Language" name="preferences[language]" id="answer-language" options=languages initial=preferences.language.as_str()/>
            // Not “Tone”: that is what people say in their own words in their profile.
            <Select label="Style" name="preferences[tone]" id="answer-tone" options=tones initial=preferences.tone.as_str()/>
            <div><Button submit=true loading=save.pending()>"Save answers"</Button></div>
        </ActionForm>
    }
    .into_any()
}

/// A language as those who speak it call it.
const fn own_name(language: AnswerLanguage) -> &'static str {
    match language {
        AnswerLanguage::AsAsked => "As the question",
        AnswerLanguage::English => "English",
        AnswerLanguage::German => "Deutsch",
        AnswerLanguage::French => "Français",
        AnswerLanguage::Spanish => "Español",
        AnswerLanguage::Italian => "Italiano",
        AnswerLanguage::Portuguese => "Português",
        AnswerLanguage::Dutch => "Nederlands",
        AnswerLanguage::Polish => "Polski",
        AnswerLanguage::Czech => "Čeština",
        AnswerLanguage::Swedish => "Svenska",
        AnswerLanguage::Turkish => "Türkçe",
        AnswerLanguage::Ukrainian => "Українська",
        AnswerLanguage::Arabic => "العربية",
        AnswerLanguage::Japanese => "日本語",
        AnswerLanguage::Chinese => "中文",
    }
}
