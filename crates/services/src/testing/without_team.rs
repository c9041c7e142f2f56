//! A way to the database on which the app's role forgets the team: in every statement of `lyceum_app` the conditions on `team_id`
//! are taken out before Postgres reads it. Tests that pass on it show that the policies alone keep teams apart.

use regex::{Captures, Regex};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::net::Ipv4Addr;
use std::sync::LazyLock;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// Set, tests go this way: `scripts/test` runs those of this crate and the access matrix once more with it.
pub const VARIABLE: &str = "LYCEUM_TEST_WITHOUT_TEAM";

/// What the app pool says first on each connection.
const APP_ROLE: &str = "SET ROLE lyceum_app";

/// The same database by way of a port that takes the conditions out. It lives as long as the runtime it is called in.
pub fn options(direct: &PgConnectOptions) -> PgConnectOptions {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.set_nonblocking(true).expect("a listener of tokio's");
    let port = listener.local_addr().expect("it is bound").port();
    let listener = TcpListener::from_std(listener).expect("a runtime");
    let database = (direct.get_host().to_owned(), direct.get_port());
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect((database.0.as_str(), database.1)).await.expect("the test database answers");
            pass_on(client, server);
        }
    });
    direct.clone().host("127.0.0.1").port(port).ssl_mode(PgSslMode::Disable)
}

fn pass_on(client: TcpStream, server: TcpStream) {
    for stream in [&client, &server] {
        stream.set_nodelay(true).expect("a connection");
    }
    let (from_client, mut to_client) = client.into_split();
    let (mut from_server, to_server) = server.into_split();
    tokio::spawn(async move { copy(&mut from_server, &mut to_client).await });
    // An end on either side is the end of a connection and nothing to report.
    tokio::spawn(async move { forget(from_client, to_server).await });
}

/// Passes the client's messages on: a first one without a kind, then each with its kind and its length
/// (PostgreSQL, "Message Formats").
async fn forget(mut client: OwnedReadHalf, mut server: OwnedWriteHalf) -> std::io::Result<()> {
    let mut is_app = false;
    let greeting = body(&mut client).await?;
    send(&mut server, None, &greeting).await?;
    loop {
        let kind = client.read_u8().await?;
        let mut body = body(&mut client).await?;
        if matches!(kind, b'P' | b'Q') {
            // Parse: the statement's name, then the statement; Query: the statement. Each ends with a zero.
            let start = if kind == b'P' { after_zero(&body, 0) } else { 0 };
            let end = after_zero(&body, start) - 1;
            let statement = std::str::from_utf8(&body[start..end]).expect("statements are UTF-8");
            is_app |= statement == APP_ROLE;
            if is_app {
                let forgotten = without_team(statement);
                body.splice(start..end, forgotten.into_bytes());
            }
        }
        send(&mut server, Some(kind), &body).await?;
    }
}

fn after_zero(body: &[u8], start: usize) -> usize {
    start + body[start..].iter().position(|byte| *byte == 0).expect("text ends with a zero") + 1
}

/// What follows a length, which counts itself.
async fn body(client: &mut OwnedReadHalf) -> std::io::Result<Vec<u8>> {
    let length = client.read_u32().await?.saturating_sub(4);
    let mut body = vec![0; usize::try_from(length).expect("a message fits into memory")];
    client.read_exact(&mut body).await?;
    Ok(body)
}

async fn send(server: &mut OwnedWriteHalf, kind: Option<u8>, body: &[u8]) -> std::io::Result<()> {
    let length = u32::try_from(body.len() + 4).expect("a message of Postgres");
    let message: Vec<u8> = kind.into_iter().chain(length.to_be_bytes()).chain(body.iter().copied()).collect();
    server.write_all(&message).await
}

/// The statement without its conditions on the team. Parameters stay in their places, and their types with them.
pub fn without_team(statement: &str) -> String {
    static CONDITION: LazyLock<Regex> = LazyLock::new(|| {
        let before = r"(?P<before>\b(?:WHERE|AND|OR|ON)\s+|\()";
        let of_rows = r"(?:\w+\.)?team_id\s*=\s*(?:(?P<parameter>\$\d+)|\w+\.\w+)";
        Regex::new(&format!(r"{before}{of_rows}\b")).expect("a pattern")
    });
    static OF_TEAMS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?P<before>\bteams(?:\s+SET\s+[^;]*?|\s+\w)?\s+WHERE\s+)(?:\w+\.)?id\s*=\s*(?P<parameter>\$\d+)\b").expect("a pattern")
    });
    // The same where the teams are joined, under their name or as `t`.
    static OF_JOINED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?P<before>\b(?:WHERE|AND|OR|ON)\s+|\()(?:teams|t)\.id\s*=\s*(?P<parameter>\$\d+)\b").expect("a pattern")
    });
    static HAS_TEAMS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\bteams\b").expect("a pattern"));
    let forgotten = |found: &Captures<'_>| match found.name("parameter") {
        Some(parameter) => format!("{}{}::uuid IS NOT NULL", &found["before"], parameter.as_str()),
        None => format!("{}TRUE", &found["before"]),
    };
    let without_rows = CONDITION.replace_all(statement, forgotten);
    if !HAS_TEAMS.is_match(&without_rows) {
        return without_rows.into_owned();
    }
    let without_teams = OF_TEAMS.replace_all(&without_rows, forgotten);
    OF_JOINED.replace_all(&without_teams, forgotten).into_owned()
}
