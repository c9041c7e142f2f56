//! What sharing promises: exactly those it is shared with, no longer than that, and the explanation says what is so.

use super::*;
use crate::testing::{administrator, member, owner, services, without};
use domain::chat::NewQuestion;
use domain::datasets::{DatasetPatch, NewDataset};
use domain::prompts::PromptDraft;
use domain::sharing::{AccessRule, Explanation, Thing};
use domain::text::Title;
use domain::{ApiKeyId, ConversationId, DatasetId, DocumentId, GroupId, PromptId, Role};
use futures::StreamExt as _;
use sqlx::PgPool;
use uuid::Uuid;

const KEY: &str = "The caretaker keeps the spare key of the observatory in the blue cabinet.";

async fn dataset(services: &Services, viewer: &Viewer, visibility: Visibility) -> DatasetId {
    let name = format!("{visibility} {}", Uuid::now_v7());
    let new = NewDataset { name, description: String::new(), visibility, embedding_model_id: None };
    services.datasets().create(viewer, new).await.unwrap().id
}

async fn prompt(services: &Services, viewer: &Viewer, visibility: Visibility, datasets: &[DatasetId]) -> PromptId {
    let name = format!("{visibility} {}", Uuid::now_v7());
    let draft = PromptDraft { name, visibility, dataset_ids: datasets.to_vec(), ..PromptDraft::default() };
    services.prompts().create(viewer, draft).await.unwrap().id
}

async fn group(services: &Services, viewer: &Viewer, name: &str, people: &[&Viewer]) -> GroupId {
    let id = services.team().create_group(viewer, name).await.unwrap().id;
    let people: Vec<_> = people.iter().map(|person| person.user_id).collect();
    services.team().set_group_members(viewer, id, &people).await.unwrap();
    id
}

/// A document of one passage, written past the policies.
async fn fill(pool: &PgPool, viewer: &Viewer, dataset: DatasetId) -> DocumentId {
    let document = DocumentId::new();
    let insert =
        "INSERT INTO documents (id, team_id, dataset_id, name, media_type, size_bytes, sha256, object_key, status, chunk_count, created_by)
                  VALUES ($1, $2, $3, 'rules.txt', 'text/plain', 1, '', '', 'Ready', 1, $4)";
    sqlx::query(insert).bind(document).bind(viewer.team_id).bind(dataset).bind(viewer.user_id).execute(pool).await.unwrap();
    let insert = "INSERT INTO chunks (id, team_id, dataset_id, document_id, position, page_first, page_last, char_start, char_end, text)
                  VALUES ($1, $2, $3, $4, 0, 1, 1, 0, 1, $5)";
    let chunk = sqlx::query(insert).bind(Uuid::now_v7()).bind(viewer.team_id).bind(dataset).bind(document).bind(KEY);
    chunk.execute(pool).await.unwrap();
    document
}

/// How many passages the viewer finds in a dataset, past the services' own look at it.
async fn found(services: &Services, viewer: &Viewer, dataset: DatasetId) -> usize {
    services.search().hybrid(viewer, &[dataset], "Where is the spare key?", 5).await.unwrap().chunks.len()
}

