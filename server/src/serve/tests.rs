use super::{Limits, run};
use crate::shutdown::Shutdown;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::routing::get;
use futures::StreamExt;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

const QUICK: Limits = Limits { header: Duration::from_millis(150), drain: Duration::from_millis(300) };

/// A server with an answer that never ends by itself at `/stream` and the peer's address at `/`.
async fn server(shutdown: &Shutdown, ends_when_asked: bool) -> (SocketAddr, JoinHandle<()>) {
    let stop = shutdown.token();
    let stream = move || {
        let stop = stop.clone();
        async move {
            let first = futures::stream::once(async { Ok::<_, std::io::Error>("first;") });
            let last = futures::stream::once(async move {
                if ends_when_asked {
                    stop.cancelled().await;
                } else {
                    std::future::pending::<()>().await;
                }
                Ok("reconnect")
            });
            Body::from_stream(first.chain(last))
        }
    };
    let peer = |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.ip().to_string() };
    let router = Router::new().route("/", get(peer)).route("/stream", get(stream));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let shutdown = shutdown.clone();
    (address, tokio::spawn(async move { run(listener, router, &shutdown, QUICK).await }))
}

async fn send(address: SocketAddr, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

async fn rest(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

#[tokio::test]
async fn an_answer_knows_who_asked() {
    let (address, _server) = server(&Shutdown::default(), true).await;
    let mut client = send(address, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    let answer = rest(&mut client).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("127.0.0.1"), "{answer}");
}

#[tokio::test]
async fn a_client_that_does_not_finish_its_headers_is_cut_off() {
    let (address, _server) = server(&Shutdown::default(), true).await;
    let mut slow = send(address, "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ").await;
    let answer = tokio::time::timeout(Duration::from_secs(5), rest(&mut slow)).await.expect("closed by the server");
    assert!(!answer.contains("200 OK"), "{answer}");
}

#[tokio::test]
async fn a_client_that_says_nothing_is_cut_off() {
    let (address, _server) = server(&Shutdown::default(), true).await;
    let mut silent = send(address, "").await;
    tokio::time::timeout(Duration::from_secs(5), rest(&mut silent)).await.expect("closed by the server");
}

#[tokio::test]
async fn a_stream_under_way_ends_in_its_own_words_when_the_server_stops() {
    let shutdown = Shutdown::default();
    let (address, server) = server(&shutdown, true).await;
    let mut client = send(address, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let mut head = vec![0; 15];
    client.read_exact(&mut head).await.unwrap();
    shutdown.request();
    assert!(rest(&mut client).await.contains("reconnect"));
    tokio::time::timeout(Duration::from_secs(5), server).await.expect("stops by itself").unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_stream_that_does_not_end_cannot_hold_the_server() {
    let shutdown = Shutdown::default();
    let (address, server) = server(&shutdown, false).await;
    let mut client = send(address, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let mut head = vec![0; 15];
    client.read_exact(&mut head).await.unwrap();
    shutdown.request();
    tokio::time::timeout(Duration::from_secs(5), server).await.expect("stops all the same").unwrap();
}
