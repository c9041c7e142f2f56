//! The chain: made by the database, refused to be changed by anybody, and found out when it was.

use super::{actions, administrator};
use crate::audit::{record, record_in};
use crate::testing::{member, owner, parts, services};
use crate::{MockClock, Parts, Services, Viewer};
use chrono::{TimeDelta, Utc};
use domain::Role;
use domain::audit::{Action, AuditScope, Event};
use sqlx::{AssertSqlSafe, PgConnection, PgPool};
use std::sync::Arc;

/// What nobody does to events.
const CHANGES: [&str; 4] = [
    "UPDATE audit_events SET action = 'x'",
    "UPDATE audit_events SET target_name = 'x'",
    "DELETE FROM audit_events",
    "TRUNCATE audit_events",
];
/// In which words Postgres refuses them to whoever was not granted the right, and the trigger to whoever was.
const NO_RIGHT: &str = "permission denied for table audit_events";
const BY_THE_TRIGGER: &str = "the audit trail is append-only";

/// A team with three events.
async fn three_events(services: &Services) -> Viewer {
    let ada = owner(services, "ada@example.org").await;
    for name in ["One", "Two", "Three"] {
        services.team().create_group(&ada, name).await.unwrap();
    }
    ada
}

async fn refusal(connection: &mut PgConnection, statement: &'static str) -> String {
    let refused = sqlx::query(statement).execute(connection).await.expect_err(statement);
    refused.as_database_error().and_then(sqlx::error::DatabaseError::code).map(std::borrow::Cow::into_owned).unwrap_or_default()
}

