//! Behaviour of datasets and of the pipeline, on a database. The reader of files is a shell that answers what a test says.

use crate::testing::{member, owner, parts, without};
use crate::{Error, Services, Viewer};
use bytes::Bytes;
use domain::datasets::{DatasetPatch, DatasetSummary, DocumentStatus, DocumentSummary, NewDataset, UploadOutcome, Visibility};
use domain::{DatasetId, DocumentId, PageRequest, Permission, Role};
use futures::{StreamExt, stream};
use llm::MiniLmEmbedder;
use serde_json::{Value, json};
use sqlx::PgPool;
use std::path::PathBuf;
use std::sync::Arc;

const TEXT: &str = "The caretaker keeps the spare key of the observatory in the blue cabinet.";

/// Services whose extractor answers with `answer`, whatever the file; without weights unless a test wants them.
fn answering(pool: &PgPool, answer: &Value, has_weights: bool) -> Services {
    let mut parts = parts(pool);
    let script = format!("cat > /dev/null; cat <<'ANSWER'\n{answer}\nANSWER");
    parts.settings.extractor = (PathBuf::from("/bin/sh"), vec!["-c".to_owned(), script]);
    if !has_weights {
        parts.minilm = Arc::new(MiniLmEmbedder::lazy("no-models"));
    }
    Services::new(parts)
}

fn two_pages() -> Value {
    json!({ "Ok": { "pages": [{ "number": 1, "text": "# House rules\n\nNothing of note." }, { "number": 2, "text": TEXT }], "is_paginated": true, "warnings": ["Page 3 holds no text."] } })
}

async fn dataset(services: &Services, viewer: &Viewer, name: &str, visibility: Visibility) -> DatasetSummary {
    let new = NewDataset { name: name.to_owned(), description: String::new(), visibility, embedding_model_id: None };
    services.datasets().create(viewer, new).await.unwrap()
}

async fn upload(services: &Services, viewer: &Viewer, dataset: DatasetId, name: &str, bytes: &[u8]) -> UploadOutcome {
    // In two parts, as a network would.
    let (first, second) = bytes.split_at(bytes.len() / 2);
    let parts = [first, second].map(Bytes::copy_from_slice).map(Ok::<_, std::io::Error>);
    services.datasets().accept_upload(viewer, dataset, name, stream::iter(parts)).await.unwrap()
}

async fn documents(services: &Services, viewer: &Viewer, dataset: DatasetId) -> Vec<DocumentSummary> {
    services.datasets().list_documents(viewer, dataset, PageRequest::default()).await.unwrap().items
}

async fn objects(services: &Services) -> usize {
    services.parts.objects.list(None).count().await
}

