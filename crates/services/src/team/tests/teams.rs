//! The team itself: made, renamed, set up, deleted, restored, gone.

use crate::team::queries;
use crate::testing::{self, member, owner, parts, services};
use crate::{Clock as _, Error, MockClock, Parts, Services, Viewer};
use bytes::Bytes;
use chrono::{TimeDelta, Utc};
use domain::audit::{AuditQuery, AuditScope};
use domain::datasets::{NewDataset, Visibility};
use domain::models::{ModelType, NewModel, ProviderKind};
use domain::team::{TeamPatch, TeamSettings};
use domain::{ConversationId, DatasetId, MessageId, ModelId, Permission, Role};
use futures::{StreamExt as _, stream};
use sqlx::PgPool;
use std::sync::Arc;

fn with_clock(pool: &PgPool) -> (Services, Arc<MockClock>) {
    let clock = Arc::new(MockClock::at(Utc::now()));
    (Services::new(Parts { clock: clock.clone(), ..parts(pool) }), clock)
}

async fn dataset(services: &Services, viewer: &Viewer, visibility: Visibility) -> DatasetId {
    let new = NewDataset { name: "Rules".to_owned(), description: String::new(), visibility, embedding_model_id: None };
    services.datasets().create(viewer, new).await.unwrap().id
}

async fn upload(services: &Services, viewer: &Viewer, dataset: DatasetId, bytes: usize) -> Option<String> {
    let parts = stream::iter([Ok::<_, std::io::Error>(Bytes::from(vec![b'a'; bytes]))]);
    services.datasets().accept_upload(viewer, dataset, "a.txt", parts).await.unwrap().refusal
}

