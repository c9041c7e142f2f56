//! A provider on loopback that answers by script and remembers what it was asked.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Request, Response, Uri};
use egress::{EgressClient, EgressPolicy};
use futures::{StreamExt, stream};
use llm::{ChatDelta, ChatMessage, ChatModel, ChatRequest, LlmError, Role};
use serde_json::Value;

/// One answer of the script.
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    /// Pieces of the body, each sent on its own.
    pub pieces: Vec<Vec<u8>>,
    /// Whether the connection is cut after the last piece instead of being closed properly.
    pub hangs_up: bool,
}

impl Reply {
    /// A stream of events in these pieces.
    pub fn events(pieces: &[&str]) -> Self {
        Self::pieces("text/event-stream", pieces.iter().map(|piece| piece.as_bytes().to_vec()).collect())
    }

    /// A JSON object with a status.
    pub fn json(status: u16, body: &Value) -> Self {
        Self { status, ..Self::pieces("application/json", vec![body.to_string().into_bytes()]) }
    }

    pub fn pieces(kind: &str, pieces: Vec<Vec<u8>>) -> Self {
        Self { status: 200, headers: vec![("content-type", kind.to_owned())], pieces, hangs_up: false }
    }

    pub fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub fn hanging_up(mut self) -> Self {
        self.hangs_up = true;
        self
    }
}

/// One request that came.
pub struct Seen {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Value,
}

#[derive(Clone, Default)]
pub struct Provider {
    script: Arc<Mutex<VecDeque<Reply>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
    address: Option<SocketAddr>,
}

impl Provider {
    /// Starts a provider that gives these replies in turn.
    pub async fn start(script: Vec<Reply>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = Some(listener.local_addr().unwrap());
        let provider = Self { script: Arc::new(Mutex::new(script.into())), address, ..Self::default() };
        let router = Router::new().fallback(answer).with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    pub fn base(&self) -> String {
        format!("http://{}", self.address.unwrap())
    }

    /// A client that may call this provider.
    pub fn client(&self) -> Arc<EgressClient> {
        let allow = vec![self.address.unwrap().to_string().parse().unwrap()];
        Arc::new(EgressClient::new(EgressPolicy { allow, ..EgressPolicy::default() }).unwrap())
    }

    pub fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

async fn answer(State(provider): State<Provider>, uri: Uri, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body: Bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    provider.seen.lock().unwrap().push(Seen { path: uri.path().to_owned(), headers: parts.headers, body });
    let reply = provider.script.lock().unwrap().pop_front().expect("more requests came than the script has replies");
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    let cut = reply.hangs_up.then(|| Err(std::io::Error::other("cut")));
    let pieces = stream::iter(reply.pieces.into_iter().map(Ok).chain(cut)).then(|piece| async {
        // Gives the server the chance to flush, so that pieces travel apart and arrive before a cut.
        tokio::task::yield_now().await;
        piece
    });
    let body = Body::from_stream(pieces);
    response.body(body).unwrap()
}

/// A question for the model `mock`.
pub fn question() -> ChatRequest {
    ChatRequest {
        model: "mock".to_owned(),
        messages: vec![
            ChatMessage { role: Role::System, content: "Be brief.".to_owned() },
            ChatMessage { role: Role::User, content: "Hello?".to_owned() },
        ],
        ..ChatRequest::default()
    }
}

/// Everything a model answers, and how it ended: text, the other deltas, and the error, if any.
pub async fn listen(model: &dyn ChatModel) -> (String, Vec<ChatDelta>, Option<LlmError>) {
    let mut stream = match model.stream(question()).await {
        Ok(stream) => stream,
        Err(error) => return (String::new(), Vec::new(), Some(error)),
    };
    let (mut text, mut others) = (String::new(), Vec::new());
    while let Some(delta) = stream.next().await {
        match delta {
            Ok(ChatDelta::Text(more)) => text.push_str(&more),
            Ok(other) => others.push(other),
            Err(error) => {
                assert!(stream.next().await.is_none(), "nothing follows an error");
                return (text, others, Some(error));
            }
        }
    }
    (text, others, None)
}