async fn run(services: &Services) {
    services.jobs().run_due_once().await.unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_dataset_gets_the_model_named_by_whoever_may_choose_one(pool: PgPool) {
    let services = answering(&pool, &two_pages(), false);
    let ada = owner(&services, "ada@example.org").await;
    let model = services.models().default_embedding_model().await.unwrap();
    assert!(model.is_some(), "the built-in model is the default");
    let naming = |name: &str| NewDataset {
        name: name.to_owned(),
        description: String::new(),
        visibility: Visibility::Team,
        embedding_model_id: model,
    };
    let told = without(&ada, Permission::ViewModels);
    assert!(matches!(services.datasets().create(&told, naming("Chosen")).await, Err(Error::Forbidden)));
    dataset(&services, &told, "Default", Visibility::Team).await;
    services.datasets().create(&ada, naming("Chosen")).await.unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_private_dataset_does_not_exist_for_a_colleague(pool: PgPool) {
    let services = answering(&pool, &two_pages(), false);
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Owner).await;
    let hidden = dataset(&services, &ada, "Hidden", Visibility::Private).await;
    let outcome = upload(&services, &ada, hidden.id, "a.txt", b"text").await;
    let document = outcome.document_id.unwrap();
    run(&services).await;

    let (datasets, page) = (services.datasets(), PageRequest::default());
    assert!(datasets.list(&bob).await.unwrap().is_empty());
    let patch = DatasetPatch { name: "Mine".to_owned(), description: String::new(), visibility: Visibility::Team };
    assert!(matches!(datasets.get(&bob, hidden.id).await, Err(Error::NotFound)));
    assert!(matches!(datasets.update(&bob, hidden.id, patch).await, Err(Error::NotFound)));
    assert!(matches!(datasets.delete(&bob, hidden.id).await, Err(Error::NotFound)));
    assert!(matches!(datasets.list_documents(&bob, hidden.id, page).await, Err(Error::NotFound)));
    assert!(matches!(datasets.check_upload(&bob, hidden.id).await, Err(Error::NotFound)));
    assert!(matches!(datasets.open_original(&bob, document).await, Err(Error::NotFound)));
    assert!(matches!(datasets.source_page(&bob, document, 2, None).await, Err(Error::NotFound)));
    assert!(matches!(datasets.delete_document(&bob, document).await, Err(Error::NotFound)));
    assert!(matches!(datasets.retry_document(&bob, document).await, Err(Error::NotFound)));
    assert!(matches!(services.search().search_dataset(&bob, hidden.id, "key", 5).await, Err(Error::NotFound)));
    assert_eq!(documents(&services, &ada, hidden.id).await.len(), 1, "and nothing of it changed");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_company_dataset_is_read_by_all_teams_and_changed_by_its_own(pool: PgPool) {
    let services = answering(&pool, &two_pages(), false);
    let (ada, eve) = (owner(&services, "ada@example.org").await, owner(&services, "eve@example.org").await);
    let shared = dataset(&services, &ada, "Shared", Visibility::Company).await;
    let document = upload(&services, &ada, shared.id, "a.txt", b"text").await.document_id.unwrap();
    run(&services).await;

    let datasets = services.datasets();
    let seen = datasets.list(&eve).await.unwrap();
    assert_eq!((seen.len(), seen[0].is_editable), (1, false));
    assert_eq!(documents(&services, &eve, shared.id).await.len(), 1);
    assert_eq!(datasets.source_page(&eve, document, 2, None).await.unwrap().page.text, TEXT);
    assert!(datasets.open_original(&eve, document).await.is_ok());
    assert!(matches!(datasets.delete(&eve, shared.id).await, Err(Error::Forbidden)));
    assert!(matches!(datasets.delete_document(&eve, document).await, Err(Error::Forbidden)));
    assert!(matches!(datasets.check_upload(&eve, shared.id).await, Err(Error::Forbidden)));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_viewer_reads_and_cannot_change(pool: PgPool) {
    let services = answering(&pool, &two_pages(), false);
    let ada = owner(&services, "ada@example.org").await;
    let vic = member(&services, &ada, "vic@example.org", Role::Viewer).await;
    let shared = dataset(&services, &ada, "Shared", Visibility::Team).await;
    assert!(!services.datasets().get(&vic, shared.id).await.unwrap().summary.is_editable);
    assert!(matches!(services.datasets().check_upload(&vic, shared.id).await, Err(Error::Forbidden)));
    let new = NewDataset { name: "Own".to_owned(), description: String::new(), visibility: Visibility::Private, embedding_model_id: None };
    assert!(matches!(services.datasets().create(&vic, new).await, Err(Error::Forbidden)));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn only_its_maker_can_make_a_dataset_private(pool: PgPool) {
    let services = answering(&pool, &two_pages(), false);
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Collaborator).await;
    let shared = dataset(&services, &ada, "Shared", Visibility::Team).await;
    let private = || DatasetPatch { name: "Renamed".to_owned(), description: "d".to_owned(), visibility: Visibility::Private };
    assert!(matches!(services.datasets().update(&bob, shared.id, private()).await, Err(Error::Invalid(_))));
    let renamed = services.datasets().update(&ada, shared.id, private()).await.unwrap();
    assert_eq!((renamed.name.as_str(), renamed.visibility), ("Renamed", Visibility::Private));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn only_those_who_run_the_team_show_a_dataset_to_the_company(pool: PgPool) {
    let services = answering(&pool, &two_pages(), false);
    let (ada, eve) = (owner(&services, "ada@example.org").await, owner(&services, "eve@example.org").await);
    let bob = member(&services, &ada, "bob@example.org", Role::Collaborator).await;
    let gil = member(&services, &ada, "gil@example.org", Role::TeamManager).await;
    let datasets = services.datasets();
    let company = |name: &str| NewDataset {
        name: name.to_owned(),
        description: String::new(),
        visibility: Visibility::Company,
        embedding_model_id: None,
    };
    let patch = |visibility| DatasetPatch { name: "Rules".to_owned(), description: String::new(), visibility };
    let is_refused = |error: &Error| matches!(error, Error::Invalid(errors) if errors.get("visibility").is_some());
    let rules = dataset(&services, &ada, "Rules", Visibility::Team).await.id;
    for (viewer, name) in [(&bob, "Of Bob"), (&gil, "Of Gil")] {
        let own = dataset(&services, viewer, name, Visibility::Private).await.id;
        assert!(is_refused(&datasets.create(viewer, company("Handbook")).await.unwrap_err()));
        for id in [own, rules] {
            assert!(is_refused(&datasets.update(viewer, id, patch(Visibility::Company)).await.unwrap_err()));
        }
    }
    assert!(datasets.list(&eve).await.unwrap().is_empty(), "nobody outside of the team sees any of them");

    let administrator = Viewer { is_system_administrator: true, ..bob.clone() };
    datasets.create(&administrator, company("Handbook")).await.unwrap();
    datasets.update(&ada, rules, patch(Visibility::Company)).await.unwrap();
    assert_eq!(datasets.list(&eve).await.unwrap().len(), 2);
    // Who may change it may change the rest of one that everybody sees already, and end that; what is ended is not theirs to begin again.
    for visibility in [Visibility::Company, Visibility::Team] {
        datasets.update(&bob, rules, patch(visibility)).await.unwrap();
    }
    assert!(is_refused(&datasets.update(&bob, rules, patch(Visibility::Company)).await.unwrap_err()));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_name_is_taken_once_per_team(pool: PgPool) {
    let services = answering(&pool, &two_pages(), false);
    let (ada, eve) = (owner(&services, "ada@example.org").await, owner(&services, "eve@example.org").await);
    dataset(&services, &ada, "Rules", Visibility::Team).await;
    dataset(&services, &eve, "Rules", Visibility::Team).await;
    let again =
        NewDataset { name: " Rules ".to_owned(), description: String::new(), visibility: Visibility::Team, embedding_model_id: None };
    let Err(Error::Invalid(errors)) = services.datasets().create(&ada, again).await else { panic!("taken twice") };
    assert!(errors.get("name").unwrap().contains("“Rules”"));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn every_refused_file_gets_a_sentence_and_leaves_no_bytes(pool: PgPool) {
    let services = answering(&pool, &two_pages(), false);
    let ada = owner(&services, "ada@example.org").await;
    let id = dataset(&services, &ada, "Rules", Visibility::Team).await.id;
    let large = vec![b'a'; 1024 * 1024 + 1];
    let refused: [(&str, &[u8], &str); 5] = [
        ("empty.txt", b"", "“empty.txt” is empty (0 bytes)"),
        ("large.txt", &large, "“large.txt” is larger than 1 MB"),
        ("../../etc/passwd", b"root", "its name holds a path"),
        ("run.exe", b"MZ", "not a type that can be read here"),
        ("report.pdf", b"hello", "its content is plain text"),
    ];
    for (name, bytes, sentence) in refused {
        let outcome = upload(&services, &ada, id, name, bytes).await;
        let refusal = outcome.refusal.unwrap_or_default();
        assert!(outcome.document_id.is_none() && refusal.contains(sentence), "{name}: {refusal}");
    }
    let broken = stream::iter([Ok(Bytes::from_static(b"half a")), Err(std::io::Error::other("gone"))]);
    let outcome = services.datasets().accept_upload(&ada, id, "half.txt", broken).await.unwrap();
    assert!(outcome.refusal.unwrap().contains("“half.txt” did not arrive whole"));
    assert_eq!((objects(&services).await, documents(&services, &ada, id).await.len()), (0, 0));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_same_bytes_are_taken_once_per_dataset(pool: PgPool) {
    let services = answering(&pool, &two_pages(), false);
    let ada = owner(&services, "ada@example.org").await;
    let id = dataset(&services, &ada, "Rules", Visibility::Team).await.id;
    let other = dataset(&services, &ada, "Other", Visibility::Team).await.id;
    assert!(upload(&services, &ada, id, "a.txt", b"text").await.refusal.is_none());
    let again = upload(&services, &ada, id, "b.txt", b"text").await;
    assert!(again.refusal.unwrap().contains("“b.txt” is already here as “a.txt”"));
    assert!(upload(&services, &ada, other, "b.txt", b"text").await.refusal.is_none());
    assert_eq!(objects(&services).await, 2);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn without_weights_a_document_is_ready_by_words_and_the_page_says_so(pool: PgPool) {
    let services = answering(&pool, &two_pages(), false);
    let ada = owner(&services, "ada@example.org").await;
    let id = dataset(&services, &ada, "Rules", Visibility::Team).await.id;
    upload(&services, &ada, id, "rules.txt", b"text").await;
    assert_eq!(documents(&services, &ada, id).await[0].status, DocumentStatus::Queued);
    run(&services).await;

    let document = documents(&services, &ada, id).await.remove(0);
    assert_eq!((document.status, document.page_count, document.embedded_count), (DocumentStatus::Ready, Some(2), 0));
    assert_eq!(document.notice.as_deref(), Some("Page 3 holds no text."));
    assert!(services.datasets().get(&ada, id).await.unwrap().search_notice.unwrap().contains("make setup"));

    let found = services.search().search_dataset(&ada, id, "Who has the spare key of the observatory?", 5).await.unwrap();
    let best = &found.chunks[0];
    assert!(found.notice.is_some() && best.text.contains("blue cabinet"));
    let source = services.datasets().source_page(&ada, best.document_id, 2, Some(best.chunk_id)).await.unwrap();
    let (start, end) = source.mark.unwrap();
    let marked: String = source.page.text.chars().skip(start as usize).take((end - start) as usize).collect();
    assert!(marked.contains("blue cabinet") && source.is_paginated && !source.is_pdf);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn with_weights_every_passage_gets_its_vector(pool: PgPool) {
    let services = answering(&pool, &two_pages(), true);
    if !services.parts.minilm.is_available() {
        eprintln!("skipped: the weights of the embedding model are not here, see `make setup`");
        return;
    }
    let ada = owner(&services, "ada@example.org").await;
    let id = dataset(&services, &ada, "Rules", Visibility::Team).await.id;
    upload(&services, &ada, id, "rules.txt", b"text").await;
    run(&services).await;
    let document = documents(&services, &ada, id).await.remove(0);
    assert_eq!((document.status, document.embedded_count), (DocumentStatus::Ready, document.chunk_count));
    let found = services.search().search_dataset(&ada, id, "Where does the janitor store the extra latchkey?", 5).await.unwrap();
    assert_eq!((found.notice, found.chunks[0].vector_rank), (None, Some(1)));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_document_that_became_ready_without_vectors_gets_them_later(pool: PgPool) {
    let without = answering(&pool, &two_pages(), false);
    let ada = owner(&without, "ada@example.org").await;
    let id = dataset(&without, &ada, "Rules", Visibility::Team).await.id;
    upload(&without, &ada, id, "rules.txt", b"text").await;
    run(&without).await;
    assert_eq!(without.datasets().resume_embedding().await.unwrap(), 0);

    let with = answering(&pool, &two_pages(), true);
    if with.parts.minilm.is_available() {
        assert_eq!(with.datasets().resume_embedding().await.unwrap(), 1);
        run(&with).await;
        let document = documents(&with, &ada, id).await.remove(0);
        assert_eq!((document.status, document.embedded_count), (DocumentStatus::Ready, document.chunk_count));
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_file_that_cannot_be_read_fails_with_its_sentence_and_can_be_retried(pool: PgPool) {
    let failing = answering(&pool, &json!({ "Err": { "reason": "encrypted", "name": "a.pdf" } }), false);
    let ada = owner(&failing, "ada@example.org").await;
    let id = dataset(&failing, &ada, "Rules", Visibility::Team).await.id;
    let document = upload(&failing, &ada, id, "a.pdf", b"%PDF-1.4").await.document_id.unwrap();
    run(&failing).await;
    let failed = documents(&failing, &ada, id).await.remove(0);
    assert_eq!(failed.status, DocumentStatus::Failed);
    assert!(failed.failure.unwrap().contains("“a.pdf” is protected with a password"));

    // The same bytes, with a reader that can.
    let mut parts = crate::testing::parts(&pool);
    parts.settings.extractor = answering(&pool, &two_pages(), false).settings().extractor.clone();
    parts.minilm = Arc::new(MiniLmEmbedder::lazy("no-models"));
    parts.objects = Arc::clone(&failing.parts.objects);
    let mended = Services::new(parts);
    assert_eq!(mended.datasets().retry_document(&ada, document).await.unwrap().status, DocumentStatus::Queued);
    assert!(matches!(mended.datasets().retry_document(&ada, document).await, Err(Error::Conflict(_))), "once is enough");
    run(&mended).await;
    let ready = documents(&mended, &ada, id).await.remove(0);
    assert_eq!((ready.status, ready.failure), (DocumentStatus::Ready, None));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_crash_of_the_reader_fails_that_document_and_no_other(pool: PgPool) {
    let mut parts = parts(&pool);
    // Dies on the file of that name; the name stands in the first line it is given.
    let answer = two_pages();
    let script =
        format!("read -r header; cat > /dev/null; case \"$header\" in *bad.txt*) kill -SEGV $$;; esac; cat <<'ANSWER'\n{answer}\nANSWER");
    parts.settings.extractor = (PathBuf::from("/bin/sh"), vec!["-c".to_owned(), script]);
    parts.minilm = Arc::new(MiniLmEmbedder::lazy("no-models"));
    let services = Services::new(parts);
    let ada = owner(&services, "ada@example.org").await;
    let id = dataset(&services, &ada, "Rules", Visibility::Team).await.id;
    upload(&services, &ada, id, "bad.txt", b"bad").await;
    upload(&services, &ada, id, "good.txt", b"good").await;
    run(&services).await;
    let states: Vec<_> = documents(&services, &ada, id).await.into_iter().map(|document| (document.name, document.status)).collect();
    assert!(states.contains(&("good.txt".to_owned(), DocumentStatus::Ready)));
    assert!(states.contains(&("bad.txt".to_owned(), DocumentStatus::Failed)));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_reader_that_cannot_be_started_is_told_of_without_the_name_of_the_file(pool: PgPool) {
    let mut parts = parts(&pool);
    parts.settings.extractor = (PathBuf::from("/no/such/program"), Vec::new());
    let services = Services::new(parts);
    let ada = owner(&services, "ada@example.org").await;
    let id = dataset(&services, &ada, "Rules", Visibility::Team).await.id;
    upload(&services, &ada, id, "Dismissal of Bob.txt", b"text").await;
    run(&services).await;
    // What the log says of a failed job is kept with the job.
    let told: String = sqlx::query_scalar("SELECT last_error FROM jobs WHERE kind = 'ExtractDocument'").fetch_one(&pool).await.unwrap();
    assert!(told.contains("the reader of documents") && !told.contains("Bob"), "{told}");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_document_whose_job_is_given_up_says_so(pool: PgPool) {
    let services = answering(&pool, &two_pages(), false);
    let ada = owner(&services, "ada@example.org").await;
    let id = dataset(&services, &ada, "Rules", Visibility::Team).await.id;
    let document = upload(&services, &ada, id, "lost.txt", b"text").await.document_id.unwrap();
    remove_bytes(&services, &ada, document).await;
    for _ in 0..3 {
        sqlx::query("UPDATE jobs SET run_at = now()").execute(&pool).await.unwrap();
        run(&services).await;
    }
    let failed = documents(&services, &ada, id).await.remove(0);
    assert_eq!(failed.status, DocumentStatus::Failed);
    assert!(failed.failure.unwrap().starts_with("“lost.txt” could not be read, also not after several attempts"));
}

async fn remove_bytes(services: &Services, viewer: &Viewer, document: DocumentId) {
    use object_store::ObjectStoreExt;
    let key = format!("{}/{document}", viewer.team_id);
    services.parts.objects.delete(&object_store::path::Path::from(key)).await.unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn deleting_removes_rows_at_once_and_bytes_by_a_job(pool: PgPool) {
    let services = answering(&pool, &two_pages(), false);
    let ada = owner(&services, "ada@example.org").await;
    let id = dataset(&services, &ada, "Rules", Visibility::Team).await.id;
    let first = upload(&services, &ada, id, "a.txt", b"one").await.document_id.unwrap();
    upload(&services, &ada, id, "b.txt", b"two").await;
    run(&services).await;
    services.datasets().delete_document(&ada, first).await.unwrap();
    assert_eq!(rows(&pool).await, [1, 2, 1]);
    run(&services).await;
    assert_eq!(objects(&services).await, 1);
    services.datasets().delete(&ada, id).await.unwrap();
    assert_eq!(rows(&pool).await, [0, 0, 0]);
    run(&services).await;
    assert_eq!(objects(&services).await, 0);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_document_deleted_before_its_turn_is_dropped_quietly(pool: PgPool) {
    let services = answering(&pool, &two_pages(), false);
    let ada = owner(&services, "ada@example.org").await;
    let id = dataset(&services, &ada, "Rules", Visibility::Team).await.id;
    let document = upload(&services, &ada, id, "a.txt", b"one").await.document_id.unwrap();
    services.datasets().delete_document(&ada, document).await.unwrap();
    run(&services).await;
    let open: i64 = sqlx::query_scalar("SELECT count(*) FROM jobs WHERE status <> 'Done'").fetch_one(&pool).await.unwrap();
    assert_eq!((open, rows(&pool).await, objects(&services).await), (0, [0, 0, 0], 0));
}

/// Documents, pages and passages of all teams.
async fn rows(pool: &PgPool) -> [i64; 3] {
    let counts: (i64, i64, i64) =
        sqlx::query_as("SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM document_pages), (SELECT count(*) FROM chunks)")
            .fetch_one(pool)
            .await
            .unwrap();
    [counts.0, counts.1, counts.2]
}
