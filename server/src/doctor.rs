//! `lyceum doctor`: looks at the set-up and says in words what is wrong and what to do.
//!
//! The invariant: it makes and changes only what a start would, but for probes that it takes away again, and prints no
//! secret. Next: docs/operations.md.

use crate::config::{Config, Database, ObjectStoreLocation, site};
use crate::{postgres, wiring};
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload, RetryConfig};
use std::fmt;
use std::path::Path;
use std::time::Duration;

/// How long the store of documents has to take a probe and to give it back.
const OBJECTS_PATIENCE: Duration = Duration::from_secs(15);

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Fine,
    /// It works, with less.
    Limited,
    /// It does not work.
    Broken,
}

/// One thing looked at, and what to know about it.
#[derive(Clone, Debug)]
pub struct Finding {
    /// How it came out.
    pub verdict: Verdict,
    /// A sentence.
    pub sentence: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.verdict {
            Verdict::Fine => "ok     ",
            Verdict::Limited => "limited",
            Verdict::Broken => "broken ",
        };
        write!(f, "{mark}  {}", self.sentence)
    }
}

fn finding(verdict: Verdict, sentence: impl Into<String>) -> Finding {
    Finding { verdict, sentence: sentence.into() }
}

/// Looks at everything that answers at once.
pub fn examine(config: &Config) -> Vec<Finding> {
    vec![data_folder(&config.data_dir), site(), model(&config.models_dir), address(config)]
}

/// Looks at the database. `connect` is given its address and answers with its version, or with what is wrong.
pub async fn examine_database<F>(config: &Config, connect: impl FnOnce(secrecy::SecretString) -> F) -> Finding
where
    F: Future<Output = Result<String, String>>,
{
    let (url, started) = match &config.database {
        Database::External(url) => (url.clone(), None),
        Database::Embedded { bin } => match postgres::Embedded::start(bin, &config.data_dir).await {
            Ok(embedded) => (embedded.url().clone(), Some(embedded)),
            Err(postgres::PostgresError::InUse(_)) => match postgres::url_of_running(bin, &config.data_dir) {
                Ok(url) => (url, None),
                Err(error) => return finding(Verdict::Broken, error.to_string()),
            },
            Err(error) => return finding(Verdict::Broken, error.to_string()),
        },
    };
    let answer = connect(url).await;
    if let Some(embedded) = started {
        embedded.stop().await;
    }
    match answer {
        Ok(version) => finding(Verdict::Fine, format!("The database answers: {version}.")),
        Err(sentence) => finding(Verdict::Broken, sentence),
    }
}

/// Puts a probe where documents are kept, reads it and deletes it. `environment` describes the store, where it is S3.
pub async fn examine_objects(location: &ObjectStoreLocation, environment: impl IntoIterator<Item = (String, String)>) -> Finding {
    let environment: Vec<(String, String)> = environment.into_iter().collect();
    let has_key = environment.iter().any(|(name, value)| name == "AWS_ACCESS_KEY_ID" && !value.is_empty());
    let place = match location {
        ObjectStoreLocation::Folder(folder) => format!("in {}", folder.display()),
        ObjectStoreLocation::S3 { bucket, .. } => format!("in the bucket {bucket}"),
    };
    let broken = |sentence: &str| {
        let hint = if has_key || matches!(location, ObjectStoreLocation::Folder(_)) { "" } else { " AWS_ACCESS_KEY_ID is not set." };
        finding(Verdict::Broken, format!("Documents cannot be kept {place}: {sentence}{hint}"))
    };
    // A store that is away stays away while somebody watches.
    let store = match wiring::objects(location, environment, RetryConfig { max_retries: 1, ..RetryConfig::default() }) {
        Ok(store) => store,
        Err(error) => return broken(&format!("{}.", error.root_cause())),
    };
    match tokio::time::timeout(OBJECTS_PATIENCE, probe(store.as_ref())).await {
        Ok(Ok(())) => finding(Verdict::Fine, format!("Documents are kept {place}.")),
        Ok(Err(error)) => broken(&objects_trouble(location, &error)),
        Err(_) => broken(&format!("nothing answered within {} seconds. {CHECK_ADDRESS}", OBJECTS_PATIENCE.as_secs())),
    }
}

