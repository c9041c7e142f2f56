//! Migrating as an ordinary user of a Postgres that belongs to somebody else.

use super::{MigrationError, check_postgres, is_new_enough, queries};
use crate::Db;
use crate::testing::{owner, services};
use domain::UserId;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, PgPool};

async fn run(pool: &PgPool, statements: &str) {
    sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(pool).await.unwrap_or_else(|error| panic!("{statements}: {error}"));
}

/// A user that owns the database of the test and may do nothing else, and how it connects. The roles of the program are there.
async fn ordinary_user(pool: &PgPool) -> PgConnectOptions {
    queries::make_roles(&mut pool.acquire().await.unwrap()).await.unwrap();
    let user = format!("ordinary_{}", UserId::new().as_uuid().simple());
    let options = pool.connect_options();
    let database = options.get_database().unwrap();
    run(pool, &format!(r#"CREATE ROLE {user} LOGIN PASSWORD '{user}'; ALTER DATABASE "{database}" OWNER TO {user}"#)).await;
    options.as_ref().clone().username(&user).password(&user)
}

/// What Postgres 16 and newer give to whoever creates the roles: they can be granted, and not taken on.
async fn let_grant_roles(pool: &PgPool, user: &PgConnectOptions) {
    let roles = "lyceum_app, lyceum_system, lyceum_search, lyceum_eraser";
    let user = user.get_username();
    run(pool, &format!("ALTER ROLE {user} CREATEROLE; GRANT {roles} TO {user} WITH ADMIN TRUE, SET FALSE, INHERIT FALSE")).await;
}

async fn was_migrated(pool: &PgPool) -> bool {
    sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL").fetch_one(pool).await.unwrap()
}

#[sqlx::test(migrations = false)]
async fn a_user_that_may_create_roles_migrates_and_works_without_being_a_superuser(pool: PgPool) {
    let user = ordinary_user(&pool).await;
    let_grant_roles(&pool, &user).await;
    run(&pool, "CREATE EXTENSION vector").await;
    for start in ["first", "second"] {
        Db::new(user.clone(), 2).migrate().await.unwrap_or_else(|error| panic!("{start} start: {error}"));
    }

    let services = services(&PgPoolOptions::new().connect_lazy_with(user));
    let ada = owner(&services, "ada@example.org").await;
    let mut tx = services.db().team_tx(&ada).await.unwrap();
    let role: String = sqlx::query_scalar("SELECT current_user::text FROM memberships").fetch_one(&mut *tx).await.unwrap();
    assert_eq!(role, "lyceum_app");
    let search = "SELECT count(*) FROM search_chunks('{}', 'a question', '[1]', 10, 10)";
    let found: i64 = sqlx::query_scalar(search).fetch_one(&mut *tx).await.unwrap();
    assert_eq!(found, 0, "the role of the search owns its function");
}

#[sqlx::test(migrations = false)]
async fn servers_that_start_together_migrate_an_empty_database_once(pool: PgPool) {
    let options = pool.connect_options();
    let start = || {
        let options = options.as_ref().clone();
        async move { Db::new(options, 2).migrate().await }
    };
    let ended = futures::future::join_all([start(), start(), start()]).await;
    assert!(ended.iter().all(Result::is_ok), "{ended:?}");
    let applied: i64 = sqlx::query_scalar("SELECT count(*) FROM _sqlx_migrations WHERE success").fetch_one(&pool).await.unwrap();
    assert_eq!(
        usize::try_from(applied).unwrap(),
        crate::MIGRATIONS.iter().filter(|migration| migration.migration_type.is_up_migration()).count()
    );
}

#[sqlx::test(migrations = false)]
async fn whoever_may_not_take_on_the_roles_is_told_what_to_ask_for(pool: PgPool) {
    let user = ordinary_user(&pool).await;
    run(&pool, "CREATE EXTENSION vector").await;
    let refused = Db::new(user.clone(), 2).migrate().await.unwrap_err();
    assert!(matches!(&refused, MigrationError::RolesRefused(name) if name == user.get_username()), "{refused}");
    assert!(
        refused.to_string().contains(&format!("GRANT lyceum_app, lyceum_system, lyceum_search, lyceum_eraser TO {}.", user.get_username()))
    );
    assert!(!was_migrated(&pool).await);
}

#[sqlx::test(migrations = false)]
async fn whoever_may_not_create_the_extension_is_told_what_to_ask_for(pool: PgPool) {
    let user = ordinary_user(&pool).await;
    let_grant_roles(&pool, &user).await;
    let refused = Db::new(user, 2).migrate().await.unwrap_err();
    assert!(matches!(refused, MigrationError::ExtensionRefused(_)), "{refused}");
    assert!(!was_migrated(&pool).await);
}

#[sqlx::test(migrations = false)]
async fn a_pgvector_that_is_too_old_is_refused_before_anything_is_changed(pool: PgPool) {
    run(&pool, "CREATE EXTENSION vector; UPDATE pg_extension SET extversion = '0.7.4' WHERE extname = 'vector'").await;
    let refused = Db::new(pool.connect_options().as_ref().clone(), 2).migrate().await.unwrap_err();
    assert!(matches!(&refused, MigrationError::OldPgvector(version) if version == "0.7.4"), "{refused}");
    assert!(!was_migrated(&pool).await);
}

#[test]
fn the_oldest_pgvector_is_0_8() {
    for taken in ["0.8", "0.8.0", "0.8.5", "0.10.0", "1.0"] {
        assert!(is_new_enough(taken), "{taken}");
    }
    for refused in ["0.7.4", "0.7", "0.5.1", ""] {
        assert!(!is_new_enough(refused), "{refused}");
    }
}

#[test]
fn the_oldest_postgres_is_15() {
    let version = |number, name: &str| queries::ServerVersion { number, name: name.to_owned() };
    assert!(check_postgres(version(150_000, "15.0")).is_ok() && check_postgres(version(180_001, "18.1")).is_ok());
    let refused = check_postgres(version(140_023, "14.23")).unwrap_err();
    assert_eq!(refused.to_string(), "this is Postgres 14.23, and Lyceum needs 15 or newer.");
}
