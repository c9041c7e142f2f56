//! Migrating: what has to be there before the first migration, then the migrations.
//!
//! The invariants: a Postgres or a pgvector that is too old is refused before anything is changed; and a user that is no superuser
//! but may create roles and owns the database gets as far as a superuser does. Next: migrations/README.md.

use super::MIGRATIONS;
use sqlx::migrate::{Migrate as _, MigrateError};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection as _, Error as SqlError};

/// The oldest Postgres, as `server_version_num` has it.
const OLDEST_POSTGRES: i32 = 150_000;

/// The oldest pgvector: the first whose index goes on looking until enough was found (`hnsw.iterative_scan`).
const OLDEST_PGVECTOR: [u32; 2] = [0, 8];

/// What Postgres calls a lack of rights.
const INSUFFICIENT_PRIVILEGE: &str = "42501";

/// Why the schema cannot be brought up to date, in sentences for the administrator.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// A Postgres from before the oldest.
    #[error("this is Postgres {0}, and Lyceum needs 15 or newer.")]
    OldPostgres(String),
    /// The server has no pgvector.
    #[error("this Postgres has no pgvector. Install pgvector 0.8 or newer on its server.")]
    NoPgvector,
    /// The server has a pgvector from before the oldest, or the database was made with one.
    #[error(
        "the database has pgvector {0}, and Lyceum needs 0.8 or newer. Have an administrator install it on the server of Postgres and, where this database has the older one in use, run in it: ALTER EXTENSION vector UPDATE."
    )]
    OldPgvector(String),
    /// Only an administrator may create the extension.
    #[error("the user {0} may not create the extension pgvector. Have an administrator run in this database: CREATE EXTENSION vector.")]
    ExtensionRefused(String),
    /// The roles cannot be made, or are somebody else's.
    #[error(
        "the user {0} may not create the roles lyceum_app, lyceum_system, lyceum_search and lyceum_eraser, or may not take them on. Give it CREATEROLE; where another user has created them, have an administrator run: GRANT lyceum_app, lyceum_system, lyceum_search, lyceum_eraser TO {0}."
    )]
    RolesRefused(String),
    /// Postgres is away, or refused something else.
    #[error(transparent)]
    Database(#[from] SqlError),
    /// A migration failed.
    #[error(transparent)]
    Migration(#[from] MigrateError),
}

/// Brings the schema up to date, as the connecting user.
pub(super) async fn migrate(options: &PgConnectOptions) -> Result<(), MigrationError> {
    let mut connection = PgConnection::connect_with(options).await?;
    // The lock of the migrations themselves, held until the connection ends: of servers that start together one prepares.
    connection.lock().await?;
    prepare(&mut connection, options.get_username()).await?;
    MIGRATIONS.run(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

async fn prepare(connection: &mut PgConnection, user: &str) -> Result<(), MigrationError> {
    check_postgres(queries::get_server_version(connection).await?)?;
    let created = queries::find_created_pgvector(connection).await?;
    let available = if created.is_none() { queries::find_available_pgvector(connection).await? } else { None };
    let is_created = created.is_some();
    let version = created.or(available).ok_or(MigrationError::NoPgvector)?;
    if !is_new_enough(&version) {
        return Err(MigrationError::OldPgvector(version));
    }
    if !is_created {
        let created = queries::create_pgvector(connection).await;
        created.map_err(|error| or_refused(error, || MigrationError::ExtensionRefused(user.to_owned())))?;
    }
    let roles = queries::make_roles(connection).await;
    roles.map_err(|error| or_refused(error, || MigrationError::RolesRefused(user.to_owned())))?;
    // Only a superuser may give a function a setting that nothing loaded so far knows, and migrations give some pgvector's.
    queries::load_pgvector(connection).await?;
    Ok(())
}

fn check_postgres(version: queries::ServerVersion) -> Result<(), MigrationError> {
    if version.number < OLDEST_POSTGRES { Err(MigrationError::OldPostgres(version.name)) } else { Ok(()) }
}

fn is_new_enough(pgvector: &str) -> bool {
    let numbers: Vec<u32> = pgvector.split('.').map_while(|number| number.parse().ok()).collect();
    numbers.as_slice() >= OLDEST_PGVECTOR.as_slice()
}

fn or_refused(error: SqlError, refused: impl FnOnce() -> MigrationError) -> MigrationError {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    if code.is_some_and(|code| code == INSUFFICIENT_PRIVILEGE) { refused() } else { error.into() }
}

mod queries {
    use super::PgConnection;

    pub(super) struct ServerVersion {
        pub(super) number: i32,
        pub(super) name: String,
    }

    pub(super) async fn get_server_version(connection: &mut PgConnection) -> sqlx::Result<ServerVersion> {
        sqlx::query_as!(
            ServerVersion,
            r#"SELECT current_setting('server_version_num')::integer AS "number!", current_setting('server_version') AS "name!""#
        )
        .fetch_one(connection)
        .await
    }

    pub(super) async fn find_created_pgvector(connection: &mut PgConnection) -> sqlx::Result<Option<String>> {
        sqlx::query_scalar!(r#"SELECT extversion AS "version!" FROM pg_extension WHERE extname = 'vector'"#)
            .fetch_optional(connection)
            .await
    }

    pub(super) async fn find_available_pgvector(connection: &mut PgConnection) -> sqlx::Result<Option<String>> {
        sqlx::query_scalar!(r#"SELECT default_version AS "version!" FROM pg_available_extensions WHERE name = 'vector'"#)
            .fetch_optional(connection)
            .await
    }

    pub(super) async fn create_pgvector(connection: &mut PgConnection) -> sqlx::Result<()> {
        sqlx::query!("CREATE EXTENSION IF NOT EXISTS vector").execute(connection).await?;
        Ok(())
    }

    pub(super) async fn make_roles(connection: &mut PgConnection) -> sqlx::Result<()> {
        sqlx::query_file!("src/db/roles.sql").execute(connection).await?;
        Ok(())
    }

    /// Reading a vector loads the library.
    pub(super) async fn load_pgvector(connection: &mut PgConnection) -> sqlx::Result<i32> {
        sqlx::query_scalar!(r#"SELECT vector_dims('[1]'::vector) AS "dimensions!""#).fetch_one(connection).await
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests arrange and look with statements of their own")]
mod tests;
