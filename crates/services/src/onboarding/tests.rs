//! The guide ticks itself off, the sample is a dataset like others, and people learn whom to ask.

use super::sample::{FILES, NAME, QUESTIONS};
use crate::testing::{member, owner, services, without};
use crate::{Error, Services, Viewer};
use domain::datasets::{NewDataset, Visibility};
use domain::onboarding::{Guide, Sample};
use domain::prompts::{PromptDetail, PromptDraft};
use domain::team::TeamPatch;
use domain::{DatasetId, Permission, Role};
use sqlx::PgPool;

/// Somebody who manages the installation, in a team that is called as signing up calls it.
async fn administrator(services: &Services, pool: &PgPool) -> Viewer {
    let root = owner(services, "root@example.org").await;
    sqlx::query("UPDATE users SET first_name = 'Grace', is_system_administrator = true WHERE id = $1")
        .bind(root.user_id)
        .execute(pool)
        .await
        .unwrap();
    sqlx::query("UPDATE teams SET name = 'Grace’s team' WHERE id = $1").bind(root.team_id).execute(pool).await.unwrap();
    Viewer { is_system_administrator: true, ..root }
}

async fn guide(services: &Services, viewer: &Viewer) -> Guide {
    services.onboarding().guide(viewer).await.unwrap().expect("a guide")
}

/// The prompt that asks a sample.
async fn prompt_of(services: &Services, viewer: &Viewer, sample: Sample) -> PromptDetail {
    services.prompts().get(viewer, sample.prompt_id.expect("a prompt")).await.unwrap()
}

/// A dataset with one document.
async fn filled(services: &Services, viewer: &Viewer, name: &str, visibility: Visibility) -> DatasetId {
    let new = NewDataset { name: name.to_owned(), description: String::new(), visibility, embedding_model_id: None };
    let id = services.datasets().create(viewer, new).await.unwrap().id;
    let bytes = futures::stream::iter([Ok::<_, std::convert::Infallible>(bytes::Bytes::from_static(b"Keys hang in the blue cabinet."))]);
    services.datasets().accept_upload(viewer, id, "keys.txt", bytes).await.unwrap();
    id
}

