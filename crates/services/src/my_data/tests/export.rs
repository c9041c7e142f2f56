//! What an export tells of all that is kept: no column that names a person is forgotten, and what is told is told with its values.

use super::{unpacked, with_things};
use crate::models::EXTRACTIVE;
use crate::my_data::queries::exports;
use crate::testing::{many_events, member, owner, services};
use crate::{CameFrom, Services, Viewer};
use domain::audit::Via;
use domain::chat::NewQuestion;
use domain::datasets::{NewDataset, Visibility};
use domain::prompts::PromptDraft;
use domain::sharing::{ShareLevel, ShareWith, Shared};
use domain::{DatasetId, PromptId, Role};
use futures::StreamExt as _;
use serde_json::{Value, json};
use sqlx::PgPool;
use std::collections::{BTreeMap, BTreeSet};

/// Columns that say whose a row is, each with the file of an export that tells of it. Name a new one here once an export holds it.
const TOLD: &[(&str, &str)] = &[
    ("api_keys.user_id", "api_keys.json"),
    ("audit_events.actor_id", "audit_trail.json"),
    ("audit_events.details", "audit_trail.json"),
    ("audit_events.target_id", "audit_trail.json"),
    ("conversations.user_id", "chats/"),
    ("datasets.created_by", "datasets.json"),
    ("documents.created_by", "documents.json"),
    ("group_members.user_id", "groups.json"),
    ("identities.user_id", "identities.json"),
    ("invitations.created_by", "invitations.json"),
    ("invitations.email", "invitations_to_you.json"),
    ("memberships.user_id", "teams.json"),
    ("onboarding.user_id", "profile.json"),
    ("passkeys.user_id", "passkeys.json"),
    ("prompts.created_by", "prompts.json"),
    ("recovery_codes.user_id", "two_step.json"),
    ("seats.user_id", "profile.json"),
    ("sessions.user_id", "sessions.json"),
    ("shares.user_id", "shared_with_you.json"),
    ("sign_ins.user_id", "sign_ins.json"),
    ("teams.created_by", "teams.json"),
    ("token_usage.user_id", "token_usage.json"),
    ("two_step.user_id", "two_step.json"),
    ("users.email", "profile.json"),
];

/// Such columns that no export tells of, each with the reason.
const LEFT_OUT: &[(&str, &str)] = &[
    ("email_changes.email", "the address that a link under way is mailed to, for an hour"),
    ("email_changes.user_id", "a link that is under way, for an hour"),
    ("email_codes.user_id", "the hash of a code that is under way, for minutes"),
    ("exports.user_id", "the exports themselves, listed where they are fetched; the trail tells when they were asked for"),
    ("generations.user_id", "how an answer is being written; the chat tells what was written"),
    ("licences.installed_by", "a licence is the installation's; the trail tells of its installing"),
    ("passkey_ceremonies.user_id", "half a ceremony, for five minutes"),
    ("password_resets.user_id", "a link that is under way, for an hour"),
    ("sessions.view_as", "as whom an owner looks at the team; the trail tells both of them"),
    ("sign_in_steps.user_id", "half a sign-in, for minutes"),
    ("sign_ups.email", "an account that somebody asked for and that is not made yet, for a day"),
];

/// Columns with a foreign key to people, and those that hold a person's id or address by their name.
const NAMING: &str = "SELECT format('%s.%s', relname, attname) FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped
      AND (attname IN ('user_id', 'actor_id', 'target_id', 'details', 'email')
           OR EXISTS (SELECT FROM pg_constraint
                      WHERE contype = 'f' AND conrelid = attrelid AND confrelid = 'users'::regclass AND attnum = ANY (conkey)))";

pub(super) async fn exported(services: &Services, viewer: &Viewer) -> BTreeMap<String, String> {
    services.my_data().request_export(viewer).await.unwrap();
    services.jobs().run_due_once().await.unwrap();
    unpacked(services, viewer).await
}

pub(super) fn list(files: &BTreeMap<String, String>, name: &str) -> Vec<Value> {
    serde_json::from_str(&files[name]).unwrap()
}

