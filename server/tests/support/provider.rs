//! A provider of models on the wire: speaks the OpenAI-compatible protocol and does what a script says.
//!
//! Nothing here waits for time: a script that has to wait, waits for the test to let it go on.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc};
use tokio_stream::wrappers::ReceiverStream;

/// One thing a scripted answer does.
#[derive(Clone, Debug)]
pub enum Step {
    /// Sends a piece of the answer.
    Text(String),
    /// Waits until [`FakeProvider::release`].
    Wait,
    /// Sends bytes as they are: garbage, an error in mid-stream, an unknown event.
    Raw(String),
    /// Closes the connection without an end.
    HangUp,
}

/// How one request is answered.
#[derive(Clone, Debug)]
pub enum Script {
    /// A stream, ended properly unless it hangs up.
    Stream(Vec<Step>),
    /// An answer of another status with a body.
    Status(u16, String),
    /// The head of an answer never comes.
    Silence,
}

impl Script {
    /// A stream of these words.
    pub fn text(text: &str) -> Self {
        Self::Stream(text.split_inclusive(' ').map(|word| Step::Text(word.to_owned())).collect())
    }
}

/// The provider. Requests without a script are answered with "Hello from the fake provider.".
#[derive(Clone)]
pub struct FakeProvider {
    /// Its base URL.
    pub url: String,
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    scripts: Mutex<VecDeque<Script>>,
    requests: Mutex<Vec<Value>>,
    arrived: Notify,
    released: Notify,
}

impl FakeProvider {
    /// Starts it on a loopback port.
    pub async fn start() -> Self {
        let inner = Arc::new(Inner::default());
        let routes = Router::new()
            .route("/v1/chat/completions", post(complete))
            .route("/v1/embeddings", post(embed))
            .route("/v1/models", get(|| async { Json(json!({ "object": "list", "data": [{ "id": "fake", "object": "model" }] })) }))
            .with_state(inner.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { url, inner }
    }

    /// Answers the next request that has no script yet this way.
    pub fn push(&self, script: Script) {
        self.inner.scripts.lock().expect("no test panics while holding it").push_back(script);
    }

    /// Lets one waiting step go on, now or when it gets there.
    pub fn release(&self) {
        self.inner.released.notify_one();
    }

    /// Waits until a chat request has arrived.
    pub async fn arrived(&self) {
        self.inner.arrived.notified().await;
    }

    /// The bodies of all chat requests so far.
    pub fn requests(&self) -> Vec<Value> {
        self.inner.requests.lock().expect("no test panics while holding it").clone()
    }
}

async fn complete(State(inner): State<Arc<Inner>>, Json(body): Json<Value>) -> Response {
    inner.requests.lock().expect("no test panics while holding it").push(body);
    inner.arrived.notify_one();
    let script = inner.scripts.lock().expect("no test panics while holding it").pop_front();
    match script.unwrap_or_else(|| Script::text("Hello from the fake provider.")) {
        Script::Stream(steps) => stream(inner, steps),
        Script::Status(status, body) => {
            let status = StatusCode::from_u16(status).expect("a status");
            (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
        }
        Script::Silence => std::future::pending().await,
    }
}

fn stream(inner: Arc<Inner>, steps: Vec<Step>) -> Response {
    let (send, receive) = mpsc::channel::<Result<Bytes, std::io::Error>>(64);
    tokio::spawn(async move {
        for step in steps {
            let piece = match step {
                Step::Text(text) => event(&json!({ "choices": [{ "index": 0, "delta": { "content": text }, "finish_reason": null }] })),
                Step::Raw(raw) => raw,
                Step::Wait => {
                    inner.released.notified().await;
                    continue;
                }
                Step::HangUp => {
                    let _ = send.send(Err(std::io::Error::other("hung up"))).await;
                    return;
                }
            };
            if send.send(Ok(piece.into())).await.is_err() {
                return;
            }
        }
        let usage = json!({ "prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12 });
        let last = event(&json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "stop" }], "usage": usage }));
        let _ = send.send(Ok(format!("{last}data: [DONE]\n\n").into())).await;
    });
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(ReceiverStream::new(receive))).into_response()
}

fn event(value: &Value) -> String {
    format!("data: {value}\n\n")
}

/// Vectors of 8 numbers that depend on the letters of the text.
async fn embed(Json(body): Json<Value>) -> Json<Value> {
    let texts: Vec<String> = serde_json::from_value(body["input"].clone()).unwrap_or_default();
    let vector = |text: &String| {
        let mut counts = [0.1_f32; 8];
        text.bytes().for_each(|byte| counts[usize::from(byte % 8)] += 1.0);
        let length = counts.iter().map(|count| count * count).sum::<f32>().sqrt();
        counts.map(|count| count / length)
    };
    let data: Vec<Value> = texts.iter().enumerate().map(|(index, text)| json!({ "index": index, "embedding": vector(text) })).collect();
    Json(json!({ "object": "list", "data": data, "usage": { "prompt_tokens": 1, "total_tokens": 1 } }))
}
