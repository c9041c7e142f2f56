//! An identity provider on the wire: publishes what OpenID Connect asks for, signs with ES256, and lies in the way a test tells it to.

use super::encode::base64url as text;
use axum::extract::{Query, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use domain::Role;
use domain::identity_providers::IdentityProviderDraft;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::net::TcpListener;

/// How it lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lie {
    /// Not at all.
    #[default]
    None,
    /// A nonce of its own.
    Nonce,
    /// A token for another application.
    Audience,
    /// A token for another application beside ours.
    SecondAudience,
    /// A token of another issuer.
    Issuer,
    /// `alg: none` and no signature.
    AlgNone,
    /// Signed with the client's secret, which others may know.
    SharedSecret,
    /// A signature that is not its own.
    Forged,
    /// A token that ended an hour ago.
    Expired,
    /// The address is not verified.
    Unverified,
    /// Nothing of that in the token, and that it is not where one asks for more.
    UnverifiedLate,
    /// No address at all.
    NoAddress,
    /// An error instead of a token.
    TokenError,
    /// Something that is no token.
    Garbage,
    /// Not when the person was asked, although that was wanted.
    NoProofTime,
    /// The person was asked eleven minutes ago, although it was to ask anew.
    OldProof,
    /// The subject of somebody else where one asks for more.
    OtherSubject,
}

/// The provider.
#[derive(Clone)]
pub struct FakeIdentityProvider {
    /// What it calls itself.
    pub issuer: String,
    inner: Arc<Inner>,
}

struct Inner {
    issuer: String,
    key: EcdsaKeyPair,
    forger: EcdsaKeyPair,
    lie: Mutex<Lie>,
    /// What it says of whoever comes.
    person: Mutex<Value>,
    /// Whether addresses are told in the token, or only where one asks for more.
    tells_late: Mutex<bool>,
    /// The claims it publishes that it makes; none where it publishes nothing about that.
    claims: Mutex<Option<Vec<String>>>,
    codes: Mutex<HashMap<String, HashMap<String, String>>>,
}

/// What it calls us.
pub const CLIENT_ID: &str = "lyceum";
/// What it gave us.
pub const CLIENT_SECRET: &str = "a-secret-of-the-client";

fn key() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).expect("the same key")
}

impl FakeIdentityProvider {
    /// How an administrator sets it up, as one that makes accounts.
    pub fn draft(&self) -> IdentityProviderDraft {
        IdentityProviderDraft {
            name: "Works".to_owned(),
            issuer: self.issuer.clone(),
            client_id: CLIENT_ID.to_owned(),
            client_secret: CLIENT_SECRET.to_owned(),
            scopes: String::new(),
            email_domains: String::new(),
            role_claim: String::new(),
            role_rules: String::new(),
            default_team_id: None,
            default_role: Role::Viewer,
            updates_roles: false,
            creates_accounts: true,
            trusts_addresses: false,
        }
    }

    /// Starts it on a loopback port. It vouches for `subject-1`, Ada Lovelace, ada@example.org.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let issuer = format!("http://{}", listener.local_addr().expect("it is bound"));
        let inner = Arc::new(Inner {
            issuer: issuer.clone(),
            key: key(),
            forger: key(),
            lie: Mutex::default(),
            person: Mutex::new(json!({
                "sub": "subject-1", "email": "ada@example.org", "email_verified": true, "given_name": "Ada", "family_name": "Lovelace"
            })),
            tells_late: Mutex::default(),
            claims: Mutex::default(),
            codes: Mutex::default(),
        });
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(configuration))
            .route("/jwks", get(keys))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .route("/userinfo", get(user_info))
            .with_state(inner.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { issuer, inner }
    }

    /// Lies from now on.
    pub fn lie(&self, lie: Lie) {
        *self.inner.lie.lock().expect("no test panics while holding it") = lie;
    }

    /// Says something else of whoever comes from now on.
    pub fn vouch_for(&self, person: Value) {
        *self.inner.person.lock().expect("no test panics while holding it") = person;
    }

    /// Tells addresses only where one asks for more.
    pub fn tell_late(&self) {
        *self.inner.tells_late.lock().expect("no test panics while holding it") = true;
    }

    /// Publishes that it makes these claims.
    pub fn publish_claims(&self, claims: &[&str]) {
        let claims = claims.iter().map(|&claim| claim.to_owned()).collect();
        *self.inner.claims.lock().expect("no test panics while holding it") = Some(claims);
    }

    /// What a person agrees to there: the way back, as path and query.
    pub async fn agree(&self, address: &str) -> String {
        let answer = browser().get(address).send().await.expect("the provider answers");
        assert_eq!(answer.status(), 303, "{:?}", answer.text().await);
        let back = answer.headers()["location"].to_str().expect("an address").to_owned();
        let path = back.split_once("://").and_then(|(_, rest)| rest.split_once('/')).expect("a path").1;
        format!("/{path}")
    }
}

fn browser() -> reqwest::Client {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build();
    client.expect("a client")
}

async fn configuration(State(inner): State<Arc<Inner>>) -> Json<Value> {
    let at = |path: &str| format!("{}/{path}", inner.issuer);
    let mut document = json!({
        "issuer": inner.issuer, "authorization_endpoint": at("authorize"), "token_endpoint": at("token"), "userinfo_endpoint": at("userinfo"),
        "jwks_uri": at("jwks"), "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"]
    });
    if let Some(claims) = &*inner.claims.lock().expect("no test panics while holding it") {
        document["claims_supported"] = json!(claims);
    }
    Json(document)
}

