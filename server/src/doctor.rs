//! `lyceum doctor`: looks at the set-up and says in words what is wrong and what to do.
//!
//! The invariant: it makes and changes only what a start would, and prints no secret. Next: docs/operations.md.

use crate::config::{Config, Database, ObjectStoreLocation, site};
use crate::postgres;
use std::fmt;
use std::path::Path;

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

/// Looks at everything that can be looked at without the database.
pub fn examine(config: &Config) -> Vec<Finding> {
    vec![data_folder(&config.data_dir), objects(&config.object_store), site(), model(&config.models_dir), address(config)]
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

fn objects(location: &ObjectStoreLocation) -> Finding {
    match location {
        ObjectStoreLocation::Folder(folder) => finding(Verdict::Fine, format!("Documents are kept in {}.", folder.display())),
        ObjectStoreLocation::S3 { bucket, .. } if std::env::var_os("AWS_ACCESS_KEY_ID").is_none() => {
            finding(Verdict::Limited, format!("Documents are kept in the bucket {bucket}, but AWS_ACCESS_KEY_ID is not set."))
        }
        ObjectStoreLocation::S3 { bucket, .. } => finding(Verdict::Fine, format!("Documents are kept in the bucket {bucket}.")),
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
    use super::{Verdict, finding, model, report};

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
}
