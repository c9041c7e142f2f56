//! Documents in a bucket: what is uploaded lies there under the prefix, is read from there, comes back as it went, and goes with its
//! document.

use super::objects;
use super::stand_in::StandIn;
use axum::body::Bytes;
use domain::datasets::{DocumentStatus, NewDataset, UploadOutcome, Visibility};
use domain::{DatasetId, DocumentId, PageRequest};
use futures::{TryStreamExt as _, stream};
use object_store::RetryConfig;
use services::{Error, Services, Viewer, testing};
use sqlx::PgPool;
use std::path::PathBuf;

const MIB: usize = 1024 * 1024;
const LINE: &str = "The caretaker keeps the spare key of the observatory in the blue cabinet.\n";
/// In place of the reader of documents a shell: one page, of the bytes it is given after the line about them.
const READER: &str = r#"read -r about; printf '{"Ok":{"pages":[{"number":1,"text":"%s"}],"is_paginated":false,"warnings":[]}}' "$(cat)""#;

/// Somebody with a dataset whose documents lie in the bucket, each of 12 MiB at most.
struct Scene {
    bucket: StandIn,
    services: Services,
    viewer: Viewer,
    dataset: DatasetId,
}

impl Scene {
    async fn new(pool: &PgPool) -> Self {
        let bucket = StandIn::start().await;
        let mut parts = testing::parts(pool);
        parts.objects = objects(&StandIn::location("lyceum"), bucket.environment(), RetryConfig::default()).unwrap();
        parts.settings.max_upload_bytes = 12 * 1024 * 1024;
        parts.settings.extractor = (PathBuf::from("/bin/sh"), vec!["-c".to_owned(), READER.to_owned()]);
        let services = Services::new(parts);
        let viewer = testing::owner(&services, "ada@example.org").await;
        let new =
            NewDataset { name: "Rules".to_owned(), description: String::new(), visibility: Visibility::Team, embedding_model_id: None };
        let dataset = services.datasets().create(&viewer, new).await.unwrap().id;
        Self { bucket, services, viewer, dataset }
    }

    async fn upload(&self, text: &str) -> UploadOutcome {
        let pieces = text.as_bytes().chunks(64 * 1024).map(|piece| Ok::<_, std::io::Error>(Bytes::copy_from_slice(piece)));
        let pieces = stream::iter(pieces.collect::<Vec<_>>());
        self.services.datasets().accept_upload(&self.viewer, self.dataset, "rules.txt", pieces).await.unwrap()
    }

    async fn original(&self, id: DocumentId) -> Vec<u8> {
        let original = self.services.datasets().open_original(&self.viewer, id).await.unwrap();
        original.bytes.try_collect::<Vec<_>>().await.unwrap().concat()
    }
}

/// A text of a little more than so many bytes.
fn text(bytes: usize) -> String {
    LINE.repeat(bytes / LINE.len() + 1)
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_document_lies_in_the_bucket_and_comes_back_and_goes(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    // The second is large enough to travel in parts.
    for (bytes, in_parts) in [(0, 0), (11 * MIB, 1)] {
        let text = text(bytes);
        let id = scene.upload(&text).await.document_id.expect("it is taken");
        assert_eq!(scene.bucket.keys(), [format!("lyceum/{}/{id}", scene.viewer.team_id)]);
        assert_eq!(scene.bucket.uploads_in_parts(), (in_parts, 0));
        assert!(scene.original(id).await == text.as_bytes(), "it comes back as it went");
        scene.services.datasets().delete_document(&scene.viewer, id).await.unwrap();
        scene.services.jobs().run_due_once().await.unwrap();
        assert!(scene.bucket.keys().is_empty(), "its bytes are gone");
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_document_in_the_bucket_is_read_found_and_shown_until_it_goes(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let id = scene.upload(LINE).await.document_id.expect("it is taken");
    let (datasets, viewer) = (scene.services.datasets(), &scene.viewer);
    scene.services.jobs().run_due_once().await.unwrap();
    let listed = datasets.list_documents(viewer, scene.dataset, PageRequest::default()).await.unwrap().items.remove(0);
    assert_eq!(listed.status, DocumentStatus::Ready, "{:?}", listed.failure);
    let search = async || scene.services.search().search_dataset(viewer, scene.dataset, "Where is the spare key?", 5).await.unwrap().chunks;
    let found = search().await.remove(0);
    assert_eq!((found.document_id, found.text.trim()), (id, LINE.trim()));
    let source = datasets.source_page(viewer, id, 1, Some(found.chunk_id)).await.unwrap();
    assert_eq!(source.page.text, LINE.trim());
    assert!(source.mark.is_some());

    datasets.delete_document(viewer, id).await.unwrap();
    assert!(search().await.is_empty());
    assert!(matches!(datasets.source_page(viewer, id, 1, None).await, Err(Error::NotFound)));
    scene.services.jobs().run_due_once().await.unwrap();
    assert!(scene.bucket.keys().is_empty(), "its bytes are gone");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn nothing_stays_in_the_bucket_of_a_file_that_turns_out_too_large(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let outcome = scene.upload(&text(13 * MIB)).await;
    assert!(outcome.refusal.unwrap().contains("larger than 12 MB"));
    assert_eq!(scene.bucket.uploads_in_parts(), (1, 0));
    assert_eq!((scene.bucket.taken(), scene.bucket.keys().len()), (0, 0));
}
