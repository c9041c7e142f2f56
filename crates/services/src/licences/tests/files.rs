//! Each wrong file is told apart, in words, and nothing that was changed is believed.

use super::super::testing::{payload, public_key, sign, sign_with};
use super::super::{LicenceFault, LicencePayload};
use super::{administrator, install, sentence, services};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_867_200, 0).unwrap()
}

fn good() -> LicencePayload {
    payload("L-1", 3, now())
}

fn fault(text: &str) -> LicenceFault {
    public_key().read(text, now()).unwrap_err()
}

/// The text with one line replaced.
fn with_line(text: &str, name: &str, value: &str) -> String {
    let line = |line: &str| if line.starts_with(name) { format!("{name} {value}") } else { line.to_owned() };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn value_of(text: &str, name: &str) -> String {
    text.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned()
}

#[test]
fn what_was_signed_is_read_however_it_was_mailed() {
    let text = sign(&good());
    assert_eq!(public_key().read(&text, now()), Ok(good()));
    let quoted = format!("Dear Ada,\r\n\r\nhere it is.\r\n\r\n{}\r\nRegards", text.replace('\n', "\r\n"));
    assert_eq!(public_key().read(&quoted, now()), Ok(good()));
    let payload = value_of(&text, "Payload:");
    let (first, second) = payload.split_at(70);
    let wrapped = with_line(&text, "Payload:", &format!("{first}\n   {second}"));
    assert_eq!(public_key().read(&wrapped, now()), Ok(good()), "a mail program wrapped it");
}

#[test]
fn nothing_that_was_changed_is_believed() {
    let text = sign(&good());
    let more = sign(&LicencePayload { seats: 3_000, ..good() });
    assert_eq!(fault(&with_line(&text, "Payload:", &value_of(&more, "Payload:"))), LicenceFault::Altered);
    assert_eq!(fault(&with_line(&text, "Signature:", &value_of(&more, "Signature:"))), LicenceFault::Altered);
    assert_eq!(fault(&with_line(&text, "Signature:", "AAAA")), LicenceFault::Altered);
    assert_eq!(fault(&with_line(&text, "Signature:", "no base64 at all!")), LicenceFault::Altered);
    // Every single letter of it counts.
    let (payload, signature) = (value_of(&text, "Payload:"), value_of(&text, "Signature:"));
    for (name, value) in [("Payload:", payload), ("Signature:", signature)] {
        for at in (0..value.len().saturating_sub(4)).step_by(7) {
            let mut bytes = value.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = with_line(&text, name, &String::from_utf8(bytes).unwrap());
            assert!(public_key().read(&changed, now()).is_err(), "{name} {at}");
        }
    }
}

#[test]
fn another_key_is_not_trusted_whatever_the_file_says() {
    let foreign = sign_with([9; 32], &good());
    let LicenceFault::OtherKey { given, trusted } = fault(&foreign) else { panic!("{:?}", fault(&foreign)) };
    assert_eq!((given, trusted), (value_of(&foreign, "Key:"), public_key().name()));
    assert_eq!(fault(&with_line(&foreign, "Key:", &public_key().name())), LicenceFault::Altered);
    let renamed = with_line(&sign(&good()), "Key:", "0123456789abcdef");
    assert_eq!(public_key().read(&renamed, now()), Ok(good()), "the name of the key is a hint for words, no proof");
}

#[test]
fn a_licence_is_valid_from_its_first_to_its_last_moment() {
    let from = now() + TimeDelta::seconds(1);
    let early = sign(&LicencePayload { issued_at: from, ..good() });
    assert_eq!(fault(&early), LicenceFault::NotYetValid(from));
    assert!(public_key().read(&early, from).is_ok());
    let late = sign(&LicencePayload { expires_at: now(), ..good() });
    assert_eq!(fault(&late), LicenceFault::Expired(now()));
    assert!(fault(&late).to_string().starts_with("The licence expired on 28 November 2026."), "{}", fault(&late));
}

#[test]
fn what_is_cut_off_or_something_else_is_said_to_be_so() {
    let text = sign(&good());
    assert_eq!(fault("  \n "), LicenceFault::Empty);
    assert_eq!(fault("{\"seats\": 5}"), LicenceFault::NotALicence);
    assert_eq!(fault("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"), LicenceFault::NotALicence);
    assert_eq!(fault(&text[..text.len() - 40]), LicenceFault::Truncated("its end"));
    for (name, missing) in [("Payload:", "its content"), ("Signature:", "its signature"), ("Key:", "its key"), ("Format:", "its format")] {
        assert_eq!(fault(&with_line(&text, name, "")), LicenceFault::Truncated(missing));
    }
    assert_eq!(fault(&with_line(&text, "Format:", "2")), LicenceFault::OtherFormat("2".to_owned()));
    let none = sign(&LicencePayload { seats: 0, ..good() });
    assert!(matches!(fault(&none), LicenceFault::OtherFormat(_)));
    assert!(matches!(fault(&format!("{}{text}", "x".repeat(70_000))), LicenceFault::NotALicence));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_wrong_file_leaves_the_licence_in_force_as_it_is(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    install(&services, &root, "L-1", 3).await;
    let foreign = sign_with([9; 32], &payload("L-2", 9, Utc::now()));
    let said = sentence(services.licences().install(&root, &foreign).await);
    assert!(said.contains("another key") || said.contains("signed with the key"), "{said}");
    let again = sentence(services.licences().install(&root, &sign(&payload("L-1", 9, Utc::now()))).await);
    assert_eq!(again, "This licence is installed already.");
    let licence = services.licences().overview(&root).await.unwrap().licence.unwrap();
    assert_eq!((licence.number.as_str(), licence.seats), ("L-1", 3));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn without_a_key_no_licence_is_taken_and_there_are_no_limits(pool: PgPool) {
    let mut parts = crate::testing::parts(&pool);
    parts.settings.licence_key = None;
    let services = crate::Services::new(parts);
    let root = administrator(&services, &pool).await;
    let said = sentence(services.licences().install(&root, &sign(&payload("L-1", 3, Utc::now()))).await);
    assert!(said.contains("LYCEUM_LICENCE_KEY"));
    let overview = services.licences().overview(&root).await.unwrap();
    assert_eq!((overview.key, overview.licence), (None, None));
}
