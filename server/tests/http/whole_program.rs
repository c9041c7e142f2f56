//! The program itself, as `make run` starts it: on an empty folder, with a Postgres of its own. Where there is none (`make setup` not
//! run) it says so and passes. And two processes of it on somebody else's Postgres.

use crate::support::{PASSWORD, TestClient};
use app::error::AppError;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use sqlx::Connection as _;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::sync::mpsc;

const EMAIL: &str = "ada@example.org";

/// How long a start may take: the first one makes the database.
const START: Duration = Duration::from_mins(3);

/// How long a stop may take, whatever is still open.
const STOP: Duration = Duration::from_secs(30);

/// A running program. It is asked to stop when dropped, and its Postgres with it.
struct Program {
    child: Child,
    log: mpsc::UnboundedReceiver<String>,
    address: String,
    url: String,
}

impl Program {
    /// Starts it with nothing set but where things are, and waits until it is ready.
    async fn start(postgres: &Path, data: &Path) -> Self {
        Self::start_with(data, &[("LYCEUM_POSTGRES_DIR", postgres.as_os_str())]).await
    }

    /// The same with these settings.
    async fn start_with(data: &Path, settings: &[(&str, &OsStr)]) -> Self {
        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.expect("a free port").to_string();
        let mut command = Command::new(env!("CARGO_BIN_EXE_lyceum"));
        command.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.envs(settings.iter().copied()).env("LYCEUM_DATA_DIR", data);
        command.env("LYCEUM_LISTEN_ADDR", &address).env("LYCEUM_LOG_FORMAT", "json");
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program can be run");
        let mut lines = BufReader::new(child.stderr.take().expect("it was asked for")).lines();
        let (said, log) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            // Read to the end, also when nobody listens any more: the program is not to wait for its log.
            while let Ok(Some(line)) = lines.next_line().await {
                let _ = said.send(line);
            }
        });
        let mut program = Self { child, log, url: format!("http://{address}"), address };
        program.logged(|line| line["message"].as_str().is_some_and(|message| message.starts_with("Lyceum is at"))).await;
        let watcher = TestClient::new(&program.url);
        let ready = async { while !watcher.get("/readyz").await.status.is_success() {} };
        tokio::time::timeout(START, ready).await.expect("it becomes ready");
        program
    }

    /// The next line of the log that is wanted.
    async fn logged(&mut self, is_wanted: impl Fn(&Value) -> bool) -> Value {
        let found = async {
            loop {
                let line = self.log.recv().await.expect("the program runs");
                let line: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
                if is_wanted(&line) {
                    return line;
                }
            }
        };
        tokio::time::timeout(START, found).await.expect("it is logged")
    }

    fn ask_to_stop(&self) {
        if let Some(pid) = self.child.id().and_then(|pid| i32::try_from(pid).ok()) {
            // A program that is gone need not be asked.
            let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
        }
    }

    async fn stop(mut self) -> ExitStatus {
        self.ask_to_stop();
        tokio::time::timeout(STOP, self.child.wait()).await.expect("it stops in time").expect("it can be waited for")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.ask_to_stop();
    }
}

fn postgres() -> Option<PathBuf> {
    let folder = std::env::var_os("LYCEUM_POSTGRES_DIR").map_or_else(|| PathBuf::from("/var/cache/lyceum/postgres"), PathBuf::from);
    if !folder.join("bin/postgres").exists() {
        eprintln!("skipped: no Postgres in {}", folder.display());
        return None;
    }
    Some(folder)
}

/// Runs a statement in the program's own database, as its superuser.
async fn run(data: &Path, statement: &'static str) {
    let password = std::fs::read_to_string(data.join("postgres_password")).expect("the program wrote it");
    let options = PgConnectOptions::new().socket(data.join("postgres")).port(5432).username("lyceum").password(password.trim());
    let mut connection = PgConnection::connect_with(&options.database("postgres")).await.expect("its Postgres runs");
    sqlx::raw_sql(statement).execute(&mut connection).await.expect("it can be done");
}

