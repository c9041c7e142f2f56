//! What an owner opens who sees the team as somebody else is told: as theirs, once for each thing and view, or they do not see it.

use super::{actions, administrator, list, sentences};
use crate::audit::opened::{Opened, record_opened};
use crate::licences::testing::licence;
use crate::testing::{member, owner, services};
use crate::{Error, Services, Viewer};
use bytes::Bytes;
use domain::audit::{Action, AuditQuery, AuditScope, Event};
use domain::chat::NewQuestion;
use domain::datasets::{NewDataset, Visibility};
use domain::prompts::PromptDraft;
use domain::{ConversationId, DocumentId, GenerationId, PromptId, Role};
use futures::{StreamExt as _, stream};
use sqlx::PgPool;
use std::time::Duration;
use uuid::Uuid;

const OPENED: [&str; 4] = ["chat.opened-in-view", "document.opened-in-view", "document.downloaded", "prompt.opened-in-view"];

/// Longer than anything here waits.
const PATIENCE: Duration = Duration::from_secs(20);

/// Somebody with a chat, a document of which a page was read, and a prompt, all private.
struct Scene {
    services: Services,
    ada: Viewer,
    bob: Viewer,
    chat: ConversationId,
    /// Wrote the answer in the chat.
    run: GenerationId,
    document: DocumentId,
    prompt: PromptId,
}

