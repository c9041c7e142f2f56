//! Prompts against a real database: who sees, who changes, what is kept.
#![allow(clippy::disallowed_methods, reason = "tests arrange and look with statements of their own")]

use crate::models::EXTRACTIVE;
use crate::{Error, Services, Viewer, testing};
use domain::datasets::Visibility;
use domain::prompts::PromptDraft;
use domain::{DatasetId, ModelId, Permission, PromptId, Role};
use sqlx::PgPool;

fn draft(name: &str, visibility: Visibility) -> PromptDraft {
    PromptDraft { name: name.to_owned(), visibility, ..PromptDraft::default() }
}

async fn dataset(services: &Services, viewer: &Viewer, name: &str, visibility: Visibility) -> DatasetId {
    let id = DatasetId::new();
    let mut tx = services.db().team_tx(viewer).await.unwrap();
    sqlx::query("INSERT INTO datasets (id, team_id, name, visibility, created_by) VALUES ($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(viewer.team_id)
        .bind(name)
        .bind(visibility.as_str())
        .bind(viewer.user_id)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

async fn names(services: &Services, viewer: &Viewer) -> Vec<String> {
    services.prompts().list(viewer).await.unwrap().into_iter().map(|prompt| prompt.name).collect()
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_prompt_keeps_every_field(pool: PgPool) {
    let services = testing::services(&pool);
    let ada = testing::owner(&services, "ada@example.org").await;
    let set = dataset(&services, &ada, "House", Visibility::Private).await;
    let whole = PromptDraft {
        name: "Caretaker".to_owned(),
        description: "Knows the house.".to_owned(),
        instructions: "Be short.\nBe kind.".to_owned(),
        model_id: Some(EXTRACTIVE),
        dataset_ids: vec![set],
        visibility: Visibility::Team,
        temperature: 0.25,
        max_chunks: 7,
        max_history_items: 3,
        max_completion_tokens: Some(900),
        trim_ratio: 60,
        examples: vec!["Where is the key?".to_owned()],
    };
    let created = services.prompts().create(&ada, whole.clone()).await.unwrap();
    assert_eq!(created.draft, whole);
    assert!(created.is_editable && created.trouble.is_none());
    assert_eq!(services.prompts().get(&ada, created.id).await.unwrap(), created);

    let listed = services.prompts().list(&ada).await.unwrap().remove(0);
    assert_eq!((listed.model.as_str(), listed.dataset_count, listed.chat_count, listed.is_editable), ("extractive", 1, 0, true));
    let changed = services.prompts().update(&ada, created.id, draft("Porter", Visibility::Private)).await.unwrap();
    assert_eq!(changed.draft, draft("Porter", Visibility::Private));
    services.prompts().delete(&ada, created.id).await.unwrap();
    assert!(matches!(services.prompts().get(&ada, created.id).await, Err(Error::NotFound)));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn visibility_decides_who_finds_a_prompt(pool: PgPool) {
    let services = testing::services(&pool);
    let ada = testing::owner(&services, "ada@example.org").await;
    let colleague = testing::member(&services, &ada, "bob@example.org", Role::Collaborator).await;
    let stranger = testing::owner(&services, "eve@example.org").await;
    for visibility in [Visibility::Private, Visibility::Team, Visibility::Company] {
        services.prompts().create(&ada, draft(visibility.as_str(), visibility)).await.unwrap();
    }
    assert_eq!(names(&services, &ada).await, ["Company", "Private", "Team"]);
    assert_eq!(names(&services, &colleague).await, ["Company", "Team"]);
    assert_eq!(names(&services, &stranger).await, ["Company"]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_another_team_keeps_does_not_exist_and_what_it_shares_cannot_be_changed(pool: PgPool) {
    let services = testing::services(&pool);
    let ada = testing::owner(&services, "ada@example.org").await;
    let stranger = testing::owner(&services, "eve@example.org").await;
    let kept = services.prompts().create(&ada, draft("Kept", Visibility::Team)).await.unwrap().id;
    let shared = services.prompts().create(&ada, draft("Shared", Visibility::Company)).await.unwrap().id;
    let prompts = services.prompts();
    for id in [kept, PromptId::new()] {
        assert!(matches!(prompts.get(&stranger, id).await, Err(Error::NotFound)));
        assert!(matches!(prompts.update(&stranger, id, draft("Mine", Visibility::Team)).await, Err(Error::NotFound)));
        assert!(matches!(prompts.duplicate(&stranger, id).await, Err(Error::NotFound)));
        assert!(matches!(prompts.delete(&stranger, id).await, Err(Error::NotFound)));
    }
    assert!(!prompts.get(&stranger, shared).await.unwrap().is_editable);
    assert!(matches!(prompts.update(&stranger, shared, draft("Mine", Visibility::Team)).await, Err(Error::Forbidden)));
    assert!(matches!(prompts.delete(&stranger, shared).await, Err(Error::Forbidden)));
    let copy = prompts.duplicate(&stranger, shared).await.unwrap();
    assert_eq!((copy.draft.name.as_str(), copy.draft.visibility, copy.is_editable), ("Shared (copy)", Visibility::Private, true));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_viewer_reads_and_changes_nothing(pool: PgPool) {
    let services = testing::services(&pool);
    let ada = testing::owner(&services, "ada@example.org").await;
    let reader = testing::member(&services, &ada, "bob@example.org", Role::Viewer).await;
    let id = services.prompts().create(&ada, draft("Shared", Visibility::Team)).await.unwrap().id;
    let prompts = services.prompts();
    assert!(!prompts.get(&reader, id).await.unwrap().is_editable);
    assert!(matches!(prompts.create(&reader, draft("Mine", Visibility::Private)).await, Err(Error::Forbidden)));
    assert!(matches!(prompts.update(&reader, id, draft("Mine", Visibility::Team)).await, Err(Error::Forbidden)));
    assert!(matches!(prompts.duplicate(&reader, id).await, Err(Error::Forbidden)));
    assert!(matches!(prompts.delete(&reader, id).await, Err(Error::Forbidden)));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_database_itself_keeps_teams_apart(pool: PgPool) {
    let services = testing::services(&pool);
    let ada = testing::owner(&services, "ada@example.org").await;
    let stranger = testing::owner(&services, "eve@example.org").await;
    let set = dataset(&services, &ada, "House", Visibility::Team).await;
    services.prompts().create(&ada, PromptDraft { dataset_ids: vec![set], ..draft("Kept", Visibility::Team) }).await.unwrap();

    // The same questions without any predicate on the team.
    let mut tx = services.db().team_tx(&stranger).await.unwrap();
    for sql in ["SELECT count(*) FROM prompts", "SELECT count(*) FROM prompt_datasets"] {
        let count: i64 = sqlx::query_scalar(sql).fetch_one(&mut *tx).await.unwrap();
        assert_eq!(count, 0, "{sql}");
    }
    for sql in ["UPDATE prompts SET name = 'x'", "DELETE FROM prompts", "DELETE FROM prompt_datasets"] {
        assert_eq!(sqlx::query(sql).execute(&mut *tx).await.unwrap().rows_affected(), 0, "{sql}");
    }
    let planted = sqlx::query("INSERT INTO prompts (id, team_id, name, created_by) VALUES ($1, $2, 'Planted', $3)")
        .bind(PromptId::new())
        .bind(ada.team_id)
        .bind(stranger.user_id)
        .execute(&mut *tx)
        .await;
    assert!(planted.unwrap_err().to_string().contains("row-level security"));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_name_is_taken_once_per_team(pool: PgPool) {
    let services = testing::services(&pool);
    let ada = testing::owner(&services, "ada@example.org").await;
    let stranger = testing::owner(&services, "eve@example.org").await;
    let one = services.prompts().create(&ada, draft("Same", Visibility::Private)).await.unwrap().id;
    services.prompts().create(&stranger, draft("Same", Visibility::Private)).await.unwrap();
    let twin = services.prompts().create(&ada, draft("Same", Visibility::Private)).await;
    assert!(matches!(&twin, Err(Error::Invalid(errors)) if errors.get("name").is_some()), "{twin:?}");
    let two = services.prompts().create(&ada, draft("Other", Visibility::Private)).await.unwrap().id;
    let renamed = services.prompts().update(&ada, two, draft("Same", Visibility::Private)).await;
    assert!(matches!(&renamed, Err(Error::Invalid(errors)) if errors.get("name").is_some()), "{renamed:?}");
    for copy in ["Same (copy)", "Same (copy 2)"] {
        assert_eq!(services.prompts().duplicate(&ada, one).await.unwrap().draft.name, copy);
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn datasets_and_models_of_others_cannot_be_taken_by_their_ids(pool: PgPool) {
    let services = testing::services(&pool);
    let ada = testing::owner(&services, "ada@example.org").await;
    let colleague = testing::member(&services, &ada, "bob@example.org", Role::Collaborator).await;
    let stranger = testing::owner(&services, "eve@example.org").await;
    let foreign = dataset(&services, &stranger, "Foreign", Visibility::Team).await;
    let company = dataset(&services, &stranger, "Handbook", Visibility::Company).await;
    let private = dataset(&services, &ada, "Diary", Visibility::Private).await;
    let with = |set: DatasetId, name: &str| PromptDraft { dataset_ids: vec![set], ..draft(name, Visibility::Team) };
    for (viewer, set) in [(&ada, foreign), (&ada, DatasetId::new()), (&colleague, private)] {
        assert!(matches!(services.prompts().create(viewer, with(set, "P")).await, Err(Error::NotFound)));
    }
    let created = services.prompts().create(&ada, with(company, "Reads the handbook")).await.unwrap();
    assert_eq!(created.draft.dataset_ids, [company]);
    for model in [ModelId::new(), crate::models::MINILM] {
        let refused = services.prompts().create(&ada, PromptDraft { model_id: Some(model), ..draft("Q", Visibility::Team) }).await;
        assert!(matches!(&refused, Err(Error::Invalid(errors)) if errors.get("model_id").is_some()), "{refused:?}");
    }
    let offered = services.prompts().choices(&colleague).await.unwrap();
    assert_eq!(offered.datasets.iter().map(|set| set.name.as_str()).collect::<Vec<_>>(), ["Handbook"]);
    assert!(!offered.may_share_with_company);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_colleague_neither_sees_nor_drops_a_private_dataset_of_a_shared_prompt(pool: PgPool) {
    let services = testing::services(&pool);
    let ada = testing::owner(&services, "ada@example.org").await;
    let colleague = testing::member(&services, &ada, "bob@example.org", Role::Collaborator).await;
    let (diary, house) =
        (dataset(&services, &ada, "Diary", Visibility::Private).await, dataset(&services, &ada, "House", Visibility::Team).await);
    let both = PromptDraft { dataset_ids: vec![diary, house], ..draft("Shared", Visibility::Team) };
    let id = services.prompts().create(&ada, both).await.unwrap().id;
    assert_eq!(services.prompts().get(&colleague, id).await.unwrap().draft.dataset_ids, [house]);
    services.prompts().update(&colleague, id, draft("Shared", Visibility::Team)).await.unwrap();
    assert_eq!(services.prompts().get(&ada, id).await.unwrap().draft.dataset_ids, [diary]);
    let taken = services.prompts().update(&colleague, id, draft("Shared", Visibility::Private)).await;
    assert!(matches!(&taken, Err(Error::Invalid(errors)) if errors.get("visibility").is_some()), "{taken:?}");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn only_those_who_run_the_team_share_with_the_company(pool: PgPool) {
    let services = testing::services(&pool);
    let ada = testing::owner(&services, "ada@example.org").await;
    let colleague = testing::member(&services, &ada, "bob@example.org", Role::Collaborator).await;
    let refused = services.prompts().create(&colleague, draft("P", Visibility::Company)).await;
    assert!(matches!(&refused, Err(Error::Invalid(errors)) if errors.get("visibility").is_some()), "{refused:?}");
    let administrator = Viewer { is_system_administrator: true, ..colleague.clone() };
    let id = services.prompts().create(&administrator, draft("P", Visibility::Company)).await.unwrap().id;
    // Who may change it may change the rest of a prompt that is shared already.
    services.prompts().update(&colleague, id, draft("Q", Visibility::Company)).await.unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_removed_model_is_said_and_a_copy_takes_the_default(pool: PgPool) {
    let services = testing::services(&pool);
    let ada = testing::owner(&services, "ada@example.org").await;
    let (provider, model) = (domain::ProviderId::new(), ModelId::new());
    sqlx::query("INSERT INTO providers (id, name, kind) VALUES ($1, 'P', 'OpenAI-compatible')")
        .bind(provider)
        .execute(&pool)
        .await
        .unwrap();
    sqlx::query("INSERT INTO models (id, provider_id, name, model_type, context_size) VALUES ($1, $2, 'old', 'LLM', 8000)")
        .bind(model)
        .bind(provider)
        .execute(&pool)
        .await
        .unwrap();
    let id = services.prompts().create(&ada, PromptDraft { model_id: Some(model), ..draft("P", Visibility::Team) }).await.unwrap().id;
    sqlx::query("UPDATE models SET removed_at = now() WHERE id = $1").bind(model).execute(&pool).await.unwrap();
    let detail = services.prompts().get(&ada, id).await.unwrap();
    assert_eq!(detail.trouble.as_deref(), Some("The model “old” was removed. Choose another."));
    assert_eq!(services.prompts().duplicate(&ada, id).await.unwrap().draft.model_id, None);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn who_may_not_choose_a_model_keeps_the_one_there_is(pool: PgPool) {
    let services = testing::services(&pool);
    let ada = testing::owner(&services, "ada@example.org").await;
    let bob = testing::member(&services, &ada, "bob@example.org", Role::Collaborator).await;
    let told = testing::without(&bob, Permission::ViewModels);
    let prompts = services.prompts();
    let with = |name: &str, model_id| PromptDraft { model_id, ..draft(name, Visibility::Team) };
    let id = prompts.create(&ada, with("Named", Some(EXTRACTIVE))).await.unwrap().id;
    assert!(prompts.choices(&told).await.unwrap().models.is_empty());
    assert_eq!(prompts.get(&told, id).await.unwrap().model.as_deref(), Some("extractive · Built in"));
    assert_eq!(prompts.update(&told, id, with("Renamed", Some(EXTRACTIVE))).await.unwrap().draft.model_id, Some(EXTRACTIVE));
    assert!(matches!(prompts.update(&told, id, with("Renamed", None)).await, Err(Error::Forbidden)));
    assert!(matches!(prompts.create(&told, with("Mine", Some(EXTRACTIVE))).await, Err(Error::Forbidden)));
    assert_eq!(prompts.create(&told, with("Mine", None)).await.unwrap().model, None);
    assert_eq!(prompts.duplicate(&told, id).await.unwrap().draft.model_id, Some(EXTRACTIVE));

    // They cannot be asked to choose another.
    sqlx::query("UPDATE models SET removed_at = now() WHERE id = $1").bind(EXTRACTIVE).execute(&pool).await.unwrap();
    prompts.update(&told, id, with("Again", Some(EXTRACTIVE))).await.unwrap();
    let refused = prompts.update(&bob, id, with("Again", Some(EXTRACTIVE))).await;
    assert!(matches!(&refused, Err(Error::Invalid(errors)) if errors.get("model_id").is_some()), "{refused:?}");
}