/// Looks at the mail server, where one is set.
pub async fn examine_mail(config: &Config) -> Finding {
    let Some(mailer) = &config.mailer else {
        let advice = "invitations are links to hand over. Set LYCEUM_SMTP_URL and LYCEUM_MAIL_FROM to send them";
        return finding(Verdict::Limited, format!("No mail is sent: {advice}."));
    };
    match mailer.check().await {
        Ok(()) => finding(Verdict::Fine, format!("Mail is sent through {} from {}.", mailer.server(), mailer.sender())),
        Err(error) => finding(Verdict::Limited, format!("No mail can be sent. {error}")),
    }
}

/// Prints the findings and says whether Lyceum can run.
pub fn report(findings: &[Finding]) -> bool {
    for finding in findings {
        println!("{finding}");
    }
    findings.iter().all(|finding| finding.verdict != Verdict::Broken)
}

fn data_folder(folder: &Path) -> Finding {
    let shown = folder.display();
    match tempfile_in(folder) {
        Ok(()) => finding(Verdict::Fine, format!("The data folder {shown} can be written.")),
        Err(error) => finding(Verdict::Broken, format!("The data folder {shown} cannot be written: {error}.")),
    }
}

fn tempfile_in(folder: &Path) -> std::io::Result<()> {
    let probe = folder.join(format!(".doctor-{}", std::process::id()));
    std::fs::write(&probe, "probe")?;
    std::fs::remove_file(&probe)
}

/// What to do about a store that cannot be reached.
const CHECK_ADDRESS: &str = "Check AWS_ENDPOINT and AWS_REGION; an endpoint of http:// also wants AWS_ALLOW_HTTP=true.";

async fn probe(store: &dyn ObjectStore) -> object_store::Result<()> {
    let key = object_store::path::Path::from(format!("doctor-{}", std::process::id()));
    store.put(&key, PutPayload::from_static(b"probe")).await?;
    let read = match store.get(&key).await {
        Ok(found) => found.bytes().await.map(|_| ()),
        Err(error) => Err(error),
    };
    store.delete(&key).await?;
    read
}

/// What is wrong with a store, and what to do about it.
fn objects_trouble(location: &ObjectStoreLocation, error: &object_store::Error) -> String {
    let first: &(dyn std::error::Error + 'static) = error;
    let root = std::iter::successors(Some(first), |error| error.source()).last().unwrap_or(first);
    match (location, error) {
        (ObjectStoreLocation::Folder(_), _) => format!("{root}."),
        (ObjectStoreLocation::S3 { .. }, object_store::Error::NotFound { .. }) => {
            "there is no such bucket. Make it, or correct LYCEUM_OBJECT_STORE, AWS_ENDPOINT or AWS_REGION.".to_owned()
        }
        (ObjectStoreLocation::S3 { .. }, object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. }) => {
            "the keys are refused. Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and that they may put, get and delete objects there."
                .to_owned()
        }
        (ObjectStoreLocation::S3 { .. }, _) => format!("{root}. {CHECK_ADDRESS}"),
    }
}

fn site() -> Finding {
    let options = site::leptos_options();
    let root = Path::new(&*options.site_root);
    if root.join(&*options.site_pkg_dir).is_dir() {
        finding(Verdict::Fine, format!("The files for browsers are in {}.", root.display()))
    } else {
        finding(
            Verdict::Broken,
            format!("The files for browsers are not in {}: run `make build`, and keep the folder beside the program.", root.display()),
        )
    }
}

/// Looks at the embedding model.
pub fn model(models: &Path) -> Finding {
    let folder = models.join("all-MiniLM-L6-v2");
    let missing = ["model.safetensors", "tokenizer.json", "config.json"].into_iter().find(|file| !folder.join(file).is_file());
    match missing {
        None => finding(Verdict::Fine, format!("The embedding model is in {}.", folder.display())),
        Some(file) => finding(
            Verdict::Limited,
            format!(
                "The embedding model is not complete ({file} is missing in {}): search is by words only. Run `make setup`, or set LYCEUM_MODELS_DIR.",
                folder.display()
            ),
        ),
    }
}

