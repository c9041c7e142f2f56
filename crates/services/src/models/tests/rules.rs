//! Defaults, removal, providers found and made, vector indexes, the key ring.

use super::{Provider, draft, set_up};
use crate::models::{EXTRACTIVE, MINILM};
use crate::{Error, Keyring, Services, testing};
use domain::models::{ModelType, NewModel, ProviderKind};
use sqlx::PgPool;

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn with_nothing_configured_the_built_in_models_answer(pool: PgPool) {
    let (services, _) = set_up(&pool, &[]).await;
    let chat = services.models().chat_model(None).await.unwrap();
    assert_eq!((chat.id, chat.is_built_in, chat.context_size), (EXTRACTIVE, true, 32_000));
    let embedder = services.models().embedder(MINILM).await.unwrap();
    assert_eq!((embedder.dimensions, embedder.embedder.dimensions()), (384, 384));
    assert_eq!(services.models().default_embedding_model().await.unwrap(), Some(MINILM));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_new_default_is_taken_and_cannot_be_removed_until_another_is(pool: PgPool) {
    let provider = Provider::chat().await;
    let (services, administrator) = set_up(&pool, &[&provider]).await;
    let models = services.models();
    let added = models.add(&administrator, draft(&provider, "m", ModelType::Llm)).await.unwrap();
    assert!(!added.is_default);
    assert!(models.make_default(&administrator, added.id).await.unwrap().is_default);
    let chat = models.chat_model(None).await.unwrap();
    assert_eq!((chat.id, chat.display.as_str(), chat.is_built_in), (added.id, "m · Here", false));
    assert!(matches!(models.remove(&administrator, added.id).await, Err(Error::Conflict(_))));

    models.make_default(&administrator, EXTRACTIVE).await.unwrap();
    models.remove(&administrator, added.id).await.unwrap();
    assert!(matches!(models.remove(&administrator, added.id).await, Err(Error::NotFound)));
    match models.chat_model(Some(added.id)).await.map(|chat| chat.name) {
        Err(Error::Conflict(sentence)) => assert_eq!(sentence, "The model “m” was removed. Choose another."),
        other => panic!("a removed model answered {other:?}"),
    }
    assert!(models.list(&administrator, None).await.unwrap().iter().all(|model| model.id != added.id));
    // The name is free again.
    models.add(&administrator, draft(&provider, "m", ModelType::Llm)).await.unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_second_model_of_a_provider_joins_it_and_a_twin_is_refused(pool: PgPool) {
    let provider = Provider::chat().await;
    let (services, administrator) = set_up(&pool, &[&provider]).await;
    let models = services.models();
    let one = models.add(&administrator, draft(&provider, "a", ModelType::Llm)).await.unwrap();
    let keyless = NewModel { api_key: String::new(), base_url: format!("{}/", provider.url()), ..draft(&provider, "b", ModelType::Llm) };
    let two = models.add(&administrator, keyless).await.unwrap();
    assert_eq!((one.provider_id, two.has_key), (two.provider_id, true));

    match models.add(&administrator, draft(&provider, "a", ModelType::Llm)).await {
        Err(Error::Invalid(errors)) => assert!(errors.get("name").is_some()),
        other => panic!("a twin was answered with {other:?}"),
    }
    let other_kind = NewModel { kind: ProviderKind::Anthropic, ..draft(&provider, "c", ModelType::Llm) };
    assert!(matches!(models.add(&administrator, other_kind).await, Err(Error::Invalid(errors)) if errors.get("kind").is_some()));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn every_wrong_field_is_named_at_once(pool: PgPool) {
    let (services, administrator) = set_up(&pool, &[]).await;
    let wrong = NewModel {
        provider: " ".to_owned(),
        kind: ProviderKind::Anthropic,
        base_url: "http://169.254.169.254/latest".to_owned(),
        api_key: "two\nlines".to_owned(),
        name: String::new(),
        model_type: ModelType::Embeddings,
        context_size: 5,
    };
    let Err(Error::Invalid(errors)) = services.models().add(&administrator, wrong).await else { panic!("it was taken") };
    let fields: Vec<&str> = errors.iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["api_key", "base_url", "context_size", "model_type", "name", "provider"]);
    assert!(errors.get("base_url").unwrap().contains("LYCEUM_EGRESS_ALLOW"));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_embedding_model_is_measured_and_gets_its_index(pool: PgPool) {
    let (small, large) = (Provider::vectors(3).await, Provider::vectors(2_001).await);
    let (services, administrator) = set_up(&pool, &[&small, &large]).await;
    let added = services.models().add(&administrator, draft(&small, "e", ModelType::Embeddings)).await.unwrap();
    assert_eq!(added.dimensions, Some(3));
    // Vectors of another model are of no use to it, also where they are as long.
    let other = services.models().add(&administrator, draft(&small, "f", ModelType::Embeddings)).await.unwrap();
    for model in [added.id, other.id] {
        let definition: String = sqlx::query_scalar("SELECT indexdef FROM pg_indexes WHERE indexname = $1")
            .bind(format!("chunks_embedding_of_{}", model.as_uuid().simple()))
            .fetch_one(&pool)
            .await
            .unwrap();
        let is_its_own = definition.contains(&format!("embedding_model_id = '{model}'"));
        assert!(is_its_own && definition.contains("hnsw") && definition.contains("vector(3)"), "{definition}");
    }

    let refusal = services.models().add(&administrator, draft(&large, "e", ModelType::Embeddings)).await;
    assert!(matches!(&refusal, Err(Error::Conflict(sentence)) if sentence.contains("2001")), "{refusal:?}");
    let trouble = services.models().embedding_trouble(Some(added.id)).await;
    assert_eq!(trouble, None);
    assert!(services.models().embedding_trouble(None).await.is_some());
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn missing_weights_are_said_wherever_the_built_in_model_is_shown(pool: PgPool) {
    let mut parts = testing::parts(&pool);
    parts.minilm = llm::MiniLmEmbedder::lazy("no-such-folder").into();
    let services = Services::new(parts);
    let person = testing::owner(&services, "ada@example.org").await;
    let models = services.models().list(&person, Some(ModelType::Embeddings)).await.unwrap();
    assert!(models[0].trouble.as_ref().unwrap().contains("make setup"));
    assert!(services.models().embedding_trouble(Some(MINILM)).await.unwrap().starts_with("Search is by words only"));
    assert!(services.models().chat_model(None).await.is_ok());
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_wrong_key_ring_is_found_at_start(pool: PgPool) {
    let with = |keyring: &Keyring| {
        let mut parts = testing::parts(&pool);
        parts.keyring = keyring.clone();
        Services::new(parts)
    };
    let (first, second) = (Keyring::generate(), Keyring::generate());
    with(&first).models().check_keyring().await.unwrap();
    with(&first).models().check_keyring().await.unwrap();
    let refused = with(&second).models().check_keyring().await;
    let Err(Error::Conflict(sentence)) = &refused else { panic!("the keys are others: {refused:?}") };
    assert!(sentence.contains("authenticator apps") && sentence.contains("LYCEUM_SECRET_KEYS"), "{sentence}");
    let both = Keyring::parse(&format!("{},{}", second.to_text(), first.to_text())).unwrap();
    with(&both).models().check_keyring().await.unwrap();
}
