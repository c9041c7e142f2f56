//! Mail: the way out through the one SMTP server that the administrator of this server has set.
//!
//! The invariant: a password never travels in the open beyond this machine, header fields are made from typed addresses and text
//! without control characters only, and no error or debug form holds the password. The address is not a person's to type, so
//! the rules for private addresses do not apply to it.

use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;
use url::Url;

/// Longest wait for one answer of the mail server.
const ANSWER: Duration = Duration::from_secs(20);
/// Longest time a whole mail may take.
const WHOLE: Duration = Duration::from_mins(1);
/// Most characters of a name or a subject in a header.
const MOST_WORDS: usize = 200;

/// Sends mail through one server, from one address. Cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    server: String,
}

/// One mail to one person, in text and in HTML.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Tells it from all others; the same for every attempt, so that a mail that came twice can be recognised.
    pub id: String,
    /// The address.
    pub to: String,
    /// The name of the person; may be empty.
    pub to_name: String,
    /// What it is about.
    pub subject: String,
    /// The words.
    pub text: String,
    /// The same for reading in colour.
    pub html: String,
}

/// Why the settings cannot be used. They may hold a password and are not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MailSettingsError {
    /// The address of the server.
    #[error("LYCEUM_SMTP_URL must be smtp:// or smtps:// and a host, as in smtp://user:password@mail.example.org:587.")]
    Url,
    /// The sender.
    #[error("LYCEUM_MAIL_FROM must be an address, as in Lyceum <lyceum@example.org>; it is required with LYCEUM_SMTP_URL.")]
    From,
}

/// Why a mail was not sent, as a sentence for the administrator.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{sentence}")]
pub struct MailError {
    sentence: String,
    /// Whether trying again cannot help: the server refused this mail, or it cannot be written.
    pub is_final: bool,
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailer").field("server", &self.server).field("from", &self.sender()).finish_non_exhaustive()
    }
}

impl Mailer {
    /// A mailer for the address of a server and a sender.
    pub fn new(url: &str, from: &str) -> Result<Self, MailSettingsError> {
        let from: Mailbox = from.trim().parse().map_err(|_| MailSettingsError::From)?;
        let url = Url::parse(url.trim()).map_err(|_| MailSettingsError::Url)?;
        let host = url.host_str().map(|host| host.trim_matches(['[', ']']).to_owned()).filter(|host| !host.is_empty());
        let host = host.ok_or(MailSettingsError::Url)?;
        let is_wrapped = match url.scheme() {
            "smtps" => true,
            "smtp" => false,
            _ => return Err(MailSettingsError::Url),
        };
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(MailSettingsError::Url);
        }
        let port = url.port().unwrap_or(if is_wrapped { 465 } else { 587 });
        let credentials = credentials(&url)?;
        let tls = tls(&host, is_wrapped, credentials.is_some())?;
        let server = format!("{host}:{port}");
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(port)
            .tls(tls)
            .timeout(Some(ANSWER))
            .hello_name(ClientId::Domain(from.email.domain().to_owned()));
        if let Some(credentials) = credentials {
            builder = builder.credentials(credentials);
        }
        Ok(Self { transport: builder.build(), from, server })
    }

    /// Host and port of the server.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// Who mails come from.
    pub fn sender(&self) -> String {
        self.from.to_string()
    }

    /// Whether the server lets us in; sends nothing.
    pub async fn check(&self) -> Result<(), MailError> {
        match self.within(self.transport.test_connection()).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(self.later("closed the connection")),
            Err(error) => Err(error),
        }
    }

    /// Sends one mail and returns what the server said when it took it.
    pub async fn send(&self, letter: &Letter) -> Result<String, MailError> {
        let message = self.write(letter)?;
        let answer = self.within(self.transport.send(message)).await?;
        Ok(answer.message().collect::<Vec<_>>().join(" "))
    }

    async fn within<T>(&self, act: impl Future<Output = Result<T, lettre::transport::smtp::Error>>) -> Result<T, MailError> {
        match tokio::time::timeout(WHOLE, act).await {
            Ok(done) => done.map_err(|error| self.explain(&error)),
            Err(_) => Err(self.later("did not finish within a minute")),
        }
    }

    fn write(&self, letter: &Letter) -> Result<Message, MailError> {
        let address: Address = letter.to.parse().map_err(|_| unsendable("This is not an address that mail can be sent to."))?;
        let name = Some(one_line(&letter.to_name)).filter(|name| !name.is_empty());
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(name, address))
            .subject(one_line(&letter.subject))
            .message_id(Some(format!("<{}@{}>", one_line(&letter.id), self.from.email.domain())))
            .multipart(MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone()))
            .map_err(|_| unsendable("This mail cannot be written."))
    }

    fn explain(&self, error: &lettre::transport::smtp::Error) -> MailError {
        let words = chain(error);
        if error.is_permanent() || error.is_transient() {
            return MailError { sentence: format!("The mail server {} answered: {words}.", self.server), is_final: error.is_permanent() };
        }
        MailError { sentence: format!("The mail server {} cannot be used: {words}.", self.server), is_final: false }
    }

    fn later(&self, what: &str) -> MailError {
        MailError { sentence: format!("The mail server {} {what}.", self.server), is_final: false }
    }
}