/// The same without its times, of which each row has at least the first.
pub(super) fn untimed(mut rows: Vec<Value>) -> Vec<Value> {
    for row in &mut rows {
        assert!(row["created_at"].is_string(), "{row}");
        row.as_object_mut().unwrap().retain(|name, _| !name.ends_with("_at"));
    }
    rows
}

fn is_on(value: &Value, day: &str) -> bool {
    value.as_str().is_some_and(|at| at.starts_with(day))
}

pub(super) async fn dataset(services: &Services, viewer: &Viewer, name: &str) -> DatasetId {
    let new = NewDataset { name: name.to_owned(), description: String::new(), visibility: Visibility::Private, embedding_model_id: None };
    services.datasets().create(viewer, new).await.unwrap().id
}

pub(super) async fn prompt(services: &Services, viewer: &Viewer, name: &str) -> PromptId {
    let draft = PromptDraft { name: name.to_owned(), ..PromptDraft::default() };
    services.prompts().create(viewer, draft).await.unwrap().id
}

/// Asks with a prompt and waits for the end of the answer.
async fn ask(services: &Services, viewer: &Viewer, prompt: PromptId) {
    let question = NewQuestion { conversation_id: None, prompt_id: Some(prompt), model_id: None, text: "Where is the key?".to_owned() };
    let asked = services.chat().ask(viewer, question).await.unwrap();
    if let Some(mut events) = services.chat().follow(viewer, asked.answer.generation_id.unwrap(), 0).await.unwrap() {
        while events.next().await.is_some() {}
    }
}

