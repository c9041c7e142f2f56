//! The client against real sockets on loopback: what is called, what is refused, and where it stops.
#![allow(clippy::unwrap_used, reason = "the lint knows tests, not the functions that they share")]

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Json};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Redirect;
use axum::routing::{get, post};
use egress::{EgressClient, EgressError, EgressPolicy, HostPort, Limits};
use futures::{StreamExt, TryStreamExt, stream};
use secrecy::SecretString;
use serde_json::{Value, json};

async fn serve(router: Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

fn client(allow: &[String], limits: Limits) -> EgressClient {
    let allow = allow.iter().map(|entry| entry.parse::<HostPort>().unwrap()).collect();
    EgressClient::new(EgressPolicy { allow, limits }).unwrap()
}

fn provider() -> Router {
    Router::new()
        .route(
            "/echo",
            post(|headers: HeaderMap, Json(body): Json<Value>| async move {
                let key = headers.get(header::AUTHORIZATION).unwrap().to_str().unwrap().to_owned();
                Json(json!({ "key": key, "body": body }))
            }),
        )
        .route("/away", get(|| async { Redirect::temporary("/echo") }))
        .route("/busy", get(|| async { (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "3")], "later") }))
        .route("/long", get(|| async { "x".repeat(1000) }))
        .route("/mute", get(|| async { std::future::pending::<()>().await }))
        .route(
            "/stall",
            get(|| async {
                let first = stream::iter([Ok::<_, std::io::Error>("first")]);
                Body::from_stream(first.chain(stream::pending()))
            }),
        )
        .route(
            "/break",
            get(|| async {
                let broken = stream::iter([Ok("first"), Err(std::io::Error::other("gone"))]);
                // The pause lets the server flush what came before the break.
                Body::from_stream(broken.then(|piece| async {
                    tokio::task::yield_now().await;
                    piece
                }))
            }),
        )
}

#[tokio::test]
async fn json_and_secret_headers_arrive_at_an_allowed_host() {
    let address = serve(provider()).await;
    let client = client(&[address.to_string()], Limits::default());
    let key = [(header::AUTHORIZATION, SecretString::from("Bearer abc"))];
    let response = client.post_json(&format!("http://{address}/echo"), &key, &json!({ "n": 1 })).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.json::<Value>().await.unwrap(), json!({ "key": "Bearer abc", "body": { "n": 1 } }));
}

#[tokio::test]
async fn a_loopback_server_is_refused_by_address_and_by_name_unless_it_is_in_the_allow_list() {
    let address = serve(provider()).await;
    let by_name = format!("localhost:{}", address.port());
    let closed = client(&["127.0.0.1:1".to_owned()], Limits::default());
    for host in [address.to_string(), by_name.clone()] {
        let error = closed.get_json(&format!("http://{host}/long"), &[]).await.unwrap_err();
        assert!(matches!(error, EgressError::Refused { .. }), "{host} gave {error:?}");
        assert!(error.to_string().contains(&format!("adding {host} to LYCEUM_EGRESS_ALLOW")), "{error}");
    }
    let open = client(std::slice::from_ref(&by_name), Limits::default());
    assert!(open.get_json(&format!("http://{by_name}/long"), &[]).await.is_ok());
}

#[tokio::test]
async fn a_redirect_is_handed_over_and_not_followed() {
    let address = serve(provider()).await;
    let client = client(&[address.to_string()], Limits::default());
    let response = client.get_json(&format!("http://{address}/away"), &[]).await.unwrap();
    assert_eq!(response.status(), StatusCode::TEMPORARY_REDIRECT);
}

#[tokio::test]
async fn retry_after_and_the_text_of_an_error_can_be_read() {
    let address = serve(provider()).await;
    let client = client(&[address.to_string()], Limits::default());
    let response = client.get_json(&format!("http://{address}/busy"), &[]).await.unwrap();
    assert_eq!(response.retry_after(), Some(Duration::from_secs(3)));
    assert_eq!(response.text(100).await.unwrap(), "later");
}

