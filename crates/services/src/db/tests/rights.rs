//! What the app's role may know of people, and the functions through which it gets past the policies. Both are listed here with their
//! reasons, and compared with the catalog: whoever adds one says why.

use super::{is_refused, names};
use crate::Viewer;
use crate::testing::{member, owner, services};
use domain::Role;
use sqlx::PgPool;

/// What transactions of a team read of people, and what for. What somebody says of themselves is not among it, nor when they came.
const READ: [(&str, &str); 7] = [
    ("deletion_requested_at", "an owner who is about to go keeps no team"),
    ("email", "who gave no name is called by it, and who is in the team is not invited"),
    ("first_name", "what colleagues are called"),
    ("id", "their memberships are joined by it"),
    ("is_system_administrator", "whoever may see a thing is told by which rule others see it too"),
    ("last_name", "what colleagues are called"),
    ("suspended_at", "whoever may not come in is no owner to rely on, and nobody to share with or to ask"),
];

/// Postgres lets nobody hold rows (`FOR SHARE`) who may not change some column of them; the policy lets no changed row be.
const HELD_BY: &str = "created_at";

/// The functions that act with more rights than the app's role has, and why what they tell and do is no more than that role should.
const DOORS: [(&str, &str); 8] = [
    ("answer_wishes()", "what the transaction's person wants said to models, and nobody else's words"),
    ("end_team_sessions(uuid)", "sessions in the transaction's team alone; it tells nothing"),
    // For anybody: whoever is removed from the team is in it no more when it is called.
    ("give_home(uuid,uuid)", "a team of their own for whoever works nowhere, and for nobody else; it tells whether that was so"),
    ("is_live_team(uuid)", "of a team whose id is known, one bit: what another team shares with the company goes with that team"),
    ("licence_includes(text)", "of the licence, which is the installation's, one bit"),
    ("licence_is_over()", "of the licence, which is the installation's, one bit"),
    ("search_chunks(uuid[],text,vector,integer,integer)", "what the transaction's person may read in its team, worked out first of all"),
    ("share_level(uuid,uuid)", "how a thing of the transaction's team is shared with its person"),
];

