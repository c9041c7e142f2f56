//! Isolation of the one door past row-level security, from both sides, and the quality of what comes through it.

use crate::testing::{member, owner, parts};
use crate::{Services, Viewer};
use domain::datasets::{NewDataset, RankedChunk, Visibility};
use domain::{DatasetId, DocumentId, Role};
use llm::MiniLmEmbedder;
use pgvector::Vector;
use sqlx::PgPool;
use std::sync::Arc;
use uuid::Uuid;

const KEY: &str = "The caretaker keeps the spare key of the observatory in the blue cabinet.";

fn services(pool: &PgPool) -> Services {
    let mut parts = parts(pool);
    parts.minilm = Arc::new(MiniLmEmbedder::lazy("no-models"));
    Services::new(parts)
}

async fn dataset(services: &Services, viewer: &Viewer, name: &str, visibility: Visibility) -> DatasetId {
    let new = NewDataset { name: name.to_owned(), description: String::new(), visibility, embedding_model_id: None };
    services.datasets().create(viewer, new).await.unwrap().id
}

/// A document of one passage per text, all with the same vector, written past the policies.
async fn fill(pool: &PgPool, viewer: &Viewer, dataset: DatasetId, texts: &[&str]) {
    let document = DocumentId::new().as_uuid();
    sqlx::query(
        "INSERT INTO documents (id, team_id, dataset_id, name, media_type, size_bytes, sha256, object_key, status, chunk_count, created_by)
         VALUES ($1, $2, $3, 'rules.txt', 'text/plain', 1, '', '', 'Ready', $4, $5)",
    )
    .bind(document)
    .bind(viewer.team_id.as_uuid())
    .bind(dataset.as_uuid())
    .bind(i32::try_from(texts.len()).unwrap())
    .bind(viewer.user_id.as_uuid())
    .execute(pool)
    .await
    .unwrap();
    for (position, text) in (0_i32..).zip(texts) {
        sqlx::query(
            "INSERT INTO chunks (id, team_id, dataset_id, document_id, position, page_first, page_last, char_start, char_end, text, embedding)
             VALUES ($1, $2, $3, $4, $5, 1, 1, 0, 1, $6, $7)",
        )
        .bind(Uuid::now_v7())
        .bind(viewer.team_id.as_uuid())
        .bind(dataset.as_uuid())
        .bind(document)
        .bind(position)
        .bind(text)
        .bind(axis())
        .execute(pool)
        .await
        .unwrap();
    }
}

/// A vector of unit length.
fn axis() -> Vector {
    let mut numbers = vec![0.0; 384];
    numbers[0] = 1.0;
    Vector::from(numbers)
}