async fn keys(State(inner): State<Arc<Inner>>) -> Json<Value> {
    let point = inner.key.public_key().as_ref();
    Json(
        json!({ "keys": [{ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "one", "x": text(&point[1..33]), "y": text(&point[33..]) }] }),
    )
}

/// Nobody is asked: everybody agrees.
async fn authorize(State(inner): State<Arc<Inner>>, Query(asked): Query<HashMap<String, String>>) -> Response {
    assert_eq!(asked["client_id"], CLIENT_ID);
    assert_eq!(asked["code_challenge_method"], "S256");
    let mut codes = inner.codes.lock().expect("no test panics while holding it");
    let code = format!("code-{}", codes.len());
    let back = format!("{}?code={code}&state={}", asked["redirect_uri"], asked["state"]);
    codes.insert(code, asked);
    axum::response::Redirect::to(&back).into_response()
}

/// Whether the client proves itself with the secret it was given, as the `Basic` scheme does.
fn knows_secret(headers: &HeaderMap) -> bool {
    let sent = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let sent = sent.trim_end_matches('=').replace('+', "-").replace('/', "_");
    sent == format!("Basic {}", text(format!("{CLIENT_ID}:{CLIENT_SECRET}").as_bytes()))
}

/// A code works once, for a client that is known and whoever knows the verifier.
async fn token(State(inner): State<Arc<Inner>>, headers: HeaderMap, Form(asked): Form<HashMap<String, String>>) -> Response {
    if !knows_secret(&headers) {
        let refusal = json!({ "error": "invalid_client", "error_description": "client authentication failed" });
        return (StatusCode::UNAUTHORIZED, Json(refusal)).into_response();
    }
    let lie = *inner.lie.lock().expect("no test panics while holding it");
    let known = inner.codes.lock().expect("no test panics while holding it").remove(&asked["code"]);
    let is_proven = known.as_ref().is_some_and(|known| {
        let digest = ring::digest::digest(&ring::digest::SHA256, asked.get("code_verifier").map_or("", String::as_str).as_bytes());
        text(digest.as_ref()) == known["code_challenge"] && known["redirect_uri"] == asked["redirect_uri"]
    });
    let (Some(known), true) = (known, is_proven && lie != Lie::TokenError) else {
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" }))).into_response();
    };
    let id_token = if lie == Lie::Garbage { "garbage".to_owned() } else { id_token(&inner, lie, &known) };
    Json(json!({ "access_token": "access", "token_type": "Bearer", "expires_in": 60, "id_token": id_token })).into_response()
}

fn id_token(inner: &Inner, lie: Lie, asked: &HashMap<String, String>) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    let mut claims = inner.person.lock().expect("no test panics while holding it").clone();
    if *inner.tells_late.lock().expect("no test panics while holding it") {
        claims = json!({ "sub": claims["sub"] });
    }
    claims["iss"] = json!(if lie == Lie::Issuer { "https://somebody.example" } else { &inner.issuer });
    claims["aud"] = match lie {
        Lie::Audience => json!("another-application"),
        Lie::SecondAudience => json!([CLIENT_ID, "another-application"]),
        _ => json!(CLIENT_ID),
    };
    claims["nonce"] = json!(if lie == Lie::Nonce { "another-nonce" } else { &asked["nonce"] });
    if asked.contains_key("max_age") && lie != Lie::NoProofTime {
        claims["auth_time"] = json!(if lie == Lie::OldProof { now - 660 } else { now });
    }
    claims["iat"] = json!(now - 7200);
    claims["exp"] = json!(if lie == Lie::Expired { now - 3600 } else { now + 300 });
    match lie {
        Lie::Unverified => claims["email_verified"] = json!(false),
        Lie::UnverifiedLate => claims["email_verified"] = Value::Null,
        Lie::NoAddress => claims["email"] = Value::Null,
        _ => {}
    }
    let head = match lie {
        Lie::AlgNone => json!({ "alg": "none" }),
        Lie::SharedSecret => json!({ "alg": "HS256" }),
        _ => json!({ "alg": "ES256", "kid": "one", "typ": "JWT" }),
    };
    let signed = format!("{}.{}", text(head.to_string().as_bytes()), text(claims.to_string().as_bytes()));
    let random = SystemRandom::new();
    let signature = match lie {
        Lie::AlgNone => Vec::new(),
        Lie::SharedSecret => {
            let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, CLIENT_SECRET.as_bytes());
            ring::hmac::sign(&key, signed.as_bytes()).as_ref().to_vec()
        }
        Lie::Forged => inner.forger.sign(&random, signed.as_bytes()).expect("a signature").as_ref().to_vec(),
        _ => inner.key.sign(&random, signed.as_bytes()).expect("a signature").as_ref().to_vec(),
    };
    format!("{signed}.{}", text(&signature))
}

async fn user_info(State(inner): State<Arc<Inner>>) -> Json<Value> {
    let mut person = inner.person.lock().expect("no test panics while holding it").clone();
    match *inner.lie.lock().expect("no test panics while holding it") {
        Lie::OtherSubject => person["sub"] = json!("somebody-else"),
        Lie::UnverifiedLate => person["email_verified"] = json!(false),
        Lie::NoAddress => person["email"] = Value::Null,
        _ => {}
    }
    Json(person)
}