/// As [`names`], in the order of the bytes, whichever the database has.
async fn sorted(pool: &PgPool, query: &'static str) -> Vec<String> {
    let mut found = names(pool, query).await;
    found.sort_unstable();
    found
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn of_people_the_app_may_read_the_listed_columns_and_nothing_else(pool: PgPool) {
    let of_columns = "SELECT kind || ' ' || attname::text
                      FROM pg_attribute, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) AS kind
                      WHERE attrelid = 'users'::regclass AND attnum > 0 AND NOT attisdropped
                            AND has_column_privilege('lyceum_app', attrelid, attnum, kind)";
    let mut expected: Vec<String> = READ.iter().map(|(column, _)| format!("SELECT {column}")).collect();
    expected.push(format!("UPDATE {HELD_BY}"));
    assert_eq!(sorted(&pool, of_columns).await, expected);
    let of_the_table = "SELECT kind FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS kind
                        WHERE has_table_privilege('lyceum_app', 'users', kind)";
    assert!(names(&pool, of_the_table).await.is_empty(), "on the table as a whole");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_app_sees_the_people_of_its_team_and_whoever_asks_and_changes_none(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Viewer).await;
    let carl = member(&services, &ada, "carl@example.org", Role::Viewer).await;
    owner(&services, "eve@example.org").await;
    for (statement, person) in [
        ("UPDATE memberships SET suspended_at = now() WHERE team_id = $1 AND user_id = $2", &bob),
        ("DELETE FROM memberships WHERE team_id = $1 AND user_id = $2", &carl),
    ] {
        sqlx::query(statement).bind(ada.team_id).bind(person.user_id).execute(&pool).await.unwrap();
    }
    let seen = async |viewer: &Viewer, statement: &'static str| {
        let mut tx = services.db().team_tx(viewer).await.unwrap();
        let mut seen: Vec<String> = sqlx::query_scalar(statement).fetch_all(&mut *tx).await.unwrap();
        seen.sort_unstable();
        seen
    };
    for statement in ["SELECT email FROM users", "SELECT email FROM users FOR SHARE"] {
        assert_eq!(seen(&ada, statement).await, ["ada@example.org", "bob@example.org"], "a suspended member is one: {statement}");
        let of_carl = ["ada@example.org", "bob@example.org", "carl@example.org"];
        assert_eq!(seen(&carl, statement).await, of_carl, "whoever left sees themselves still: {statement}");
    }
    let elsewhere = "SELECT email FROM users WHERE email = 'eve@example.org'";
    assert!(seen(&ada, elsewhere).await.is_empty());

    let refused = [
        ("UPDATE users SET created_at = now()", "row-level security policy"),
        ("UPDATE users SET created_at = now() WHERE id = viewing_user()", "row-level security policy"),
        ("UPDATE users SET first_name = 'Eve'", "permission denied"),
        ("INSERT INTO users (id) VALUES (gen_random_uuid())", "permission denied"),
        ("DELETE FROM users", "permission denied"),
        ("SELECT about FROM users", "permission denied"),
        ("SELECT password_hash FROM users", "permission denied"),
    ];
    for (statement, words) in refused {
        let mut tx = services.db().team_tx(&ada).await.unwrap();
        let error = sqlx::query(statement).execute(&mut *tx).await.expect_err(statement);
        assert!(is_refused(&error) && error.to_string().contains(words), "{statement}: {error}");
    }
    let mut connection = services.db().app_call().await.unwrap();
    let asked = sqlx::query("SELECT email FROM users").fetch_all(&mut *connection).await;
    assert!(asked.is_err(), "whoever has no team is told of nobody");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_somebody_wants_said_to_models_is_told_in_their_own_transactions_alone(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Owner).await;
    sqlx::query("UPDATE users SET about = 'I am ' || email").execute(&pool).await.unwrap();
    let told = async |viewer: &Viewer, person: &Viewer| {
        let mut tx = services.db().team_tx(viewer).await.unwrap();
        let about = sqlx::query_scalar::<_, String>("SELECT about FROM asking(gen_random_uuid(), $1, $2)");
        about.bind(person.user_id).bind(person.team_id).fetch_optional(&mut *tx).await.unwrap()
    };
    assert_eq!(told(&ada, &ada).await.as_deref(), Some("I am ada@example.org"));
    assert_eq!(told(&bob, &bob).await.as_deref(), Some("I am bob@example.org"));
    assert_eq!(told(&bob, &ada).await, None, "not even to another owner of the team");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_app_gets_past_the_policies_through_the_listed_functions_alone(pool: PgPool) {
    // A function of a trigger can be called by nothing but its trigger.
    let open = "SELECT oid::regprocedure::text FROM pg_proc
                WHERE prosecdef AND prorettype <> 'trigger'::regtype AND has_function_privilege('lyceum_app', oid, 'EXECUTE')";
    assert_eq!(sorted(&pool, open).await, DOORS.map(|(function, _)| function));
    let too_strong = "SELECT oid::regprocedure::text FROM pg_proc
                      WHERE prosecdef AND has_function_privilege('lyceum_app', oid, 'EXECUTE')
                            AND pg_get_userbyid(proowner)::text NOT IN ('lyceum_system', 'lyceum_search')";
    assert!(names(&pool, too_strong).await.is_empty(), "none acts as the owner of the tables");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn no_function_finds_what_its_caller_put_before_the_tables_it_means(pool: PgPool) {
    // Without a word of them, temporary tables come first.
    let loose = "SELECT p.oid::regprocedure::text FROM pg_proc p
                 LEFT JOIN LATERAL (SELECT setting FROM unnest(p.proconfig) AS setting WHERE setting LIKE 'search_path=%') AS path ON true
                 WHERE p.pronamespace = 'public'::regnamespace AND (p.prosecdef OR path.setting IS NOT NULL)
                       AND coalesce(path.setting, '') !~ '^search_path=(pg_catalog, )?public, pg_temp$'";
    assert_eq!(sorted(&pool, loose).await, [""; 0]);
    let elsewhere = "SELECT oid::regprocedure::text FROM pg_proc
                     WHERE prosecdef AND pronamespace NOT IN ('public'::regnamespace, 'pg_catalog'::regnamespace)";
    assert_eq!(sorted(&pool, elsewhere).await, [""; 0]);
    let makers = "SELECT rolname::text FROM pg_roles WHERE rolname LIKE 'lyceum\\_%' AND has_schema_privilege(oid, 'public', 'CREATE')";
    assert_eq!(sorted(&pool, makers).await, [""; 0], "and nobody of the program puts anything into the schema");
}
