//! The router: everything that is served, inside the layers that everything passes.
//!
//! From the outside in: request id, span and figures ([`observe`]) → headers and the nonce ([`crate::security`]) → refusal of other
//! sites' requests → compression → what browsers ask beforehand ([`crate::cross_origin`]) → who asks ([`crate::session`], not for
//! files) → screens, server functions, plain routes.
//! Files of the site are the fallback; what is no file either is the application's own page, with 404.

use crate::api;
use crate::cross_origin::answer_preflight;
use crate::observe::observe;
use crate::peer::{TrustedProxies, find_peer};
use crate::security::{Security, add_headers, refuse_cross_site};
use crate::session::load_viewer;
use crate::statuses::give_status;
use app::App;
use app::features::identity::session_cookie::SessionCookie;
use app::server_context::shell;
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRef, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::MethodRouter;
use leptos::config::{Env, LeptosOptions};
use leptos::nonce::Nonce;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{LeptosRoutes as _, generate_route_list, render_app_async_with_context};
use services::Services;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::services::ServeDir;

/// Largest body of a form or a server function, in bytes; uploads have their own limit.
const BODY_LIMIT: usize = 2 * 1024 * 1024;

/// What handlers work with.
#[derive(Clone, FromRef)]
pub struct AppState {
    /// All rules.
    pub services: Services,
    /// Where the browser's files are.
    pub leptos_options: LeptosOptions,
    /// Cancelled when the server stops; streams end then.
    pub shutdown: CancellationToken,
    /// The proxies that may say who asks.
    pub trusted_proxies: TrustedProxies,
}

impl AppState {
    /// The session cookie of this installation.
    pub fn cookie(&self) -> SessionCookie {
        SessionCookie::new(&self.services.settings().public_url)
    }
}

/// One route that is neither a screen nor a server function.
pub struct PlainRoute {
    /// How it is called.
    pub method: Method,
    /// Its path, as axum writes it.
    pub path: &'static str,
    /// Makes its handler.
    pub handler: fn() -> MethodRouter<AppState>,
}

/// All plain routes; `server/tests/access_coverage.rs` wants a row for each.
pub fn plain_routes() -> impl Iterator<Item = &'static PlainRoute> {
    [
        api::identity::ROUTES,
        api::password_reset::ROUTES,
        api::two_step::ROUTES,
        api::email_change::ROUTES,
        api::email_code::ROUTES,
        api::datasets::ROUTES,
        api::generations::ROUTES,
        api::my_data::ROUTES,
        api::audit::ROUTES,
        api::mails::ROUTES,
        api::oidc::ROUTES,
        api::passkeys::ROUTES,
    ]
    .into_iter()
    .flatten()
}

/// Everything Lyceum serves. `watchers` are the routes of the machines that watch this one: no session, same headers.
pub fn build_router(state: AppState, watchers: Router) -> Router {
    let watching = (state.leptos_options.env == Env::DEV).then_some(state.leptos_options.reload_port);
    let security = Security::new(&state.services.settings().public_url, watching);
    let (pages, trusted_proxies) = (generate_route_list(App), state.trusted_proxies.clone());
    let mut routes = Router::new().leptos_routes_with_context(&state, pages, server_context(&state), document(&state));
    for route in plain_routes() {
        routes = routes.route(route.path, (route.handler)());
    }
    routes
        .route_layer(from_fn(give_status))
        .route_layer(from_fn_with_state(state.clone(), load_viewer))
        .route_layer(from_fn_with_state(state.clone(), answer_preflight))
        .fallback(file_or_not_found)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(CompressionLayer::new().compress_when(worth_compressing()))
        .with_state(state)
        .merge(watchers)
        .layer(from_fn_with_state(security.clone(), refuse_cross_site))
        .layer(from_fn_with_state(security, add_headers))
        .layer(from_fn(observe))
        .layer(from_fn_with_state(trusted_proxies, find_peer))
}

/// What rendering and server functions find in their context besides the request: the services, and the response's nonce
/// in place of the one leptos would make up.
pub(crate) fn server_context(state: &AppState) -> impl Fn() + Clone + Send + Sync + 'static {
    let services = state.services.clone();
    move || {
        provide_context(services.clone());
        if let Some(nonce) = use_context::<Parts>().and_then(|parts| parts.extensions.get::<Nonce>().cloned()) {
            provide_context(nonce);
        }
    }
}

/// The document around the application.
pub(crate) fn document(state: &AppState) -> impl Fn() -> leptos::prelude::AnyView + Clone + Send + Sync + 'static {
    use leptos::prelude::IntoAny as _;
    let options = state.leptos_options.clone();
    move || shell(options.clone()).into_any()
}

async fn file_or_not_found(State(state): State<AppState>, request: Request) -> Response {
    if let Some(asked) = as_file_request(&request)
        && let Some(file) = find_file(&state.leptos_options, asked).await
    {
        return file;
    }
    if request.uri().path().starts_with("/api/") {
        return api::ApiError::from(app::error::AppError::NotFound).into_response();
    }
    let who_asks = from_fn_with_state(state.clone(), load_viewer);
    let page = Router::new().fallback(render_not_found).layer(who_asks).with_state(state);
    page.oneshot(request).await.unwrap_or_else(|never| match never {})
}

async fn render_not_found(State(state): State<AppState>, mut request: Request) -> Response {
    *request.method_mut() = Method::GET;
    let render = render_app_async_with_context(server_context(&state), document(&state));
    let mut response = render(request).await;
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

/// The part of a request that finding a file takes; nothing for what is no reading.
fn as_file_request(request: &Request) -> Option<Request> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return None;
    }
    let mut asked = Request::builder().method(request.method().clone()).uri(request.uri().clone());
    for name in [header::ACCEPT_ENCODING, header::IF_MODIFIED_SINCE, header::RANGE] {
        if let Some(value) = request.headers().get(&name) {
            asked = asked.header(name, value);
        }
    }
    asked.body(Body::empty()).ok()
}

/// What is compressed while it is sent. The program for the browser is not: a release has it compressed beforehand, and a debug build
/// would spend most of its time on 30 MB at every visit.
fn worth_compressing() -> impl Predicate {
    DefaultPredicate::new().and(NotForContentType::const_new("application/wasm"))
}

/// A file of the site. Names with a hash in them never change their content, so browsers need not ask again.
async fn find_file(options: &LeptosOptions, asked: Request) -> Option<Response> {
    let is_hashed = options.hash_files && asked.uri().path().starts_with(&format!("/{}/", options.site_pkg_dir));
    let folder = ServeDir::new(&*options.site_root).append_index_html_on_directories(false).precompressed_br().precompressed_gzip();
    let found = folder.oneshot(asked).await.ok()?;
    let is_file = found.status().is_success() || matches!(found.status(), StatusCode::NOT_MODIFIED | StatusCode::RANGE_NOT_SATISFIABLE);
    if !is_file {
        return None;
    }
    let kept = if is_hashed { "public, max-age=31536000, immutable" } else { "public, max-age=3600" };
    let mut found = found.map(Body::new);
    found.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    Some(found)
}
