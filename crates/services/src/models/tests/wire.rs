//! A provider on a loopback port: one answer for every request, and a record of what it was sent.

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What an OpenAI-compatible chat answers when all is well.
const CHAT: &str = "data: {\"choices\":[{\"delta\":{\"content\":\"yes\"}}]}\n\n\
                    data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

/// A provider that answers every request the same.
pub struct Provider {
    host: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Provider {
    /// Answers chats with one word.
    pub async fn chat() -> Self {
        Self::start("200 OK", "text/event-stream", CHAT.to_owned()).await
    }

    /// Answers with one vector of this length.
    pub async fn vectors(dimensions: usize) -> Self {
        let vector = vec!["0.5"; dimensions].join(",");
        Self::start("200 OK", "application/json", format!("{{\"data\":[{{\"index\":0,\"embedding\":[{vector}]}}]}}")).await
    }

    /// Refuses with this status line.
    pub async fn refusing(status: &'static str) -> Self {
        Self::start(status, "application/json", "{\"error\":{\"message\":\"no\"}}".to_owned()).await
    }

    async fn start(status: &'static str, content_type: &'static str, body: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let host = listener.local_addr().expect("bound").to_string();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&seen);
        let head =
            format!("HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let request = read(&mut stream).await;
                record.lock().expect("not poisoned").push(request);
                let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        });
        Self { host, seen }
    }

    /// Host and port, as the allow list names it.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Its base URL.
    pub fn url(&self) -> String {
        format!("http://{}/v1", self.host)
    }

    /// The requests so far, heads and bodies.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().expect("not poisoned").clone()
    }
}

/// Reads one request whole: its head, and the body its length announces.
async fn read(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).await.unwrap_or(0);
        bytes.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let is_whole = text.split_once("\r\n\r\n").is_some_and(|(head, body)| body.len() >= announced(head));
        if count == 0 || is_whole {
            return text;
        }
    }
}

fn announced(head: &str) -> usize {
    let mut lengths =
        head.lines().filter_map(|line| line.to_lowercase().strip_prefix("content-length:").map(|length| length.trim().to_owned()));
    lengths.next_back().and_then(|length| length.parse().ok()).unwrap_or(0)
}
