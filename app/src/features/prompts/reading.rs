//! A prompt for those who may use it but not change it.

use super::state::{audience, counted};
use crate::features::models::state::DEFAULT_MODEL;
use crate::ui::{ButtonLink, ButtonVariant, Card, Icon, PageHeader};
use domain::prompts::{PromptChoices, PromptDetail, PromptDraft};
use icondata_lu as lu;
use leptos::prelude::*;

/// What a prompt says and does.
#[component]
pub fn PromptReading(
    /// The prompt.
    detail: PromptDetail,
    /// Names for its datasets.
    choices: PromptChoices,
) -> impl IntoView {
    let PromptDetail { id, draft, model, trouble, .. } = detail;
    let settings = settings(&draft, model, &choices);
    let rows = settings.into_iter().map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> }).collect_view();
    let instructions = if draft.instructions.is_empty() { "None.".to_owned() } else { draft.instructions };
    view! {
        <PageHeader title=draft.name description=draft.description back=("/prompts", "Prompts")>
            <ButtonLink href=format!("/chat?prompt={id}") variant=ButtonVariant::Primary icon=lu::LuMessageSquare>"Start a chat"</ButtonLink>
        </PageHeader>
        <div class="flow">
            {trouble.map(|trouble| view! { <p class="notice notice-warning"><Icon icon=lu::LuCircleAlert/><span>{trouble}</span></p> })}
            <Card title="Instructions"><p class="preserved">{instructions}</p></Card>
            <Card title="Settings" description="You may use this prompt, but not change it."><dl class="facts">{rows}</dl></Card>
        </div>
    }
    .into_any()
}

fn settings(draft: &PromptDraft, model: Option<String>, choices: &PromptChoices) -> Vec<(&'static str, String)> {
    let named = choices.datasets.iter().filter(|dataset| draft.dataset_ids.contains(&dataset.id));
    let datasets: Vec<&str> = named.map(|dataset| dataset.name.as_str()).collect();
    let or_none = |words: String| if words.is_empty() { "None".to_owned() } else { words };
    vec![
        ("Model", model.unwrap_or_else(|| DEFAULT_MODEL.to_owned())),
        ("Datasets", or_none(datasets.join(", "))),
        ("Temperature", draft.temperature.to_string()),
        ("Visible to", audience(draft.visibility).to_owned()),
        ("Sources per answer", format!("up to {}", counted(draft.max_chunks, "passage"))),
        ("Example questions", or_none(draft.examples.join(" · "))),
    ]
}