async fn refusal_in_words(connection: &mut PgConnection, statement: &'static str) -> String {
    let refused = sqlx::query(statement).execute(connection).await.expect_err(statement);
    refused.as_database_error().map(|error| error.message().to_owned()).unwrap_or_default()
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn events_of_a_team_are_numbered_without_gaps_and_the_chain_is_whole(pool: PgPool) {
    let services = services(&pool);
    let ada = three_events(&services).await;
    let eve = owner(&services, "eve@example.org").await;
    services.team().create_group(&eve, "Hers").await.unwrap();
    let numbers: Vec<i64> = sqlx::query_scalar("SELECT seq FROM audit_events WHERE team_id = $1 ORDER BY position")
        .bind(ada.team_id)
        .fetch_all(&pool)
        .await
        .unwrap();
    assert_eq!(numbers, [1, 2, 3]);
    let report = services.audit().verify(&ada, AuditScope::Team).await.unwrap();
    assert!(report.is_whole && report.sentence.starts_with("The chain is whole: 3 events, the last with the hash "), "{report:?}");
    let report = services.audit().verify(&administrator(&ada), AuditScope::Installation).await.unwrap();
    assert_eq!(report.sentence, "All 2 chains are whole: 4 events together.");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn events_at_the_same_moment_stand_in_a_row(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let names: Vec<String> = (0..12).map(|number| format!("Group {number}")).collect();
    let all = names.iter().map(|name| async { services.team().create_group(&ada, name).await.unwrap() });
    futures::future::join_all(all).await;
    let report = services.audit().verify(&ada, AuditScope::Team).await.unwrap();
    assert!(report.is_whole && report.sentence.contains("12 events"), "{report:?}");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn nobody_changes_or_removes_an_event(pool: PgPool) {
    let services = services(&pool);
    let ada = three_events(&services).await;
    let rights = "SELECT rolname::text || ' ' || kind
                  FROM pg_roles, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS kind
                  WHERE rolname IN ('lyceum_app', 'lyceum_system') AND has_table_privilege(pg_roles.oid, 'audit_events', kind) ORDER BY 1";
    let rights: Vec<String> = sqlx::query_scalar(rights).fetch_all(&pool).await.unwrap();
    assert_eq!(rights, ["lyceum_app INSERT", "lyceum_app SELECT", "lyceum_system INSERT", "lyceum_system SELECT"]);
    let of_columns = "SELECT rolname::text FROM pg_roles
                      WHERE rolname IN ('lyceum_app', 'lyceum_system') AND has_any_column_privilege(oid, 'audit_events', 'UPDATE')";
    let of_columns: Vec<String> = sqlx::query_scalar(of_columns).fetch_all(&pool).await.unwrap();
    assert!(of_columns.is_empty(), "some columns: {of_columns:?}");
    for statement in CHANGES {
        let mut app = services.db().team_tx(&ada).await.unwrap();
        assert_eq!(refusal_in_words(&mut app, statement).await, NO_RIGHT, "{statement}");
        let mut system = services.db().system_tx().await.unwrap();
        assert_eq!(refusal_in_words(&mut system, statement).await, NO_RIGHT, "{statement}");
    }
    assert_eq!(actions(&pool).await.len(), 3);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_trigger_alone_refuses_whoever_owns_the_table_or_was_given_every_right(pool: PgPool) {
    let services = services(&pool);
    three_events(&services).await;
    let is_owner = "SELECT pg_get_userbyid(relowner) = current_user FROM pg_class WHERE oid = 'audit_events'::regclass";
    assert!(sqlx::query_scalar::<_, bool>(is_owner).fetch_one(&pool).await.unwrap());
    sqlx::query("GRANT ALL ON audit_events TO lyceum_system").execute(&pool).await.unwrap();
    for statement in CHANGES {
        let mut owner = pool.acquire().await.unwrap();
        assert_eq!(refusal_in_words(&mut owner, statement).await, BY_THE_TRIGGER, "{statement}");
        let mut system = services.db().system_tx().await.unwrap();
        assert_eq!(refusal_in_words(&mut system, statement).await, BY_THE_TRIGGER, "{statement}");
    }
    assert_eq!(actions(&pool).await.len(), 3);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn number_time_name_and_hashes_are_the_databases(pool: PgPool) {
    let services = services(&pool);
    let ada = three_events(&services).await;
    let forged = "INSERT INTO audit_events (team_id, chain, seq, at, actor_id, via, action, target_type, details, actor_name, target_name, ip, labels_hash, previous_hash, hash)
                  VALUES (current_team(), gen_random_uuid(), 1, '1999-01-01', viewing_user(), 'Api', 'x', 'Team', '{}', 'Somebody else', '', '', '', '', '')";
    let mut tx = services.db().team_tx(&ada).await.unwrap();
    sqlx::query(forged).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    let (seq, is_now, name): (i64, bool, String) =
        sqlx::query_as("SELECT seq, at > now() - interval '1 minute', actor_name FROM audit_events ORDER BY position DESC LIMIT 1")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!((seq, is_now, name.as_str()), (4, true, "ada@example.org"));
    assert!(services.audit().verify(&ada, AuditScope::Team).await.unwrap().is_whole);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn nobody_writes_for_another_team_or_in_another_name(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let eve = member(&services, &ada, "eve@example.org", Role::Viewer).await;
    let other = owner(&services, "other@example.org").await;
    let event = || Event::new(Action::TeamCreated, None::<uuid::Uuid>, "");
    let mut tx = services.db().team_tx(&eve).await.unwrap();
    assert!(record_in(&mut tx, Some(other.team_id), &eve, event()).await.is_err(), "another team");
    let mut tx = services.db().team_tx(&eve).await.unwrap();
    assert!(record(&mut tx, &ada, event()).await.is_err(), "another name");
    let mut tx = services.db().team_tx(&eve).await.unwrap();
    assert!(record_in(&mut tx, None, &eve, event()).await.is_err(), "the installation");
    assert!(actions(&pool).await.is_empty());
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_was_changed_behind_the_triggers_is_found_with_its_place(pool: PgPool) {
    let services = services(&pool);
    let ada = three_events(&services).await;
    let faults = [
        ("UPDATE audit_events SET action = 'group.deleted' WHERE seq = 2", "number 2: this event is not as it was written"),
        ("UPDATE audit_events SET target_name = 'Nobody' WHERE seq = 3", "number 3: the names or the address"),
        ("DELETE FROM audit_events WHERE seq = 2", "number 2: this event is missing"),
        ("UPDATE audit_events SET previous_hash = '\\x00' WHERE seq = 2", "number 2: this event does not follow"),
    ];
    for (statement, sentence) in faults {
        let mut tx = pool.begin().await.unwrap();
        sqlx::query("ALTER TABLE audit_events DISABLE TRIGGER USER").execute(&mut *tx).await.unwrap();
        sqlx::query("CREATE TABLE kept AS SELECT * FROM audit_events").execute(&mut *tx).await.unwrap();
        sqlx::query(statement).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        let report = services.audit().verify(&ada, AuditScope::Team).await.unwrap();
        assert!(!report.is_whole && report.sentence.contains(sentence), "{statement}: {report:?}");
        let report = services.audit().verify(&administrator(&ada), AuditScope::Installation).await.unwrap();
        assert!(report.sentence.contains("of the team “ada@example.org”"), "{report:?}");
        for mend in ["DELETE FROM audit_events", "INSERT INTO audit_events OVERRIDING SYSTEM VALUE SELECT * FROM kept", "DROP TABLE kept"] {
            sqlx::query(AssertSqlSafe(mend)).execute(&pool).await.unwrap();
        }
        sqlx::query("ALTER TABLE audit_events ENABLE TRIGGER USER").execute(&pool).await.unwrap();
    }
    assert!(services.audit().verify(&ada, AuditScope::Team).await.unwrap().is_whole);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn names_can_be_erased_for_good_and_the_chain_stays_whole(pool: PgPool) {
    let services = services(&pool);
    let ada = three_events(&services).await;
    let erase = "UPDATE audit_events SET actor_name = '', ip = '', salts = ARRAY[NULL, salts[2], NULL] WHERE seq = 2";
    sqlx::query(erase).execute(&pool).await.unwrap();
    let refused = [
        "UPDATE audit_events SET actor_name = '', salts[1] = NULL, details = '{}' WHERE seq = 1",
        "UPDATE audit_events SET actor_name = 'Eve', salts[1] = NULL WHERE seq = 3",
        "UPDATE audit_events SET actor_name = '' WHERE seq = 3",
        "UPDATE audit_events SET salts[1] = NULL WHERE seq = 3",
        "UPDATE audit_events SET salts = NULL WHERE seq = 2",
    ];
    let mut owner = pool.acquire().await.unwrap();
    for statement in refused {
        assert_eq!(refusal(&mut owner, statement).await, "42501", "a word goes with its salt, and no other comes: {statement}");
    }
    assert!(services.audit().verify(&ada, AuditScope::Team).await.unwrap().is_whole);
    let told = super::sentences(&services, &ada, &domain::audit::AuditQuery::default()).await;
    assert_eq!(told[1], format!("Former person {:04x} made the group “Two”", ada.user_id.as_uuid().as_u128() & 0xffff));
    let rewritten = [
        "UPDATE audit_events SET target_name = 'Nobody' WHERE seq = 2",
        "UPDATE audit_events SET target_name = 'Nobody', salts = NULL WHERE seq = 2",
        "UPDATE audit_events SET actor_name = 'Eve' WHERE seq = 2",
    ];
    for statement in rewritten {
        let mut tx = pool.begin().await.unwrap();
        sqlx::query("ALTER TABLE audit_events DISABLE TRIGGER USER").execute(&mut *tx).await.unwrap();
        sqlx::query(statement).execute(&mut *tx).await.unwrap();
        assert_eq!(fault(&mut tx, &ada).await, Some((2, "renamed".to_owned())), "{statement}");
    }
}

/// Number and kind of the first fault in the chain of a team.
async fn fault(connection: &mut PgConnection, of: &Viewer) -> Option<(i64, String)> {
    let (broken_at, fault): (Option<i64>, Option<String>) =
        sqlx::query_as("SELECT broken_at, fault FROM verify_audit_chain($1)").bind(of.team_id).fetch_one(connection).await.unwrap();
    broken_at.zip(fault)
}

/// Events of before each word had a salt have one for all three.
#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_event_with_one_salt_for_all_its_words_is_verified_and_erased_too(pool: PgPool) {
    let services = services(&pool);
    let ada = three_events(&services).await;
    let statements = [
        "ALTER TABLE audit_events DISABLE TRIGGER USER",
        "UPDATE audit_events SET salt = gen_random_uuid(), salts = NULL WHERE seq = 3",
        "UPDATE audit_events e SET labels_hash = audit_labels_hash(e) WHERE seq = 3",
        "UPDATE audit_events e SET hash = audit_hash(e) WHERE seq = 3",
        "ALTER TABLE audit_events ENABLE TRIGGER USER",
    ];
    for statement in statements {
        sqlx::query(statement).execute(&pool).await.unwrap();
    }
    assert!(services.audit().verify(&ada, AuditScope::Team).await.unwrap().is_whole);
    let mut tx = pool.begin().await.unwrap();
    sqlx::query("ALTER TABLE audit_events DISABLE TRIGGER USER").execute(&mut *tx).await.unwrap();
    sqlx::query("UPDATE audit_events SET target_name = 'Nobody' WHERE seq = 3").execute(&mut *tx).await.unwrap();
    assert_eq!(fault(&mut tx, &ada).await, Some((3, "renamed".to_owned())));
    tx.rollback().await.unwrap();
    let mut system = services.db().system_tx().await.unwrap();
    sqlx::query("SELECT forget_person($1, '')").bind(ada.user_id).execute(&mut *system).await.unwrap();
    system.commit().await.unwrap();
    let words = "SELECT count(*) FROM audit_events WHERE actor_name <> '' OR salt IS NOT NULL OR salts[1] IS NOT NULL";
    assert_eq!(sqlx::query_scalar::<_, i64>(words).fetch_one(&pool).await.unwrap(), 0);
    assert!(services.audit().verify(&ada, AuditScope::Team).await.unwrap().is_whole);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn one_function_erases_and_the_system_role_alone_may_call_it(pool: PgPool) {
    let services = services(&pool);
    let ada = three_events(&services).await;
    let forget = "SELECT forget_person(viewing_user(), 'ada@example.org')";
    let mut app = services.db().team_tx(&ada).await.unwrap();
    assert_eq!(refusal(&mut app, forget).await, "42501");
    drop(app);
    let roles =
        "SELECT rolname::text FROM pg_roles WHERE rolname LIKE 'lyceum\\_%' AND has_any_column_privilege(oid, 'audit_events', 'UPDATE')";
    assert_eq!(sqlx::query_scalar::<_, String>(roles).fetch_all(&pool).await.unwrap(), ["lyceum_eraser"]);
    let owner = "SELECT pg_get_userbyid(proowner)::text FROM pg_proc WHERE proname = 'forget_person' AND prosecdef";
    assert_eq!(sqlx::query_scalar::<_, String>(owner).fetch_one(&pool).await.unwrap(), "lyceum_eraser");
    let mut system = services.db().system_tx().await.unwrap();
    let forget = "SELECT forget_person($1, 'ada@example.org')";
    sqlx::query(forget).bind(ada.user_id).execute(&mut *system).await.unwrap();
    system.commit().await.unwrap();
    let named: i64 = sqlx::query_scalar("SELECT count(*) FROM audit_events WHERE actor_name <> '' OR salts[1] IS NOT NULL")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(named, 0);
    assert!(services.audit().verify(&ada, AuditScope::Team).await.unwrap().is_whole);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_is_rolled_back_leaves_no_event(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let mut tx = services.db().team_tx(&ada).await.unwrap();
    record(&mut tx, &ada, Event::new(Action::TeamRenamed, ada.team_id.as_uuid(), "Never")).await.unwrap();
    drop(tx);
    services.team().create_group(&ada, "Readers").await.unwrap();
    services.team().create_group(&ada, "Readers").await.unwrap_err();
    assert_eq!(actions(&pool).await, ["group.created"]);
    assert!(services.audit().verify(&ada, AuditScope::Team).await.unwrap().is_whole);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_teams_trail_goes_with_the_team_and_its_last_hash_stays(pool: PgPool) {
    let clock = Arc::new(MockClock::at(Utc::now()));
    let services = Services::new(Parts { clock: clock.clone(), ..parts(&pool) });
    let ada = three_events(&services).await;
    let eve = owner(&services, "eve@example.org").await;
    services.team().create_group(&eve, "Hers").await.unwrap();
    services.team().delete(&ada, "ada@example.org").await.unwrap();
    clock.advance(TimeDelta::days(31));
    assert_eq!(services.team().remove_deleted().await.unwrap(), 1);
    assert_eq!(actions(&pool).await, ["group.created", "team.removed"]);
    let (events, hash): (i64, i32) = sqlx::query_as(
        "SELECT (details->'sealed'->>'events')::bigint, length(details->'sealed'->>'last_hash') FROM audit_events WHERE action = 'team.removed'",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!((events, hash), (4, 64));
    assert!(services.audit().verify(&administrator(&eve), AuditScope::Installation).await.unwrap().is_whole);
}

/// Whoever goes back to the version before and comes again finds every chain whole, and every name can be erased.
#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn words_are_still_checked_and_erased_after_the_way_back_and_forth(pool: PgPool) {
    let services = services(&pool);
    let ada = three_events(&services).await;
    let back = include_str!("../../../../../migrations/20261129000112_salt_of_each_word.down.sql");
    sqlx::raw_sql(back).execute(&pool).await.unwrap();
    services.team().create_group(&ada, "Four").await.unwrap();
    let forth = include_str!("../../../../../migrations/20261129000112_salt_of_each_word.up.sql");
    sqlx::raw_sql(forth).execute(&pool).await.unwrap();
    services.team().create_group(&ada, "Five").await.unwrap();
    let kinds = "SELECT array_agg(octet_length(labels_hash) ORDER BY seq) FROM audit_events";
    assert_eq!(sqlx::query_scalar::<_, Vec<i32>>(kinds).fetch_one(&pool).await.unwrap(), [96, 96, 96, 32, 96]);
    assert!(services.audit().verify(&ada, AuditScope::Team).await.unwrap().is_whole);
    let mut system = services.db().system_tx().await.unwrap();
    sqlx::query("SELECT forget_person($1, '')").bind(ada.user_id).execute(&mut *system).await.unwrap();
    system.commit().await.unwrap();
    assert!(services.audit().verify(&ada, AuditScope::Team).await.unwrap().is_whole);
}