async fn sees(services: &Services, viewer: &Viewer, dataset: DatasetId) -> bool {
    let listed = services.datasets().list(viewer).await.unwrap().iter().any(|one| one.id == dataset);
    let opened = services.datasets().get(viewer, dataset).await.is_ok();
    assert_eq!(listed, opened, "the list and the page agree");
    listed
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_private_dataset_is_seen_and_searched_by_those_it_is_shared_with_and_nobody_else(pool: PgPool) {
    let services = services(&pool);
    let (ada, eve) = (owner(&services, "ada@example.org").await, owner(&services, "eve@example.org").await);
    let bob = member(&services, &ada, "bob@example.org", Role::Viewer).await;
    let cleo = member(&services, &ada, "cleo@example.org", Role::Collaborator).await;
    let dan = member(&services, &ada, "dan@example.org", Role::Owner).await;
    let set = dataset(&services, &ada, Visibility::Private).await;
    let document = fill(&pool, &ada, set).await;
    let thing = Shared::Dataset(set);
    assert!(!sees(&services, &bob, set).await && found(&services, &bob, set).await == 0);

    services.sharing().share(&ada, thing, ShareWith::Person(bob.user_id), ShareLevel::View).await.unwrap();
    let readers = group(&services, &ada, "Readers", &[&cleo]).await;
    let after = services.sharing().share(&ada, thing, ShareWith::Group(readers), ShareLevel::View).await.unwrap();
    assert_eq!(
        after.shares.iter().map(|share| share.with).collect::<Vec<_>>(),
        [ShareWith::Group(readers), ShareWith::Person(bob.user_id)]
    );
    assert_eq!(
        after.choices.iter().map(|choice| choice.with).collect::<Vec<_>>(),
        [ShareWith::Person(cleo.user_id), ShareWith::Person(dan.user_id)]
    );
    for (viewer, expected) in [(&ada, true), (&bob, true), (&cleo, true), (&dan, false), (&eve, false)] {
        assert_eq!(sees(&services, viewer, set).await, expected);
        assert_eq!(found(&services, viewer, set).await, usize::from(expected));
        assert_eq!(services.search().search_dataset(viewer, set, "key", 5).await.is_ok(), expected);
    }
    assert_eq!(services.datasets().get(&bob, set).await.unwrap().summary.share_count, 2);
    let deleted = services.datasets().delete_document(&cleo, document).await;
    assert!(matches!(deleted, Err(Error::Forbidden)), "seeing is not editing: {deleted:?}");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn who_leaves_the_group_or_the_team_or_is_taken_out_sees_nothing_from_the_next_request_on(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Viewer).await;
    let set = dataset(&services, &ada, Visibility::Private).await;
    fill(&pool, &ada, set).await;
    let (thing, person) = (Shared::Dataset(set), ShareWith::Person(bob.user_id));
    let readers = group(&services, &ada, "Readers", &[&bob]).await;
    let through = ShareWith::Group(readers);
    services.sharing().share(&ada, thing, through, ShareLevel::View).await.unwrap();
    assert_eq!(found(&services, &bob, set).await, 1);
    services.team().set_group_members(&ada, readers, &[]).await.unwrap();
    assert!(!sees(&services, &bob, set).await && found(&services, &bob, set).await == 0, "out of the group");

    services.team().set_group_members(&ada, readers, &[bob.user_id]).await.unwrap();
    services.team().delete_group(&ada, readers).await.unwrap();
    assert!(!sees(&services, &bob, set).await && found(&services, &bob, set).await == 0, "the group is gone");

    services.sharing().share(&ada, thing, person, ShareLevel::View).await.unwrap();
    assert_eq!(found(&services, &bob, set).await, 1);
    services.sharing().unshare(&ada, thing, person).await.unwrap();
    assert!(!sees(&services, &bob, set).await && found(&services, &bob, set).await == 0, "taken out");
    assert!(matches!(services.sharing().unshare(&ada, thing, person).await, Err(Error::NotFound)));

    services.sharing().share(&ada, thing, person, ShareLevel::View).await.unwrap();
    services.team().remove(&ada, bob.user_id).await.unwrap();
    assert!(!sees(&services, &bob, set).await && found(&services, &bob, set).await == 0, "out of the team");
    assert!(services.sharing().list(&ada, thing).await.unwrap().shares.is_empty());
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn editing_takes_the_role_as_well_and_only_the_maker_shares_opens_and_deletes(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Viewer).await;
    let cleo = member(&services, &ada, "cleo@example.org", Role::Collaborator).await;
    let set = dataset(&services, &ada, Visibility::Private).await;
    let thing = Shared::Dataset(set);
    for person in [&bob, &cleo] {
        services.sharing().share(&ada, thing, ShareWith::Person(person.user_id), ShareLevel::Edit).await.unwrap();
    }
    let patch = |visibility| DatasetPatch { name: "Renamed".to_owned(), description: String::new(), visibility };
    let datasets = services.datasets();
    assert!(matches!(datasets.update(&bob, set, patch(Visibility::Private)).await, Err(Error::Forbidden)));
    let changed = datasets.update(&cleo, set, patch(Visibility::Private)).await.unwrap();
    assert!(changed.is_editable && changed.name == "Renamed");
    let refused = datasets.update(&cleo, set, patch(Visibility::Team)).await;
    assert!(matches!(refused, Err(Error::Invalid(errors)) if errors.get("visibility").is_some()));
    assert!(matches!(datasets.delete(&cleo, set).await, Err(Error::Forbidden)));
    assert!(!datasets.get(&cleo, set).await.unwrap().is_shareable);
    let (sharing, with) = (services.sharing(), ShareWith::Person(bob.user_id));
    assert!(matches!(sharing.list(&cleo, thing).await, Err(Error::Forbidden)));
    assert!(matches!(sharing.share(&cleo, thing, with, ShareLevel::View).await, Err(Error::Forbidden)));
    assert!(matches!(sharing.unshare(&cleo, thing, with).await, Err(Error::Forbidden)));

    sharing.share(&ada, thing, ShareWith::Person(cleo.user_id), ShareLevel::View).await.unwrap();
    assert!(matches!(datasets.update(&cleo, set, patch(Visibility::Private)).await, Err(Error::Forbidden)), "the level was taken down");
    datasets.update(&ada, set, patch(Visibility::Team)).await.unwrap();
    assert!(matches!(sharing.share(&ada, thing, with, ShareLevel::View).await, Err(Error::Conflict(_))), "the team sees it anyway");
    datasets.delete(&cleo, set).await.unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn nothing_is_shared_with_another_team_or_by_it(pool: PgPool) {
    let services = services(&pool);
    let (ada, eve) = (owner(&services, "ada@example.org").await, owner(&services, "eve@example.org").await);
    let set = dataset(&services, &ada, Visibility::Private).await;
    let (thing, sharing) = (Shared::Dataset(set), services.sharing());
    let theirs = group(&services, &eve, "Theirs", &[&eve]).await;
    for with in [ShareWith::Person(eve.user_id), ShareWith::Group(theirs), ShareWith::Group(GroupId::new())] {
        assert!(matches!(sharing.share(&ada, thing, with, ShareLevel::View).await, Err(Error::NotFound)));
    }
    assert!(matches!(sharing.share(&eve, thing, ShareWith::Person(eve.user_id), ShareLevel::Edit).await, Err(Error::NotFound)));
    assert!(matches!(sharing.list(&eve, thing).await, Err(Error::NotFound)));
    assert!(matches!(sharing.explain(&eve, thing.into()).await, Err(Error::NotFound)));

    // Below the services: the other team reads no row of it and writes none over the border.
    let bob = member(&services, &ada, "bob@example.org", Role::Viewer).await;
    sharing.share(&ada, thing, ShareWith::Person(bob.user_id), ShareLevel::View).await.unwrap();
    let mut tx = services.db().team_tx(&eve).await.unwrap();
    let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM shares").fetch_one(&mut *tx).await.unwrap();
    assert_eq!(rows, 0);
    let insert = "INSERT INTO shares (id, team_id, dataset_id, user_id, level) VALUES (gen_random_uuid(), $1, $2, $3, 'View')";
    let stolen = sqlx::query(insert).bind(eve.team_id).bind(set).bind(eve.user_id).execute(&mut *tx).await;
    assert!(stolen.is_err(), "a share is of one team with what it shares");
    drop(tx);
    let mut tx = services.db().team_tx(&eve).await.unwrap();
    let forged = sqlx::query(insert).bind(ada.team_id).bind(set).bind(bob.user_id).execute(&mut *tx).await;
    assert!(forged.is_err(), "and of the team of the transaction");
}

/// Asks over a prompt, waits for the answer and counts what it cites.
async fn citations(services: &Services, pool: &PgPool, viewer: &Viewer, prompt: PromptId) -> i64 {
    let text = "Where does the caretaker keep the spare key?".to_owned();
    let question = NewQuestion { conversation_id: None, prompt_id: Some(prompt), model_id: None, text };
    let asked = services.chat().ask(viewer, question).await.unwrap();
    let generation = asked.answer.generation_id.unwrap();
    if let Some(mut events) = services.chat().follow(viewer, generation, 0).await.unwrap() {
        while events.next().await.is_some() {}
    }
    let count = "SELECT count(*) FROM message_citations WHERE message_id = $1";
    sqlx::query_scalar(count).bind(asked.answer.id).fetch_one(pool).await.unwrap()
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_shared_prompt_answers_each_reader_from_what_they_may_read_themselves(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Collaborator).await;
    let set = dataset(&services, &ada, Visibility::Private).await;
    fill(&pool, &ada, set).await;
    let helper = prompt(&services, &ada, Visibility::Private, &[set]).await;
    assert!(matches!(services.prompts().get(&bob, helper).await, Err(Error::NotFound)));

    services.sharing().share(&ada, Shared::Prompt(helper), ShareWith::Person(bob.user_id), ShareLevel::View).await.unwrap();
    let seen = services.prompts().get(&bob, helper).await.unwrap();
    assert!(seen.draft.dataset_ids.is_empty() && !seen.is_editable && !seen.is_shareable);
    assert_eq!(services.prompts().list(&bob).await.unwrap()[0].share_count, 1);
    assert_eq!(citations(&services, &pool, &bob, helper).await, 0, "the prompt is shared, its dataset is not");
    assert!(citations(&services, &pool, &ada, helper).await > 0);

    let readers = group(&services, &ada, "Readers", &[&bob]).await;
    services.sharing().share(&ada, Shared::Dataset(set), ShareWith::Group(readers), ShareLevel::View).await.unwrap();
    assert!(citations(&services, &pool, &bob, helper).await > 0);
    services.team().set_group_members(&ada, readers, &[]).await.unwrap();
    assert_eq!(citations(&services, &pool, &bob, helper).await, 0, "out of the group");

    let draft = |name: &str, visibility| PromptDraft { name: name.to_owned(), visibility, ..PromptDraft::default() };
    let prompts = services.prompts();
    assert!(matches!(prompts.update(&bob, helper, draft("Mine", Visibility::Private)).await, Err(Error::Forbidden)));
    services.sharing().share(&ada, Shared::Prompt(helper), ShareWith::Person(bob.user_id), ShareLevel::Edit).await.unwrap();
    prompts.update(&bob, helper, draft("Ours", Visibility::Private)).await.unwrap();
    assert_eq!(prompts.get(&ada, helper).await.unwrap().draft.dataset_ids, [set], "what the editor cannot see stays in it");
    assert!(matches!(prompts.update(&bob, helper, draft("Ours", Visibility::Team)).await, Err(Error::Invalid(_))));
    assert!(matches!(prompts.delete(&bob, helper).await, Err(Error::Forbidden)));
}

/// A chat that is found past the policies, and nothing in it.
async fn chat(pool: &PgPool, viewer: &Viewer) -> ConversationId {
    let id = ConversationId::new();
    let insert = "INSERT INTO conversations (id, team_id, user_id, title) VALUES ($1, $2, $3, 'Keys')";
    sqlx::query(insert).bind(id).bind(viewer.team_id).bind(viewer.user_id).execute(pool).await.unwrap();
    id
}

/// The first page of a document, written past the policies.
async fn read_page(pool: &PgPool, viewer: &Viewer, document: DocumentId) {
    let insert = "INSERT INTO document_pages (document_id, number, team_id, text) VALUES ($1, 1, $2, 'Keys')";
    sqlx::query(insert).bind(document).bind(viewer.team_id).execute(pool).await.unwrap();
}

/// Whether somebody really can open a thing and change it: they try.
async fn tries(services: &Services, person: &Viewer, thing: Thing) -> (bool, bool) {
    match thing {
        Thing::Dataset(id) => services.datasets().get(person, id).await.map_or((false, false), |it| (true, it.summary.is_editable)),
        Thing::Prompt(id) => services.prompts().get(person, id).await.map_or((false, false), |it| (true, it.is_editable)),
        Thing::Document(id) => {
            let opened = services.datasets().source_page(person, id, 1, None).await;
            // It has not failed, which only those are told who may do something about it.
            let retried = services.datasets().retry_document(person, id).await;
            (opened.is_ok(), matches!(retried, Err(Error::Conflict(_))))
        }
        Thing::Chat(id) => {
            let opened = services.chat().open(person, id).await;
            let renamed = services.chat().rename(person, id, Title::parse("Keys").unwrap()).await;
            (opened.is_ok(), renamed.is_ok())
        }
        Thing::Group(id) => {
            let listed = services.team().list_groups(person).await.is_ok_and(|groups| groups.iter().any(|group| group.id == id));
            (listed, services.team().rename_group(person, id, "Readers").await.is_ok())
        }
        Thing::ApiKey(id) => {
            let mut keys = services.api_keys().list_own(person).await.unwrap();
            keys.extend(services.api_keys().list_of_team(person).await.unwrap_or_default());
            let listed = keys.iter().any(|key| key.id == id);
            (listed, listed && services.api_keys().revoke(person, id).await.is_ok())
        }
        Thing::Model(id) => {
            let listed = services.models().list(person, None).await.is_ok_and(|models| models.iter().any(|model| model.id == id));
            (listed, services.models().make_default(person, id).await.is_ok())
        }
    }
}

/// The explanation names exactly those of the team who can open the thing, and says who of them can change it.
async fn assert_true(services: &Services, explainer: &Viewer, thing: Thing, everybody: &[&Viewer]) -> Explanation {
    let told = services.sharing().explain(explainer, thing).await.unwrap();
    for person in everybody {
        let (can_see, can_edit) = tries(services, person, thing).await;
        let line = told.people.iter().find(|line| line.user_id == person.user_id);
        assert_eq!(line.is_some(), can_see, "{thing:?} {}", person.user_id);
        assert_eq!(line.is_some_and(|line| line.may_edit), can_edit, "{thing:?} {}", person.user_id);
    }
    told
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_explanation_lists_exactly_those_who_can_see_and_edit(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Viewer).await;
    let cleo = member(&services, &ada, "cleo@example.org", Role::Collaborator).await;
    let dan = member(&services, &ada, "dan@example.org", Role::Collaborator).await;
    let finn = member(&services, &ada, "finn@example.org", Role::Owner).await;
    let gil = member(&services, &ada, "gil@example.org", Role::TeamManager).await;
    let everybody = [&ada, &bob, &cleo, &dan, &finn, &gil];
    let writers = group(&services, &ada, "Writers", &[&bob, &cleo]).await;
    for visibility in [Visibility::Private, Visibility::Team, Visibility::Company] {
        let set = dataset(&services, &ada, visibility).await;
        let document = fill(&pool, &ada, set).await;
        read_page(&pool, &ada, document).await;
        let helper = prompt(&services, &ada, visibility, &[]).await;
        for shared in [Shared::Dataset(set), Shared::Prompt(helper)] {
            if visibility == Visibility::Private {
                services.sharing().share(&ada, shared, ShareWith::Group(writers), ShareLevel::Edit).await.unwrap();
                services.sharing().share(&ada, shared, ShareWith::Person(dan.user_id), ShareLevel::View).await.unwrap();
            }
        }
        for thing in [Thing::Dataset(set), Thing::Document(document), Thing::Prompt(helper)] {
            let explained = assert_true(&services, &ada, thing, &everybody).await;
            assert_eq!(explained.dataset.is_some(), thing == Thing::Document(document), "whose rules decide");
            assert_eq!(explained.is_open_to_owners, visibility == Visibility::Private, "{thing:?}: one owner sees nothing private");
            if visibility == Visibility::Private {
                let rules: Vec<_> = explained.people.into_iter().map(|line| (line.name, line.rules, line.may_edit)).collect();
                let group = || vec![AccessRule::Group("Writers".to_owned(), ShareLevel::Edit)];
                let expected = [
                    ("ada@example.org".to_owned(), vec![AccessRule::Creator], true),
                    ("bob@example.org".to_owned(), group(), false),
                    ("cleo@example.org".to_owned(), group(), true),
                    ("dan@example.org".to_owned(), vec![AccessRule::Person(ShareLevel::View)], false),
                ];
                assert_eq!(rules, expected, "a viewer's role does not edit; an owner sees nothing private");
            }
            assert!(services.sharing().explain(&bob, thing).await.is_err(), "for those who may change it");
        }
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_chat_is_explained_to_whose_it_is_and_nobody_else_opens_it(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Viewer).await;
    let gil = member(&services, &ada, "gil@example.org", Role::TeamManager).await;
    let eve = owner(&services, "eve@example.org").await;
    let everybody = [&ada, &bob, &gil, &eve];
    for person in [&ada, &bob, &gil] {
        let thing = Thing::Chat(chat(&pool, person).await);
        let explained = assert_true(&services, person, thing, &everybody).await;
        let is_alone = matches!(&explained.people[..], [line] if line.user_id == person.user_id && line.rules == [AccessRule::Creator]);
        assert!(is_alone, "{explained:?}");
        assert_eq!(explained.is_open_to_owners, person.user_id != ada.user_id, "who owns the team views it as others");
        for other in everybody.iter().filter(|other| other.user_id != person.user_id) {
            let refused = services.sharing().explain(other, thing).await;
            assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
        }
    }

    // A role that no longer asks still reads.
    let take = "DELETE FROM roles_permissions WHERE role = 'Viewer' AND permission = 'ManageChats'";
    sqlx::query(take).execute(&pool).await.unwrap();
    let reader = without(&bob, Permission::ManageChats);
    let thing = Thing::Chat(chat(&pool, &reader).await);
    let explained = assert_true(&services, &reader, thing, &[&ada, &reader, &gil]).await;
    assert!(!explained.people[0].may_edit);
}

/// A key that is written past the policies.
async fn key(pool: &PgPool, viewer: &Viewer) -> ApiKeyId {
    let id = ApiKeyId::new();
    let insert = "INSERT INTO api_keys (id, team_id, user_id, name, selector, secret_hash, scopes, created_at)
                  VALUES ($1, $2, $3, 'import', $1::text, '', '{read}', now())";
    sqlx::query(insert).bind(id).bind(viewer.team_id).bind(viewer.user_id).execute(pool).await.unwrap();
    id
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn where_roles_decide_about_groups_keys_and_models_the_explanation_names_them(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Viewer).await;
    let cleo = member(&services, &ada, "cleo@example.org", Role::Collaborator).await;
    let gil = member(&services, &ada, "gil@example.org", Role::TeamManager).await;
    let eve = owner(&services, "eve@example.org").await;
    let everybody = [&ada, &bob, &cleo, &gil, &eve];
    let rules = |told: &Explanation, person: &Viewer| {
        told.people.iter().find(|line| line.user_id == person.user_id).map(|line| line.rules.clone()).unwrap_or_default()
    };

    let readers = Thing::Group(group(&services, &ada, "Readers", &[&bob]).await);
    let told = assert_true(&services, &gil, readers, &everybody).await;
    assert_eq!(rules(&told, &cleo), [AccessRule::Roles(vec![Role::Collaborator])]);
    assert!(rules(&told, &bob).is_empty(), "who is in it need not see it");
    assert!(matches!(services.sharing().explain(&cleo, readers).await, Err(Error::Forbidden)), "she cannot change it");
    assert!(matches!(services.sharing().explain(&eve, readers).await, Err(Error::NotFound)));

    // It can be revoked once, so everybody tries at one of their own.
    for person in everybody {
        let of_bob = Thing::ApiKey(key(&pool, &bob).await);
        let told = assert_true(&services, &ada, of_bob, &[person]).await;
        assert_eq!(rules(&told, &bob), [AccessRule::Creator]);
        assert_eq!(rules(&told, &gil), [AccessRule::Roles(vec![Role::TeamManager])]);
    }
    let of_bob = Thing::ApiKey(key(&pool, &bob).await);
    assert!(matches!(services.sharing().explain(&bob, of_bob).await, Err(Error::Forbidden)), "he does not see who is in the team");
    assert!(matches!(services.sharing().explain(&cleo, of_bob).await, Err(Error::NotFound)), "it is not there for her");
    assert!(matches!(services.sharing().explain(&eve, of_bob).await, Err(Error::NotFound)));
    let of_cleo = Thing::ApiKey(key(&pool, &cleo).await);
    assert_eq!(rules(&services.sharing().explain(&cleo, of_cleo).await.unwrap(), &cleo), [AccessRule::Creator]);

    sqlx::query("UPDATE users SET is_system_administrator = true WHERE id = $1").bind(ada.user_id).execute(&pool).await.unwrap();
    let root = administrator(ada.clone());
    let model = Thing::Model(services.models().overview(&root).await.unwrap()[0].id);
    let told = assert_true(&services, &root, model, &[&root, &bob, &cleo, &gil]).await;
    assert_eq!(rules(&told, &bob), [AccessRule::Roles(vec![Role::Viewer])]);
    assert!(matches!(services.sharing().explain(&gil, model).await, Err(Error::NotFound)));
    assert_eq!(rules(&told, &root), [AccessRule::Administrator, AccessRule::Roles(vec![Role::Owner])]);
    assert!(!told.is_open_to_owners, "that is of what is private");
    sqlx::query("DELETE FROM roles_permissions WHERE permission = 'ViewModels'").execute(&pool).await.unwrap();
    let told = services.sharing().explain(&root, model).await.unwrap();
    assert_eq!(told.people.iter().map(|line| line.user_id).collect::<Vec<_>>(), [root.user_id], "who manages them sees them all the same");
}
