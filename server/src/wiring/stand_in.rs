//! A stand-in for S3: one bucket in memory, open to whoever signs with the one key.

use crate::config::ObjectStoreLocation;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpListener;

/// The name of the bucket.
const BUCKET: &str = "documents";
/// The id of the key.
const KEY: &str = "stand-in-key";

/// A running stand-in.
#[derive(Clone)]
pub struct StandIn {
    url: String,
    contents: Arc<Mutex<Contents>>,
}

/// What it holds and has seen.
#[derive(Default)]
struct Contents {
    objects: BTreeMap<String, Bytes>,
    /// Uploads under way, each with its parts.
    uploads: BTreeMap<String, BTreeMap<u32, Bytes>>,
    begun: usize,
    taken: usize,
}

impl StandIn {
    /// Starts one on a port of its own.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let stand_in = Self { url, contents: Arc::default() };
        let router = Router::new().fallback(answer).with_state(stand_in.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        stand_in
    }

    /// Its bucket, under a prefix.
    pub fn location(prefix: &str) -> ObjectStoreLocation {
        ObjectStoreLocation::S3 { bucket: BUCKET.to_owned(), prefix: prefix.to_owned() }
    }

    /// The variables that lead to it.
    pub fn environment(&self) -> Vec<(String, String)> {
        let variables = [
            ("AWS_ENDPOINT", self.url.as_str()),
            ("AWS_ALLOW_HTTP", "true"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", KEY),
            ("AWS_SECRET_ACCESS_KEY", "stand-in-secret"),
            ("AWS_PROFILE", "is no setting of a store"),
        ];
        variables.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
    }

    /// The keys of all objects.
    pub fn keys(&self) -> Vec<String> {
        self.contents().objects.keys().cloned().collect()
    }

    /// How many objects it has ever taken.
    pub fn taken(&self) -> usize {
        self.contents().taken
    }

    /// How many uploads in parts were ever begun, and how many of them were neither completed nor given up.
    pub fn uploads_in_parts(&self) -> (usize, usize) {
        let contents = self.contents();
        (contents.begun, contents.uploads.len())
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn answer(State(stand_in): State<StandIn>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("requests arrive whole");
    if !is_signed(&parts.headers) {
        return refusal(StatusCode::FORBIDDEN, "InvalidAccessKeyId");
    }
    let Query(query) = Query::<HashMap<String, String>>::try_from_uri(&parts.uri).expect("a query");
    let path = parts.uri.path().trim_start_matches('/');
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    if bucket != BUCKET {
        return refusal(StatusCode::NOT_FOUND, "NoSuchBucket");
    }
    stand_in.contents().answer(&parts.method, key, &query, body)
}

impl Contents {
    fn answer(&mut self, method: &Method, key: &str, query: &HashMap<String, String>, body: Bytes) -> Response {
        let upload = query.get("uploadId");
        match (method.as_str(), upload) {
            ("PUT", None) => {
                self.take(key, body);
                ([(header::ETAG, "\"whole\"")], "").into_response()
            }
            ("GET" | "HEAD", None) => match self.objects.get(key) {
                Some(object) => ([(header::ETAG, "\"whole\"")], Body::from(object.clone())).into_response(),
                None => refusal(StatusCode::NOT_FOUND, "NoSuchKey"),
            },
            ("DELETE", None) => {
                self.objects.remove(key);
                StatusCode::NO_CONTENT.into_response()
            }
            ("POST", None) if query.contains_key("delete") => self.delete_many(&String::from_utf8_lossy(&body)),
            ("POST", None) if query.contains_key("uploads") => {
                self.begun += 1;
                let id = format!("upload-{}", self.begun);
                self.uploads.insert(id.clone(), BTreeMap::new());
                xml(&format!("<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"))
            }
            ("PUT", Some(id)) => {
                let number = query.get("partNumber").and_then(|number| number.parse().ok());
                let (Some(parts), Some(number)) = (self.uploads.get_mut(id), number) else {
                    return refusal(StatusCode::NOT_FOUND, "NoSuchUpload");
                };
                parts.insert(number, body);
                ([(header::ETAG, "\"part\"")], "").into_response()
            }
            ("POST", Some(id)) => {
                let Some(parts) = self.uploads.remove(id) else { return refusal(StatusCode::NOT_FOUND, "NoSuchUpload") };
                let whole: Vec<Bytes> = parts.into_values().collect();
                self.take(key, Bytes::from(whole.concat()));
                xml("<CompleteMultipartUploadResult><ETag>whole</ETag></CompleteMultipartUploadResult>")
            }
            ("DELETE", Some(id)) => {
                self.uploads.remove(id);
                StatusCode::NO_CONTENT.into_response()
            }
            _ => refusal(StatusCode::NOT_IMPLEMENTED, "NotImplemented"),
        }
    }

    fn take(&mut self, key: &str, bytes: Bytes) {
        self.taken += 1;
        self.objects.insert(key.to_owned(), bytes);
    }

    fn delete_many(&mut self, request: &str) -> Response {
        let keys = request.split("<Key>").skip(1).filter_map(|rest| rest.split_once("</Key>"));
        let mut deleted = String::new();
        for (key, _) in keys {
            self.objects.remove(key);
            deleted.push_str("<Deleted><Key>");
            deleted.push_str(key);
            deleted.push_str("</Key></Deleted>");
        }
        xml(&format!("<DeleteResult>{deleted}</DeleteResult>"))
    }
}

/// Whether the request is signed, and with the key there is; the signature itself is taken on trust.
fn is_signed(headers: &HeaderMap) -> bool {
    let signed = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    signed.starts_with("AWS4-HMAC-SHA256 ") && signed.contains(&format!("Credential={KEY}/"))
}

fn refusal(status: StatusCode, code: &str) -> Response {
    (status, xml(&format!("<Error><Code>{code}</Code></Error>"))).into_response()
}

fn xml(text: &str) -> Response {
    ([(header::CONTENT_TYPE, "application/xml")], text.to_owned()).into_response()
}
