//! What an export promises: all of one's own, nothing of others, for oneself alone, for seven days. And the end of an account:
//! not by accident, and then entirely.

use crate::testing::{member, owner, parts};
use crate::{Clock as _, Error, MockClock, Services, SignUp, Viewer};
use chrono::{SubsecRound as _, TimeDelta, Utc};
use domain::Role;
use domain::chat::NewQuestion;
use domain::datasets::{NewDataset, Visibility};
use domain::my_data::{DeletionTerms, ExportStatus};
use domain::prompts::PromptDraft;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use secrecy::ExposeSecret as _;
use sqlx::PgPool;
use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use std::sync::Arc;

mod by_others;
mod export;
mod leaving;
mod trail;

const PASSWORD: &str = "correct horse battery staple";

async fn with_things(services: &Services, viewer: &Viewer, word: &str) {
    let new =
        NewDataset { name: format!("{word} set"), description: String::new(), visibility: Visibility::Private, embedding_model_id: None };
    let set = services.datasets().create(viewer, new).await.unwrap().id;
    let bytes = stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from(format!("{word} words of a file")))]);
    services.datasets().accept_upload(viewer, set, &format!("{word}.txt"), bytes).await.unwrap();
    let draft = PromptDraft { name: format!("{word} prompt"), ..PromptDraft::default() };
    services.prompts().create(viewer, draft).await.unwrap();
    let question = NewQuestion { conversation_id: None, prompt_id: None, model_id: None, text: format!("{word} question?") };
    let asked = services.chat().ask(viewer, question).await.unwrap();
    let generation = asked.answer.generation_id.unwrap();
    if let Some(mut events) = services.chat().follow(viewer, generation, 0).await.unwrap() {
        while events.next().await.is_some() {}
    }
}

/// A passkey, and an identity at a provider.
async fn with_ways_in(pool: &PgPool, viewer: &Viewer, what: &str) {
    let (person, provider) = (viewer.user_id.as_uuid(), uuid::Uuid::now_v7());
    sqlx::query("INSERT INTO passkeys (id, user_id, name, credential_id, credential, created_at) VALUES ($1, $2, $3, $4, '{\"secret_hash\": 1}', now())")
        .bind(provider)
        .bind(person)
        .bind(format!("{what} key"))
        .bind(what.as_bytes())
        .execute(pool)
        .await
        .unwrap();
    sqlx::query(
        "INSERT INTO identity_providers (id, name, issuer, client_id, scopes, default_role) VALUES ($1, $2, $2, 'lyceum', '', 'Viewer')",
    )
    .bind(provider)
    .bind(what)
    .execute(pool)
    .await
    .unwrap();
    sqlx::query("INSERT INTO identities (id, user_id, provider_id, issuer, subject, linked_at) VALUES ($1, $2, $1, $3, $3 || ' at the provider', now())")
        .bind(provider)
        .bind(person)
        .bind(what)
        .execute(pool)
        .await
        .unwrap();
}

