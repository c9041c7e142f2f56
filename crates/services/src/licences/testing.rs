//! Test keys and licences signed with them: how a distributor signs, in the smallest form. The key is public and good for
//! tests only; a real one is made and kept by whoever distributes Lyceum.

use super::file::{BEGIN, END, FORMAT, LicenceKey, LicencePayload, SIGNED_PREFIX};
use crate::{Clock as _, SystemClock};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use domain::licences::Feature;
use ed25519_dalek::{Signer as _, SigningKey};

/// The secret half of the key that the services of tests trust.
const SECRET: [u8; 32] = [7; 32];

fn public_key_of(secret: [u8; 32]) -> LicenceKey {
    let public = SigningKey::from_bytes(&secret).verifying_key();
    LicenceKey::parse(&STANDARD.encode(public.as_bytes())).expect("a key that was just made")
}

/// The key that the services of tests trust.
pub fn public_key() -> LicenceKey {
    public_key_of(SECRET)
}

/// A licence for so many seats that includes everything, valid from yesterday for a year.
pub fn payload(id: &str, seats: u32, now: DateTime<Utc>) -> LicencePayload {
    LicencePayload {
        id: id.to_owned(),
        customer: "Example Ltd".to_owned(),
        tier: "Team".to_owned(),
        seats,
        features: Feature::ALL.iter().map(Feature::to_string).chain(["Support".to_owned()]).collect(),
        issued_at: now - TimeDelta::days(1),
        expires_at: now + TimeDelta::days(365),
    }
}

/// The text of a licence for so many seats, valid for a year from now.
pub fn licence(id: &str, seats: u32) -> String {
    sign(&payload(id, seats, SystemClock.now()))
}

/// The same, which includes these parts of the product only.
pub fn licence_with(id: &str, seats: u32, features: &[Feature]) -> String {
    let features = features.iter().map(Feature::to_string).collect();
    sign(&LicencePayload { features, ..payload(id, seats, SystemClock.now()) })
}

/// The text of a licence, signed with the key that the services of tests trust.
pub fn sign(payload: &LicencePayload) -> String {
    sign_with(SECRET, payload)
}

/// The same with another key: sign the prefix and the JSON, name the public key, write all of it in base64.
pub fn sign_with(secret: [u8; 32], payload: &LicencePayload) -> String {
    let json = serde_json::to_vec(payload).expect("plain data");
    let signature = SigningKey::from_bytes(&secret).sign(&[SIGNED_PREFIX, &json].concat());
    let (key, payload, signature) = (public_key_of(secret).name(), STANDARD.encode(json), STANDARD.encode(signature.to_bytes()));
    format!("{BEGIN}\nFormat: {FORMAT}\nKey: {key}\nPayload: {payload}\nSignature: {signature}\n{END}\n")
}