/// The chats of an export as JSON, the oldest first, and the first of them as text.
fn chats(files: &BTreeMap<String, String>) -> (Vec<Value>, String) {
    let told: Vec<&String> = files.iter().filter(|(name, _)| name.starts_with("chats/")).map(|(_, text)| text).collect();
    let (data, words): (Vec<&String>, Vec<&String>) = told.into_iter().partition(|text| text.starts_with('{'));
    (data.into_iter().map(|text| serde_json::from_str(text).unwrap()).collect(), words[0].clone())
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whatever_names_a_person_is_exported_or_has_a_reason(pool: PgPool) {
    let found: Vec<String> = sqlx::query_scalar(NAMING).fetch_all(&pool).await.unwrap();
    let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
    let known: BTreeSet<&str> = TOLD.iter().chain(LEFT_OUT).map(|(column, _)| *column).collect();
    let forgotten: Vec<_> = found.difference(&known).collect();
    assert!(forgotten.is_empty(), "neither exported nor listed here with a reason: {forgotten:?}");
    let gone: Vec<_> = known.difference(&found).collect();
    assert!(gone.is_empty(), "listed here and not in the database: {gone:?}");

    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    with_things(&services, &ada, "apple").await;
    let files = exported(&services, &ada).await;
    for (column, file) in TOLD {
        assert!(files.keys().any(|name| name.starts_with(*file)), "{file} for {column} in {:?}", files.keys());
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn prompts_datasets_shares_and_invitations_are_told_with_what_belongs_to_them(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Collaborator).await;
    let readers = services.team().create_group(&ada, "Readers").await.unwrap().id;
    services.team().set_group_members(&ada, readers, &[ada.user_id, bob.user_id]).await.unwrap();
    let rules = dataset(&services, &ada, "Rules").await;
    let (notes, secret) = (dataset(&services, &bob, "Notes").await, dataset(&services, &bob, "Secret").await);
    let (with_ada, with_bob, with_readers) = (ShareWith::Person(ada.user_id), ShareWith::Person(bob.user_id), ShareWith::Group(readers));
    let sharing = services.sharing();
    sharing.share(&bob, Shared::Dataset(notes), with_readers, ShareLevel::Edit).await.unwrap();
    sharing.share(&bob, Shared::Dataset(secret), with_ada, ShareLevel::View).await.unwrap();
    let dataset_ids = vec![rules, notes, secret];
    let draft = PromptDraft { name: "Clerk".to_owned(), model_id: Some(EXTRACTIVE), dataset_ids, ..PromptDraft::default() };
    let clerk = services.prompts().create(&ada, draft).await.unwrap().id;
    sharing.share(&ada, Shared::Prompt(clerk), with_bob, ShareLevel::View).await.unwrap();
    sharing.share(&ada, Shared::Dataset(rules), with_readers, ShareLevel::View).await.unwrap();
    sharing.unshare(&bob, Shared::Dataset(secret), with_ada).await.unwrap();
    services.team().invite(&ada, "carol@example.org", Role::Viewer).await.unwrap();

    let files = exported(&services, &ada).await;
    let sets: Vec<Value> = list(&files, "datasets.json").iter().map(|set| json!([set["name"], set["embedding_model"]])).collect();
    assert_eq!(sets, [json!(["Rules", "all-MiniLM-L6-v2"])]);
    let told = |prompt: &Value| json!([prompt["name"], prompt["model"], prompt["datasets"]]);
    let prompts: Vec<Value> = list(&files, "prompts.json").iter().map(told).collect();
    assert_eq!(prompts, [json!(["Clerk", "extractive", ["Notes", "Rules"]])]);
    assert!(files.values().all(|text| !text.contains("Secret")), "what was shared once is somebody else's again");

    let team = "ada@example.org";
    let by_ada = [
        json!({ "team": team, "kind": "Prompt", "name": "Clerk", "with_person": "bob@example.org", "with_group": null, "level": "View" }),
        json!({ "team": team, "kind": "Dataset", "name": "Rules", "with_person": null, "with_group": "Readers", "level": "View" }),
    ];
    assert_eq!(untimed(list(&files, "shared_by_you.json")), by_ada);
    let with_ada = [json!({ "team": team, "kind": "Dataset", "name": "Notes", "through_group": "Readers", "level": "Edit" })];
    assert_eq!(untimed(list(&files, "shared_with_you.json")), with_ada);
    let invited = [json!({ "team": team, "email": "carol@example.org", "first_name": "", "last_name": "", "role": "Viewer" })];
    let invitations = list(&files, "invitations.json");
    assert!(invitations[0]["expires_at"].is_string() && invitations[0]["used_at"].is_null(), "{invitations:?}");
    assert_eq!(untimed(invitations), invited);
    assert_eq!(list(&files, "teams.json")[0]["made_by_you"], json!(true));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn chats_are_told_with_their_prompt_the_model_of_each_answer_and_what_it_cost(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Collaborator).await;
    ask(&services, &ada, prompt(&services, &ada, "Clerk").await).await;
    let (oracle, with_ada) = (prompt(&services, &bob, "Oracle").await, ShareWith::Person(ada.user_id));
    services.sharing().share(&bob, Shared::Prompt(oracle), with_ada, ShareLevel::View).await.unwrap();
    ask(&services, &ada, oracle).await;
    services.sharing().unshare(&bob, Shared::Prompt(oracle), with_ada).await.unwrap();

    let files = exported(&services, &ada).await;
    let (told, words) = chats(&files);
    let prompts: Vec<&Value> = told.iter().map(|chat| &chat["prompt"]).collect();
    assert_eq!(prompts, [&json!("Clerk"), &Value::Null], "a prompt that is hers no more has no name for her");
    for chat in &told {
        let [question, answer] = &chat["messages"].as_array().unwrap()[..] else { panic!("two messages: {chat}") };
        assert_eq!((&question["model"], &answer["model"]), (&Value::Null, &json!("extractive")));
    }
    assert!(words.contains("\nPrompt: Clerk\n") && words.contains("\nModel: extractive\n"), "{words}");

    let usage = list(&files, "token_usage.json");
    let of_kind = |kind: &str| usage.iter().filter(|row| row["kind"].as_str() == Some(kind)).count();
    assert_eq!((of_kind("Prompt"), of_kind("Completion"), usage.len()), (2, 2, 4), "{usage:?}");
    assert!(usage.iter().all(|row| row["model"] == json!("extractive") && row["team"] == json!("ada@example.org")), "{usage:?}");
    let booked: i64 =
        sqlx::query_scalar("SELECT sum(tokens) FROM token_usage WHERE user_id = $1").bind(ada.user_id).fetch_one(&pool).await.unwrap();
    assert!(booked > 0);
    assert_eq!(usage.iter().filter_map(|row| row["tokens"].as_i64()).sum::<i64>(), booked);
    let his = exported(&services, &bob).await;
    assert!(list(&his, "token_usage.json").is_empty() && !his.keys().any(|name| name.starts_with("chats/")));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_state_of_an_account_is_told(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let bob = owner(&services, "bob@example.org").await;
    for statement in [
        "UPDATE users SET is_system_administrator = true, deletion_requested_at = '2026-11-01 12:00+00',
                          deletion_ordered_at = '2026-11-01 12:00+00' WHERE id = $1",
        "INSERT INTO two_step (user_id, sealed_secret, started_at, confirmed_at, by_mail)
         VALUES ($1, 'sealed', now(), '2026-10-01 12:00+00', true)",
        "INSERT INTO recovery_codes (user_id, code_hash, used_at) VALUES ($1, 'one', NULL), ($1, 'two', now())",
        "INSERT INTO seats (user_id, taken_at) VALUES ($1, '2026-09-01 12:00+00')",
        "INSERT INTO onboarding (user_id, keeps_model, dismissed_at) VALUES ($1, true, '2026-08-01 12:00+00')",
        "UPDATE users SET last_team_id = (SELECT team_id FROM memberships WHERE user_id = $1) WHERE id = $1",
    ] {
        sqlx::query(statement).bind(ada.user_id).execute(&pool).await.unwrap();
    }
    let files = exported(&services, &ada).await;
    let profile: Value = serde_json::from_str(&files["profile.json"]).unwrap();
    assert_eq!((&profile["is_system_administrator"], &profile["keeps_built_in_model"]), (&json!(true), &json!(true)));
    assert!(is_on(&profile["deletion_requested_at"], "2026-11-01"), "{profile}");
    assert_eq!(profile["deletion_requested_by_administrator"], json!(true));
    assert!(is_on(&profile["seat_taken_at"], "2026-09-01") && is_on(&profile["guide_dismissed_at"], "2026-08-01"), "{profile}");
    let two_step: Value = serde_json::from_str(&files["two_step.json"]).unwrap();
    assert!(is_on(&two_step["on_since"], "2026-10-01"), "{two_step}");
    assert_eq!(two_step["is_on"], json!(true));
    assert_eq!((&two_step["by"], &two_step["recovery_codes_left"]), (&json!("Mail"), &json!(1)));
    assert_eq!(list(&files, "teams.json")[0]["worked_in_last"], json!(true));

    let files = exported(&services, &bob).await;
    let profile: Value = serde_json::from_str(&files["profile.json"]).unwrap();
    assert_eq!((&profile["is_system_administrator"], &profile["deletion_requested_at"]), (&json!(false), &Value::Null));
    assert_eq!(profile["deletion_requested_by_administrator"], json!(false));
    let two_step: Value = serde_json::from_str(&files["two_step.json"]).unwrap();
    assert_eq!(two_step, json!({ "is_on": false, "on_since": null, "by": null, "recovery_codes_left": 0 }));
    assert_eq!(list(&files, "teams.json")[0]["worked_in_last"], json!(false));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_session_is_told_with_where_it_was_used_last(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let insert = "INSERT INTO sessions (id, token_hash, user_id, team_id, ip, user_agent, expires_at)
                  VALUES (gen_random_uuid(), sha256('ada'), $1, $2, '192.0.2.77', 'Firefox', now() + interval '1 day')";
    sqlx::query(insert).bind(ada.user_id).bind(ada.team_id).execute(&pool).await.unwrap();
    let files = exported(&services, &ada).await;
    let sessions = list(&files, "sessions.json");
    assert_eq!((&sessions[0]["last_ip"], &sessions[0]["last_user_agent"]), (&json!("192.0.2.77"), &json!("Firefox")));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_trail_is_told_of_ones_own_acts_and_of_those_on_oneself(pool: PgPool) {
    let services = services(&pool);
    let at = |viewer: Viewer, ip: &str| Viewer { came_from: CameFrom { via: Via::Screen, ip: Some(ip.parse().unwrap()) }, ..viewer };
    let ada = at(owner(&services, "ada@example.org").await, "192.0.2.77");
    let bob = at(member(&services, &ada, "bob@example.org", Role::Owner).await, "198.51.100.9");
    let carl = owner(&services, "carl@example.org").await;
    let joins = "INSERT INTO memberships (team_id, user_id, roles) VALUES ($1, $2, '{Owner}')";
    sqlx::query(joins).bind(carl.team_id).bind(ada.user_id).execute(&pool).await.unwrap();
    services.team().create_group(&ada, "Readers").await.unwrap();
    services.team().create_group(&Viewer { team_id: carl.team_id, ..ada.clone() }, "Plans").await.unwrap();
    let leaves = "DELETE FROM memberships WHERE team_id = $1 AND user_id = $2";
    sqlx::query(leaves).bind(carl.team_id).bind(ada.user_id).execute(&pool).await.unwrap();
    services.team().create_group(&bob, "Writers").await.unwrap();
    services.team().change_roles(&bob, ada.user_id, &[Role::TeamManager]).await.unwrap();

    let files = exported(&services, &ada).await;
    let events = list(&files, "audit_trail.json");
    assert!(events.iter().all(|event| event["at"].is_string() && event["via"] == json!("Screen")), "{events:?}");
    let told: Vec<Value> = events
        .iter()
        .map(|event| json!([event["action"], event["target_type"], event["target"], event["by_you"], event["ip"], event["team"]]))
        .collect();
    let expected = [
        json!(["group.created", "Group", "Readers", true, "192.0.2.77", "ada@example.org"]),
        json!(["group.created", "Group", null, true, "192.0.2.77", null]),
        json!(["member.roles-changed", "Person", "ada@example.org", false, null, "ada@example.org"]),
        json!(["account.export-requested", "Person", "", true, "192.0.2.77", "ada@example.org"]),
    ];
    assert_eq!(told, expected);
    for (name, text) in &files {
        for others in ["Writers", "Plans", "198.51.100.9", "carl@example.org"] {
            assert!(!text.contains(others), "{others} in {name}");
        }
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_fills_several_pages_is_told_once_and_whole(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    many_events(&pool, Some(ada.team_id), &[ada.user_id], 1500).await;
    // All at one moment: the id alone says which comes first.
    let insert = "INSERT INTO token_usage (id, team_id, user_id, model_id, kind, tokens)
                  SELECT gen_random_uuid(), $1, $2, $3, 'Prompt', n FROM generate_series(1, 1500) AS n";
    sqlx::query(insert).bind(ada.team_id).bind(ada.user_id).bind(EXTRACTIVE).execute(&pool).await.unwrap();
    let files = exported(&services, &ada).await;
    let usage = list(&files, "token_usage.json");
    let tokens: BTreeSet<i64> = usage.iter().filter_map(|row| row["tokens"].as_i64()).collect();
    let all: BTreeSet<i64> = (1..=1500).collect();
    assert_eq!(usage.len(), 1500);
    assert_eq!(tokens, all);
    let events = list(&files, "audit_trail.json");
    let groups: BTreeSet<&str> = events.iter().filter_map(|event| event["target"].as_str()).filter(|name| !name.is_empty()).collect();
    assert_eq!((events.len(), groups.len()), (1501, 1500), "and that the export was asked for");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_chat_that_is_deleted_meanwhile_has_no_other_left_out(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    // Pages of two end between chats of one moment.
    let insert = "INSERT INTO conversations (id, team_id, user_id, title, created_at)
                  SELECT gen_random_uuid(), $1, $2, 'Chat ' || n, now() + n / 2 * interval '1 second' FROM generate_series(1, 6) AS n";
    sqlx::query(insert).bind(ada.team_id).bind(ada.user_id).execute(&pool).await.unwrap();
    let mut told = BTreeSet::new();
    let mut after = None;
    loop {
        let mut tx = services.db().system_tx().await.unwrap();
        let page = exports::chats(&mut tx, ada.user_id, 2, after).await.unwrap();
        tx.commit().await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.place());
        told.extend(page.iter().map(|row| row.content["title"].as_str().unwrap().to_owned()));
        sqlx::query("DELETE FROM conversations WHERE id = $1").bind(page[0].id).execute(&pool).await.unwrap();
    }
    let all: BTreeSet<String> = (1..=6).map(|n| format!("Chat {n}")).collect();
    assert_eq!(told, all);
}
