//! Who sees and changes what, and where keys are.

use super::{Provider, draft, set_up};
use crate::models::ConnectionTest;
use crate::models::{BUILT_IN_PROVIDER, EXTRACTIVE};
use crate::{Error, Viewer, testing};
use domain::models::ModelType;
use domain::{ModelId, Permission, ProviderId};
use sqlx::PgPool;

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn only_system_administrators_find_anything_to_manage(pool: PgPool) {
    let provider = Provider::chat().await;
    let (services, administrator) = set_up(&pool, &[&provider]).await;
    let added = services.models().add(&administrator, draft(&provider, "m", ModelType::Llm)).await.unwrap();
    let person = testing::owner(&services, "ada@example.org").await;
    let models = services.models();
    let results = [
        models.overview(&person).await.map(drop),
        models.add(&person, draft(&provider, "n", ModelType::Llm)).await.map(drop),
        models.test(&person, ConnectionTest::Draft(draft(&provider, "n", ModelType::Llm))).await.map(drop),
        models.test(&person, ConnectionTest::Stored(added.id)).await.map(drop),
        models.make_default(&person, added.id).await.map(drop),
        models.remove(&person, added.id).await,
        models.update_key(&person, added.provider_id, "x").await,
        models.update_address(&person, added.provider_id, &provider.url(), "x").await,
    ];
    for (place, result) in results.iter().enumerate() {
        assert!(matches!(result, Err(Error::NotFound)), "call {place} answered {result:?}");
    }
    assert!(provider.seen().is_empty());
    let flagged = Viewer { is_system_administrator: true, ..person };
    assert!(matches!(models.overview(&flagged).await, Err(Error::NotFound)), "the right decides, as everywhere");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_there_is_to_choose_from_is_for_those_who_may_choose(pool: PgPool) {
    let (services, _) = set_up(&pool, &[]).await;
    let person = testing::owner(&services, "ada@example.org").await;
    let told = testing::without(&person, Permission::ViewModels);
    let models = services.models();
    assert!(matches!(models.list(&told, None).await, Err(Error::Forbidden)));
    assert!(models.choosable(&told, ModelType::Llm).await.unwrap().is_empty());
    assert_eq!(models.choosable(&person, ModelType::Llm).await.unwrap().len(), 1);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn everybody_sees_names_and_only_administrators_see_addresses(pool: PgPool) {
    let provider = Provider::chat().await;
    let (services, administrator) = set_up(&pool, &[&provider]).await;
    services.models().add(&administrator, draft(&provider, "m", ModelType::Llm)).await.unwrap();
    let person = testing::owner(&services, "ada@example.org").await;

    let seen = services.models().list(&person, Some(ModelType::Llm)).await.unwrap();
    assert_eq!(seen.iter().map(|model| model.name.as_str()).collect::<Vec<_>>(), ["extractive", "m"]);
    assert!(seen.iter().all(|model| model.base_url.is_empty() && !model.has_key));
    let all = services.models().overview(&administrator).await.unwrap();
    assert!(all.iter().any(|model| model.base_url == provider.url() && model.has_key));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_key_is_nowhere_in_the_clear(pool: PgPool) {
    let provider = Provider::chat().await;
    let (services, administrator) = set_up(&pool, &[&provider]).await;
    let added = services.models().add(&administrator, draft(&provider, "m", ModelType::Llm)).await.unwrap();
    assert!(!format!("{added:?}").contains("sk-very-secret"));

    let stored: Vec<u8> =
        sqlx::query_scalar("SELECT sealed_api_key FROM providers WHERE id = $1").bind(added.provider_id).fetch_one(&pool).await.unwrap();
    assert!(!stored.windows(4).any(|window| window == b"very"));
    // Sealed for this row: the same bytes in another row do not open.
    sqlx::query("INSERT INTO providers (id, name, kind, base_url, sealed_api_key) VALUES ($1, 'Thief', 'OpenAI-compatible', $2, $3)")
        .bind(ProviderId::new())
        .bind(provider.url())
        .bind(&stored)
        .execute(&pool)
        .await
        .unwrap();
    let thief = domain::models::NewModel { provider: "Thief".to_owned(), api_key: String::new(), ..draft(&provider, "m", ModelType::Llm) };
    assert!(matches!(services.models().test(&administrator, ConnectionTest::Draft(thief)).await, Err(Error::Internal(_))));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_role_of_requests_cannot_read_keys_or_settings_or_make_indexes(pool: PgPool) {
    let (services, administrator) = set_up(&pool, &[]).await;
    for sql in [
        "SELECT sealed_api_key::text FROM providers",
        "SELECT value FROM settings",
        "SELECT make_embedding_index(7)::text",
        "SELECT make_embedding_index(gen_random_uuid())::text",
    ] {
        let mut tx = services.db().team_tx(&administrator).await.unwrap();
        let result = sqlx::query(sql).fetch_all(&mut *tx).await;
        let refusal = result.expect_err("refused").to_string();
        assert!(refusal.contains("permission denied"), "{sql}: {refusal}");
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn unknown_ids_are_not_found_and_built_in_models_stay(pool: PgPool) {
    let (services, administrator) = set_up(&pool, &[]).await;
    let models = services.models();
    assert!(matches!(models.remove(&administrator, ModelId::new()).await, Err(Error::NotFound)));
    assert!(matches!(models.make_default(&administrator, ModelId::new()).await, Err(Error::NotFound)));
    assert!(matches!(models.update_key(&administrator, ProviderId::new(), "k").await, Err(Error::NotFound)));
    assert!(matches!(models.chat_model(Some(ModelId::new())).await, Err(Error::NotFound)));
    assert!(matches!(models.embedder(EXTRACTIVE).await, Err(Error::NotFound)));
    assert!(matches!(models.remove(&administrator, EXTRACTIVE).await, Err(Error::Conflict(_))));
    assert!(matches!(models.update_key(&administrator, BUILT_IN_PROVIDER, "k").await, Err(Error::Conflict(_))));
}
