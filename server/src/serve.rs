//! Connections: accept, read the head of a request within a time, answer, drain when asked to stop.
//!
//! The invariant: a connection that sends no complete request head within [`Limits::header`] is closed (`axum::serve`
//! installs no such timer, hence the hand-built server), and after a request to stop [`run`] returns within
//! [`Limits::drain`]. HTTP/1 only: browsers speak HTTP/2 over TLS alone, and TLS ends at the proxy. Next: the router.

use crate::shutdown::Shutdown;
use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tower::Service;

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From the start of a connection, or of the next request on it, to the end of the request's head.
    pub header: Duration,
    /// From the request to stop to the last byte of the answers under way. With the patience for workers and Postgres it stays below
    /// the 30 s within which the process ends.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { header: Duration::from_secs(10), drain: Duration::from_secs(10) }
    }
}

/// Serves until asked to stop, then finishes the answers under way. Handlers get the peer as [`ConnectInfo`].
pub async fn run(listener: TcpListener, router: Router, shutdown: &Shutdown, limits: Limits) {
    let connections = GracefulShutdown::new();
    let stop = shutdown.token();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        match accepted {
            Ok((stream, peer)) => serve_connection(stream, peer, router.clone(), &connections, limits),
            Err(error) => recover(&error).await,
        }
    }
    drop(listener);
    let open = connections.count();
    tokio::select! {
        () = connections.shutdown() => tracing::info!(open, "all connections are done"),
        () = tokio::time::sleep(limits.drain) => tracing::warn!(open, "connections were still open and are cut"),
        () = shutdown.forced() => {}
    }
}

fn serve_connection(stream: TcpStream, peer: SocketAddr, router: Router, connections: &GracefulShutdown, limits: Limits) {
    // Deltas of an answer are small and wanted at once.
    let _ = stream.set_nodelay(true);
    let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = router.clone().call(request);
        async move { Ok::<_, Infallible>(answer.await.unwrap_or_else(|never| match never {})) }
    });
    let connection =
        http1::Builder::new().timer(TokioTimer::new()).header_read_timeout(limits.header).serve_connection(TokioIo::new(stream), service);
    let connection = connections.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%peer, %error, "connection ended early");
        }
    });
}

/// A connection that broke before it was accepted is nobody's trouble; without file descriptors, waiting helps.
async fn recover(error: &std::io::Error) {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionRefused | ConnectionAborted | ConnectionReset) {
        tracing::error!(%error, "cannot accept connections");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[cfg(test)]
mod tests;
