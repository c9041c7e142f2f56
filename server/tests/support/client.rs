//! A browser without a screen: keeps cookies, follows no redirects, and says where its requests come from as browsers do.

use super::encode;
use domain::TeamId;
use reqwest::header::{ACCEPT, AUTHORIZATION, AsHeaderName, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr};

/// One browser.
pub struct TestClient {
    http: reqwest::Client,
    url: String,
    is_program: bool,
}

/// What the server answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, as text.
    pub text: String,
}

impl TestClient {
    /// A browser that has been nowhere.
    pub fn new(url: &str) -> Self {
        Self::from_address(url, Ipv4Addr::LOCALHOST)
    }

    /// The same at another address of this machine (all of 127.0.0.0/8), which to the server is somewhere else.
    pub fn from_address(url: &str, address: Ipv4Addr) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none()).no_proxy();
        let http = http.local_address(IpAddr::V4(address)).build();
        Self { http: http.expect("a client"), url: url.to_owned(), is_program: false }
    }

    /// A program that comes with an API key, and says nothing of what browsers say.
    pub fn program(url: &str, key: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let bearer = HeaderValue::from_str(&format!("Bearer {key}")).expect("a header");
        let headers = HeaderMap::from_iter([(AUTHORIZATION, bearer)]);
        let http = reqwest::Client::builder().default_headers(headers).redirect(reqwest::redirect::Policy::none()).no_proxy().build();
        Self { http: http.expect("a client"), url: url.to_owned(), is_program: true }
    }

    /// The same browser, cookies and all, in front of another server of the installation.
    pub fn at(&self, url: &str) -> Self {
        Self { http: self.http.clone(), url: url.to_owned(), is_program: self.is_program }
    }

    /// A request to be finished and sent by the test; it carries the cookies and nothing else.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    /// The same with what a browser sends from a page of ours.
    pub fn own_request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.request(method, path);
        if self.is_program { request } else { request.header("sec-fetch-site", "same-origin").header("origin", &self.url) }
    }

    /// Opens a page.
    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.own_request(Method::GET, path).header(ACCEPT, "text/html")).await
    }

    /// Asks a plain route.
    pub async fn get_json(&self, path: &str) -> Answer {
        Answer::of(self.own_request(Method::GET, path).header(ACCEPT, "application/json")).await
    }

    /// Posts a form as a page of ours does.
    pub async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = fields.iter().map(|(name, value)| encode::pair(name, value)).collect::<Vec<_>>().join("&");
        let request = self.own_request(Method::POST, path).header(ACCEPT, "text/html");
        Answer::of(request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body)).await
    }

    /// Calls a server function (`noun/verb`) with its arguments as an object.
    pub async fn server_fn(&self, endpoint: &str, arguments: Value) -> Answer {
        Answer::of(self.call(endpoint, arguments)).await
    }

    /// Such a call, to be finished and sent by the test.
    pub fn call(&self, endpoint: &str, arguments: Value) -> RequestBuilder {
        let request = self.own_request(Method::POST, &format!("/api/{endpoint}")).header(ACCEPT, "application/json");
        if encode::takes_forms(endpoint) {
            return request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(encode::form(&arguments));
        }
        let arguments = if arguments.is_null() { Value::Object(serde_json::Map::default()) } else { arguments };
        request.header(CONTENT_TYPE, "application/json").body(arguments.to_string())
    }

    /// Uploads to a plain route.
    pub async fn post_multipart(&self, path: &str, form: reqwest::multipart::Form) -> Answer {
        Answer::of(self.own_request(Method::POST, path).multipart(form)).await
    }

    /// Deletes by a plain route.
    pub async fn delete(&self, path: &str) -> Answer {
        Answer::of(self.own_request(Method::DELETE, path)).await
    }

    /// Opens a stream; the caller reads it piece by piece.
    pub async fn open_stream(&self, path: &str, last_event_id: Option<&str>) -> reqwest::Response {
        let request = self.own_request(Method::GET, path).header(ACCEPT, "text/event-stream");
        let request = last_event_id.into_iter().fold(request, |request, id| request.header("last-event-id", id));
        request.send().await.expect("the server answers")
    }

    /// The team this browser works in.
    pub async fn team(&self) -> TeamId {
        let viewer: domain::ViewerInfo = self.server_fn("identity/viewer", Value::Null).await.json();
        viewer.team_id
    }
}

impl Answer {
    /// Sends a request and reads the whole answer.
    pub async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.expect("the server answers");
        let (status, headers) = (response.status(), response.headers().clone());
        Self { status, headers, text: response.text().await.expect("a whole answer") }
    }

    /// The answer, which has to be a success.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert!(self.status.is_success(), "{}: {}", self.status, self.text);
        self
    }

    /// The answer, which has to have this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    /// The answer, which has to lead there.
    #[track_caller]
    pub fn expect_redirect(self, to: &str) -> Self {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.text);
        assert_eq!(self.header(LOCATION), Some(to));
        self
    }

    /// The body of a success, read as JSON.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(self) -> T {
        let answer = self.ok();
        serde_json::from_str(&answer.text).unwrap_or_else(|error| panic!("{error}: {}", answer.text))
    }

    /// The body of a failure.
    #[track_caller]
    pub fn error(&self) -> app::error::AppError {
        assert!(!self.status.is_success(), "{}: {}", self.status, self.text);
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// A header as text.
    pub fn header(&self, name: impl AsHeaderName) -> Option<&str> {
        self.headers.get(name).map(HeaderValue::to_str).and_then(Result::ok)
    }
}