impl Scene {
    async fn new(pool: &PgPool) -> Self {
        let services = services(pool);
        let ada = owner(&services, "ada@example.org").await;
        let bob = member(&services, &ada, "bob@example.org", Role::Collaborator).await;
        let question = NewQuestion { conversation_id: None, prompt_id: None, model_id: None, text: "Where is the key?".to_owned() };
        let asked = services.chat().ask(&bob, question).await.unwrap();
        let run = asked.answer.generation_id.unwrap();
        if let Some(mut events) = services.chat().follow(&bob, run, 0).await.unwrap() {
            while events.next().await.is_some() {}
        }
        let new =
            NewDataset { name: "His".to_owned(), description: String::new(), visibility: Visibility::Private, embedding_model_id: None };
        let dataset = services.datasets().create(&bob, new).await.unwrap().id;
        let bytes = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"Some words."))]);
        let outcome = services.datasets().accept_upload(&bob, dataset, "words.txt", bytes).await.unwrap();
        let document = outcome.document_id.unwrap();
        let page = "INSERT INTO document_pages (document_id, number, team_id, text) VALUES ($1, 1, $2, 'Some words.')";
        sqlx::query(page).bind(document).bind(bob.team_id).execute(pool).await.unwrap();
        let draft = PromptDraft { name: "Diary".to_owned(), visibility: Visibility::Private, ..PromptDraft::default() };
        let prompt = services.prompts().create(&bob, draft).await.unwrap().id;
        Self { services, ada, bob, chat: asked.conversation_id, run, document, prompt }
    }

    /// Ada, who sees the team as Bob does.
    fn looking(&self) -> Viewer {
        Viewer { seen_by: Some(self.ada.user_id), ..self.bob.clone() }
    }

    /// Has the trail tell that she begins to.
    async fn begin_view(&self) {
        let mut tx = self.services.db().system_tx().await.unwrap();
        let event = Event::new(Action::MemberViewStarted, self.bob.user_id.as_uuid(), "bob@example.org");
        crate::audit::record(&mut tx, &self.ada, event).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn open_all(&self, viewer: &Viewer) {
        self.services.chat().open(viewer, self.chat).await.unwrap();
        self.services.datasets().source_page(viewer, self.document, 1, None).await.unwrap();
        self.services.datasets().open_original(viewer, self.document).await.unwrap();
        self.services.prompts().get(viewer, self.prompt).await.unwrap();
    }

    /// What following the answer comes to.
    async fn follow(&self, viewer: &Viewer) -> Result<(), Error> {
        self.services.chat().follow(viewer, self.run, 0).await.map(drop)
    }

    /// Has these told as opened by her.
    async fn tell(&self, opened: &[Opened<'_>]) {
        let looking = self.looking();
        let tx = self.services.db().opening_tx(&looking).await.unwrap();
        record_opened(tx, &looking, opened).await.unwrap();
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_is_opened_in_a_view_is_the_owners_doing_and_told_once(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let before = actions(&pool).await.len();
    scene.begin_view().await;
    for _ in 0..2 {
        scene.open_all(&scene.looking()).await;
    }
    assert_eq!(actions(&pool).await[before + 1..], OPENED);
    let told = sentences(&scene.services, &scene.ada, &AuditQuery::default()).await;
    let expected = [
        "ada@example.org opened the prompt “Diary” while viewing the team as a member",
        "ada@example.org downloaded “words.txt” while viewing the team as a member",
        "ada@example.org opened “words.txt” while viewing the team as a member",
        "ada@example.org opened a chat while viewing the team as a member",
    ];
    assert_eq!(told[..4], expected);
    for entry in &list(&scene.services, &scene.ada, &AuditQuery::default()).await[..4] {
        assert_eq!(entry.actor_id, Some(scene.ada.user_id));
        assert!(entry.facts.iter().any(|fact| (fact.label.as_str(), fact.value.as_str()) == ("Seen as", "bob@example.org")));
    }
    scene.begin_view().await;
    scene.open_all(&scene.looking()).await;
    assert_eq!(actions(&pool).await[before + 6..], OPENED, "another view");
    assert!(scene.services.audit().verify(&scene.ada, AuditScope::Team).await.unwrap().is_whole);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whoever_follows_an_answer_in_a_view_has_its_chat_told_first(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let chat = OPENED[0];
    let before = actions(&pool).await.len();
    scene.begin_view().await;
    scene.follow(&scene.looking()).await.unwrap();
    scene.services.chat().open(&scene.looking(), scene.chat).await.unwrap();
    assert_eq!(actions(&pool).await[before + 1..], [chat]);
    // With the number of the run that the view before told.
    scene.begin_view().await;
    scene.follow(&scene.looking()).await.unwrap();
    scene.follow(&scene.bob).await.unwrap();
    assert_eq!(actions(&pool).await[before + 3..], [chat]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_prompt_of_the_team_is_opened_in_a_view_as_it_would_be_without(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let draft = PromptDraft { name: "Helper".to_owned(), visibility: Visibility::Team, ..PromptDraft::default() };
    let prompt = scene.services.prompts().create(&scene.bob, draft).await.unwrap().id;
    let before = actions(&pool).await.len();
    scene.services.prompts().get(&scene.looking(), prompt).await.unwrap();
    assert_eq!(actions(&pool).await.len(), before);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_is_opened_twice_at_once_is_told_once(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    scene.begin_view().await;
    let before = actions(&pool).await.len();
    // Somebody else has something told, and does not come to an end before both wait for it.
    let mut held = pool.begin().await.unwrap();
    let lock = sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended('audit ' || $1::uuid, 0))");
    lock.bind(scene.bob.team_id).execute(&mut *held).await.unwrap();
    let release = async {
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let both_wait = async {
            while sqlx::query_scalar::<_, i64>(waiting).fetch_one(&pool).await.unwrap() < 2 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, both_wait).await.expect("both come to tell it");
        held.rollback().await.unwrap();
    };
    let (chat, looking) = (scene.services.chat(), scene.looking());
    let (first, second, ()) = futures::join!(chat.open(&looking, scene.chat), chat.open(&looking, scene.chat), release);
    assert_eq!(first.unwrap(), second.unwrap());
    assert_eq!(actions(&pool).await[before..], [OPENED[0]]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn of_several_things_each_is_told_that_was_not(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let before = actions(&pool).await.len();
    scene.begin_view().await;
    let [a, b, c] = [(); 3].map(|()| Uuid::now_v7());
    let (document, file) = (Action::DocumentOpenedInView, Action::DocumentDownloaded);
    scene.tell(&[(document, a, "a.txt"), (document, b, "b.txt")]).await;
    scene.tell(&[(document, c, "c.txt"), (document, b, "b.txt"), (file, a, "a.txt")]).await;
    scene.tell(&[(document, b, "b.txt")]).await;
    scene.tell(&[]).await;
    let told: Vec<(String, Uuid, String)> =
        sqlx::query_as("SELECT action, target_id, target_name FROM audit_events ORDER BY position OFFSET $1")
            .bind(i64::try_from(before).unwrap() + 1)
            .fetch_all(&pool)
            .await
            .unwrap();
    let event = |action: Action, id: Uuid, name: &str| (action.as_str().to_owned(), id, name.to_owned());
    let expected = [event(document, a, "a.txt"), event(document, b, "b.txt"), event(document, c, "c.txt"), event(file, a, "a.txt")];
    assert_eq!(told, expected);
    assert!(scene.services.audit().verify(&scene.ada, AuditScope::Team).await.unwrap().is_whole);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_one_opens_with_ones_own_eyes_is_told_as_ever(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let before = actions(&pool).await.len();
    scene.open_all(&scene.bob).await;
    assert_eq!(actions(&pool).await[before..], ["document.downloaded"]);
    let of_bob = list(&scene.services, &scene.ada, &AuditQuery::default()).await.remove(0);
    assert_eq!((of_bob.sentence.as_str(), of_bob.actor_id), ("bob@example.org downloaded “words.txt”", Some(scene.bob.user_id)));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_the_member_does_not_see_is_not_there_in_a_view_and_not_told(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let carl = member(&scene.services, &scene.ada, "carl@example.org", Role::Collaborator).await;
    let looking = Viewer { seen_by: Some(scene.ada.user_id), ..carl };
    let before = actions(&pool).await.len();
    assert!(matches!(scene.services.chat().open(&looking, scene.chat).await, Err(Error::NotFound)));
    assert!(matches!(scene.services.datasets().source_page(&looking, scene.document, 1, None).await, Err(Error::NotFound)));
    assert!(matches!(scene.services.datasets().open_original(&looking, scene.document).await.map(drop), Err(Error::NotFound)));
    assert!(matches!(scene.services.prompts().get(&looking, scene.prompt).await, Err(Error::NotFound)));
    assert!(matches!(scene.follow(&looking).await, Err(Error::NotFound)));
    assert_eq!(actions(&pool).await.len(), before);
}

/// Whether the database refused something for want of a right.
fn is_refused<T>(outcome: Result<T, Error>) -> bool {
    let Err(Error::Internal(cause)) = outcome else { return false };
    let refusal = cause.downcast_ref::<sqlx::Error>().and_then(sqlx::Error::as_database_error);
    refusal.and_then(sqlx::error::DatabaseError::code).is_some_and(|code| code == "42501")
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_cannot_be_told_is_not_opened(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    sqlx::query("REVOKE INSERT ON audit_events FROM lyceum_app").execute(&pool).await.unwrap();
    let (looking, datasets, prompts) = (scene.looking(), scene.services.datasets(), scene.services.prompts());
    assert!(is_refused(scene.services.chat().open(&looking, scene.chat).await));
    assert!(is_refused(scene.follow(&looking).await));
    assert!(is_refused(datasets.source_page(&looking, scene.document, 1, None).await));
    assert!(is_refused(datasets.open_original(&looking, scene.document).await));
    assert!(is_refused(prompts.get(&looking, scene.prompt).await));
    // What needs no event is there all the same.
    scene.services.chat().open(&scene.bob, scene.chat).await.unwrap();
    scene.follow(&scene.bob).await.unwrap();
    datasets.source_page(&scene.bob, scene.document, 1, None).await.unwrap();
    prompts.get(&scene.bob, scene.prompt).await.unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_view_goes_on_and_tells_when_the_licence_is_over(pool: PgPool) {
    let scene = Scene::new(&pool).await;
    let root = administrator(&owner(&scene.services, "root@example.org").await);
    scene.services.licences().install(&root, &licence("L-1", 5)).await.unwrap();
    sqlx::query("UPDATE licences SET expires_at = now()").execute(&pool).await.unwrap();
    let before = actions(&pool).await.len();
    scene.open_all(&scene.looking()).await;
    assert_eq!(actions(&pool).await[before..], OPENED);
}
