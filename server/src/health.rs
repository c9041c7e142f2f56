//! `/livez`, `/readyz`, `/metrics`: for the machines that watch this one.
//!
//! The invariant: `/livez` asks nothing of anybody, so that a database that is away never gets this process restarted;
//! `/readyz` answers within a little over [`PATIENCE`], whatever the database does. Next: docs/operations.md.

use crate::shutdown::Shutdown;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use futures::future::BoxFuture;
use metrics_exporter_prometheus::PrometheusHandle;
use std::sync::Arc;
use std::time::Duration;

/// Longest wait for the database's answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// Says whether requests can be served; the error is a sentence without internals.
pub type Probe = Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// What the three routes need.
#[derive(Clone)]
pub struct Health {
    probe: Probe,
    metrics: PrometheusHandle,
    shutdown: Shutdown,
    patience: Duration,
}

impl Health {
    /// `probe` is asked at each `/readyz`.
    pub fn new(probe: Probe, metrics: PrometheusHandle, shutdown: Shutdown) -> Self {
        Self { probe, metrics, shutdown, patience: PATIENCE }
    }

    async fn readiness(&self) -> Result<(), String> {
        if self.shutdown.is_requested() {
            return Err("Lyceum is stopping.".to_owned());
        }
        let answer = tokio::time::timeout(self.patience, (self.probe)()).await;
        answer.unwrap_or_else(|_| Err("The database does not answer.".to_owned()))
    }
}

/// The three routes. They need no session and are not counted or limited.
pub fn routes(health: Health) -> Router {
    Router::new()
        .route("/livez", get(|| async { "alive" }))
        .route("/readyz", get(readyz))
        .route("/metrics", get(figures))
        .with_state(health)
}

async fn readyz(State(health): State<Health>) -> impl IntoResponse {
    let (status, sentence) = match health.readiness().await {
        Ok(()) => (StatusCode::OK, "ready".to_owned()),
        Err(sentence) => (StatusCode::SERVICE_UNAVAILABLE, sentence),
    };
    (status, [(header::CACHE_CONTROL, "no-store")], sentence)
}

async fn figures(State(health): State<Health>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], health.metrics.render())
}

#[cfg(test)]
mod tests {
    use super::{Health, Probe, routes};
    use crate::shutdown::Shutdown;
    use axum::body::Body;
    use axum::http::{Request, StatusCode};
    use metrics_exporter_prometheus::PrometheusBuilder;
    use std::sync::Arc;
    use std::time::Duration;
    use tower::ServiceExt;

    fn health(probe: Probe, shutdown: &Shutdown) -> Health {
        Health::new(probe, PrometheusBuilder::new().build_recorder().handle(), shutdown.clone())
    }

    async fn ask(health: Health, path: &str) -> (StatusCode, String) {
        let answer = routes(health).oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
        let status = answer.status();
        let body = axum::body::to_bytes(answer.into_body(), 10_000).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    fn fine() -> Probe {
        Arc::new(|| Box::pin(async { Ok(()) }))
    }

    #[tokio::test]
    async fn it_is_ready_when_the_database_answers() {
        assert_eq!(ask(health(fine(), &Shutdown::default()), "/readyz").await, (StatusCode::OK, "ready".to_owned()));
    }

    #[tokio::test]
    async fn without_a_database_it_is_alive_but_not_ready_and_says_why() {
        let away: Probe = Arc::new(|| Box::pin(async { Err("The database is away.".to_owned()) }));
        let health = health(away, &Shutdown::default());
        assert_eq!(ask(health.clone(), "/livez").await.0, StatusCode::OK);
        assert_eq!(ask(health, "/readyz").await, (StatusCode::SERVICE_UNAVAILABLE, "The database is away.".to_owned()));
    }

    #[tokio::test]
    async fn a_database_that_hangs_is_not_waited_for() {
        let hangs: Probe = Arc::new(|| Box::pin(std::future::pending()));
        let impatient = Health { patience: Duration::from_millis(10), ..health(hangs, &Shutdown::default()) };
        assert_eq!(ask(impatient, "/readyz").await.0, StatusCode::SERVICE_UNAVAILABLE);
    }

    #[tokio::test]
    async fn while_it_stops_no_new_requests_are_wanted() {
        let shutdown = Shutdown::default();
        shutdown.request();
        assert_eq!(ask(health(fine(), &shutdown), "/readyz").await.0, StatusCode::SERVICE_UNAVAILABLE);
    }

    #[tokio::test]
    async fn a_request_that_was_answered_stands_in_the_figures() {
        let recorder = PrometheusBuilder::new().build_recorder();
        // All of this test runs on its own thread.
        let _installed = metrics::set_default_local_recorder(&recorder);
        let health = Health::new(fine(), recorder.handle(), Shutdown::default());
        let counted = axum::Router::new().route("/counted", axum::routing::get(|| async { "counted" }));
        let counted = counted.layer(axum::middleware::from_fn(server::observe::observe));
        for _ in 0..2 {
            let answer = counted.clone().oneshot(Request::get("/counted").body(Body::empty()).unwrap()).await.unwrap();
            assert!(answer.headers().contains_key("x-request-id"));
        }
        let (_, figures) = ask(health, "/metrics").await;
        let line = figures.lines().find(|line| line.starts_with("lyceum_http_requests_total{")).expect(&figures);
        assert!(line.contains(r#"route="/counted""#) && line.contains(r#"status="200""#) && line.ends_with("} 2"), "{line}");
        assert!(figures.contains("lyceum_http_request_seconds"), "{figures}");
    }

    #[tokio::test]
    async fn figures_are_plain_text() {
        assert_eq!(ask(health(fine(), &Shutdown::default()), "/metrics").await.0, StatusCode::OK);
    }
}