/// The files of an export by name.
async fn unpacked(services: &Services, viewer: &Viewer) -> BTreeMap<String, String> {
    let id = services.my_data().list_exports(viewer).await.unwrap()[0].id;
    let original = services.my_data().open_export(viewer, id).await.unwrap();
    let bytes: Vec<bytes::Bytes> = original.bytes.try_collect().await.unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes.concat())).unwrap();
    let mut files = BTreeMap::new();
    for place in 0..archive.len() {
        let mut file = archive.by_index(place).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        let name = file.name().unwrap().into_owned();
        files.insert(name, text);
    }
    files
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_export_holds_all_of_ones_own_and_nothing_of_others(pool: PgPool) {
    let services = Services::new(parts(&pool));
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Collaborator).await;
    with_things(&services, &ada, "apple").await;
    with_things(&services, &bob, "banana").await;
    with_ways_in(&pool, &ada, "apple").await;
    with_ways_in(&pool, &bob, "banana").await;
    let asked = services.my_data().request_export(&ada).await.unwrap();
    assert_eq!((asked.status, asked.size_bytes), (ExportStatus::Waiting, None));
    assert!(matches!(services.my_data().open_export(&ada, asked.id).await, Err(Error::NotFound)), "not ready");
    assert!(matches!(services.my_data().request_export(&ada).await, Err(Error::Conflict(_))), "one at a time");
    services.jobs().run_due_once().await.unwrap();

    let listed = services.my_data().list_exports(&ada).await.unwrap();
    assert_eq!(listed[0].status, ExportStatus::Ready);
    assert!(listed[0].size_bytes.is_some_and(|size| size > 0));
    let files = unpacked(&services, &ada).await;
    for name in [
        "README.txt",
        "profile.json",
        "teams.json",
        "sessions.json",
        "sign_ins.json",
        "passkeys.json",
        "identities.json",
        "api_keys.json",
        "datasets.json",
        "documents.json",
        "prompts.json",
    ] {
        assert!(files.contains_key(name), "{name} in {:?}", files.keys());
    }
    assert!(files["passkeys.json"].contains("apple key") && files["identities.json"].contains("apple at the provider"));
    assert!(files["profile.json"].contains("ada@example.org") && files["prompts.json"].contains("apple prompt"));
    assert!(files.iter().any(|(name, text)| name.starts_with("files/") && name.ends_with("apple.txt") && text == "apple words of a file"));
    let told: Vec<&str> = files.iter().filter(|(name, _)| name.starts_with("chats/")).map(|(_, text)| text.as_str()).collect();
    assert!(told.len() == 2 && told.iter().all(|text| text.contains("apple question?")), "as JSON and to read: {told:?}");
    for (name, text) in &files {
        assert!(!name.contains("banana") && !text.contains("banana"), "of others: {name}");
        assert!(!text.contains("password_hash") && !text.contains("token_hash") && !text.contains("secret_hash"), "secrets: {name}");
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn only_its_person_opens_an_export_and_only_for_seven_days(pool: PgPool) {
    let mut parts = parts(&pool);
    let clock = Arc::new(MockClock::at(Utc::now().trunc_subsecs(6)));
    parts.clock = clock.clone();
    let services = Services::new(parts);
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Owner).await;
    let id = services.my_data().request_export(&ada).await.unwrap().id;
    services.jobs().run_due_once().await.unwrap();
    services.my_data().open_export(&ada, id).await.unwrap();
    assert!(matches!(services.my_data().open_export(&bob, id).await, Err(Error::NotFound)));
    assert!(services.my_data().list_exports(&bob).await.unwrap().is_empty());
    let mut tx = services.db().team_tx(&bob).await.unwrap();
    let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM exports").fetch_one(&mut *tx).await.unwrap();
    assert_eq!(rows, 0, "below the services, too");
    drop(tx);

    assert_eq!(services.my_data().delete_expired_exports().await.unwrap(), 0);
    clock.advance(TimeDelta::days(8));
    assert!(matches!(services.my_data().open_export(&ada, id).await, Err(Error::NotFound)));
    assert!(services.my_data().list_exports(&ada).await.unwrap().is_empty());
    assert_eq!(services.my_data().delete_expired_exports().await.unwrap(), 1);
    assert_eq!(services.parts.objects.list(None).count().await, 0, "the file is gone as well");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_export_whose_job_is_lost_fails_and_another_can_be_asked_for(pool: PgPool) {
    let services = Services::new(parts(&pool));
    let ada = owner(&services, "ada@example.org").await;
    services.my_data().request_export(&ada).await.unwrap();
    sqlx::query("DELETE FROM jobs").execute(&pool).await.unwrap();
    sqlx::query("UPDATE exports SET requested_at = requested_at - interval '2 days'").execute(&pool).await.unwrap();
    services.my_data().delete_expired_exports().await.unwrap();
    assert_eq!(services.my_data().list_exports(&ada).await.unwrap()[0].status, ExportStatus::Failed);
    services.my_data().request_export(&ada).await.unwrap();
}

fn origin() -> crate::identity::Origin {
    crate::identity::Origin { ip: "192.0.2.1".parse().unwrap(), user_agent: "Firefox".to_owned() }
}

async fn sign_up(services: &Services, email: &str) -> Viewer {
    let (first_name, last_name, password) = ("Ada".to_owned(), String::new(), PASSWORD.to_owned().into());
    let person = crate::identity::NewPerson { first_name, last_name, email: email.to_owned(), password, invitation: None };
    let session = services.identity().sign_up(person, origin()).await.unwrap().session().expect("nothing is mailed");
    services.identity().viewer_for_token(session.token.expose_secret(), &origin()).await.unwrap().unwrap()
}

async fn delete(services: &Services, viewer: &Viewer) -> crate::Result<DeletionTerms> {
    services.my_data().delete_account(viewer, PASSWORD.to_owned().into()).await
}

async fn count(pool: &PgPool, what: &'static str) -> i64 {
    sqlx::query_scalar(what).fetch_one(pool).await.unwrap()
}

/// A passage with a vector in every document there is.
async fn embed(pool: &PgPool) {
    let insert =
        "INSERT INTO chunks (id, team_id, dataset_id, document_id, position, page_first, page_last, char_start, char_end, text, embedding)
                  SELECT gen_random_uuid(), team_id, dataset_id, id, 1000, 1, 1, 0, 1, 'A passage.', array_fill(1::real, ARRAY[384])::vector FROM documents";
    sqlx::query(insert).execute(pool).await.unwrap();
}

/// Services in which everybody may sign up, with a clock to turn, and somebody who manages the installation.
async fn installation(pool: &PgPool) -> (Services, Arc<MockClock>, Viewer) {
    let mut parts = parts(pool);
    let clock = Arc::new(MockClock::at(Utc::now().trunc_subsecs(6)));
    parts.clock = clock.clone();
    parts.settings.sign_up = SignUp::Open;
    let services = Services::new(parts);
    let administrator = sign_up(&services, "administrator@example.org").await;
    (services, clock, administrator)
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_account_is_deleted_by_its_password_alone_and_can_be_kept_for_fourteen_days(pool: PgPool) {
    let (services, clock, administrator) = installation(&pool).await;
    let ada = sign_up(&services, "ada@example.org").await;
    let wrong = services.my_data().delete_account(&ada, "something else entirely".to_owned().into()).await;
    assert!(matches!(wrong, Err(Error::Invalid(errors)) if errors.get("password").is_some()));
    assert!(matches!(delete(&services, &administrator).await, Err(Error::Conflict(_))), "nobody else manages the installation");
    assert_eq!(services.identity().current_viewer_info(&ada).await.unwrap().gone_at, None);
    let terms = delete(&services, &ada).await.unwrap();
    assert_eq!(terms.gone_at, Some(clock.now() + TimeDelta::days(14)));
    assert_eq!(terms.ending_teams.len(), 1);

    clock.advance(TimeDelta::days(13));
    assert_eq!(services.my_data().remove_gone_accounts().await.unwrap(), 0);
    let again = services.identity().sign_in("ada@example.org", PASSWORD.to_owned().into(), origin()).await.unwrap().session().unwrap();
    let ada = services.identity().viewer_for_token(again.token.expose_secret(), &origin()).await.unwrap().unwrap();
    assert!(services.identity().current_viewer_info(&ada).await.unwrap().gone_at.is_some());
    services.my_data().keep_account(&ada).await.unwrap();
    clock.advance(TimeDelta::days(20));
    assert_eq!(services.my_data().remove_gone_accounts().await.unwrap(), 0);
    assert_eq!(services.my_data().deletion_terms(&ada).await.unwrap().gone_at, None);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_sole_owner_of_others_hands_over_first(pool: PgPool) {
    let (services, ..) = installation(&pool).await;
    let ada = sign_up(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Collaborator).await;
    assert_eq!(services.my_data().deletion_terms(&ada).await.unwrap().blocking_teams.len(), 1);
    assert!(matches!(delete(&services, &ada).await, Err(Error::Conflict(_))));
    services.team().hand_over(&ada, bob.user_id).await.unwrap();
    assert!(delete(&services, &ada).await.unwrap().blocking_teams.is_empty());
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn of_two_owners_the_second_to_leave_is_the_last(pool: PgPool) {
    let (services, ..) = installation(&pool).await;
    let ada = sign_up(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Owner).await;
    let carol = member(&services, &ada, "carol@example.org", Role::Viewer).await;
    assert!(services.my_data().deletion_terms(&bob).await.unwrap().blocking_teams.is_empty());
    let asks_to_go = async |who: &Viewer| {
        let asks = sqlx::query("UPDATE users SET deletion_requested_at = now() WHERE id = $1").bind(who.user_id);
        asks.execute(&pool).await.unwrap();
    };
    asks_to_go(&bob).await;
    let terms = services.my_data().deletion_terms(&ada).await.unwrap();
    assert_eq!(terms.blocking_teams.len(), 1, "Carol would be left with it");
    assert!(terms.ending_teams.is_empty(), "{terms:?}");
    // With nobody left who stays, the team goes with its last owner, who is told so.
    asks_to_go(&carol).await;
    let terms = services.my_data().deletion_terms(&ada).await.unwrap();
    assert!(terms.blocking_teams.is_empty());
    assert_eq!(terms.ending_teams.len(), 1);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_is_private_goes_and_what_is_the_teams_stays_with_an_owner(pool: PgPool) {
    let (services, clock, _) = installation(&pool).await;
    let olga = owner(&services, "olga@example.org").await;
    let ada = sign_up(&services, "ada@example.org").await;
    sqlx::query("INSERT INTO memberships (team_id, user_id, roles) VALUES ($1, $2, '{Collaborator}')")
        .bind(olga.team_id)
        .bind(ada.user_id)
        .execute(&pool)
        .await
        .unwrap();
    let there = Viewer { team_id: olga.team_id, ..ada.clone() };
    with_things(&services, &there, "apple").await;
    with_things(&services, &ada, "alone").await;
    let new = NewDataset { name: "Shared".to_owned(), description: String::new(), visibility: Visibility::Team, embedding_model_id: None };
    let shared = services.datasets().create(&there, new).await.unwrap().id;
    let bytes = stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from_static(b"of the team"))]);
    services.datasets().accept_upload(&there, shared, "team.txt", bytes).await.unwrap();
    services.my_data().request_export(&ada).await.unwrap();
    services.jobs().run_due_once().await.unwrap();
    embed(&pool).await;
    let vectors = "SELECT count(*) FROM chunks WHERE embedding IS NOT NULL AND text = 'A passage.'";
    assert_eq!(count(&pool, vectors).await, 3);
    assert!(count(&pool, "SELECT count(*) FROM generation_events").await > 0);
    services.identity().sign_in("ada@example.org", PASSWORD.to_owned().into(), origin()).await.unwrap();
    let mut tx = services.db().system_tx().await.unwrap();
    let signed_in: i64 =
        sqlx::query_scalar("SELECT count(*) FROM sign_ins WHERE user_id = $1").bind(ada.user_id).fetch_one(&mut *tx).await.unwrap();
    drop(tx);
    assert!(signed_in > 0);
    let terms = delete(&services, &ada).await.unwrap();
    assert_eq!((terms.belongings.datasets, terms.belongings.prompts, terms.belongings.chats), (1, 1, 1));

    clock.advance(TimeDelta::days(15));
    assert_eq!(services.my_data().remove_gone_accounts().await.unwrap(), 1);
    assert_eq!(count(&pool, "SELECT count(*) FROM users WHERE email = 'ada@example.org'").await, 0);
    for gone in ["conversations", "messages", "generations", "generation_events", "prompts", "exports"] {
        let rows: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {gone}"))).fetch_one(&pool).await.unwrap();
        assert_eq!(rows, 0, "{gone}");
    }
    assert_eq!(count(&pool, vectors).await, 1, "the passage of the team's document alone is left");
    assert_eq!(
        count(&pool, "SELECT count(*) FROM sign_ins WHERE user_id IS NULL AND length(email_hash) = 32 AND ip = ''").await,
        signed_in,
        "a pseudonym stays"
    );
    let kept = services.datasets().list(&olga).await.unwrap();
    assert_eq!(kept.iter().map(|set| set.id).collect::<Vec<_>>(), [shared]);
    let makers: Vec<domain::UserId> =
        sqlx::query_scalar("SELECT created_by FROM datasets UNION SELECT created_by FROM documents").fetch_all(&pool).await.unwrap();
    assert_eq!(makers, [olga.user_id]);
    services.jobs().run_due_once().await.unwrap();
    assert_eq!(services.parts.objects.list(None).count().await, 1, "the team's file alone is left");
    let again = services.identity().sign_in("ada@example.org", PASSWORD.to_owned().into(), origin()).await;
    assert!(again.is_err());
}
