//! The program `lyceum`: reads its configuration and does one thing.
//!
//! The invariant: what was started is stopped in the reverse order, also when something in between fails, and a
//! request to stop ends the process with 0 within 30 s. Next: [`config`] for what can be set, [`serve`] for
//! connections, [`postgres`] for the embedded database, [`health`] for the watchers.

mod config;
mod doctor;
mod health;
mod postgres;
mod serve;
mod shutdown;
mod telemetry;
mod wiring;
mod workers;

use anyhow::Context;
use clap::Parser;
use config::{Command, CommandLine, Config, Database, Options};
use health::{Health, Probe};
use postgres::Embedded;
use secrecy::{ExposeSecret, SecretString};
use server::router::{AppState, build_router};
use services::Db;
use shutdown::Shutdown;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// Its small, frequent allocations suit the embedding model: half as much time again is saved there.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long a database that is not there yet is waited for.
const DATABASE_PATIENCE: Duration = Duration::from_mins(1);

/// How long running answers have to finish by themselves; after that they are interrupted, with their text.
const ANSWERS_PATIENCE: Duration = Duration::from_secs(4);
/// How long running jobs have to give themselves back to the queue.
const WORKERS_PATIENCE: Duration = Duration::from_secs(6);

fn main() -> ExitCode {
    let line = CommandLine::parse();
    let command = line.command.unwrap_or_default();
    if matches!(command, Command::Extract) {
        // Before any thread of ours: the limits it sets for itself are for reading one file.
        return documents::child::run();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads can be started");
    let outcome = runtime.block_on(async {
        match command {
            Command::Serve => serve_workspace(line.options).await.map(|()| true),
            Command::Migrate => migrate(line.options).await.map(|()| true),
            Command::Doctor => diagnose(line.options).await,
            Command::ResetPassword { email } => reset_password(line.options, &email).await.map(|()| true),
            Command::Extract => unreachable!("answered above"),
        }
    });
    runtime.shutdown_timeout(Duration::from_secs(1));
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("lyceum: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn serve_workspace(options: Options) -> anyhow::Result<()> {
    telemetry::start_logging(&options.log, options.log_format)?;
    let config = Config::from_options(options)?;
    let shutdown = Shutdown::on_signals()?;
    with_database(&config, async |url| serve_on(&config, url, &shutdown).await).await
}

async fn serve_on(config: &Config, url: SecretString, shutdown: &Shutdown) -> anyhow::Result<()> {
    let metrics = telemetry::start_metrics()?;
    let db = open(config, &url)?;
    bring_up_to_date(&db, shutdown).await?;
    let watchers = health::routes(Health::new(database_probe(db.clone()), metrics, shutdown.clone()));
    let services = wiring::services(config, db.clone())?;
    services.models().check_keyring().await?;
    let model = doctor::model(&config.models_dir);
    if model.verdict != doctor::Verdict::Fine {
        tracing::warn!("{}", model.sentence);
    }
    let workers = workers::spawn(&services, &shutdown.token());
    let state = AppState {
        services: services.clone(),
        leptos_options: config::site::leptos_options(),
        shutdown: shutdown.token(),
        trusted_proxies: config.trusted_proxies.clone(),
    };
    let router = build_router(state, watchers);
    let listener = TcpListener::bind(config.listen_addr).await;
    let listener = listener.with_context(|| format!("cannot listen on {}", config.listen_addr))?;
    tracing::info!(listening = %config.listen_addr, "Lyceum is at {}", config.public_url);
    serve::run(listener, router, shutdown, serve::Limits::default()).await;
    let chat = services.chat();
    let finish = futures::future::join(futures::future::join_all(workers), chat.shutdown(ANSWERS_PATIENCE));
    let _ = tokio::time::timeout(WORKERS_PATIENCE, finish).await;
    db.close().await;
    Ok(())
}

async fn migrate(options: Options) -> anyhow::Result<()> {
    telemetry::start_logging(&options.log, options.log_format)?;
    let config = Config::from_options(options)?;
    with_database(&config, async |url| {
        let db = open(&config, &url)?;
        bring_up_to_date(&db, &Shutdown::default()).await?;
        db.close().await;
        println!("The database is up to date.");
        Ok(())
    })
    .await
}

/// The way back in for somebody who lost their password or their codes, or where nobody can sign in: prints a new password, once.
async fn reset_password(options: Options, email: &str) -> anyhow::Result<()> {
    telemetry::start_logging(&options.log, options.log_format)?;
    let config = Config::from_options(options)?;
    with_database(&config, async |url| {
        let db = open(&config, &url)?;
        let services = wiring::services(&config, db.clone())?;
        let took_passwords = services.identity_providers().takes_passwords().await?;
        let reset = services.identity().reset_password(email).await;
        db.close().await;
        let password = reset.map_err(|error| match error {
            services::Error::NotFound => anyhow::anyhow!("nobody has an account with the address {email}"),
            services::Error::Invalid(_) => anyhow::anyhow!("{email} is not an email address"),
            error => error.into(),
        })?;
        println!(
            "The new password of {email} is {}\nTheir sessions have ended, and two-step sign-in is off. Ask them to change it on their account page.",
            password.expose_secret()
        );
        if !took_passwords {
            println!("People sign in with passwords again. An administrator can turn them off at /admin/sign-in.");
        }
        Ok(())
    })
    .await
}

/// True when nothing keeps Lyceum from running.
async fn diagnose(options: Options) -> anyhow::Result<bool> {
    let config = Config::from_options(options)?;
    let mut findings = doctor::examine(&config);
    findings.push(doctor::examine_objects(&config.object_store, wiring::environment()).await);
    findings.push(doctor::examine_mail(&config).await);
    let asked = doctor::examine_database(&config, async |url| {
        let db = open(&config, &url).map_err(|error| error.to_string())?;
        let answer = bring_up_to_date(&db, &Shutdown::default()).await;
        db.close().await;
        answer.map(|()| "its schema is up to date".to_owned()).map_err(|error| format!("{error:#}"))
    });
    findings.push(asked.await);
    Ok(doctor::report(&findings))
}

/// Does the work with the configured database; one of our own is started before and stopped after.
async fn with_database<T>(config: &Config, work: impl AsyncFnOnce(SecretString) -> anyhow::Result<T>) -> anyhow::Result<T> {
    match &config.database {
        Database::External(url) => work(url.clone()).await,
        Database::Embedded { bin } => {
            let embedded = Embedded::start(bin, &config.data_dir).await?;
            let outcome = work(embedded.url().clone()).await;
            embedded.stop().await;
            outcome
        }
    }
}

fn open(config: &Config, url: &SecretString) -> anyhow::Result<Db> {
    // The address holds a password: what is wrong with it is said without showing it.
    let options = url.expose_secret().parse().map_err(|_| anyhow::anyhow!("DATABASE_URL is not a Postgres address"))?;
    Ok(Db::new(options, config.database_connections))
}

/// Applies the migrations. A database that cannot be reached yet (both were just started) is waited for.
async fn bring_up_to_date(db: &Db, shutdown: &Shutdown) -> anyhow::Result<()> {
    let deadline = tokio::time::Instant::now() + DATABASE_PATIENCE;
    loop {
        match db.migrate().await {
            Ok(()) => {
                tracing::info!("the schema is up to date");
                return Ok(());
            }
            Err(error) if is_unreachable(&error) && tokio::time::Instant::now() < deadline && !shutdown.is_requested() => {
                tracing::warn!(%error, "the database cannot be reached yet");
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
            Err(error) => return Err(error).context("the database cannot be brought up to date"),
        }
    }
}

fn is_unreachable(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source()).any(<dyn std::error::Error + 'static>::is::<std::io::Error>)
}

/// Ready when the database takes a connection as the role that the migrations made.
fn database_probe(db: Db) -> Probe {
    Arc::new(move || {
        let db = db.clone();
        Box::pin(async move { db.ping().await.map_err(|_| "The database does not answer.".to_owned()) })
    })
}
