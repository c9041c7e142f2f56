//! Passkey: asks the person's device for one, or to make one.
//!
//! What the server sends and takes is JSON with bytes in base64url; what the browser takes and gives has them in buffers.

use super::timer::in_browser;
use js_sys::{Array, JSON, Object, Reflect, Uint8Array};
use leptos::prelude::*;
use serde_json::json;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AuthenticatorAssertionResponse, AuthenticatorAttestationResponse, CredentialsContainer, DomException, PublicKeyCredential};

/// Why there is no passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasskeyTrouble {
    /// This browser knows no passkeys, or not on this page.
    Unsupported,
    /// The person cancelled, or took too long.
    Cancelled,
    /// The device has one for this account already.
    KnownAlready,
    /// The address is not the one passkeys are for.
    WrongAddress,
    /// Anything else.
    Failed,
}

impl PasskeyTrouble {
    /// What the person is told.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Unsupported => "This browser cannot use passkeys here.",
            Self::Cancelled => "Your device gave no passkey: it was cancelled, took too long, or there is none for Lyceum.",
            Self::KnownAlready => "This device has a passkey for your account already.",
            Self::WrongAddress => "Passkeys work at the public address of Lyceum only. Open that one.",
            Self::Failed => "Your device could not do that. Try again, or use another device.",
        }
    }

    /// What the browser's error means.
    fn of(error: &JsValue) -> Self {
        match error.dyn_ref::<DomException>().map(DomException::name).as_deref() {
            Some("NotAllowedError" | "AbortError") => Self::Cancelled,
            Some("InvalidStateError") => Self::KnownAlready,
            Some("SecurityError") => Self::WrongAddress,
            Some("NotSupportedError") => Self::Unsupported,
            _ => Self::Failed,
        }
    }
}

/// Has the device make a passkey; the JSON that the server takes. On the server always unsupported.
pub async fn create(options: &str) -> Result<String, PasskeyTrouble> {
    let credentials = credentials()?;
    let (all, wanted) = read(options)?;
    replace(&wanted, "challenge")?;
    replace(&member(&wanted, "user")?, "id")?;
    replace_ids(&wanted, "excludeCredentials")?;
    let promise = credentials.create_with_options(all.unchecked_ref()).map_err(|error| PasskeyTrouble::of(&error))?;
    let made = answer(promise).await?;
    let response: AuthenticatorAttestationResponse = made.response().unchecked_into();
    let content = json!({
        "attestationObject": text(&response.attestation_object()),
        "clientDataJSON": text(&made.response().client_data_json()),
    });
    Ok(whole(&made, &content))
}

/// Has the device sign with a passkey of its choice; the JSON that the server takes. On the server always unsupported.
pub async fn get(options: &str) -> Result<String, PasskeyTrouble> {
    let credentials = credentials()?;
    let (all, wanted) = read(options)?;
    replace(&wanted, "challenge")?;
    replace_ids(&wanted, "allowCredentials")?;
    let promise = credentials.get_with_options(all.unchecked_ref()).map_err(|error| PasskeyTrouble::of(&error))?;
    let found = answer(promise).await?;
    let response: AuthenticatorAssertionResponse = found.response().unchecked_into();
    let content = json!({
        "authenticatorData": text(&response.authenticator_data()),
        "clientDataJSON": text(&found.response().client_data_json()),
        "signature": text(&response.signature()),
        "userHandle": response.user_handle().map(|handle| text(&handle)),
    });
    Ok(whole(&found, &content))
}

/// The browser's keeper of credentials; it leaves it out of pages it does not trust.
fn credentials() -> Result<CredentialsContainer, PasskeyTrouble> {
    if !in_browser() || !Reflect::has(&window(), &"PublicKeyCredential".into()).unwrap_or(false) {
        return Err(PasskeyTrouble::Unsupported);
    }
    let navigator = window().navigator();
    let is_there = Reflect::get(&navigator, &"credentials".into()).is_ok_and(|keeper| keeper.is_object());
    if is_there { Ok(navigator.credentials()) } else { Err(PasskeyTrouble::Unsupported) }
}

async fn answer(promise: js_sys::Promise) -> Result<PublicKeyCredential, PasskeyTrouble> {
    let credential = JsFuture::from(promise).await.map_err(|error| PasskeyTrouble::of(&error))?;
    if credential.is_object() { Ok(credential.unchecked_into()) } else { Err(PasskeyTrouble::Cancelled) }
}

/// What the server takes of a credential, with what the device said.
fn whole(credential: &PublicKeyCredential, response: &serde_json::Value) -> String {
    json!({ "id": credential.id(), "rawId": text(&credential.raw_id()), "type": "public-key", "response": response }).to_string()
}

/// The options, and the part of them that is about passkeys.
fn read(options: &str) -> Result<(Object, JsValue), PasskeyTrouble> {
    let all: Object = JSON::parse(options).map_err(|_| PasskeyTrouble::Failed)?.unchecked_into();
    let wanted = member(&all, "publicKey")?;
    Ok((all, wanted))
}

fn member(of: &JsValue, name: &str) -> Result<JsValue, PasskeyTrouble> {
    Reflect::get(of, &name.into()).map_err(|_| PasskeyTrouble::Failed)
}

/// Puts bytes in the place of text.
fn replace(of: &JsValue, name: &str) -> Result<(), PasskeyTrouble> {
    let bytes = member(of, name)?.as_string().and_then(|text| bytes(&text)).ok_or(PasskeyTrouble::Failed)?;
    Reflect::set(of, &name.into(), &Uint8Array::from(bytes.as_slice())).map_err(|_| PasskeyTrouble::Failed)?;
    Ok(())
}

/// Does that for the ids of a list, which may be missing.
fn replace_ids(of: &JsValue, list: &str) -> Result<(), PasskeyTrouble> {
    let list = member(of, list)?;
    if !Array::is_array(&list) {
        return Ok(());
    }
    Array::from(&list).iter().try_for_each(|credential| replace(&credential, "id"))
}

/// The bytes of base64url; browsers themselves read the plain kind.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let plain = text.replace('-', "+").replace('_', "/");
    let decoded = window().atob(&plain).ok()?;
    decoded.chars().map(|byte| u8::try_from(u32::from(byte)).ok()).collect()
}

/// Base64url of a buffer.
fn text(buffer: &js_sys::ArrayBuffer) -> String {
    let bytes: String = Uint8Array::new(buffer).to_vec().into_iter().map(char::from).collect();
    let plain = window().btoa(&bytes).unwrap_or_default();
    plain.replace('+', "-").replace('/', "_").trim_end_matches('=').to_owned()
}