#[tokio::test]
async fn a_body_over_the_cap_is_cut_off() {
    let address = serve(provider()).await;
    let client = client(&[address.to_string()], Limits { body_bytes: 999, ..Limits::default() });
    let url = format!("http://{address}/long");
    let error = client.get_json(&url, &[]).await.unwrap().text(10_000).await.unwrap_err();
    assert!(matches!(error, EgressError::TooLarge { limit: 999, .. }));
    let error = client.get_json(&url, &[]).await.unwrap().text(10).await.unwrap_err();
    assert!(matches!(error, EgressError::TooLarge { limit: 10, .. }));
    let streamed = client.get_json(&url, &[]).await.unwrap().into_byte_stream().try_collect::<Vec<_>>().await;
    assert!(matches!(streamed, Err(EgressError::TooLarge { .. })));
}

#[tokio::test]
async fn silence_before_the_head_and_within_the_body_are_told_apart() {
    let address = serve(provider()).await;
    let short = Duration::from_millis(50);
    let first = client(&[address.to_string()], Limits { first_byte: short, ..Limits::default() });
    let error = first.get_json(&format!("http://{address}/mute"), &[]).await.unwrap_err();
    assert!(matches!(error, EgressError::FirstByteTimeout { .. }), "{error:?}");

    let idle = client(&[address.to_string()], Limits { idle: short, ..Limits::default() });
    let response = idle.get_json(&format!("http://{address}/stall"), &[]).await.unwrap();
    let mut body = response.into_byte_stream();
    assert_eq!(body.next().await.unwrap().unwrap(), "first");
    assert!(matches!(body.next().await, Some(Err(EgressError::IdleTimeout { .. }))));
}

#[tokio::test]
async fn a_connection_that_breaks_keeps_what_came_and_ends_with_an_error() {
    let address = serve(provider()).await;
    let client = client(&[address.to_string()], Limits::default());
    let response = client.get_json(&format!("http://{address}/break"), &[]).await.unwrap();
    let pieces: Vec<_> = response.into_byte_stream().collect().await;
    assert!(matches!(pieces.last(), Some(Err(EgressError::Broken { .. }))), "{pieces:?}");
}

#[tokio::test]
async fn nobody_listening_an_unknown_name_and_a_server_without_tls_read_as_what_they_are() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let address = serve(provider()).await;
    let client = client(&[free.to_string(), address.to_string()], Limits::default());
    let error = client.get_json(&format!("http://{free}/"), &[]).await.unwrap_err();
    assert_eq!(error.to_string(), format!("Nothing answers at {free}."));
    let error = client.get_json("http://no-such-host.invalid/", &[]).await.unwrap_err();
    assert!(matches!(error, EgressError::Unresolvable { .. }), "{error:?}");
    let error = client.get_json(&format!("https://{address}/"), &[]).await.unwrap_err();
    assert!(matches!(error, EgressError::Tls { .. }), "{error:?}");
}

#[tokio::test]
async fn a_key_that_cannot_be_sent_is_named_and_not_shown() {
    let client = client(&[], Limits::default());
    let key = [(header::AUTHORIZATION, SecretString::from("Bearer to\nken"))];
    let error = client.get_json("https://example.com/", &key).await.unwrap_err();
    assert!(matches!(error, EgressError::BadHeader { .. }));
    assert!(!format!("{error:?} {error}").contains("ken\""), "{error:?}");
}

#[tokio::test]
async fn a_connection_is_given_up_before_servers_close_it() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let from = get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { Json(peer.port()) });
    let service = Router::new().route("/from", from).into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    let client = client(&[address.to_string()], Limits::default());
    let from = async || client.get_json(&format!("http://{address}/from"), &[]).await.unwrap().json::<u16>().await.unwrap();
    let before = [from().await, from().await];
    // This one keeps them open; many close theirs after five seconds, and what is sent at that moment is lost.
    tokio::time::sleep(Duration::from_millis(4_500)).await;
    assert!(!before.contains(&from().await));
}
