//! A provider on the wire that says what the test tells it to, when the test tells it to.

use super::PATIENCE;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Listens like a model server.
pub(super) struct FakeProvider {
    pub base_url: String,
    listener: TcpListener,
}

/// One request, waiting for its answer.
pub(super) struct Call {
    /// The JSON that was sent.
    pub request: serde_json::Value,
    stream: TcpStream,
}

impl FakeProvider {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { base_url: format!("http://{}/v1", listener.local_addr().unwrap()), listener }
    }

    /// The next request.
    pub async fn call(&self) -> Call {
        let (mut stream, _) = tokio::time::timeout(PATIENCE, self.listener.accept()).await.expect("a call in time").unwrap();
        let request = read_request(&mut stream).await;
        Call { request: serde_json::from_slice(&request).unwrap(), stream }
    }

    /// The next request, answered with status 200 and an open event stream.
    pub async fn accepted_call(&self) -> Call {
        let mut call = self.call().await;
        call.raw("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n").await;
        call
    }
}

impl Call {
    pub async fn raw(&mut self, bytes: &str) {
        self.stream.write_all(bytes.as_bytes()).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    pub async fn say(&mut self, text: &str) {
        let chunk = serde_json::json!({ "choices": [{ "index": 0, "delta": { "content": text } }] });
        self.raw(&format!("data: {chunk}\n\n")).await;
    }

    /// Ends the answer as a well-behaved provider does.
    pub async fn finish(mut self) {
        let usage = serde_json::json!({
            "choices": [{ "index": 0, "delta": {}, "finish_reason": "stop" }],
            "usage": { "prompt_tokens": 12, "completion_tokens": 34 }
        });
        self.raw(&format!("data: {usage}\n\ndata: [DONE]\n\n")).await;
    }

    /// Waits until the other side hangs up.
    pub async fn hung_up(mut self) {
        let mut rest = Vec::new();
        // A reset is as good as a goodbye.
        let _ = tokio::time::timeout(PATIENCE, self.stream.read_to_end(&mut rest)).await.expect("hung up in time");
    }
}

async fn read_request(stream: &mut TcpStream) -> Vec<u8> {
    let mut read = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        let count = stream.read(&mut buffer).await.unwrap();
        assert_ne!(count, 0, "the request broke off");
        read.extend_from_slice(&buffer[..count]);
        if let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&read[..end]).to_lowercase();
            let length =
                head.lines().find_map(|line| line.strip_prefix("content-length:")).map_or(0, |length| length.trim().parse().unwrap());
            if read.len() >= end + 4 + length {
                return read.split_off(end + 4);
            }
        }
    }
}
