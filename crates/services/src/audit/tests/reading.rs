//! Reading: rights, filters, pages, exports.

use super::{administrator, list, sentences};
use crate::audit::{ExportStream, record_in};
use crate::testing::{many_events, member, owner, services};
use crate::{Error, Services, Viewer};
use chrono::Utc;
use domain::Role;
use domain::audit::{Action, AuditQuery, AuditScope, Event, ExportFormat};
use futures::TryStreamExt as _;
use serde_json::Value;
use sqlx::PgPool;

fn text(text: &str) -> String {
    text.to_owned()
}

async fn export(services: &Services, viewer: &Viewer, scope: AuditScope, format: ExportFormat) -> String {
    whole(services.audit().export(viewer, scope, &AuditQuery::default(), format).await.unwrap()).await
}

async fn whole(export: ExportStream) -> String {
    let parts: Vec<bytes::Bytes> = export.try_collect().await.unwrap();
    String::from_utf8(parts.concat()).unwrap()
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_trail_is_read_by_managers_of_its_team_and_by_nobody_else(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let manager = member(&services, &ada, "mary@example.org", Role::TeamManager).await;
    let colleague = member(&services, &ada, "carl@example.org", Role::Collaborator).await;
    let eve = owner(&services, "eve@example.org").await;
    services.team().create_group(&ada, "Readers").await.unwrap();
    let (audit, everything) = (services.audit(), AuditQuery::default());
    assert_eq!(list(&services, &manager, &everything).await.len(), 1);
    assert!(list(&services, &eve, &everything).await.is_empty());
    let (team, all) = (AuditScope::Team, AuditScope::Installation);
    assert!(matches!(audit.list(&colleague, team, &everything, None).await, Err(Error::Forbidden)));
    assert!(matches!(audit.choices(&colleague, team).await, Err(Error::Forbidden)));
    assert!(matches!(audit.verify(&colleague, team).await, Err(Error::Forbidden)));
    assert!(matches!(audit.export(&colleague, team, &everything, ExportFormat::Csv).await.err(), Some(Error::Forbidden)));
    assert!(matches!(audit.list(&ada, all, &everything, None).await, Err(Error::NotFound)));
    assert!(matches!(audit.verify(&ada, all).await, Err(Error::NotFound)));
    assert!(matches!(audit.export(&ada, all, &everything, ExportFormat::Json).await.err(), Some(Error::NotFound)));
    let seen = audit.list(&administrator(&eve), all, &everything, None).await.unwrap().entries;
    assert_eq!(seen[0].team.as_deref(), Some("ada@example.org"));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn without_the_condition_on_the_team_the_policies_still_hold(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let eve = owner(&services, "eve@example.org").await;
    services.team().create_group(&ada, "Readers").await.unwrap();
    services
        .roles()
        .change(
            &administrator(&ada),
            domain::roles::RoleChange { role: Role::Viewer, permission: domain::Permission::ViewMembers, granted: true },
        )
        .await
        .unwrap();
    let mut tx = services.db().team_tx(&eve).await.unwrap();
    let seen: i64 = sqlx::query_scalar("SELECT count(*) FROM audit_events").fetch_one(&mut *tx).await.unwrap();
    assert_eq!(seen, 0);
    let forced: bool =
        sqlx::query_scalar("SELECT relforcerowsecurity FROM pg_class WHERE relname = 'audit_events'").fetch_one(&pool).await.unwrap();
    assert!(forced);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_filter_finds_by_person_action_target_words_and_day(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let mary = member(&services, &ada, "mary@example.org", Role::TeamManager).await;
    services.team().create_group(&ada, "100% Readers").await.unwrap();
    services.team().create_group(&mary, "Writers").await.unwrap();
    services.team().invite(&mary, "bob@example.org", Role::Viewer).await.unwrap();
    let none = AuditQuery::default();
    let count = async |query: AuditQuery| list(&services, &ada, &query).await.len();
    assert_eq!(count(AuditQuery { person: mary.user_id.to_string(), ..none.clone() }).await, 2);
    assert_eq!(count(AuditQuery { action: text("group"), ..none.clone() }).await, 2);
    assert_eq!(count(AuditQuery { action: text("invitation.made"), ..none.clone() }).await, 1);
    assert_eq!(count(AuditQuery { target: text("Invitation"), ..none.clone() }).await, 1);
    assert_eq!(count(AuditQuery { words: text("100%"), ..none.clone() }).await, 1);
    assert_eq!(count(AuditQuery { words: text("BOB"), ..none.clone() }).await, 1);
    let today = Utc::now().format("%Y-%m-%d").to_string();
    assert_eq!(count(AuditQuery { from: today.clone(), to: today.clone(), ..none.clone() }).await, 3);
    assert_eq!(count(AuditQuery { to: text("2020-01-01"), ..none.clone() }).await, 0);
    assert_eq!(count(AuditQuery { person: mary.user_id.to_string(), action: text("group"), ..none.clone() }).await, 1);
    let minute = Utc::now();
    let time = |from: i64, to: i64| {
        let at = |minutes| minute + chrono::TimeDelta::minutes(minutes);
        let (from, to) = (at(from), at(to));
        let day = |at: chrono::DateTime<Utc>| at.format("%Y-%m-%d").to_string();
        let time = |at: chrono::DateTime<Utc>| at.format("%H:%M").to_string();
        AuditQuery { from: day(from), from_time: time(from), to: day(to), to_time: time(to), ..AuditQuery::default() }
    };
    assert_eq!((count(time(-2, 2)).await, count(time(-9, -5)).await, count(time(5, 9)).await), (3, 0, 0));
    let refused = services.audit().list(&ada, AuditScope::Team, &AuditQuery { from: text("yesterday"), ..none }, None).await;
    assert!(matches!(refused, Err(Error::Invalid(errors)) if errors.get("from").is_some()));
    let choices = services.audit().choices(&ada, AuditScope::Team).await.unwrap();
    assert_eq!(choices.people.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(), ["ada@example.org", "mary@example.org"]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn everything_that_was_done_to_one_thing_is_found_by_its_id_and_by_which_way(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let eve = owner(&services, "eve@example.org").await;
    let readers = services.team().create_group(&ada, "Readers").await.unwrap().id;
    services.team().create_group(&ada, "Writers").await.unwrap();
    let program = Viewer { came_from: crate::CameFrom { via: domain::audit::Via::Api, ..ada.came_from }, ..ada.clone() };
    services.team().rename_group(&program, readers, "Book club").await.unwrap();
    let about = AuditQuery { about: readers.to_string(), ..AuditQuery::default() };
    let told = services.audit().list(&ada, AuditScope::Team, &about, None).await.unwrap();
    assert_eq!((told.entries.len(), told.about.as_deref()), (2, Some("Book club")), "under the name it had last");
    assert!(told.entries.iter().all(|entry| entry.target_id == Some(readers.as_uuid()) && entry.actor_id == Some(ada.user_id)));
    let by_program = AuditQuery { via: text("Api"), ..about.clone() };
    assert_eq!(sentences(&services, &ada, &by_program).await, ["ada@example.org renamed a group to “Book club”"]);
    let theirs = services.audit().list(&eve, AuditScope::Team, &about, None).await.unwrap();
    assert_eq!((theirs.entries.len(), theirs.about), (0, None), "another team's is no thing of this trail");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_person_everything_is_asked_of_is_called_by_their_own_name_and_not_by_that_of_a_passkey(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Viewer).await;
    let eve = owner(&services, "eve@example.org").await;
    let called = async |viewer: &Viewer, scope: AuditScope| {
        let about = AuditQuery { about: bob.user_id.to_string(), ..AuditQuery::default() };
        services.audit().list(viewer, scope, &about, None).await.unwrap().about
    };
    let (team, all) = (AuditScope::Team, AuditScope::Installation);
    assert_eq!(called(&ada, team).await, None, "nothing was done to him yet");
    services.team().change_roles(&ada, bob.user_id, &[Role::Collaborator]).await.unwrap();
    let mut tx = services.db().system_tx().await.unwrap();
    for (action, name) in [(Action::AccountIdentityLinked, "Works"), (Action::AccountPasskeyAdded, "Phone")] {
        record_in(&mut tx, None, &bob, Event::new(action, bob.user_id.as_uuid(), name)).await.unwrap();
    }
    tx.commit().await.unwrap();
    assert_eq!(called(&administrator(&ada), all).await.as_deref(), Some("bob@example.org"));
    let rename = "UPDATE users SET first_name = $2, last_name = 'Builder' WHERE id = $1";
    sqlx::query(rename).bind(bob.user_id).bind("Bob").execute(&pool).await.unwrap();
    assert_eq!(called(&administrator(&ada), all).await.as_deref(), Some("Bob Builder"));
    assert_eq!(called(&ada, team).await.as_deref(), Some("Bob Builder"), "as he is called now");
    services.team().remove(&ada, bob.user_id).await.unwrap();
    sqlx::query(rename).bind(bob.user_id).bind("Robert").execute(&pool).await.unwrap();
    assert_eq!(called(&administrator(&ada), all).await.as_deref(), Some("Robert Builder"));
    assert_eq!(called(&ada, team).await.as_deref(), Some("Bob Builder"), "as he was called when he left");
    assert_eq!(called(&eve, team).await, None, "he is in no trail of hers");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn pages_follow_each_other_without_gap_or_repetition(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    for number in 0..60 {
        services.team().create_group(&ada, &format!("Group {number}")).await.unwrap();
    }
    let page = async |before| services.audit().list(&ada, AuditScope::Team, &AuditQuery::default(), before).await.unwrap();
    let first = page(None).await;
    services.team().create_group(&ada, "One more").await.unwrap();
    let second = page(first.older).await;
    assert_eq!((first.entries.len(), second.entries.len(), second.older), (50, 10, None));
    assert!(first.entries.last().unwrap().position > second.entries[0].position);
    assert_eq!(second.entries[0].sentence, "ada@example.org made the group “Group 9”");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn exports_are_safe_for_spreadsheets_whole_for_programs_and_told(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    services.team().create_group(&ada, "=HYPERLINK(\"http://x\")").await.unwrap();
    let csv = export(&services, &ada, AuditScope::Team, ExportFormat::Csv).await;
    assert!(csv.starts_with("\u{feff}\"Number\""), "Excel reads it as UTF-8: {csv}");
    assert_eq!(csv.lines().count(), 3, "a head, the export, the group: {csv}");
    assert!(csv.contains("\"'=HYPERLINK(\"\"http://x\"\")\"") && !csv.contains(",\"=") && !csv.contains(",="), "{csv}");
    let json: Value = serde_json::from_str(&export(&services, &ada, AuditScope::Team, ExportFormat::Json).await).unwrap();
    let events = json.as_array().unwrap();
    assert_eq!(events.len(), 3);
    assert_eq!(events[2]["target"], "=HYPERLINK(\"http://x\")");
    assert_eq!(events[0]["previous_hash"], events[1]["hash"]);
    assert_eq!(events[0]["chain"], ada.team_id.to_string());
    assert!(csv.trim_end().ends_with(&format!(",\"{}\"", ada.team_id)), "{csv}");
    assert_eq!(sentences(&services, &ada, &AuditQuery::default()).await[0], "ada@example.org exported the audit trail");
    let all: Value =
        serde_json::from_str(&export(&services, &administrator(&ada), AuditScope::Installation, ExportFormat::Json).await).unwrap();
    assert_eq!(all.as_array().unwrap().len(), 4);
    assert_eq!(all[0]["chain"], uuid::Uuid::nil().to_string(), "the chain of the installation");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn exports_name_twenty_people_of_an_event_and_hold_the_ids_of_all(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let mut people = vec![ada.user_id];
    for number in 1..=21 {
        people.push(member(&services, &ada, &format!("p{number}@example.org"), Role::Viewer).await.user_id);
    }
    let group = services.team().create_group(&ada, "Everybody").await.unwrap().id;
    services.team().set_group_members(&ada, group, &people).await.unwrap();
    let named: Vec<String> = (1..20).map(|number| format!("p{number}@example.org")).collect();
    let expected = format!("Put in: ada@example.org, {}, and 2 more", named.join(", "));
    let csv = export(&services, &ada, AuditScope::Team, ExportFormat::Csv).await;
    assert!(csv.contains("\"Model\",\"People\",\"Details\"") && csv.contains(&format!(",\"{expected}\",")), "{csv}");
    let json: Value = serde_json::from_str(&export(&services, &ada, AuditScope::Team, ExportFormat::Json).await).unwrap();
    let (changed, made) = (&json[2], &json[3]);
    assert_eq!((&changed["action"], &changed["people"]), (&Value::from("group.members-changed"), &Value::from(expected)));
    assert_eq!(changed["details"]["added"].as_array().map(Vec::len), Some(22));
    assert_eq!(made["people"], "");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_export_of_many_pages_is_one_file_that_holds_every_event_once(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    many_events(&pool, Some(ada.team_id), &[ada.user_id], 2500).await;
    let json: Value = serde_json::from_str(&export(&services, &ada, AuditScope::Team, ExportFormat::Json).await).unwrap();
    let numbers: Vec<i64> = json.as_array().unwrap().iter().map(|event| event["number"].as_i64().unwrap()).collect();
    assert!(numbers.iter().copied().eq((1..=2501).rev()), "{} events: {:?}", numbers.len(), numbers.first());
    let csv = export(&services, &ada, AuditScope::Team, ExportFormat::Csv).await;
    let lines = csv.strip_prefix('\u{feff}').unwrap();
    assert!(!lines.contains('\u{feff}'), "the mark stands at the beginning alone");
    let numbers: Vec<&str> = lines.lines().map(|line| line.split(',').next().unwrap().trim_matches('"')).collect();
    assert_eq!(numbers[0], "Number");
    assert!(numbers[1..].iter().map(|number| number.parse::<i64>().unwrap()).eq((1..=2502).rev()), "{} lines", numbers.len());
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_export_that_leaves_older_events_out_says_so_at_its_end_and_no_other_does(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    many_events(&pool, Some(ada.team_id), &[ada.user_id], 1100).await;
    let export = async |format: ExportFormat, most: usize| {
        whole(services.audit().export_up_to(&ada, AuditScope::Team, &AuditQuery::default(), format, most).await.unwrap()).await
    };
    let events: Vec<Value> = serde_json::from_str(&export(ExportFormat::Json, 1050).await).unwrap();
    assert_eq!(events.len(), 1051);
    assert!(events[0]["number"] == 1101 && events[1049]["number"] == 52, "the latest");
    assert!(events[1050]["is_cut"] == true && events[1050]["what"].as_str().unwrap().starts_with("Older events were left out."));
    let csv = export(ExportFormat::Csv, 1000).await;
    assert_eq!(csv.lines().count(), 1002, "a head, the events, the note");
    assert!(csv.lines().last().unwrap().contains("\"Older events were left out."));
    let events: Vec<Value> = serde_json::from_str(&export(ExportFormat::Json, 1103).await).unwrap();
    assert_eq!(events.len(), 1103, "exactly as many as there may be");
    assert_eq!(events[1102]["number"], 1);
    assert_eq!(export(ExportFormat::Csv, 1105).await.lines().count(), 1105, "a head and all events");
}