fn model(name: &str) -> NewModel {
    NewModel {
        provider: "Far".to_owned(),
        kind: ProviderKind::OpenAiCompatible,
        base_url: "https://models.example.org/v1".to_owned(),
        api_key: String::new(),
        name: name.to_owned(),
        model_type: ModelType::Llm,
        context_size: 8_000,
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whoever_makes_a_team_owns_it_and_its_address_is_its_own(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let one = services.team().create(&ada, " Legal  Berlin ").await.unwrap();
    let two = services.team().create(&ada, "Legal Berlin").await.unwrap();
    services.team().create(&ada, "法務").await.unwrap();
    assert!(services.team().list_teams(&ada).await.unwrap().len() == 4);
    let found = services.team().find_by_slug(&ada, "legal-berlin").await.unwrap();
    assert_eq!(found.id, one.id);
    assert_ne!(found.id, two.id);
    let eve = owner(&services, "eve@example.org").await;
    assert!(matches!(services.team().find_by_slug(&eve, "legal-berlin").await, Err(Error::NotFound)));
    assert!(matches!(services.team().create(&ada, "  ").await, Err(Error::Invalid(_))));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_team_is_renamed_by_those_who_run_it_and_never_to_an_address_that_is_taken(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let eve = owner(&services, "eve@example.org").await;
    let mary = member(&services, &ada, "mary@example.org", Role::TeamManager).await;
    let patch = |name: &str, slug: &str| TeamPatch { name: name.to_owned(), slug: slug.to_owned() };
    services.team().rename(&ada, patch("Legal", "Legal")).await.unwrap();
    let taken = services.team().rename(&eve, patch("Mine", "legal")).await;
    assert!(matches!(taken, Err(Error::Invalid(errors)) if errors.get("slug").is_some()));
    let both = services.team().rename(&ada, patch(" ", "not an address")).await;
    assert!(matches!(both, Err(Error::Invalid(errors)) if errors.get("slug").is_some() && errors.get("name").is_some()));
    assert!(matches!(services.team().rename(&mary, patch("Mary’s", "marys")).await, Err(Error::Forbidden)));
    assert_eq!(services.team().settings(&ada).await.unwrap().patch, patch("Legal", "legal"));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_largest_file_of_a_team_is_what_uploads_are_measured_by(pool: PgPool) {
    let mut parts = parts(&pool);
    parts.settings.max_upload_bytes = 3 * 1024 * 1024;
    let services = Services::new(parts);
    let ada = owner(&services, "ada@example.org").await;
    let eve = owner(&services, "eve@example.org").await;
    let id = dataset(&services, &ada, Visibility::Team).await;
    for wrong in [0, 4] {
        let settings = TeamSettings { max_upload_mb: Some(wrong), ..TeamSettings::default() };
        let refused = services.team().update_settings(&ada, settings).await;
        assert!(matches!(refused, Err(Error::Invalid(errors)) if errors.get("max_upload_mb").is_some()));
    }
    let detail = services.team().update_settings(&ada, TeamSettings { max_upload_mb: Some(1), ..TeamSettings::default() }).await.unwrap();
    assert_eq!((detail.settings.max_upload_mb, detail.most_upload_mb), (Some(1), 3));
    let refusal = upload(&services, &ada, id, 1024 * 1024 + 1).await.expect("a refusal");
    assert!(refusal.contains("larger than 1 MB"), "{refusal}");
    assert_eq!(services.datasets().get(&ada, id).await.unwrap().max_upload_bytes, 1024 * 1024);
    let others = dataset(&services, &eve, Visibility::Team).await;
    assert_eq!(upload(&services, &eve, others, 1024 * 1024 + 1).await, None, "another team has its own limit");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_default_model_of_a_team_answers_in_it_and_in_no_other(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let eve = owner(&services, "eve@example.org").await;
    let administrator = testing::administrator(eve.clone());
    let added = services.models().add(&administrator, model("teller")).await.unwrap();
    let unknown = TeamSettings { default_model_id: Some(ModelId::new()), ..TeamSettings::default() };
    let refused = services.team().update_settings(&ada, unknown).await;
    assert!(matches!(refused, Err(Error::Invalid(errors)) if errors.get("default_model_id").is_some()));

    let settings = TeamSettings { default_model_id: Some(added.id), ..TeamSettings::default() };
    services.team().update_settings(&ada, settings).await.unwrap();
    let default = async |viewer: &Viewer| {
        let models = services.chat().opening(viewer, None).await.unwrap().models;
        models.into_iter().filter(|model| model.is_default).map(|model| model.name).collect::<Vec<_>>()
    };
    assert_eq!(default(&ada).await, ["teller"]);
    assert_eq!(default(&eve).await, ["extractive"]);
    let question = domain::chat::NewQuestion { conversation_id: None, prompt_id: None, model_id: None, text: "Hello?".to_owned() };
    assert_eq!(services.chat().ask(&ada, question.clone()).await.unwrap().answer.model.as_deref(), Some("teller"));
    assert_eq!(services.chat().ask(&eve, question.clone()).await.unwrap().answer.model.as_deref(), Some("extractive"));
    let overview = services.models().overview(&testing::administrator(ada.clone())).await.unwrap();
    assert!(overview.iter().any(|model| model.name == "extractive" && model.is_default), "the installation's own is as it was");

    services.models().remove(&administrator, added.id).await.unwrap();
    assert_eq!(default(&ada).await, ["extractive"], "a model that was removed answers nowhere");
    assert_eq!(services.team().settings(&ada).await.unwrap().settings.default_model_id, None);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn who_may_not_choose_models_sees_and_keeps_the_one_the_team_has(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let told = testing::without(&ada, Permission::ViewModels);
    let settings = TeamSettings { default_model_id: Some(crate::models::EXTRACTIVE), ..TeamSettings::default() };
    let team = services.team();
    assert!(matches!(team.update_settings(&told, settings.clone()).await, Err(Error::Forbidden)));
    let kept_for_less = TeamSettings { chat_retention_days: Some(30), ..settings.clone() };
    assert!(matches!(team.preview_retention(&told, kept_for_less).await, Err(Error::Forbidden)), "nobody is asked before that");
    assert!(team.settings(&told).await.unwrap().models.is_empty());
    team.update_settings(&ada, settings.clone()).await.unwrap();
    let dropped = TeamSettings { default_model_id: None, ..settings.clone() };
    assert!(matches!(team.update_settings(&told, dropped).await, Err(Error::Forbidden)), "the installation's would be a choice too");
    let kept = TeamSettings { max_upload_mb: Some(1), ..settings };
    assert_eq!(team.update_settings(&told, kept.clone()).await.unwrap().settings, kept);
    assert_eq!(team.settings(&told).await.unwrap().models.len(), 1, "the one it has");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn chats_are_kept_as_long_as_their_team_says(pool: PgPool) {
    let (services, clock) = with_clock(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let eve = owner(&services, "eve@example.org").await;
    for viewer in [&ada, &eve] {
        let insert = "INSERT INTO conversations (id, team_id, user_id, title) VALUES (gen_random_uuid(), $1, $2, 'About owls')";
        sqlx::query(insert).bind(viewer.team_id).bind(viewer.user_id).execute(&pool).await.unwrap();
    }
    assert_eq!(services.team().delete_old_chats().await.unwrap(), 0, "without a setting chats are kept");
    let wrong = TeamSettings { chat_retention_days: Some(0), ..TeamSettings::default() };
    assert!(matches!(services.team().update_settings(&ada, wrong).await, Err(Error::Invalid(_))));
    let settings = TeamSettings { chat_retention_days: Some(30), ..TeamSettings::default() };
    services.team().update_settings(&ada, settings).await.unwrap();
    clock.advance(TimeDelta::days(30) - TimeDelta::hours(1));
    assert_eq!(services.team().delete_old_chats().await.unwrap(), 0);
    clock.advance(TimeDelta::hours(2));
    assert_eq!(services.team().delete_old_chats().await.unwrap(), 1);
    let page = domain::PageRequest::default();
    assert_eq!(services.chat().list(&ada, page).await.unwrap().total, 0);
    assert_eq!(services.chat().list(&eve, page).await.unwrap().total, 1);
    assert_eq!(services.team().delete_old_chats().await.unwrap(), 0);
    assert_eq!(told(&services, &ada).await, ["Lyceum deleted 1 chat that was older than 30 days"]);
    assert!(told(&services, &eve).await.is_empty());
}

/// What the trail of the viewer's team tells of chats that were too old, the latest first.
async fn told(services: &Services, viewer: &Viewer) -> Vec<String> {
    let query = AuditQuery { action: "chat.expired".to_owned(), ..AuditQuery::default() };
    let page = services.audit().list(viewer, AuditScope::Team, &query, None).await.unwrap();
    assert!(page.entries.iter().all(|entry| entry.actor_id.is_none() && entry.origin == "Lyceum"));
    page.entries.into_iter().map(|entry| entry.sentence).collect()
}

/// A chat of the viewer's that was used last so many days ago.
async fn old_chat(pool: &PgPool, viewer: &Viewer, days: i32) -> ConversationId {
    let id = ConversationId::new();
    let insert = "INSERT INTO conversations (id, team_id, user_id, title, updated_at)
                  VALUES ($1, $2, $3, 'About owls', now() - make_interval(days => $4))";
    sqlx::query(insert).bind(id).bind(viewer.team_id).bind(viewer.user_id).bind(days).execute(pool).await.unwrap();
    id
}

fn kept_for(days: u32) -> TeamSettings {
    TeamSettings { chat_retention_days: Some(days), ..TeamSettings::default() }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_goes_is_counted_before_chats_are_kept_for_less_and_told_in_each_team(pool: PgPool) {
    let services = services(&pool);
    let team = services.team();
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Viewer).await;
    let eve = owner(&services, "eve@example.org").await;
    for (viewer, days) in [(&ada, 10), (&ada, 40), (&ada, 90), (&bob, 41), (&eve, 50)] {
        old_chat(&pool, viewer, days).await;
    }
    for wrong in [0, 3651] {
        let refused = team.preview_retention(&ada, kept_for(wrong)).await;
        assert!(matches!(refused, Err(Error::Invalid(errors)) if errors.get("chat_retention_days").is_some()));
    }
    assert!(matches!(team.preview_retention(&bob, kept_for(30)).await, Err(Error::Forbidden)));
    let unlike_the_rest = TeamSettings { max_upload_mb: Some(0), ..kept_for(30) };
    let refused = team.preview_retention(&ada, unlike_the_rest).await;
    assert!(matches!(refused, Err(Error::Invalid(errors)) if errors.get("max_upload_mb").is_some()), "nobody is asked about that");
    assert_eq!(team.preview_retention(&ada, TeamSettings::default()).await.unwrap(), None, "kept always");
    assert_eq!(team.preview_retention(&ada, kept_for(100)).await.unwrap(), Some(0));
    assert_eq!(team.preview_retention(&ada, kept_for(30)).await.unwrap(), Some(3));
    team.update_settings(&ada, kept_for(30)).await.unwrap();
    team.update_settings(&eve, kept_for(45)).await.unwrap();
    for as_before_or_longer in [30, 31] {
        assert_eq!(team.preview_retention(&ada, kept_for(as_before_or_longer)).await.unwrap(), None);
    }
    assert_eq!(team.preview_retention(&ada, kept_for(5)).await.unwrap(), Some(4));

    assert_eq!(team.delete_old_chats().await.unwrap(), 4);
    assert_eq!(team.preview_retention(&ada, kept_for(29)).await.unwrap(), Some(0));
    assert_eq!(told(&services, &ada).await, ["Lyceum deleted 3 chats that were older than 30 days"]);
    assert_eq!(told(&services, &eve).await, ["Lyceum deleted 1 chat that was older than 45 days"]);
    team.update_settings(&ada, kept_for(5)).await.unwrap();
    assert_eq!(team.delete_old_chats().await.unwrap(), 1);
    assert_eq!(told(&services, &ada).await[0], "Lyceum deleted 1 chat that was older than 5 days");
    let changes = "SELECT details #>> '{changed,0}' FROM audit_events
                   WHERE action = 'team.settings-changed' AND team_id = $1 ORDER BY position";
    let changes: Vec<String> = sqlx::query_scalar(changes).bind(ada.team_id).fetch_all(&pool).await.unwrap();
    assert_eq!(changes, ["how long chats are kept: always → 30 days", "how long chats are kept: 30 days → 5 days"]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_old_chat_in_which_something_happens_stays(pool: PgPool) {
    let services = services(&pool);
    let team = services.team();
    let ada = owner(&services, "ada@example.org").await;
    let id = old_chat(&pool, &ada, 40).await;
    team.update_settings(&ada, kept_for(30)).await.unwrap();
    // Somebody is about to have its last answer written again: that locks the chat, and does not count as its last use yet.
    let mut begins = pool.begin().await.unwrap();
    sqlx::query("SELECT FROM conversations WHERE id = $1 FOR UPDATE").bind(id).execute(&mut *begins).await.unwrap();
    assert_eq!(team.delete_old_chats().await.unwrap(), 0, "nobody waits for it");
    let answer = MessageId::new();
    let message = "INSERT INTO messages (id, team_id, conversation_id, position, role, status)
                   VALUES ($1, $2, $3, 2, 'Assistant', 'Pending')";
    sqlx::query(message).bind(answer).bind(ada.team_id).bind(id).execute(&mut *begins).await.unwrap();
    let run = "INSERT INTO generations (id, team_id, user_id, conversation_id, message_id, model_id, lease_expires_at)
               VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, now() + interval '60 seconds')";
    let run = sqlx::query(run).bind(ada.team_id).bind(ada.user_id).bind(id).bind(answer).bind(crate::models::EXTRACTIVE);
    run.execute(&mut *begins).await.unwrap();
    begins.commit().await.unwrap();
    assert_eq!(team.delete_old_chats().await.unwrap(), 0, "it is being answered");
    assert_eq!(team.preview_retention(&ada, kept_for(29)).await.unwrap(), Some(0));
    assert!(told(&services, &ada).await.is_empty(), "nothing was deleted");
    sqlx::query("UPDATE generations SET status = 'Success'").execute(&pool).await.unwrap();
    assert_eq!(team.preview_retention(&ada, kept_for(29)).await.unwrap(), Some(1));
    assert_eq!(team.delete_old_chats().await.unwrap(), 1);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn many_old_chats_go_a_thousand_at_a_time_and_what_cannot_go_holds_up_nothing_that_went_and_no_other_team(pool: PgPool) {
    let services = services(&pool);
    let team = services.team();
    let ada = owner(&services, "ada@example.org").await;
    let eve = owner(&services, "eve@example.org").await;
    let many = "INSERT INTO conversations (id, team_id, user_id, title, updated_at)
                SELECT gen_random_uuid(), $1, $2, 'About owls', now() - make_interval(days => 40, secs => n)
                FROM generate_series(1, 2000) AS n";
    sqlx::query(many).bind(ada.team_id).bind(ada.user_id).execute(&pool).await.unwrap();
    let stuck = old_chat(&pool, &ada, 39).await;
    old_chat(&pool, &eve, 39).await;
    sqlx::query("UPDATE conversations SET title = 'Stuck' WHERE id = $1").bind(stuck).execute(&pool).await.unwrap();
    for refuse in [
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$",
        "CREATE TRIGGER refuse BEFORE DELETE ON conversations FOR EACH ROW WHEN (OLD.title = 'Stuck') EXECUTE FUNCTION refuse()",
    ] {
        sqlx::query(refuse).execute(&pool).await.unwrap();
    }
    for viewer in [&ada, &eve] {
        team.update_settings(viewer, kept_for(30)).await.unwrap();
    }
    assert!(ada.team_id < eve.team_id, "hers is looked at first");

    assert_eq!(team.delete_old_chats().await.unwrap(), 2001);
    assert_eq!(told(&services, &ada).await, ["Lyceum deleted 1000 chats that were older than 30 days"; 2]);
    assert_eq!(told(&services, &eve).await, ["Lyceum deleted 1 chat that was older than 30 days"]);
    sqlx::query("DROP TRIGGER refuse ON conversations").execute(&pool).await.unwrap();
    assert_eq!(team.delete_old_chats().await.unwrap(), 1);
    assert_eq!(told(&services, &ada).await[0], "Lyceum deleted 1 chat that was older than 30 days");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_deleted_team_keeps_its_old_chats_as_long_as_it_may_be_restored(pool: PgPool) {
    let (services, clock) = with_clock(&pool);
    let team = services.team();
    let ada = owner(&services, "ada@example.org").await;
    old_chat(&pool, &ada, 40).await;
    team.update_settings(&ada, kept_for(30)).await.unwrap();
    team.delete(&ada, "ada@example.org").await.unwrap();
    assert_eq!(team.delete_old_chats().await.unwrap(), 0);
    // One that was listed while it lived and is deleted by now.
    let mut tx = services.db().system_tx().await.unwrap();
    assert_eq!(queries::teams::hold_retention(&mut tx, ada.team_id).await.unwrap(), None);
    drop(tx);
    clock.advance(TimeDelta::days(29));
    team.restore(&ada, ada.team_id).await.unwrap();
    assert_eq!(team.delete_old_chats().await.unwrap(), 1);
    assert_eq!(told(&services, &ada).await, ["Lyceum deleted 1 chat that was older than 30 days"]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_a_team_allows_programs_and_pages_is_checked_kept_as_browsers_write_it_and_its_own(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let eve = owner(&services, "eve@example.org").await;
    let many: Vec<String> = (0..21).map(|n| format!("https://{n}.example.org")).collect();
    let with_origins = |allowed_origins: &[String]| TeamSettings { allowed_origins: allowed_origins.to_vec(), ..TeamSettings::default() };
    let with_rate = |wrong| TeamSettings { requests_per_minute: Some(wrong), ..TeamSettings::default() };
    let one = |origin: &str| with_origins(&[origin.to_owned()]);
    let mut wrong = vec![("allowed_origins", with_origins(&many))];
    wrong.extend([0, 100_001].map(|rate| ("requests_per_minute", with_rate(rate))));
    wrong.extend(["*", "null", "http://a.org", "https://a.org/b", "https://ada:secret@a.org"].map(|odd| ("allowed_origins", one(odd))));
    for (field, settings) in wrong {
        let refused = services.team().update_settings(&ada, settings.clone()).await;
        assert!(matches!(refused, Err(Error::Invalid(errors)) if errors.get(field).is_some()), "{settings:?}");
    }
    let typed = ["https://App.example.org:443/", " ", "https://app.example.org", "http://localhost:5173"].map(str::to_owned);
    let settings = TeamSettings { requests_per_minute: Some(100_000), ..with_origins(&typed) };
    services.team().update_settings(&ada, settings).await.unwrap();
    let kept = services.team().settings(&ada).await.unwrap().settings;
    assert_eq!(kept.requests_per_minute, Some(100_000));
    assert_eq!(kept.allowed_origins, ["https://app.example.org", "http://localhost:5173"]);
    assert_eq!(services.team().settings(&eve).await.unwrap().settings, TeamSettings::default());
    services.team().update_settings(&ada, TeamSettings::default()).await.unwrap();
    assert_eq!(services.team().settings(&ada).await.unwrap().settings, TeamSettings::default());
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn settings_are_for_those_who_run_the_team(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let mary = member(&services, &ada, "mary@example.org", Role::TeamManager).await;
    assert!(matches!(services.team().settings(&mary).await, Err(Error::Forbidden)));
    assert!(matches!(services.team().update_settings(&mary, TeamSettings::default()).await, Err(Error::Forbidden)));
    assert!(matches!(services.team().delete(&mary, "ada@example.org").await, Err(Error::Forbidden)));
    let permissions = mary.permissions.iter().copied().chain([Permission::ManageTeam]).collect();
    let trusted = Viewer { permissions, ..mary };
    assert!(!services.team().settings(&trusted).await.unwrap().is_deletable);
    assert!(matches!(services.team().delete(&trusted, "ada@example.org").await, Err(Error::Forbidden)), "only owners end a team");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_deleted_team_is_nobodys_and_shares_nothing_until_it_is_restored(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let grace = member(&services, &ada, "grace@example.org", Role::Collaborator).await;
    let eve = owner(&services, "eve@example.org").await;
    let shared = dataset(&services, &ada, Visibility::Company).await;
    let sent = services.team().invite(&ada, "eve@example.org", Role::Viewer).await.unwrap();
    let token = sent.link.split_once("?invitation=").unwrap().1;
    assert!(services.datasets().get(&eve, shared).await.is_ok());
    assert!(matches!(services.team().delete(&ada, "Another name").await, Err(Error::Invalid(errors)) if errors.get("name").is_some()));

    services.team().delete(&ada, " ada@example.org ").await.unwrap();
    assert!(matches!(services.datasets().get(&eve, shared).await, Err(Error::NotFound)));
    assert_eq!(services.search().hybrid(&eve, &[shared], "owls", 5).await.unwrap().chunks, []);
    assert!(matches!(services.team().accept_invitation(&eve, token).await, Err(Error::Conflict(_))));
    let teams = services.team().list_teams(&ada).await.unwrap();
    assert!(teams.len() == 1 && teams[0].id != ada.team_id && teams[0].is_personal, "a new one of her own: {teams:?}");
    assert!(services.team().list_teams(&grace).await.unwrap().iter().all(|team| team.id != ada.team_id));

    assert_eq!(services.team().list_deleted(&grace).await.unwrap(), []);
    assert!(matches!(services.team().restore(&grace, ada.team_id).await, Err(Error::NotFound)));
    assert!(matches!(services.team().restore(&eve, ada.team_id).await, Err(Error::NotFound)));
    assert_eq!(services.team().list_deleted(&ada).await.unwrap()[0].id, ada.team_id);
    services.team().restore(&ada, ada.team_id).await.unwrap();
    assert!(services.datasets().get(&eve, shared).await.is_ok());
    assert_eq!(services.team().list_members(&grace).await.unwrap().len(), 2);
    assert!(matches!(services.team().restore(&ada, ada.team_id).await, Err(Error::NotFound)), "it lives");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn after_thirty_days_rows_vectors_and_files_are_gone_and_those_of_others_stay(pool: PgPool) {
    let (services, clock) = with_clock(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let eve = owner(&services, "eve@example.org").await;
    for viewer in [&ada, &eve] {
        let id = dataset(&services, viewer, Visibility::Team).await;
        assert_eq!(upload(&services, viewer, id, 100).await, None);
        let insert =
            "INSERT INTO chunks (id, team_id, dataset_id, document_id, position, page_first, page_last, char_start, char_end, text)
                      SELECT gen_random_uuid(), $1, dataset_id, id, 0, 1, 1, 0, 1, 'a' FROM documents WHERE team_id = $1";
        sqlx::query(insert).bind(viewer.team_id).execute(&pool).await.unwrap();
    }
    services.team().create_group(&ada, "Readers").await.unwrap();
    services.team().delete(&ada, "ada@example.org").await.unwrap();
    clock.advance(TimeDelta::days(30) - TimeDelta::seconds(1));
    assert_eq!(services.team().remove_deleted().await.unwrap(), 0);
    clock.advance(TimeDelta::seconds(1));
    assert_eq!(services.team().list_deleted(&ada).await.unwrap(), []);
    assert!(matches!(services.team().restore(&ada, ada.team_id).await, Err(Error::NotFound)));
    assert_eq!(services.team().remove_deleted().await.unwrap(), 1);
    assert_eq!(services.team().remove_deleted().await.unwrap(), 0);
    let files: Vec<_> = services.parts.objects.list(None).map(|file| file.unwrap().location.to_string()).collect().await;
    assert!(files.len() == 1 && files[0].starts_with(&eve.team_id.to_string()), "{files:?}");
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT table_name::text FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'team_id'",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert!(tables.len() > 10, "{tables:?}");
    for table in tables {
        let count = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table} WHERE team_id = $1"));
        let left: i64 = sqlx::query_scalar(count).bind(ada.team_id).fetch_one(&pool).await.unwrap();
        assert_eq!(left, 0, "{table}");
    }
    let others: i64 =
        sqlx::query_scalar("SELECT count(*) FROM chunks WHERE team_id = $1").bind(eve.team_id).fetch_one(&pool).await.unwrap();
    assert_eq!(others, 1);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_team_that_is_being_removed_when_the_licence_ends_is_not_restored(pool: PgPool) {
    let (services, clock) = with_clock(&pool);
    let ada = owner(&services, "ada@example.org").await;
    services.team().delete(&ada, "ada@example.org").await.unwrap();
    clock.advance(TimeDelta::days(30));
    // As a server leaves it that stops while it removes the files.
    let mut tx = services.db().system_tx().await.unwrap();
    assert_eq!(queries::teams::give_up(&mut tx, clock.now() - TimeDelta::days(30)).await.unwrap(), [ada.team_id]);
    tx.commit().await.unwrap();
    let ended = "INSERT INTO licences (id, number, customer, tier, seats, features, issued_at, expires_at, document)
                 VALUES (gen_random_uuid(), 'L-1', 'Example Ltd', 'Team', 5, '{}', now(), now(), '')";
    sqlx::query(ended).execute(&pool).await.unwrap();
    assert_eq!(services.team().list_deleted(&ada).await.unwrap(), []);
    assert!(matches!(services.team().restore(&ada, ada.team_id).await, Err(Error::NotFound)));
    assert_eq!(services.team().remove_deleted().await.unwrap(), 0);
    sqlx::query("DELETE FROM licences").execute(&pool).await.unwrap();
    assert_eq!(services.team().remove_deleted().await.unwrap(), 1);
}
