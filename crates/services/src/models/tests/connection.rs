//! "Test connection" on the wire, and where a stored key goes.

use super::{Provider, draft, set_up};
use crate::Error;
use crate::models::{ConnectionTest, EXTRACTIVE};
use domain::models::{ModelType, NewModel};
use sqlx::PgPool;

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_came_of_it_is_a_sentence_either_way(pool: PgPool) {
    let (chat, vectors, refusing) = (Provider::chat().await, Provider::vectors(5).await, Provider::refusing("401 Unauthorized").await);
    let (services, administrator) = set_up(&pool, &[&chat, &vectors, &refusing]).await;
    let test = async |model| services.models().test(&administrator, ConnectionTest::Draft(model)).await.unwrap();

    let good = test(draft(&chat, "m", ModelType::Llm)).await;
    assert!(good.is_working && good.sentence.starts_with("It works"), "{good:?}");
    let measured = test(draft(&vectors, "e", ModelType::Embeddings)).await;
    assert_eq!((measured.is_working, measured.dimensions), (true, Some(5)));
    let refused = test(draft(&refusing, "m", ModelType::Llm)).await;
    assert!(!refused.is_working && refused.sentence.contains("refused the API key"), "{refused:?}");
    assert!(!refused.sentence.contains("sk-very-secret"));
    let wrong_type = test(draft(&chat, "m", ModelType::Embeddings)).await;
    assert!(!wrong_type.is_working, "{wrong_type:?}");
    assert_eq!(refusing.seen().len(), 1, "a test is not repeated");
    // Nothing was stored on the way.
    assert_eq!(services.models().overview(&administrator).await.unwrap().len(), 2);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_stored_model_is_tested_with_its_stored_key(pool: PgPool) {
    let provider = Provider::chat().await;
    let (services, administrator) = set_up(&pool, &[&provider]).await;
    let added = services.models().add(&administrator, draft(&provider, "m", ModelType::Llm)).await.unwrap();
    let report = services.models().test(&administrator, ConnectionTest::Stored(added.id)).await.unwrap();
    assert!(report.is_working, "{report:?}");
    assert!(provider.seen()[0].contains("Bearer sk-very-secret"));

    services.models().update_key(&administrator, added.provider_id, "sk-newer").await.unwrap();
    services.models().test(&administrator, ConnectionTest::Stored(added.id)).await.unwrap();
    assert!(provider.seen()[1].contains("Bearer sk-newer"));
    services.models().update_key(&administrator, added.provider_id, " ").await.unwrap();
    services.models().test(&administrator, ConnectionTest::Stored(added.id)).await.unwrap();
    assert!(!provider.seen()[2].to_lowercase().contains("authorization"));
    let built_in = services.models().test(&administrator, ConnectionTest::Stored(EXTRACTIVE)).await.unwrap();
    assert!(built_in.is_working);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_stored_key_never_goes_to_another_server(pool: PgPool) {
    let (trusted, other) = (Provider::chat().await, Provider::chat().await);
    let (services, administrator) = set_up(&pool, &[&trusted, &other]).await;
    let models = services.models();
    let added = models.add(&administrator, draft(&trusted, "m", ModelType::Llm)).await.unwrap();

    // The same provider's name at another address does not lend its key.
    let elsewhere = NewModel { api_key: String::new(), ..draft(&other, "m", ModelType::Llm) };
    models.test(&administrator, ConnectionTest::Draft(elsewhere)).await.unwrap();
    assert!(!other.seen()[0].contains("sk-very-secret"));

    // Moving asks for the key again; a path on the same server does not.
    let moved = models.update_address(&administrator, added.provider_id, &other.url(), "").await;
    assert!(matches!(&moved, Err(Error::Invalid(errors)) if errors.get("api_key").is_some()), "{moved:?}");
    models.update_address(&administrator, added.provider_id, &format!("http://{}/v2", trusted.host()), "").await.unwrap();
    models.test(&administrator, ConnectionTest::Stored(added.id)).await.unwrap();
    assert!(trusted.seen()[0].starts_with("POST /v2/chat/completions") && trusted.seen()[0].contains("sk-very-secret"));
    models.update_address(&administrator, added.provider_id, &other.url(), "sk-for-other").await.unwrap();
    models.test(&administrator, ConnectionTest::Stored(added.id)).await.unwrap();
    assert!(other.seen()[1].contains("sk-for-other") && !other.seen()[1].contains("sk-very-secret"));
}
