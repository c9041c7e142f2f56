//! Asking: what is stored of questions that come at the same time.

use super::{Scene, generation, rest};
use crate::Error;
use sqlx::PgPool;

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn of_two_questions_at_once_in_one_chat_one_is_taken(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let chat = scene.services.chat();
    let mut conversation = None;
    for _ in 0..5 {
        let ask = |text| chat.ask(&scene.viewer, scene.question(conversation, text));
        let (taken, refused) = if conversation.is_none() {
            (ask("The first?").await.unwrap(), None)
        } else {
            match futures::join!(ask("One?"), ask("Another?")) {
                (Ok(taken), Err(refused)) | (Err(refused), Ok(taken)) => (taken, Some(refused)),
                both => panic!("{both:?}"),
            }
        };
        assert!(refused.is_none_or(|refused| matches!(refused, Error::Conflict(_))));
        let events = scene.follow(generation(&taken), 0).await;
        let mut call = scene.provider.accepted_call().await;
        call.say("Yes.").await;
        call.finish().await;
        rest(events).await;
        conversation = Some(taken.conversation_id);
    }
    let positions: Vec<i32> = sqlx::query_scalar("SELECT position FROM messages ORDER BY position").fetch_all(&pool).await.unwrap();
    assert_eq!(positions, (positions[0]..positions[0] + 10).collect::<Vec<_>>());
}
