//! Isolation, proven from the catalog: whatever a statement of the app's role forgets to ask for, it reads and changes rows of its
//! own team alone. A table that comes later is in these tests without anybody writing it down.
//!
//! There are rows of two teams in every table: made up from the types of the columns, in a database without keys, checks and
//! triggers, so that nothing but the policies stands between the teams. Of people, and of functions that go past the policies: `rights`.

mod rights;

use super::Db;
use crate::testing::without_team::without_team;
use crate::testing::{owner, services};
use crate::{Services, Viewer};
use domain::{TeamId, UserId};
use sqlx::{AssertSqlSafe, PgPool};
use std::collections::BTreeSet;

/// What is refused by a grant or a policy.
const REFUSED: &str = "42501";

/// Tables without policies that the app's role reads or writes: they belong to no team and to no person alone, and why that is right.
const SHARED: [(&str, &str); 4] = [
    ("mails", "it only adds sealed ones, and reads none"),
    ("models", "everybody chooses among them"),
    ("providers", "their names, never their keys"),
    ("roles_permissions", "everybody is bound by them"),
];

/// A table that belongs to a team or to a person, and by which column.
#[derive(Clone, Debug)]
struct Owned {
    table: String,
    column: &'static str,
}

/// Two people in teams of their own.
struct Scene {
    services: Services,
    ada: Viewer,
    eve: Viewer,
    owned: Vec<Owned>,
}

async fn names(pool: &PgPool, query: &'static str) -> Vec<String> {
    sqlx::query_scalar(query).fetch_all(pool).await.expect("names from the catalog")
}

/// Tables with a column `team_id`, the teams themselves, and tables of persons that the app's role can reach.
async fn owned(pool: &PgPool) -> Vec<Owned> {
    let of_teams = "SELECT relname::text FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'team_id'
                    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1";
    let of_persons = "SELECT relname::text FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'user_id'
                      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relrowsecurity
                            AND NOT EXISTS (SELECT FROM pg_attribute t WHERE t.attrelid = pg_class.oid AND t.attname = 'team_id') ORDER BY 1";
    let by = |tables: Vec<String>, column| tables.into_iter().map(move |table| Owned { table, column });
    let teams = Owned { table: "teams".to_owned(), column: "id" };
    by(names(pool, of_teams).await, "team_id").chain(by(names(pool, of_persons).await, "user_id")).chain([teams]).collect()
}

