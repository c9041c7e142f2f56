//! What the program says about itself: log lines on standard error, figures for Prometheus.
//!
//! The invariant: nothing secret and nothing a person wrote is logged: no prompts, documents, tokens, addresses,
//! cookies. Types that hold secrets print without them. Next: docs/logging.md, and [`crate::health`] for `/metrics`.

use crate::config::LogFormat;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::io::IsTerminal;
use std::time::Duration;
use tracing_subscriber::EnvFilter;

/// Upper bounds of the buckets of every metric that ends in `_seconds`.
const SECONDS: [f64; 14] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0];

/// How often figures are folded together while nobody reads `/metrics`.
const UPKEEP: Duration = Duration::from_secs(10);

/// Why telemetry cannot be set up, in a sentence.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// Not a filter.
    #[error("LYCEUM_LOG must be a filter, as in info or warn,lyceum=debug: {0}.")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// Set up before.
    #[error("Logging is already set up in this process.")]
    Twice,
    /// No recorder.
    #[error("Figures cannot be collected: {0}.")]
    Metrics(#[from] metrics_exporter_prometheus::BuildError),
}

/// Starts logging to standard error, and adds panics to it.
pub fn start_logging(filter: &str, format: LogFormat) -> Result<(), TelemetryError> {
    let filter = EnvFilter::try_new(filter)?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let for_people = match format {
        LogFormat::Auto => std::io::stderr().is_terminal(),
        LogFormat::Text => true,
        LogFormat::Json => false,
    };
    let started = if for_people {
        lines.with_ansi(std::io::stderr().is_terminal()).with_target(false).try_init()
    } else {
        lines.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init()
    };
    started.map_err(|_| TelemetryError::Twice)?;
    log_panics();
    Ok(())
}

/// A panic's message may hold data: outside development its place alone is logged, which is enough to find the line.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let message = cfg!(debug_assertions).then(|| panic.payload_as_str()).flatten();
        tracing::error!(place, message, "panicked");
    }));
}

/// Starts collecting figures; needs a runtime.
pub fn start_metrics() -> Result<PrometheusHandle, TelemetryError> {
    let builder = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?;
    let handle = builder.install_recorder()?;
    let kept_up = handle.clone();
    tokio::spawn(async move {
        let mut every = tokio::time::interval(UPKEEP);
        loop {
            every.tick().await;
            kept_up.run_upkeep();
        }
    });
    metrics::describe_gauge!("lyceum_build_info", "1; the label says which version runs");
    metrics::gauge!("lyceum_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    Ok(handle)
}
