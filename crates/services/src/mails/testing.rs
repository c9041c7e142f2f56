//! What tests of other nouns ask about mails.

use super::{Envelope, Mail, place_of};
use crate::Services;
use domain::MailId;
use egress::Mailer;
use sqlx::PgPool;

/// Mail is set up; nobody listens there.
pub(crate) fn mailer() -> Mailer {
    Mailer::new("smtp://127.0.0.1:9", "Lyceum <lyceum@example.org>").expect("a mailer")
}

/// What waits to be sent and to whom, the oldest first.
pub(crate) async fn waiting(services: &Services, pool: &PgPool) -> Vec<(String, Mail)> {
    let open = "SELECT id, sealed FROM mails WHERE sealed IS NOT NULL AND failed_at IS NULL ORDER BY id";
    let rows: Vec<(MailId, Vec<u8>)> = sqlx::query_as(open).fetch_all(pool).await.expect("mails");
    let opened = rows.into_iter().map(|(id, sealed)| {
        let content = services.parts.keyring.open(&sealed, &place_of(id)).expect("a sealed mail");
        let Envelope { to, mail } = serde_json::from_slice(&content).expect("a mail");
        (to.email, mail)
    });
    opened.collect()
}