/// Tables of which the app's role may read, add, change or remove something, all columns or some.
async fn reachable(pool: &PgPool) -> BTreeSet<String> {
    let all = "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
               AND (has_any_column_privilege('lyceum_app', oid, 'SELECT, INSERT, UPDATE') OR has_table_privilege('lyceum_app', oid, 'DELETE'))";
    names(pool, all).await.into_iter().collect()
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn every_table_the_app_can_reach_has_forced_policies_or_a_reason(pool: PgPool) {
    let open = "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
                AND NOT (relrowsecurity AND relforcerowsecurity) ORDER BY 1";
    let open: BTreeSet<String> = names(&pool, open).await.into_iter().collect();
    let reached: Vec<String> = reachable(&pool).await.intersection(&open).cloned().collect();
    assert_eq!(reached, SHARED.map(|(table, _)| table), "without policies, and the app reaches them");

    // A policy that does not ask for team or person lets everybody in. Those of the whole company ask for their visibility.
    let careless = "SELECT tablename || '.' || policyname FROM pg_policies
                    WHERE schemaname = 'public' AND ('lyceum_app' = ANY (roles) OR 'public' = ANY (roles))
                          AND NOT coalesce(qual, with_check) ~ '(current_team\\(\\)|viewing_user\\(\\))' ORDER BY 1";
    let of_the_company = [
        "chunks.company_rows",
        "datasets.company_rows",
        "document_pages.company_rows",
        "documents.company_rows",
        "prompt_datasets.company_rows",
        "prompts.company_rows",
    ];
    assert_eq!(names(&pool, careless).await, of_the_company);
    let writing = "SELECT tablename || '.' || policyname FROM pg_policies
                   WHERE schemaname = 'public' AND policyname = 'company_rows' AND cmd <> 'SELECT'";
    assert!(names(&pool, writing).await.is_empty(), "what the company sees is changed by its own team");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_roles_of_the_program_cannot_step_around_the_policies(pool: PgPool) {
    let strong = "SELECT rolname::text FROM pg_roles WHERE rolname IN ('lyceum_app', 'lyceum_system', 'lyceum_search', 'lyceum_eraser') AND (rolsuper OR rolbypassrls OR rolcanlogin OR rolcreaterole)";
    assert!(names(&pool, strong).await.is_empty());
    let owning = "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
                  AND pg_get_userbyid(relowner) IN ('lyceum_app', 'lyceum_search', 'lyceum_eraser')";
    assert!(names(&pool, owning).await.is_empty(), "who owns a table can change its policies");
    let views = "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm')
                 AND NOT coalesce(reloptions, '{}') @> '{security_invoker=true}'";
    assert!(names(&pool, views).await.is_empty(), "a view reads with the rights of whoever made it");
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let mut tx = services.db().team_tx(&ada).await.unwrap();
    sqlx::query("SET LOCAL row_security = off").execute(&mut *tx).await.unwrap();
    let read = sqlx::query("SELECT count(*) FROM memberships").execute(&mut *tx).await;
    assert!(read.is_err_and(|error| is_refused(&error)), "turning the policies off is an error and no way around them");
}

/// Rows of both in every table.
async fn scene(pool: &PgPool) -> Scene {
    let services = services(pool);
    let ada = owner(&services, "ada@example.org").await;
    let eve = owner(&services, "eve@example.org").await;
    let owned = owned(pool).await;
    let constraints = "SELECT format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I CASCADE', conrelid::regclass, conname) FROM pg_constraint
                       WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f', 'u') AND conislocal";
    let triggers =
        "SELECT format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass) FROM pg_trigger WHERE NOT tgisinternal AND tgparentid = 0";
    for statement in names(pool, constraints).await.into_iter().chain(names(pool, triggers).await) {
        sqlx::query(AssertSqlSafe(statement)).execute(pool).await.expect("it goes");
    }
    for owned in owned.iter().filter(|owned| owned.table != "teams") {
        for viewer in [&ada, &eve] {
            insert(pool, owned, viewer.team_id, viewer.user_id).await;
        }
    }
    Scene { services, ada, eve, owned }
}

/// Columns that have to be named for a row to come about, and what goes into them.
async fn filling(pool: &PgPool, table: &str, team: TeamId, user: UserId) -> (String, String) {
    let columns = "SELECT attname::text, format_type(atttypid, NULL) FROM pg_attribute
                   WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attidentity = ''
                         AND (attname IN ('team_id', 'user_id') OR (attnotnull AND NOT atthasdef))";
    let columns: Vec<(String, String)> = sqlx::query_as(columns).bind(table).fetch_all(pool).await.expect("columns");
    let value = |(name, kind): &(String, String)| match (name.as_str(), kind.as_str()) {
        ("team_id", _) => format!("'{team}'"),
        ("user_id", _) => format!("'{user}'"),
        (_, "uuid") => "gen_random_uuid()".to_owned(),
        (_, "text") => "'x'".to_owned(),
        (_, "boolean") => "false".to_owned(),
        (_, "jsonb") => "'{}'".to_owned(),
        (_, "bytea") => "'\\x00'".to_owned(),
        (_, "timestamp with time zone") => "now()".to_owned(),
        (_, "date") => "current_date".to_owned(),
        (_, "integer" | "bigint" | "smallint" | "numeric" | "real" | "double precision") => "1".to_owned(),
        (_, array) if array.ends_with("[]") => "'{}'".to_owned(),
        (name, kind) => panic!("{table}.{name}: what goes into a {kind}?"),
    };
    let values: Vec<String> = columns.iter().map(value).collect();
    let quoted: Vec<String> = columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    (quoted.join(", "), values.join(", "))
}

fn insertion(table: &str, (columns, values): &(String, String)) -> String {
    format!("INSERT INTO {table} ({columns}) VALUES ({values})")
}

async fn insert(pool: &PgPool, owned: &Owned, team: TeamId, user: UserId) {
    let filling = filling(pool, &owned.table, team, user).await;
    // Both have a membership already.
    let insertion = format!("{} ON CONFLICT DO NOTHING", insertion(&owned.table, &filling));
    let inserted = sqlx::query(AssertSqlSafe(insertion)).execute(pool).await;
    inserted.unwrap_or_else(|error| panic!("{}: {error}", owned.table));
}

/// How many rows of a table are a person's or their team's, by the eyes of whoever owns the database.
async fn count(pool: &PgPool, owned: &Owned, viewer: &Viewer) -> i64 {
    let sql = AssertSqlSafe(format!("SELECT count(*) FROM {} WHERE {} = $1", owned.table, owned.column));
    sqlx::query_scalar(sql).bind(key(owned, viewer)).fetch_one(pool).await.expect("a count")
}

fn key(owned: &Owned, viewer: &Viewer) -> uuid::Uuid {
    if owned.column == "user_id" { viewer.user_id.as_uuid() } else { viewer.team_id.as_uuid() }
}

fn is_refused(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.code().map(|code| code == REFUSED)).unwrap_or(false)
}

/// Runs one statement of the app's role in Ada's name: how many rows it touched; nothing when it may not at all.
async fn touched(scene: &Scene, statement: String) -> Option<u64> {
    let mut tx = scene.services.db().team_tx(&scene.ada).await.expect("a transaction");
    match sqlx::query(AssertSqlSafe(statement.clone())).execute(&mut *tx).await {
        Ok(done) => Some(done.rows_affected()),
        Err(error) if is_refused(&error) => None,
        Err(error) => panic!("{statement}: {error}"),
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn without_the_condition_on_the_team_every_table_shows_and_gives_its_own_rows_alone(pool: PgPool) {
    let scene = scene(&pool).await;
    let reachable = reachable(&pool).await;
    let mut seen = Vec::new();
    for owned in scene.owned.iter().filter(|owned| reachable.contains(&owned.table)) {
        let Owned { table, column } = owned;
        let (own, others) = (count(&pool, owned, &scene.ada).await, count(&pool, owned, &scene.eve).await);
        assert!(own > 0 && others > 0, "{table} has rows of both");
        let own = u64::try_from(own).expect("a count");
        if let Some(rows) = touched(&scene, format!("SELECT {column} FROM {table}")).await {
            assert_eq!(rows, own, "{table} is read without a condition");
            seen.push(table.clone());
        }
        let foreign = format!("SELECT {column} FROM {table} WHERE {column} = '{}'", key(owned, &scene.eve));
        assert!(matches!(touched(&scene, foreign).await, None | Some(0)), "{table} is asked for what is not its own");
        let changed = touched(&scene, format!("UPDATE {table} SET {column} = {column}")).await;
        assert!(changed.is_none_or(|rows| rows == own), "{table} is changed without a condition: {changed:?} rows");
        let removed = touched(&scene, format!("DELETE FROM {table}")).await;
        assert!(removed.is_none_or(|rows| rows == own), "{table} is emptied without a condition: {removed:?} rows");
        let given = touched(&scene, format!("UPDATE {table} SET {column} = '{}'", key(owned, &scene.eve))).await;
        assert_eq!(given, None, "{table} is moved to somebody else");
        let filling = filling(&pool, table, scene.eve.team_id, scene.eve.user_id).await;
        let added = touched(&scene, insertion(table, &filling)).await;
        assert_eq!(added, None, "{table} gets a row of somebody else");
        assert_eq!(count(&pool, owned, &scene.eve).await, others, "{table}");
    }
    let all: BTreeSet<&String> = scene.owned.iter().map(|owned| &owned.table).filter(|table| reachable.contains(*table)).collect();
    assert_eq!(seen.iter().collect::<BTreeSet<_>>(), all, "each of them was read");
    assert!(seen.len() >= 20, "{seen:?}");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn without_a_team_nothing_of_a_team_can_be_asked(pool: PgPool) {
    let scene = scene(&pool).await;
    let reachable = reachable(&pool).await;
    for Owned { table, column } in scene.owned.iter().filter(|owned| reachable.contains(&owned.table)) {
        let mut connection = scene.services.db().app_call().await.unwrap();
        let asked = sqlx::query(AssertSqlSafe(format!("SELECT {column} FROM {table}"))).fetch_all(&mut *connection).await;
        assert!(asked.is_err(), "{table} answers whoever has no team");
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_is_of_a_team_and_not_for_the_app_is_out_of_its_reach(pool: PgPool) {
    let scene = scene(&pool).await;
    let reachable = reachable(&pool).await;
    let hidden: Vec<&Owned> = scene.owned.iter().filter(|owned| !reachable.contains(&owned.table)).collect();
    assert!(hidden.iter().any(|owned| owned.table == "sessions"), "{hidden:?}");
    for Owned { table, column } in hidden {
        for statement in
            [format!("SELECT {column} FROM {table}"), format!("UPDATE {table} SET {column} = {column}"), format!("DELETE FROM {table}")]
        {
            assert_eq!(touched(&scene, statement.clone()).await, None, "{statement}");
        }
    }
}

/// The text of every statement of the program.
fn statements() -> Vec<String> {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.sqlx")).expect("the queries");
    let text = |entry: std::io::Result<std::fs::DirEntry>| std::fs::read(entry.expect("a file").path()).expect("a query");
    let query = |text: Vec<u8>| serde_json::from_slice::<serde_json::Value>(&text).expect("JSON")["query"].as_str().map(str::to_owned);
    folder.map(text).filter_map(query).collect()
}

/// `scripts/test` runs the tests of the services once more on a way to the database that takes the conditions on the team out of
/// their statements. This shows that it does.
#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn on_the_way_without_conditions_no_statement_of_the_app_keeps_one(pool: PgPool) {
    let kept = regex::Regex::new(r"\w+\s+(?:(?:\w+\.)?team_id|teams\.id)\s*=\s*\$\d+|\bteams\s+WHERE\s+id\s*=\s*\$\d+").unwrap();
    let (mut taken, mut left) = (0, BTreeSet::new());
    for statement in statements() {
        let without = without_team(&statement);
        taken += usize::from(without != statement);
        left.extend(kept.find_iter(&without).map(|found| found.as_str().to_owned()));
    }
    assert!(taken >= 60, "{taken}");
    // What is set and what is told apart is no condition.
    assert_eq!(left.iter().map(String::as_str).collect::<Vec<_>>(), ["SET team_id = $2", "WHEN team_id = $2"]);

    let services = services(&pool);
    let (ada, eve) = (owner(&services, "ada@example.org").await, owner(&services, "eve@example.org").await);
    let forgetful = Db::new(crate::testing::without_team::options(&pool.connect_options()), 2);
    let direct = Db::new((*pool.connect_options()).clone(), 2);
    for asked in ["SELECT team_id FROM memberships WHERE team_id = $1 AND roles <> '{}'", "SELECT id FROM teams WHERE id = $1"] {
        for (db, found) in [(&direct, None), (&forgetful, Some(ada.team_id))] {
            let mut tx = db.tx_for(ada.team_id, ada.user_id).await.unwrap();
            let team: Option<TeamId> = sqlx::query_scalar(asked).bind(eve.team_id).fetch_optional(&mut *tx).await.unwrap();
            assert_eq!(team, found, "another team's is asked for, one's own is all there is: {asked}");
        }
        let mut tx = forgetful.system_tx().await.unwrap();
        let team: Option<TeamId> = sqlx::query_scalar(asked).bind(eve.team_id).fetch_optional(&mut *tx).await.unwrap();
        assert_eq!(team, Some(eve.team_id), "the system's statements keep theirs: {asked}");
    }
}