#[tokio::test]
async fn it_starts_on_an_empty_folder_stops_when_asked_and_goes_on_where_it_was() {
    let Some(postgres) = postgres() else { return };
    let data = tempfile::tempdir().unwrap();
    std::fs::set_permissions(data.path(), std::fs::Permissions::from_mode(0o711)).unwrap();
    let mut program = Program::start(&postgres, data.path()).await;
    let ada = TestClient::new(&program.url);
    let form = [("first_name", "Ada"), ("last_name", "Tester"), ("email", EMAIL), ("password", PASSWORD)];
    ada.post_form("/sign-up", &form).await.expect_redirect("/chat");

    let figures = ada.get("/metrics").await.ok().text;
    let counts = |line: &str| line.starts_with("lyceum_http_requests_total{") && line.contains(r#"route="/sign-up""#);
    assert!(figures.lines().any(counts), "{figures}");

    run(data.path(), "ALTER TABLE datasets RENAME TO mislaid").await;
    let failed = ada.server_fn("datasets/list", json!({ "page": { "index": 0, "size": 50 } })).await.expect(500);
    run(data.path(), "ALTER TABLE mislaid RENAME TO datasets").await;
    let AppError::Internal { request_id } = failed.error() else { panic!("{}", failed.text) };
    let error = program.logged(|line| line["level"] == "ERROR" && line["message"] == "request failed").await;
    assert_eq!(error["request_id"], request_id.to_string(), "{error}");

    // Somebody who does not get to the end of what they ask for.
    let mut slow = TcpStream::connect(&program.address).await.unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nHost: ").await.unwrap();
    assert_eq!(program.stop().await.code(), Some(0));
    assert!(!data.path().join("postgres/postmaster.pid").exists(), "its Postgres was stopped");
    drop(slow);

    let again = Program::start(&postgres, data.path()).await;
    let ada = TestClient::new(&again.url);
    ada.post_form("/sign-in", &[("email", EMAIL), ("password", PASSWORD)]).await.expect_redirect("/chat");
    assert_eq!(again.stop().await.code(), Some(0));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn two_processes_on_one_database_share_sessions_and_throttles(pool: PgPool) {
    let server = std::env::var("DATABASE_URL").expect("tests have a database");
    let (server, _) = server.rsplit_once('/').expect("an address with a database");
    let database = format!("{server}/{}", pool.connect_options().get_database().expect("one of its own"));
    let keys = format!("{}a2s=", "a2tr".repeat(10));
    let settings = [("DATABASE_URL", OsStr::new(&database)), ("LYCEUM_SECRET_KEYS", OsStr::new(&keys))];
    let data = tempfile::tempdir().unwrap();
    let (first, second) = (Program::start_with(data.path(), &settings).await, Program::start_with(data.path(), &settings).await);

    let ada = TestClient::new(&first.url);
    let form = [("first_name", "Ada"), ("last_name", "Tester"), ("email", EMAIL), ("password", PASSWORD)];
    ada.post_form("/sign-up", &form).await.expect_redirect("/chat");
    let there = ada.at(&second.url);
    there.server_fn("identity/viewer", Value::Null).await.ok();
    for program in [&first, &second, &first] {
        let wrong = [("email", EMAIL), ("password", "not it at all")];
        TestClient::new(&program.url).post_form("/sign-in", &wrong).await.expect(422);
    }
    for program in [&first, &second] {
        TestClient::new(&program.url).post_form("/sign-in", &[("email", EMAIL), ("password", PASSWORD)]).await.expect(429);
    }
    there.server_fn("identity/sign-out-everywhere", Value::Null).await.ok();
    ada.server_fn("identity/viewer", Value::Null).await.expect(401);
    for program in [first, second] {
        assert_eq!(program.stop().await.code(), Some(0));
    }
}
