use super::testing::mailer;
use super::{Mail, Recipient, SecurityAct, deliver, give_up};
use crate::testing::{owner, parts, services};
use crate::{Error, Services};
use domain::MailId;
use sqlx::PgPool;

fn with_mailer(pool: &PgPool) -> Services {
    Services::new(crate::Parts { mailer: Some(mailer()), ..parts(pool) })
}

async fn accept(services: &Services, viewer: &crate::Viewer) -> MailId {
    let mut tx = services.db().team_tx(viewer).await.unwrap();
    let to = Recipient { email: "grace@example.org".to_owned(), name: "Grace".to_owned() };
    services.mails().accept(&mut tx, viewer.team_id, to, Mail::Test { link: "http://secret".to_owned() }).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = services.db().system_tx().await.unwrap();
    sqlx::query_scalar("SELECT id FROM mails").fetch_one(&mut *tx).await.unwrap()
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_a_mail_says_is_sealed_and_out_of_the_teams_reach(pool: PgPool) {
    let services = with_mailer(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let id = accept(&services, &ada).await;
    let mut tx = services.db().system_tx().await.unwrap();
    let sealed: Vec<u8> = sqlx::query_scalar("SELECT sealed FROM mails WHERE id = $1").bind(id).fetch_one(&mut *tx).await.unwrap();
    assert!(!sealed.windows(6).any(|window| window == b"secret"));
    let payload: String =
        sqlx::query_scalar("SELECT payload::text FROM jobs WHERE subject_id = $1").bind(id).fetch_one(&mut *tx).await.unwrap();
    assert_eq!(payload, "{}");
    drop(tx);
    let mut tx = services.db().team_tx(&ada).await.unwrap();
    assert!(sqlx::query("SELECT sealed FROM mails").fetch_all(&mut *tx).await.is_err());
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_mail_of_an_act_that_did_not_happen_is_not_sent(pool: PgPool) {
    let services = with_mailer(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let mut tx = services.db().team_tx(&ada).await.unwrap();
    let to = Recipient { email: "grace@example.org".to_owned(), name: String::new() };
    services.mails().accept(&mut tx, ada.team_id, to, Mail::Test { link: String::new() }).await.unwrap();
    drop(tx);
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM jobs").fetch_one(&pool).await.unwrap();
    assert_eq!(left, 0);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_unreachable_server_is_tried_again_and_its_end_wipes_the_mail(pool: PgPool) {
    let services = with_mailer(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let id = accept(&services, &ada).await;
    assert!(matches!(deliver(&services, id).await, Err(Error::Internal(_))));
    let mut tx = services.db().system_tx().await.unwrap();
    give_up(&mut tx, id).await.unwrap();
    tx.commit().await.unwrap();
    let administrator = crate::Viewer { is_system_administrator: true, ..ada };
    let overview = services.mails().overview(&administrator).await.unwrap();
    assert_eq!((overview.waiting, overview.failed.len()), (0, 1));
    assert!(overview.failed[0].reason.contains("127.0.0.1:9"), "{:?}", overview.failed);
    let left: Option<Vec<u8>> = sqlx::query_scalar("SELECT sealed FROM mails").fetch_one(&pool).await.unwrap();
    assert_eq!(left, None);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn mails_are_for_administrators(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    assert!(matches!(services.mails().overview(&ada).await, Err(Error::NotFound)));
    assert!(matches!(services.mails().send_test(&ada).await, Err(Error::NotFound)));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn every_mail_is_there_to_be_looked_at_under_a_name_of_its_own(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let administrator = crate::Viewer { is_system_administrator: true, ..ada };
    let previews = services.mails().overview(&administrator).await.unwrap().previews;
    let names: std::collections::BTreeSet<&str> = previews.iter().map(|preview| preview.name.as_str()).collect();
    assert_eq!((previews.len(), names.len()), (19, 19), "{names:?}");
    for act in SecurityAct::examples() {
        let (_, name) = act.names();
        let preview = previews.iter().find(|preview| preview.name == name).unwrap();
        let is_here = preview.text.contains("Firefox on Linux") && preview.text.contains("192.0.2.1");
        assert_eq!(is_here, act != SecurityAct::PasswordResetOnServer, "{preview:?}");
        assert!(preview.text.contains("2026") && preview.button.is_some() && preview.notes.len() == 1, "{preview:?}");
    }
}

#[test]
fn what_an_older_version_left_waiting_is_still_sent() {
    let left = r#"{"PasswordChanged":{"at":"2026-11-21T08:00:00Z","link":"https://lyceum.example.org/forgot-password"}}"#;
    let mail: Mail = serde_json::from_str(left).unwrap();
    let Mail::Security(notice) = &mail else { panic!("another mail: {mail:?}") };
    assert_eq!((&notice.act, &notice.whence), (&SecurityAct::PasswordChanged, &None));
    assert!(mail.preview().text.contains("was changed on 21 November 2026, 08:00 UTC."));
}
