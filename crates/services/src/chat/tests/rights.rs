//! Rights: a chat is one person's, also within a team.

use super::{Scene, generation, rest};
use crate::{Error, Viewer, testing};
use domain::chat::{ConversationList, NewQuestion};
use domain::text::Title;
use domain::{ConversationId, GenerationId, MessageId, PageRequest, Permission, Role};
use sqlx::PgPool;

/// A finished conversation of the scene's person, and people who are not that person.
async fn finished(pool: &PgPool) -> (Scene, domain::chat::Asked, Vec<Viewer>) {
    let scene = Scene::new(pool).await;
    let stranger = testing::owner(&scene.services, "eve@example.org").await;
    let colleague = testing::member(&scene.services, &scene.viewer, "bob@example.org", Role::TeamManager).await;
    let asked = scene.ask("What is ours?").await;
    let events = scene.follow(generation(&asked), 0).await;
    let mut call = scene.provider.accepted_call().await;
    call.say("Mine.").await;
    call.finish().await;
    rest(events).await;
    (scene, asked, vec![stranger, colleague])
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn another_persons_chat_does_not_exist(pool: PgPool) {
    let (scene, asked, others) = finished(&pool).await;
    let chat = scene.services.chat();
    for other in &others {
        let (id, answer) = (asked.conversation_id, asked.answer.id);
        assert!(matches!(chat.open(other, id).await, Err(Error::NotFound)));
        assert!(matches!(chat.rename(other, id, Title::parse("Mine now").unwrap()).await, Err(Error::NotFound)));
        assert!(matches!(chat.delete(other, id).await, Err(Error::NotFound)));
        assert!(matches!(chat.ask(other, scene.question(Some(id), "Let me in")).await, Err(Error::NotFound)));
        assert!(matches!(chat.stop(other, generation(&asked)).await, Err(Error::NotFound)));
        assert!(matches!(chat.follow(other, generation(&asked), 0).await.map(|_| ()), Err(Error::NotFound)));
        assert!(matches!(chat.retry(other, answer).await, Err(Error::NotFound)));
        assert!(matches!(chat.continue_answer(other, answer).await, Err(Error::NotFound)));
        assert_eq!(chat.list(other, PageRequest::default()).await.unwrap(), ConversationList::default());
    }
    assert_eq!(scene.open(asked.conversation_id).await.messages.len(), 2);
    assert_eq!(scene.open(asked.conversation_id).await.title, "What is ours?");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_running_answer_on_this_server_is_not_shown_to_others(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let colleague = testing::member(&scene.services, &scene.viewer, "bob@example.org", Role::Owner).await;
    let asked = scene.ask("Secret?").await;
    let followed = scene.services.chat().follow(&colleague, generation(&asked), 0).await;
    assert!(matches!(followed.map(|_| ()), Err(Error::NotFound)));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn ids_that_were_never_given_out_are_not_found(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let chat = scene.services.chat();
    assert!(matches!(chat.open(&scene.viewer, ConversationId::new()).await, Err(Error::NotFound)));
    assert!(matches!(chat.stop(&scene.viewer, GenerationId::new()).await, Err(Error::NotFound)));
    assert!(matches!(chat.retry(&scene.viewer, MessageId::new()).await, Err(Error::NotFound)));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn without_the_permission_nothing_is_asked(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let powerless = Viewer { permissions: Vec::new(), ..scene.viewer.clone() };
    let chat = scene.services.chat();
    assert!(matches!(chat.ask(&powerless, scene.question(None, "Hello?")).await, Err(Error::Forbidden)));
    assert!(matches!(chat.list(&powerless, PageRequest::default()).await, Err(Error::Forbidden)));
    assert!(matches!(chat.opening(&powerless, None).await, Err(Error::Forbidden)), "what is asked could not be read");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn who_may_not_choose_a_model_asks_the_default_one(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let told = testing::without(&scene.viewer, Permission::ViewModels);
    let chat = scene.services.chat();
    assert!(chat.opening(&told, None).await.unwrap().models.is_empty());
    assert!(matches!(chat.ask(&told, scene.question(None, "Hello?")).await, Err(Error::Forbidden)), "it names a model");
    let question = NewQuestion { model_id: None, ..scene.question(None, "Hello?") };
    assert_eq!(chat.ask(&told, question).await.unwrap().answer.model.as_deref(), Some("extractive"));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn who_may_choose_models_no_more_is_answered_again_by_the_default_one(pool: PgPool) {
    let (scene, asked, _) = finished(&pool).await;
    assert_ne!(asked.answer.model.as_deref(), Some("extractive"));
    let told = testing::without(&scene.viewer, Permission::ViewModels);
    let again = scene.services.chat().retry(&told, asked.answer.id).await.unwrap();
    assert_eq!(again.model.as_deref(), Some("extractive"));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_list_is_grouped_searched_renamed_and_deleted(pool: PgPool) {
    let (scene, asked, _) = finished(&pool).await;
    let chat = scene.services.chat();
    let list = chat.list(&scene.viewer, PageRequest::default()).await.unwrap();
    assert_eq!((list.total, list.groups[0].label.as_str()), (1, "Today"));
    assert!(!list.groups[0].conversations[0].is_generating);
    chat.rename(&scene.viewer, asked.conversation_id, Title::parse("100 % ours").unwrap()).await.unwrap();
    let found = async |words: &str| chat.search_titles(&scene.viewer, words, PageRequest::default()).await.unwrap().total;
    assert_eq!((found("OURS").await, found("0 %").await, found("%%").await), (1, 1, 0));
    chat.delete(&scene.viewer, asked.conversation_id).await.unwrap();
    assert_eq!(found("").await, 0);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn deleting_a_chat_ends_its_running_answer(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let asked = scene.ask("Hello?").await;
    let call = scene.provider.accepted_call().await;
    scene.services.chat().delete(&scene.viewer, asked.conversation_id).await.unwrap();
    call.hung_up().await;
}