/// A prompt that searches these datasets.
async fn asking(services: &Services, viewer: &Viewer, name: &str, visibility: Visibility, datasets: &[DatasetId]) -> PromptDetail {
    let draft = PromptDraft { name: name.to_owned(), visibility, dataset_ids: datasets.to_vec(), ..PromptDraft::default() };
    services.prompts().create(viewer, draft).await.unwrap()
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn each_step_ticks_itself_off_from_what_there_is(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    let start = guide(&services, &root).await;
    assert_eq!((start.done(), start.team_name.as_str(), start.sample), (0, "Grace’s team", None));

    sqlx::query("UPDATE users SET first_name = 'Rear Admiral'").execute(&pool).await.unwrap();
    assert!(!guide(&services, &root).await.is_team_named, "another name of hers is none of the team");
    let patch = TeamPatch { name: "Research".to_owned(), slug: "research".to_owned() };
    services.team().rename(&root, patch).await.unwrap();
    assert!(guide(&services, &root).await.is_team_named);
    services.onboarding().keep_model(&root).await.unwrap();
    assert!(guide(&services, &root).await.is_model_chosen);
    let sample = services.onboarding().add_sample(&root).await.unwrap();
    let now = guide(&services, &root).await;
    assert!(now.has_documents && now.has_prompt && now.sample == Some(sample) && sample.prompt_id.is_some());
    let other = Viewer { is_system_administrator: true, ..member(&services, &root, "other@example.org", Role::Owner).await };
    sqlx::query("UPDATE datasets SET visibility = 'Private'").execute(&pool).await.unwrap();
    assert_eq!(guide(&services, &other).await.sample, None, "nobody is led to what they do not see");
    sqlx::query("UPDATE datasets SET visibility = 'Team'").execute(&pool).await.unwrap();
    sqlx::query("DELETE FROM memberships WHERE user_id = $1 AND team_id = $2")
        .bind(other.user_id)
        .bind(root.team_id)
        .execute(&pool)
        .await
        .unwrap();
    services.team().invite(&root, "ada@example.org", Role::Viewer).await.unwrap();
    assert_eq!(guide(&services, &root).await.done(), Guide::STEPS);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_guide_that_was_put_away_stays_away_for_that_person_only(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    let other = Viewer { is_system_administrator: true, ..member(&services, &root, "other@example.org", Role::Owner).await };
    services.onboarding().dismiss(&root).await.unwrap();
    assert_eq!(services.onboarding().guide(&root).await.unwrap(), None);
    services.onboarding().keep_model(&root).await.unwrap();
    assert_eq!(services.onboarding().guide(&root).await.unwrap(), None);
    let theirs = guide(&services, &other).await;
    assert!(!theirs.is_model_chosen && theirs.has_invited);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_guide_is_for_those_who_manage_both_installation_and_team(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    assert_eq!(services.onboarding().guide(&ada).await.unwrap(), None);
    assert!(matches!(services.onboarding().dismiss(&ada).await, Err(Error::NotFound)));
    assert!(matches!(services.onboarding().keep_model(&ada).await, Err(Error::NotFound)));
    let guest = Viewer { is_system_administrator: true, ..member(&services, &ada, "root@example.org", Role::Viewer).await };
    assert_eq!(services.onboarding().guide(&guest).await.unwrap(), None);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_sample_is_added_once_and_goes_through_the_ordinary_pipeline(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    let sample = services.onboarding().add_sample(&root).await.unwrap();
    assert_eq!(services.onboarding().add_sample(&root).await.unwrap(), sample);
    let datasets = services.datasets().list(&root).await.unwrap();
    assert_eq!((datasets.len(), datasets[0].name.as_str()), (1, NAME));
    let jobs: i64 = sqlx::query_scalar("SELECT count(*) FROM jobs WHERE kind = 'ExtractDocument'").fetch_one(&pool).await.unwrap();
    assert_eq!((datasets[0].document_count.try_into(), jobs), (Ok(FILES.len()), i64::try_from(FILES.len()).unwrap()));
    let viewer = member(&services, &root, "viewer@example.org", Role::Viewer).await;
    sqlx::query("DELETE FROM datasets").execute(&pool).await.unwrap();
    assert!(matches!(services.onboarding().add_sample(&viewer).await, Err(Error::Forbidden)));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_sample_comes_with_a_prompt_that_the_whole_team_can_ask(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    let viewer = member(&services, &root, "viewer@example.org", Role::Viewer).await;
    let sample = services.onboarding().add_sample(&root).await.unwrap();
    let seen = prompt_of(&services, &viewer, sample).await;
    assert_eq!((seen.draft.name.as_str(), seen.draft.dataset_ids.as_slice()), (NAME, [sample.dataset_id].as_slice()));
    assert_eq!(seen.draft.examples, QUESTIONS);
    let told: i64 = sqlx::query_scalar("SELECT count(*) FROM audit_events WHERE action = 'prompt.created' AND target_id = $1")
        .bind(seen.id)
        .fetch_one(&pool)
        .await
        .unwrap();
    services.onboarding().add_sample(&root).await.unwrap();
    assert_eq!((told, services.prompts().list(&root).await.unwrap().len()), (1, 1));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_prompt_of_another_kind_with_the_name_is_left_alone_and_one_that_lost_the_sample_gets_it_back(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    let house = filled(&services, &root, "House", Visibility::Team).await;
    let own = asking(&services, &root, NAME, Visibility::Team, &[house]).await;
    let sample = services.onboarding().add_sample(&root).await.unwrap();
    let made = prompt_of(&services, &root, sample).await;
    assert_eq!(made.draft.name, format!("{NAME} (2)"));
    assert_eq!(services.prompts().get(&root, own.id).await.unwrap().draft, own.draft);

    services.datasets().delete(&root, sample.dataset_id).await.unwrap();
    assert_eq!(guide(&services, &root).await.sample, None);
    let again = services.onboarding().add_sample(&root).await.unwrap();
    assert_eq!(again.prompt_id, sample.prompt_id);
    assert_eq!(prompt_of(&services, &root, again).await.draft.dataset_ids, [again.dataset_id]);
    assert_eq!(services.prompts().list(&root).await.unwrap().len(), 2);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn who_may_not_make_prompts_adds_the_dataset_and_somebody_else_its_prompt(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    let told = without(&root, Permission::ManagePrompts);
    let sample = services.onboarding().add_sample(&told).await.unwrap();
    assert_eq!((sample.prompt_id, guide(&services, &told).await.sample), (None, Some(sample)));
    assert!(services.prompts().list(&root).await.unwrap().is_empty());
    let whole = services.onboarding().add_sample(&root).await.unwrap();
    assert!(whole.dataset_id == sample.dataset_id && whole.prompt_id.is_some());
    assert_eq!(services.onboarding().add_sample(&told).await.unwrap(), whole);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_private_dataset_with_the_name_of_the_sample_gets_a_private_prompt(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    let private = filled(&services, &root, NAME, Visibility::Private).await;
    let sample = services.onboarding().add_sample(&root).await.unwrap();
    assert_eq!(sample.dataset_id, private);
    assert_eq!(prompt_of(&services, &root, sample).await.draft.visibility, Visibility::Private);
    assert_eq!(services.onboarding().add_sample(&root).await.unwrap(), sample);
    let now = guide(&services, &root).await;
    assert!(now.sample == Some(sample) && !now.has_prompt, "nobody else can ask it");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_step_of_the_prompt_is_done_once_the_team_can_ask_documents(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    let house = filled(&services, &root, "House", Visibility::Team).await;
    let diary = filled(&services, &root, "Diary", Visibility::Private).await;
    let new = NewDataset { name: "Empty".to_owned(), description: String::new(), visibility: Visibility::Team, embedding_model_id: None };
    let empty = services.datasets().create(&root, new).await.unwrap().id;
    for (name, visibility, datasets) in [
        ("Searches nothing", Visibility::Team, vec![]),
        ("Searches an empty one", Visibility::Team, vec![empty]),
        ("Searches what is hers", Visibility::Team, vec![diary]),
        ("Is hers", Visibility::Private, vec![house]),
    ] {
        asking(&services, &root, name, visibility, &datasets).await;
        assert!(!guide(&services, &root).await.has_prompt, "{name}");
    }
    assert!(guide(&services, &root).await.has_documents);
    asking(&services, &root, "Caretaker", Visibility::Team, &[house]).await;
    assert!(guide(&services, &root).await.has_prompt);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_new_chat_knows_whether_documents_wait_for_a_prompt(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Viewer).await;
    let lacks = async |viewer: &Viewer| services.chat().opening(viewer, None).await.unwrap().lacks_prompt;
    assert!(!lacks(&bob).await, "documents come first");
    filled(&services, &ada, "Diary", Visibility::Private).await;
    assert!(lacks(&ada).await && !lacks(&bob).await, "a private dataset is nothing to others");
    let house = filled(&services, &ada, "House", Visibility::Team).await;
    assert!(lacks(&bob).await && !lacks(&without(&bob, Permission::ViewDatasets)).await);
    asking(&services, &ada, "Caretaker", Visibility::Team, &[house]).await;
    assert!(!lacks(&ada).await && !lacks(&bob).await);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn people_learn_whom_to_ask_in_their_own_team(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let viewer = member(&services, &ada, "viewer@example.org", Role::Viewer).await;
    for (email, role) in [("c@example.org", Role::Collaborator), ("m@example.org", Role::TeamManager), ("v@example.org", Role::Viewer)] {
        member(&services, &ada, email, role).await;
    }
    let asked = services.onboarding().whom_to_ask(&viewer, Permission::ManageDatasets).await.unwrap();
    assert_eq!(asked, ["ada@example.org", "m@example.org", "c@example.org"]);
    let alone = owner(&services, "alone@example.org").await;
    assert!(services.onboarding().whom_to_ask(&alone, Permission::ManageDatasets).await.unwrap().is_empty());
}
