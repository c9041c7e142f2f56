//! How somebody likes to be answered reaches the model with every question, behind the prompt's own words; unset, nothing does.

use super::{Scene, generation, rest};
use crate::Viewer;
use domain::answers::{AnswerLanguage, AnswerPreferences, AnswerTone};
use domain::chat::NewQuestion;
use domain::prompts::PromptDraft;
use domain::{PromptId, Role};
use sqlx::PgPool;

/// The system message that goes out with a question; none where there is none.
async fn told(scene: &Scene, viewer: &Viewer, prompt_id: Option<PromptId>) -> Option<String> {
    let model_id = prompt_id.is_none().then_some(scene.model);
    let question = NewQuestion { conversation_id: None, prompt_id, model_id, text: "Why?".to_owned() };
    let asked = scene.services.chat().ask(viewer, question).await.unwrap();
    let events = scene.services.chat().follow(viewer, generation(&asked), 0).await.unwrap().expect("something follows");
    let call = scene.provider.accepted_call().await;
    let first = call.request["messages"][0].clone();
    call.finish().await;
    rest(events).await;
    (first["role"] == "system").then(|| first["content"].as_str().unwrap().to_owned())
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_chosen_language_and_tone_are_told_after_the_prompt_and_nothing_otherwise(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let draft = PromptDraft {
        name: "Exact".to_owned(),
        instructions: "Be exact.".to_owned(),
        model_id: Some(scene.model),
        ..PromptDraft::default()
    };
    let prompt = scene.services.prompts().create(&scene.viewer, draft).await.unwrap().id;
    assert_eq!(told(&scene, &scene.viewer, None).await, None);
    assert_eq!(told(&scene, &scene.viewer, Some(prompt)).await.as_deref(), Some("Be exact."));

    let chosen = AnswerPreferences { language: AnswerLanguage::German, tone: AnswerTone::Brief };
    scene.services.identity().update_answer_preferences(&scene.viewer, chosen).await.unwrap();
    let lines = chosen.instructions().collect::<Vec<_>>().join("\n");
    assert_eq!(told(&scene, &scene.viewer, None).await, Some(lines.clone()));
    assert_eq!(told(&scene, &scene.viewer, Some(prompt)).await, Some(format!("Be exact.\n\n{lines}")));

    // It is one person's, and goes with a word.
    let bob = crate::testing::member(&scene.services, &scene.viewer, "bob@example.org", Role::Collaborator).await;
    assert_eq!(told(&scene, &bob, None).await, None);
    scene.services.identity().update_answer_preferences(&scene.viewer, AnswerPreferences::default()).await.unwrap();
    assert_eq!(told(&scene, &scene.viewer, None).await, None);
}
