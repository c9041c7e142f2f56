//! A mail server on the wire: takes what it is sent, or answers as a test has told it to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// One mail that was taken.
#[derive(Clone, Debug)]
pub struct ReceivedMail {
    /// What stood in MAIL FROM.
    pub from: String,
    /// What stood in RCPT TO.
    pub to: Vec<String>,
    /// Everything after DATA, as it came.
    pub raw: String,
}

impl ReceivedMail {
    /// A header of the mail, on one line.
    pub fn header(&self, name: &str) -> Option<String> {
        let head = self.raw.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ");
        let start = format!("{name}: ");
        head.lines().find_map(|line| line.strip_prefix(&start).map(str::to_owned))
    }

    /// The words of both versions, with the quoting of lines undone.
    pub fn words(&self) -> String {
        self.raw.replace("=\r\n", "").replace("=3D", "=").replace("=E2=80=9C", "“").replace("=E2=80=9D", "”")
    }

    /// The token of the link in it that begins with this.
    pub fn token(&self, start: &str) -> String {
        let words = self.words();
        let (_, rest) = words.split_once(start).unwrap_or_else(|| panic!("no link that begins with {start}: {words}"));
        rest.chars().take_while(|sign| sign.is_ascii_alphanumeric() || "-_.".contains(*sign)).collect()
    }
}

/// The mail server. It takes everything unless told otherwise.
#[derive(Clone)]
pub struct FakeMailServer {
    /// `smtp://127.0.0.1:<port>`.
    pub url: String,
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    mails: Mutex<Vec<ReceivedMail>>,
    refusals: Mutex<VecDeque<String>>,
    arrived: Notify,
}

impl FakeMailServer {
    /// Starts it on a loopback port.
    pub async fn start() -> Self {
        let inner = Arc::new(Inner::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("smtp://{}", listener.local_addr().expect("it is bound"));
        let taking = inner.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let inner = taking.clone();
                tokio::spawn(async move { talk(stream, &inner).await });
            }
        });
        Self { url, inner }
    }

    /// A mailer that sends through it.
    pub fn mailer(&self) -> egress::Mailer {
        egress::Mailer::new(&self.url, "Lyceum <lyceum@example.org>").expect("a mailer")
    }

    /// Answers the next recipient with this line instead of taking them, as in `550 No such person`.
    pub fn refuse(&self, line: &str) {
        self.inner.refusals.lock().expect("no test panics while holding it").push_back(line.to_owned());
    }

    /// What was taken so far.
    pub fn mails(&self) -> Vec<ReceivedMail> {
        self.inner.mails.lock().expect("no test panics while holding it").clone()
    }

    /// The latest mail, once there are as many.
    pub async fn nth(&self, count: usize) -> ReceivedMail {
        loop {
            let arrived = self.inner.arrived.notified();
            if let Some(mail) = self.mails().get(count - 1) {
                return mail.clone();
            }
            arrived.await;
        }
    }
}

/// One conversation.
async fn talk(stream: TcpStream, inner: &Inner) -> Option<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut mail = ReceivedMail { from: String::new(), to: Vec::new(), raw: String::new() };
    write.write_all(b"220 fake ESMTP\r\n").await.ok()?;
    while let Some(line) = lines.next_line().await.ok()? {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let between =
            || line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or(String::new(), |(address, _)| address.to_owned());
        let answer = match verb.as_str() {
            "EHLO" => "250-fake\r\n250-8BITMIME\r\n250 SMTPUTF8".to_owned(),
            "MAIL" => {
                mail.from = between();
                "250 OK".to_owned()
            }
            "RCPT" => {
                let refusal = inner.refusals.lock().expect("no test panics while holding it").pop_front();
                refusal.unwrap_or_else(|| {
                    mail.to.push(between());
                    "250 OK".to_owned()
                })
            }
            "DATA" => {
                write.write_all(b"354 Go ahead\r\n").await.ok()?;
                while let Some(line) = lines.next_line().await.ok()?.filter(|line| line != ".") {
                    mail.raw.push_str(line.strip_prefix('.').unwrap_or(&line));
                    mail.raw.push_str("\r\n");
                }
                inner
                    .mails
                    .lock()
                    .expect("no test panics while holding it")
                    .push(std::mem::replace(&mut mail, ReceivedMail { from: String::new(), to: Vec::new(), raw: String::new() }));
                inner.arrived.notify_waiters();
                "250 Taken for delivery".to_owned()
            }
            "QUIT" => {
                write.write_all(b"221 Bye\r\n").await.ok()?;
                return Some(());
            }
            _ => "250 OK".to_owned(),
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
    }
    Some(())
}