fn address(config: &Config) -> Finding {
    let secure = config.public_url.starts_with("https://");
    let verdict = if secure || config.listen_addr.ip().is_loopback() { Verdict::Fine } else { Verdict::Limited };
    let advice = if verdict == Verdict::Fine {
        ""
    } else {
        " Passwords then travel unencrypted: put a proxy with TLS in front and set LYCEUM_PUBLIC_URL."
    };
    finding(verdict, format!("Lyceum listens on {} and is reached at {}.{advice}", config.listen_addr, config.public_url))
}

#[cfg(test)]
mod tests {
    use super::{Finding, Verdict, examine_objects, finding, model, report};
    use crate::config::ObjectStoreLocation;
    use crate::wiring::stand_in::StandIn;

    #[test]
    fn a_missing_model_limits_and_a_missing_piece_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let found = model(folder.path());
        assert_eq!(found.verdict, Verdict::Limited);
        assert!(found.sentence.contains("model.safetensors"), "{found}");
    }

    #[test]
    fn only_what_is_broken_keeps_lyceum_from_running() {
        assert!(report(&[finding(Verdict::Fine, "a"), finding(Verdict::Limited, "b")]));
        assert!(!report(&[finding(Verdict::Broken, "c")]));
    }

    /// What is said of the stand-in's bucket when one variable has another value.
    async fn with(bucket: &StandIn, name: &str, value: &str) -> Finding {
        let variables = bucket.environment().into_iter().filter(|(known, _)| known != name);
        let changed = (!value.is_empty()).then(|| (name.to_owned(), value.to_owned()));
        examine_objects(&StandIn::location("lyceum"), variables.chain(changed)).await
    }

    #[tokio::test]
    async fn a_probe_goes_into_the_bucket_and_out_again() {
        let bucket = StandIn::start().await;
        let found = examine_objects(&StandIn::location("lyceum"), bucket.environment()).await;
        assert_eq!((found.verdict, found.sentence.as_str()), (Verdict::Fine, "Documents are kept in the bucket documents."));
        assert_eq!((bucket.taken(), bucket.keys().len()), (1, 0));
    }

    #[tokio::test]
    async fn what_is_wrong_with_a_bucket_is_said_in_words() {
        let bucket = StandIn::start().await;
        let other = ObjectStoreLocation::S3 { bucket: "elsewhere".to_owned(), prefix: String::new() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let nobody = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        let told = [
            (examine_objects(&other, bucket.environment()).await, "there is no such bucket. Make it"),
            (with(&bucket, "AWS_ACCESS_KEY_ID", "another-key").await, "the keys are refused. Check AWS_ACCESS_KEY_ID"),
            (with(&bucket, "AWS_SECRET_ACCESS_KEY", "").await, "Missing SecretAccessKey."),
            (with(&bucket, "AWS_ACCESS_KEY_ID", "").await, "AWS_ACCESS_KEY_ID is not set."),
            (with(&bucket, "AWS_ALLOW_HTTP", "").await, "wants AWS_ALLOW_HTTP=true"),
            (with(&bucket, "AWS_ENDPOINT", &nobody).await, "Check AWS_ENDPOINT"),
        ];
        for (found, words) in told {
            assert_eq!(found.verdict, Verdict::Broken, "{found}");
            assert!(found.sentence.contains(words) && !found.sentence.contains("stand-in-secret"), "{found}");
        }
        assert_eq!(bucket.taken(), 0);
    }

    #[tokio::test]
    async fn a_folder_takes_the_probe_too() {
        let folder = tempfile::tempdir().unwrap();
        let found = examine_objects(&ObjectStoreLocation::Folder(folder.path().to_owned()), []).await;
        assert_eq!(found.verdict, Verdict::Fine, "{found}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        let gone = examine_objects(&ObjectStoreLocation::Folder(folder.path().join("gone")), []).await;
        assert_eq!(gone.verdict, Verdict::Broken, "{gone}");
    }
}
