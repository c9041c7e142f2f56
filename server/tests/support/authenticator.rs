//! A device that keeps passkeys, as far as the wire shows it: makes keys on P-256, signs with them, and lies in the way a test tells it to.

use super::encode::base64url;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};

/// Somebody is there, and the device has made sure who.
const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const WITH_KEY: u8 = 0x40;

/// One passkey, and the device around it.
pub struct Authenticator {
    origin: String,
    key: EcdsaKeyPair,
    id: [u8; 16],
    user: Value,
    /// How often it has signed.
    pub counter: u32,
    /// Whether it makes sure who holds it.
    pub verifies: bool,
}

impl Authenticator {
    /// A device that believes to be at this address, as in `http://localhost:3000`.
    pub fn at(origin: &str) -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).expect("a key");
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random).expect("its own key");
        let mut id = [0; 16];
        random.fill(&mut id).expect("random bytes");
        Self { origin: origin.to_owned(), key, id, user: Value::Null, counter: 0, verifies: true }
    }

    /// Makes its passkey: what `navigator.credentials.create` gives.
    pub fn create(&mut self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).expect("JSON");
        let wanted = &options["publicKey"];
        assert_eq!(wanted["authenticatorSelection"]["residentKey"], "required");
        assert_eq!(wanted["authenticatorSelection"]["userVerification"], "required");
        self.user = wanted["user"]["id"].clone();
        let mut data = self.data(wanted["rp"]["id"].as_str().expect("a name"), WITH_KEY);
        data.extend([0; 16]); // no model of device
        data.extend([0, 16]);
        data.extend(self.id);
        let point = self.key.public_key().as_ref();
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point[33..]);
        let mut attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        attestation.push(u8::try_from(data.len()).expect("it is short"));
        attestation.extend(&data);
        let client = self.client_data("webauthn.create", &wanted["challenge"]);
        self.credential(&json!({ "attestationObject": base64url(&attestation), "clientDataJSON": base64url(client.as_bytes()) }))
    }

    /// Signs with its passkey: what `navigator.credentials.get` gives.
    pub fn get(&mut self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).expect("JSON");
        assert!(options.get("mediation").is_none(), "a button asks: {options}");
        let wanted = &options["publicKey"];
        self.counter += 1;
        let data = self.data(wanted["rpId"].as_str().expect("a name"), 0);
        let client = self.client_data("webauthn.get", &wanted["challenge"]);
        let signed = [data.as_slice(), digest(&SHA256, client.as_bytes()).as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).expect("a signature");
        self.credential(&json!({
            "authenticatorData": base64url(&data),
            "clientDataJSON": base64url(client.as_bytes()),
            "signature": base64url(signature.as_ref()),
            "userHandle": self.user,
        }))
    }

    /// Belongs to somebody else from then on, by its own word.
    pub fn claim(&mut self, user: &[u8]) {
        self.user = base64url(user).into();
    }

    fn data(&self, host: &str, more: u8) -> Vec<u8> {
        let mut data = digest(&SHA256, host.as_bytes()).as_ref().to_vec();
        data.push(PRESENT | more | if self.verifies { VERIFIED } else { 0 });
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn client_data(&self, kind: &str, challenge: &Value) -> String {
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false }).to_string()
    }

    fn credential(&self, response: &Value) -> String {
        let id = base64url(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response }).to_string()
    }
}
