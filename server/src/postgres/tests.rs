//! These start a real Postgres. Where there is none (`make setup` not run) they say so and pass.

use super::{Embedded, PostgresError, url_of_running};
use secrecy::ExposeSecret;
use sqlx::{Connection, PgConnection, Row};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

fn bin() -> Option<PathBuf> {
    let folder = std::env::var_os("LYCEUM_POSTGRES_DIR").map_or_else(|| PathBuf::from("/var/cache/lyceum/postgres"), PathBuf::from);
    let bin = folder.join("bin");
    if !bin.join("postgres").exists() {
        eprintln!("skipped: no Postgres in {}", folder.display());
        return None;
    }
    Some(bin)
}

/// A data folder that others may pass through, as the program makes it.
fn data_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o711)).unwrap();
    folder
}

async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.unwrap()
}

async fn run(url: &str, statement: &'static str) {
    sqlx::raw_sql(statement).execute(&mut connect(url).await).await.unwrap();
}

async fn number(url: &str, query: &'static str) -> i32 {
    sqlx::raw_sql(query).fetch_one(&mut connect(url).await).await.unwrap().get(0)
}

fn postmaster(data: &Path) -> i32 {
    std::fs::read_to_string(data.join("postgres/postmaster.pid")).unwrap().lines().next().unwrap().parse().unwrap()
}

fn kill(pid: i32) {
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL).unwrap();
}

/// What a server that is killed leaves: a Postgres that runs, and no lock.
fn forget(embedded: Embedded) {
    embedded.supervisor.abort();
}

#[tokio::test]
async fn data_survives_a_restart() {
    let Some(bin) = bin() else { return };
    let data = data_folder();
    let embedded = Embedded::start(&bin, data.path()).await.unwrap();
    run(embedded.url().expose_secret(), "CREATE EXTENSION vector; CREATE TABLE kept AS SELECT 7 AS number").await;
    embedded.stop().await;
    assert!(!data.path().join("postgres/postmaster.pid").exists(), "it was stopped");
    let again = Embedded::start(&bin, data.path()).await.unwrap();
    assert_eq!(number(again.url().expose_secret(), "SELECT number FROM kept").await, 7);
    again.stop().await;
}

#[tokio::test]
async fn a_server_that_was_killed_leaves_nothing_in_the_way() {
    let Some(bin) = bin() else { return };
    let data = data_folder();
    let killed = Embedded::start(&bin, data.path()).await.unwrap();
    run(killed.url().expose_secret(), "CREATE TABLE kept AS SELECT 8 AS number").await;
    let left_behind = postmaster(data.path());
    forget(killed);
    tokio::task::yield_now().await;
    let next = Embedded::start(&bin, data.path()).await.unwrap();
    assert_ne!(postmaster(data.path()), left_behind);
    assert_eq!(number(next.url().expose_secret(), "SELECT number FROM kept").await, 8);
    next.stop().await;
}

#[tokio::test]
async fn a_postgres_that_was_killed_with_its_server_starts_again() {
    let Some(bin) = bin() else { return };
    let data = data_folder();
    let killed = Embedded::start(&bin, data.path()).await.unwrap();
    run(killed.url().expose_secret(), "CREATE TABLE kept AS SELECT 9 AS number").await;
    let pid = postmaster(data.path());
    forget(killed);
    tokio::task::yield_now().await;
    kill(pid);
    let next = Embedded::start(&bin, data.path()).await.unwrap();
    assert_eq!(number(next.url().expose_secret(), "SELECT number FROM kept").await, 9);
    next.stop().await;
}

#[tokio::test]
async fn a_postgres_that_dies_is_started_again_while_the_server_runs() {
    let Some(bin) = bin() else { return };
    let data = data_folder();
    let embedded = Embedded::start(&bin, data.path()).await.unwrap();
    kill(postmaster(data.path()));
    let url = embedded.url().expose_secret().to_owned();
    let reconnected = tokio::time::timeout(std::time::Duration::from_secs(10), async {
        while PgConnection::connect(&url).await.is_err() {
            tokio::task::yield_now().await;
        }
    });
    reconnected.await.expect("back by itself");
    embedded.stop().await;
}

#[tokio::test]
async fn two_servers_cannot_have_the_same_data_folder() {
    let Some(bin) = bin() else { return };
    let data = data_folder();
    let first = Embedded::start(&bin, data.path()).await.unwrap();
    let second = Embedded::start(&bin, data.path()).await;
    assert!(matches!(second, Err(PostgresError::InUse(_))));
    let url = url_of_running(&bin, data.path()).unwrap();
    assert_eq!(number(url.expose_secret(), "SELECT 1").await, 1);
    first.stop().await;
}

#[tokio::test]
async fn nobody_else_gets_in() {
    let Some(bin) = bin() else { return };
    let data = data_folder();
    let embedded = Embedded::start(&bin, data.path()).await.unwrap();
    let cluster = data.path().join("postgres").metadata().unwrap();
    assert_eq!(cluster.mode() & 0o777, 0o700);
    assert_eq!(data.path().join("postgres_password").metadata().unwrap().mode() & 0o777, 0o600);
    if nix::unistd::geteuid().is_root() {
        assert_eq!(cluster.uid(), 65_534, "Postgres refuses to run as root");
    }
    let folder = data.path().join("postgres");
    let without_password = format!("postgres://lyceum:wrong@localhost/postgres?host={}", folder.display());
    assert!(PgConnection::connect(&without_password).await.is_err());
    embedded.stop().await;
}

#[tokio::test]
async fn a_folder_below_a_private_one_and_with_a_long_and_odd_name_serves_too() {
    let Some(bin) = bin() else { return };
    let private = tempfile::tempdir().unwrap();
    std::fs::set_permissions(private.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    let data = private.path().join(format!("an odd näme {}", "x".repeat(100)));
    std::fs::create_dir(&data).unwrap();
    let embedded = Embedded::start(&bin, &data).await.unwrap();
    assert_eq!(number(embedded.url().expose_secret(), "SELECT 3").await, 3);
    embedded.stop().await;
    let again = Embedded::start(&bin, &data).await.unwrap();
    run(again.url().expose_secret(), "SELECT 1").await;
    again.stop().await;
}

#[tokio::test]
async fn a_broken_off_first_start_is_begun_again() {
    let Some(bin) = bin() else { return };
    let data = data_folder();
    std::fs::create_dir_all(data.path().join("postgres.new/cluster/base")).unwrap();
    let embedded = Embedded::start(&bin, data.path()).await.unwrap();
    assert_eq!(number(embedded.url().expose_secret(), "SELECT 4").await, 4);
    assert!(!data.path().join("postgres.new").exists());
    embedded.stop().await;
}

#[tokio::test]
async fn data_of_another_version_is_not_touched() {
    let Some(bin) = bin() else { return };
    let data = data_folder();
    std::fs::create_dir(data.path().join("postgres")).unwrap();
    std::fs::write(data.path().join("postgres/PG_VERSION"), "15\n").unwrap();
    let refused = Embedded::start(&bin, data.path()).await.unwrap_err();
    assert!(matches!(&refused, PostgresError::Version { found, ours, .. } if found == "15" && ours == "16"), "{refused}");
}

#[tokio::test]
async fn without_postgres_it_says_what_to_do() {
    let data = data_folder();
    let refused = Embedded::start(Path::new("/nowhere/bin"), data.path()).await.unwrap_err();
    assert!(refused.to_string().contains("make setup"));
}