fn unsendable(sentence: &str) -> MailError {
    MailError { sentence: sentence.to_owned(), is_final: true }
}

/// User name and password of the URL, if it has them.
fn credentials(url: &Url) -> Result<Option<Credentials>, MailSettingsError> {
    let read = |text: &str| {
        let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
        decoded.map(std::borrow::Cow::into_owned).map_err(|_| MailSettingsError::Url)
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) | (_, None) => Err(MailSettingsError::Url),
        (name, Some(password)) => Ok(Some(Credentials::new(read(name)?, read(password)?))),
    }
}

/// `smtps` is secure from the start. `smtp` becomes secure where the server offers it, and has to where a password is sent; on this
/// machine nothing can listen in between.
fn tls(host: &str, is_wrapped: bool, has_password: bool) -> Result<Tls, MailSettingsError> {
    crate::install_crypto_provider();
    let parameters = || TlsParameters::new(host.to_owned()).map_err(|_| MailSettingsError::Url);
    let is_here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    Ok(match (is_wrapped, is_here, has_password) {
        (true, _, _) => Tls::Wrapper(parameters()?),
        (false, true, _) => Tls::None,
        (false, false, true) => Tls::Required(parameters()?),
        (false, false, false) => Tls::Opportunistic(parameters()?),
    })
}

/// Text for a header: no line breaks or other control characters, and not endless.
fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).take(MOST_WORDS).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An error and what is behind it, each said once.
fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let more = cause.to_string();
        if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        source = cause.source();
    }
    words.trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: &str = "Lyceum <lyceum@example.org>";

    fn letter(to_name: &str, subject: &str) -> Letter {
        Letter {
            id: "1".to_owned(),
            to: "ada@example.org".to_owned(),
            to_name: to_name.to_owned(),
            subject: subject.to_owned(),
            text: "Hello".to_owned(),
            html: "<p>Hello</p>".to_owned(),
        }
    }

    fn written(letter: &Letter) -> String {
        let mailer = Mailer::new("smtp://127.0.0.1:25", FROM).unwrap();
        String::from_utf8(mailer.write(letter).unwrap().formatted()).unwrap()
    }

    #[test]
    fn addresses_of_servers_are_read() {
        for (url, server) in [
            ("smtp://127.0.0.1:2525", "127.0.0.1:2525"),
            ("smtp://mail.example.org", "mail.example.org:587"),
            ("smtps://me:p%40ss@mail.example.org", "mail.example.org:465"),
            ("smtp://[::1]:25/", "::1:25"),
        ] {
            assert_eq!(Mailer::new(url, FROM).unwrap().server(), server);
        }
    }

    #[test]
    fn what_is_no_mail_server_is_refused() {
        for url in
            ["", "mail.example.org", "http://mail.example.org", "smtp://", "smtp://me@host", "smtp://host/path", "smtp://host?tls=none"]
        {
            assert_eq!(Mailer::new(url, FROM).err(), Some(MailSettingsError::Url), "{url}");
        }
        for from in ["", "nobody", "Lyceum <>"] {
            assert_eq!(Mailer::new("smtp://host", from).err(), Some(MailSettingsError::From), "{from}");
        }
    }

    #[test]
    fn the_password_is_not_in_the_debug_form() {
        let mailer = Mailer::new("smtp://me:hunter2@mail.example.org", FROM).unwrap();
        assert!(!format!("{mailer:?}").contains("hunter2"));
    }

    #[test]
    fn nobody_adds_a_header_through_a_name_or_a_subject() {
        let mail = written(&letter("Ada\r\nBcc: eve@example.org", "Hi\r\nX-Evil: 1\n\nbody"));
        let head = mail.split("\r\n\r\n").next().unwrap();
        assert!(!head.lines().any(|line| line.starts_with("Bcc") || line.starts_with("X-Evil")), "{head}");
    }

    #[test]
    fn an_address_with_more_in_it_is_not_sent_to() {
        let mailer = Mailer::new("smtp://127.0.0.1:25", FROM).unwrap();
        for to in ["ada@example.org, eve@example.org", "ada@example.org\r\nBcc: eve@example.org", "", "<ada@example.org>"] {
            let refused = mailer.write(&Letter { to: to.to_owned(), ..letter("", "Hi") });
            assert!(refused.is_err_and(|error| error.is_final), "{to:?}");
        }
    }

    #[test]
    fn text_and_html_are_both_there_and_the_id_stays() {
        let mail = written(&letter("Ada Ångström", "Grüße"));
        assert!(mail.contains("text/plain") && mail.contains("text/html"));
        assert!(mail.contains("Message-ID: <1@example.org>"), "{mail}");
    }
}