/// Calls the SQL function as the viewer, with any ids and with a vector, so that both arms answer.
async fn call(services: &Services, viewer: &Viewer, wanted: &[DatasetId]) -> Vec<RankedChunk> {
    let mut tx = services.db().team_tx(viewer).await.unwrap();
    super::queries::search(&mut tx, wanted, "Where is the spare key?", Some(axis()), 50).await.unwrap()
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_door_shows_nothing_of_other_teams_or_of_private_datasets_of_colleagues(pool: PgPool) {
    let services = services(&pool);
    let (ada, eve) = (owner(&services, "ada@example.org").await, owner(&services, "eve@example.org").await);
    let bob = member(&services, &ada, "bob@example.org", Role::Owner).await;
    let team = dataset(&services, &ada, "Team", Visibility::Team).await;
    let private = dataset(&services, &ada, "Private", Visibility::Private).await;
    let company = dataset(&services, &ada, "Company", Visibility::Company).await;
    let wanted = [team, private, company];
    for id in wanted {
        fill(&pool, &ada, id, &[KEY]).await;
    }

    let found = async |viewer| {
        let mut ids: Vec<DatasetId> = call(&services, viewer, &wanted).await.into_iter().map(|chunk| chunk.dataset_id).collect();
        ids.sort();
        ids
    };
    let sorted = |mut ids: Vec<DatasetId>| {
        ids.sort();
        ids
    };
    assert_eq!(found(&ada).await, sorted(vec![team, private, company]));
    assert_eq!(found(&bob).await, sorted(vec![team, company]));
    assert_eq!(found(&eve).await, vec![company]);
    assert_eq!(services.search().hybrid(&eve, &wanted, "spare key", 50).await.unwrap().chunks.len(), 1);

    // The same from the side of the other team: what eve owns does not reach ada.
    let hers = dataset(&services, &eve, "Hers", Visibility::Team).await;
    fill(&pool, &eve, hers, &[KEY]).await;
    assert_eq!(call(&services, &eve, &[hers]).await.len(), 1);
    assert!(call(&services, &ada, &[hers]).await.is_empty());
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_door_opens_for_nobody_without_a_team(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let id = dataset(&services, &ada, "Team", Visibility::Company).await;
    fill(&pool, &ada, id, &[KEY]).await;
    let mut connection = pool.acquire().await.unwrap();
    sqlx::query("SET ROLE lyceum_app").execute(&mut *connection).await.unwrap();
    let refused = super::queries::search(&mut connection, &[id], "key", None, 5).await.unwrap_err();
    assert!(refused.to_string().contains("app.team_id"), "{refused}");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_rooms_behind_the_door_are_closed(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    for inner in
        ["search_words('{}', 'key', 5, 0)", "search_vectors('{}', NULL, 5, 0)", "readable_datasets('{}')", "rare_terms('key', NULL)"]
    {
        let mut tx = services.db().team_tx(&ada).await.unwrap();
        let refused = sqlx::query(sqlx::AssertSqlSafe(format!("SELECT {inner}"))).execute(&mut *tx).await.unwrap_err();
        assert!(refused.to_string().contains("permission denied"), "{inner}: {refused}");
    }
    let mut tx = services.db().system_tx().await.unwrap();
    assert!(super::queries::search(&mut tx, &[], "key", None, 5).await.unwrap_err().to_string().contains("permission denied"));
    let owner: String =
        sqlx::query_scalar("SELECT r.rolname FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner WHERE p.proname = 'search_chunks'")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(owner, "lyceum_search");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_person_without_the_permission_finds_nothing(pool: PgPool) {
    let services = services(&pool);
    let mut ada = owner(&services, "ada@example.org").await;
    let id = dataset(&services, &ada, "Team", Visibility::Team).await;
    fill(&pool, &ada, id, &[KEY]).await;
    ada.permissions.clear();
    assert!(services.search().hybrid(&ada, &[id], "spare key", 5).await.unwrap().chunks.is_empty());
}

const HOUSE: &[&str] = &[
    "Employees have thirty days of annual leave. Leave that is not taken by the end of March of the next year lapses.",
    "Requests for leave are made to the head of department two weeks in advance, in writing or by e-mail.",
    "The heating plant of the north wing is inspected every second Monday by the caretaker.",
    "Visitors sign the book at the gate and receive a numbered badge, which they return when they leave the house.",
    "Bicycles are parked in the yard behind the library, never in the hall or on the stairs.",
    "Lost property is kept for ninety days by the porter and then given to charity.",
    "Meeting rooms are booked by the quarter of an hour; whoever is ten minutes late loses the room.",
    "The period of notice is four weeks to the end of a month, and two weeks during probation.",
    KEY,
    "Smoking is allowed in the yard only. The spare ashtrays are in the cabinet by the door.",
];

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whole_questions_find_their_passage_by_words_alone(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let id = dataset(&services, &ada, "House", Visibility::Team).await;
    fill(&pool, &ada, id, HOUSE).await;
    let questions = [
        ("How many days of annual leave does every employee get per year?", "thirty days of annual leave"),
        ("Could you please tell me where the spare key of the observatory is kept?", "blue cabinet"),
        ("What is the notice period if I am still in probation?", "period of notice"),
        ("I have lost my umbrella. How long is lost property kept here?", "ninety days"),
        ("who inspects the heating", "heating plant"),
        ("\"spare key\"", "blue cabinet"),
        ("leave -annual -requests", "numbered badge"),
    ];
    for (question, passage) in questions {
        let found = services.search().hybrid(&ada, &[id], question, 3).await.unwrap();
        assert!(found.chunks.first().is_some_and(|best| best.text.contains(passage)), "{question}: {:?}", found.chunks);
        assert_eq!(found.chunks[0].text_rank, Some(1));
    }
    let nothing = ["what is it?", "zeppelin", "", "\"key spare\"", "'); DROP TABLE chunks; --", "!!! & | <-> :*"];
    for question in nothing {
        assert!(services.search().hybrid(&ada, &[id], question, 3).await.unwrap().chunks.is_empty(), "{question}");
    }
}

/// Ten clusters of vectors, `count` passages in all.
async fn fill_vectors(pool: &PgPool, viewer: &Viewer, dataset: DatasetId, count: i32) {
    let document = DocumentId::new().as_uuid();
    sqlx::query(
        "WITH d AS (
             INSERT INTO documents (id, team_id, dataset_id, name, media_type, size_bytes, sha256, object_key, status, chunk_count, created_by)
             VALUES ($1, $2, $3, 'vectors.txt', 'text/plain', 1, '', '', 'Ready', $4, $5) RETURNING id)
         INSERT INTO chunks (id, team_id, dataset_id, document_id, position, page_first, page_last, char_start, char_end, text, embedding)
         SELECT gen_random_uuid(), $2, $3, $1, i, 1, 1, 0, 1, 'passage ' || i,
                (SELECT array_agg(sin((i % 10 + 1) * n) + 0.6 * (random() - 0.5) + 0 * i ORDER BY n) FROM generate_series(1, 384) AS n)::vector
         FROM d, generate_series(1, $4) AS i",
    )
    .bind(document)
    .bind(viewer.team_id.as_uuid())
    .bind(dataset.as_uuid())
    .bind(count)
    .bind(viewer.user_id.as_uuid())
    .execute(pool)
    .await
    .unwrap();
    sqlx::query("ANALYZE chunks").execute(pool).await.unwrap();
}

/// The ten nearest by comparing with every passage of the dataset.
async fn nearest(pool: &PgPool, dataset: DatasetId, question: &Vector) -> Vec<Uuid> {
    sqlx::query_scalar("SELECT id FROM chunks WHERE dataset_id = $1 ORDER BY embedding <=> $2 LIMIT 10")
        .bind(dataset.as_uuid())
        .bind(question)
        .fetch_all(pool)
        .await
        .unwrap()
}

async fn some_vector(pool: &PgPool, dataset: DatasetId, place: i64) -> Vector {
    sqlx::query_scalar("SELECT embedding FROM chunks WHERE dataset_id = $1 ORDER BY position OFFSET $2 LIMIT 1")
        .bind(dataset.as_uuid())
        .bind(place)
        .fetch_one(pool)
        .await
        .unwrap()
}

/// How often this connection has looked into an index, as far as that was not reported yet.
async fn scans(tx: &mut crate::TeamTx, index: &str) -> i64 {
    let count = format!("SELECT pg_stat_get_xact_numscans('{index}'::regclass)");
    sqlx::query_scalar(sqlx::AssertSqlSafe(count)).fetch_one(&mut **tx).await.unwrap()
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_index_finds_what_an_exact_scan_finds(pool: PgPool) {
    let services = services(&pool);
    let (ada, eve) = (owner(&services, "ada@example.org").await, owner(&services, "eve@example.org").await);
    let (large, small) =
        (dataset(&services, &ada, "Large", Visibility::Team).await, dataset(&services, &eve, "Small", Visibility::Team).await);
    // Building the index over rows that are there takes a tenth of the time of growing it row by row.
    let index = "chunks_embedding_of_01900000000070008000000000000003";
    let definition: String =
        sqlx::query_scalar("SELECT indexdef FROM pg_indexes WHERE indexname = $1").bind(index).fetch_one(&pool).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("DROP INDEX {index}"))).execute(&pool).await.unwrap();
    // More than are compared one by one; and a small team beside a large one.
    fill_vectors(&pool, &ada, large, 5_200).await;
    fill_vectors(&pool, &eve, small, 60).await;
    sqlx::query(sqlx::AssertSqlSafe(definition)).execute(&pool).await.unwrap();
    for (viewer, id, floor) in [(&ada, large, 98), (&eve, small, 100)] {
        let (mut hits, mut wanted) = (0, 0);
        for place in 0..20 {
            let question = some_vector(&pool, id, place * 3).await;
            let exact = nearest(&pool, id, &question).await;
            let mut tx = services.db().team_tx(viewer).await.unwrap();
            // So few passages the planner would rather read one by one.
            sqlx::raw_sql("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
                .execute(&mut *tx)
                .await
                .unwrap();
            let before = scans(&mut tx, index).await;
            let found = super::queries::search(&mut tx, &[id], "?", Some(question), 10).await.unwrap();
            assert_eq!(scans(&mut tx, index).await > before, id == large, "the index is for many passages");
            hits += found.iter().filter(|chunk| exact.contains(&chunk.chunk_id.as_uuid())).count();
            wanted += exact.len();
        }
        assert!(hits * 100 >= wanted * floor, "{hits} of {wanted}");
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn vectors_of_two_models_are_never_compared(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let (one, other) = (dataset(&services, &ada, "One", Visibility::Team).await, dataset(&services, &ada, "Other", Visibility::Team).await);
    let change = "WITH made AS (
             INSERT INTO models (id, provider_id, name, model_type, context_size, dimensions)
             SELECT gen_random_uuid(), provider_id, 'another', 'Embeddings', 512, 384 FROM models WHERE is_default AND model_type = 'Embeddings'
             RETURNING id)
         UPDATE datasets SET embedding_model_id = made.id FROM made WHERE datasets.id = $1";
    sqlx::query(change).bind(other.as_uuid()).execute(&pool).await.unwrap();
    for id in [one, other] {
        fill(&pool, &ada, id, &[KEY]).await;
    }
    let noted = "SELECT count(*) FROM chunks c JOIN datasets d ON d.id = c.dataset_id AND d.embedding_model_id = c.embedding_model_id";
    assert_eq!(sqlx::query_scalar::<_, i64>(noted).fetch_one(&pool).await.unwrap(), 2, "a vector's model is noted with it");
    for (ids, is_answered) in [(&[one] as &[DatasetId], true), (&[other], true), (&[one, other], false)] {
        let mut tx = services.db().team_tx(&ada).await.unwrap();
        let found = super::queries::search(&mut tx, ids, "?", Some(axis()), 10).await;
        assert_eq!(found.is_ok_and(|found| found.len() == 1), is_answered);
    }
    sqlx::query("UPDATE chunks SET embedding = NULL").execute(&pool).await.unwrap();
    let left = "SELECT count(*) FROM chunks WHERE embedding_model_id IS NOT NULL";
    assert_eq!(sqlx::query_scalar::<_, i64>(left).fetch_one(&pool).await.unwrap(), 0, "a model of no vector");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_two_arms_are_fused_by_reciprocal_rank(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let id = dataset(&services, &ada, "House", Visibility::Team).await;
    fill(&pool, &ada, id, HOUSE).await;
    let found = call(&services, &ada, &[id]).await;
    let part = |rank: Option<u32>| rank.map_or(0.0, |rank| 1.0 / f64::from(60 + rank));
    for chunk in &found {
        assert!((chunk.score - part(chunk.text_rank) - part(chunk.vector_rank)).abs() < 1e-9, "{chunk:?}");
    }
    assert!(found.is_sorted_by(|a, b| a.score >= b.score));
    let first_by_words = found.iter().find(|chunk| chunk.text_rank == Some(1)).unwrap();
    assert!(first_by_words.text.contains("blue cabinet") && first_by_words.vector_rank.is_some());
    assert!(found[0].text_rank.is_some(), "what both arms found stands above what one found");
    assert_eq!(found.len(), HOUSE.len(), "all are near, also those without a word of the question");
}
