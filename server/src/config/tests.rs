use super::{CommandLine, Config, ConfigError, Database, ObjectStoreLocation};
use clap::Parser;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

fn config(data_dir: &Path, flags: &[&str]) -> Result<Config, ConfigError> {
    // Flags win over the environment of whoever runs the tests.
    let data_dir = data_dir.to_str().unwrap();
    let line = ["lyceum", "--data-dir", data_dir, "--database-url", ""].into_iter().chain(flags.iter().copied());
    Config::from_options(CommandLine::try_parse_from(line).unwrap().options)
}

#[test]
fn the_command_line_is_consistent() {
    use clap::CommandFactory;
    let command = CommandLine::command();
    let sign_up = command.get_arguments().find(|argument| argument.get_id() == "sign_up").unwrap();
    assert_eq!(sign_up.get_default_values(), ["invited"], "an account takes an invitation unless the administrator says otherwise");
    command.debug_assert();
}

#[test]
fn nothing_set_means_an_embedded_database_and_keys_that_stay_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let first = config(folder.path(), &[]).unwrap();
    assert!(matches!(first.database, Database::Embedded { .. }));
    assert_eq!(first.public_url, "http://127.0.0.1:3000");
    assert_eq!(first.max_upload_bytes, 100 * 1024 * 1024);
    let second = config(folder.path(), &[]).unwrap();
    assert_eq!(first.keyring.to_text(), second.keyring.to_text());
    let mode = folder.path().join("secret_keys").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn the_data_folder_is_made_and_made_absolute() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(&folder.path().join("a/b"), &[]).unwrap();
    assert!(config.data_dir.is_absolute());
    assert_eq!(config.object_store, ObjectStoreLocation::Folder(config.data_dir.join("objects")));
}

#[test]
fn postgres_and_the_model_are_where_make_setup_was_told_to_put_them() {
    let folder = tempfile::tempdir().unwrap();
    let line = ["lyceum", "--data-dir", folder.path().to_str().unwrap(), "--database-url", "", "--cache", "/opt/cache"];
    let mut options = CommandLine::try_parse_from(line).unwrap().options;
    // Whoever runs the tests has both set.
    (options.postgres_dir, options.models_dir) = (None, None);
    let config = Config::from_options(options).unwrap();
    assert_eq!(config.models_dir, Path::new("/opt/cache/models"));
    assert!(matches!(&config.database, Database::Embedded { bin } if bin.as_path() == Path::new("/opt/cache/postgres/bin")));
}

#[test]
fn a_database_of_ones_own_wants_keys_of_ones_own() {
    let folder = tempfile::tempdir().unwrap();
    let parse = |line: &[&str]| {
        let line = ["lyceum", "--data-dir", folder.path().to_str().unwrap()].into_iter().chain(line.iter().copied());
        Config::from_options(CommandLine::try_parse_from(line).unwrap().options)
    };
    let without = parse(&["--database-url", "postgres://db.example.org/lyceum", "--secret-keys", ""]);
    assert!(matches!(without, Err(ConfigError::SecretKeysMissing)));
    let with = parse(&["--database-url", "postgres://db.example.org/lyceum", "--secret-keys", KEY]).unwrap();
    assert!(matches!(with.database, Database::External(_)));
    let not_postgres = parse(&["--database-url", "mysql://db.example.org/lyceum", "--secret-keys", KEY]);
    assert!(matches!(not_postgres, Err(ConfigError::DatabaseUrl)));
}

#[test]
fn the_key_of_licences_is_a_public_key_or_nothing() {
    let folder = tempfile::tempdir().unwrap();
    assert!(config(folder.path(), &["--licence-key", ""]).unwrap().licence_key.is_none());
    assert!(matches!(config(folder.path(), &["--licence-key", "c2hvcnQ="]), Err(ConfigError::LicenceKey)));
    let key = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="; // of RFC 8032, section 7.1
    assert_eq!(config(folder.path(), &["--licence-key", key]).unwrap().licence_key.unwrap().name(), "21fe31dfa154a261");
}

#[test]
fn keys_of_the_wrong_length_are_refused_without_showing_them() {
    let folder = tempfile::tempdir().unwrap();
    let refused = config(folder.path(), &["--secret-keys", "c2hvcnQ="]).unwrap_err();
    assert!(matches!(refused, ConfigError::SecretKeys(_)));
    assert!(!refused.to_string().contains("c2hvcnQ="));
    config(folder.path(), &["--secret-keys", &format!("{KEY},{KEY}")]).unwrap();
}

#[test]
fn the_public_url_is_an_origin() {
    let folder = tempfile::tempdir().unwrap();
    for (given, kept) in [
        ("https://lyceum.example.org/", "https://lyceum.example.org"),
        ("https://Lyceum.Example.org:8443", "https://lyceum.example.org:8443"),
        ("http://[::1]:3000", "http://[::1]:3000"),
    ] {
        assert_eq!(config(folder.path(), &["--public-url", given]).unwrap().public_url, kept);
    }
    for refused in ["lyceum.example.org", "ftp://example.org", "https://example.org/lyceum", "https://a:b@example.org", "https://"] {
        assert!(matches!(config(folder.path(), &["--public-url", refused]), Err(ConfigError::PublicUrl(_))), "{refused}");
    }
}

#[test]
fn listening_everywhere_is_reached_at_localhost() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path(), &["--listen-addr", "0.0.0.0:80"]).unwrap();
    assert_eq!(config.public_url, "http://localhost:80");
}

#[test]
fn documents_go_to_a_folder_or_to_a_bucket() {
    let folder = tempfile::tempdir().unwrap();
    let s3 = config(folder.path(), &["--object-store", "s3://documents/lyceum/"]).unwrap().object_store;
    assert_eq!(s3, ObjectStoreLocation::S3 { bucket: "documents".into(), prefix: "lyceum".into() });
    for refused in ["s3://", "gs://bucket"] {
        assert!(matches!(config(folder.path(), &["--object-store", refused]), Err(ConfigError::ObjectStore(_))), "{refused}");
    }
}

#[test]
fn hosts_that_may_be_private_are_read() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(config(folder.path(), &["--egress-allow", "localhost:11434"]).unwrap().egress_allow.len(), 1);
    assert!(matches!(config(folder.path(), &["--egress-allow", "localhost"]), Err(ConfigError::EgressAllow(_))));
}

#[test]
fn no_secret_is_in_the_debug_form_of_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path(), &["--secret-keys", KEY]).unwrap();
    assert!(!format!("{config:?}").contains(KEY));
}

#[test]
fn a_mail_server_wants_a_sender_and_keeps_its_password_to_itself() {
    let folder = tempfile::tempdir().unwrap();
    assert!(config(folder.path(), &["--smtp-url", ""]).unwrap().mailer.is_none());
    let url = "smtps://me:hunter2@mail.example.org";
    let set = config(folder.path(), &["--smtp-url", url, "--mail-from", "Lyceum <lyceum@example.org>"]).unwrap();
    assert_eq!(set.mailer.as_ref().map(egress::Mailer::server), Some("mail.example.org:465"));
    assert!(!format!("{set:?}").contains("hunter2"));
    let refused = config(folder.path(), &["--smtp-url", url, "--mail-from", ""]).unwrap_err();
    assert!(matches!(refused, ConfigError::Mail(egress::MailSettingsError::From)));
    let refused = config(folder.path(), &["--smtp-url", "me:hunter2@mail.example.org", "--mail-from", "a@example.org"]).unwrap_err();
    assert!(!refused.to_string().contains("hunter2"), "{refused}");
}
