use super::testing::mailer;
use super::{Mail, Recipient, SecurityAct, deliver, give_up, masked};
use crate::testing::{owner, parts, services};
use crate::{Error, Services, Viewer};
use chrono::TimeDelta;
use domain::MailId;
use domain::mails::MailOverview;
use sqlx::PgPool;

mod again;

fn with_mailer(pool: &PgPool) -> Services {
    Services::new(crate::Parts { mailer: Some(mailer()), ..parts(pool) })
}

async fn accept(services: &Services, viewer: &Viewer) -> MailId {
    accept_mail(services, viewer, Mail::Test { link: "http://secret".to_owned() }).await
}

async fn accept_mail(services: &Services, viewer: &Viewer, mail: Mail) -> MailId {
    let mut tx = services.db().team_tx(viewer).await.unwrap();
    let to = Recipient { email: "grace@example.org".to_owned(), name: "Grace".to_owned() };
    services.mails().accept(&mut tx, viewer.team_id, to, mail).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = services.db().system_tx().await.unwrap();
    sqlx::query_scalar("SELECT id FROM mails ORDER BY id DESC LIMIT 1").fetch_one(&mut *tx).await.unwrap()
}

/// A code that works for so long.
fn code(services: &Services, works_for: TimeDelta) -> Mail {
    Mail::Code { code: "123456".to_owned(), works_until: services.parts.clock.now() + works_for, is_after_password: false }
}

/// As if its job had been tried for the last time.
async fn bury(services: &Services, id: MailId) {
    let mut tx = services.db().system_tx().await.unwrap();
    give_up(&mut tx, id).await.unwrap();
    tx.commit().await.unwrap();
}

fn administrator(viewer: &Viewer) -> Viewer {
    Viewer { is_system_administrator: true, ..viewer.clone() }
}

async fn overview(services: &Services, viewer: &Viewer) -> MailOverview {
    services.mails().overview(&administrator(viewer)).await.unwrap()
}

async fn is_sealed(pool: &PgPool, id: MailId) -> bool {
    sqlx::query_scalar("SELECT sealed IS NOT NULL FROM mails WHERE id = $1").bind(id).fetch_one(pool).await.unwrap()
}

async fn count_jobs(pool: &PgPool, id: MailId) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM jobs WHERE subject_id = $1 AND kind = 'SendMail'").bind(id).fetch_one(pool).await.unwrap()
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
async fn while_mails_wait_the_screen_says_why_the_last_try_failed(pool: PgPool) {
    let services = with_mailer(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let first = accept(&services, &ada).await;
    let second = accept(&services, &ada).await;
    let before = overview(&services, &ada).await;
    assert_eq!((before.waiting, before.last_failure), (2, None), "none was tried yet");
    let earlier = "UPDATE mails SET failure = 'of yesterday', tried_at = now() - interval '1 day' WHERE id = $1";
    sqlx::query(earlier).bind(second).execute(&pool).await.unwrap();
    assert_eq!(overview(&services, &ada).await.last_failure.as_deref(), Some("of yesterday"));
    assert!(matches!(deliver(&services, first).await, Err(Error::Internal(_))));
    let after = overview(&services, &ada).await;
    assert_eq!((after.waiting, after.failed.len()), (2, 0));
    assert!(after.last_failure.as_ref().is_some_and(|reason| reason.contains("127.0.0.1:9")), "{after:?}");
    for id in [first, second] {
        bury(&services, id).await;
    }
    let given_up = overview(&services, &ada).await;
    assert_eq!((given_up.waiting, given_up.last_failure), (0, None), "what was given up waits no more");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_was_given_up_has_its_addressee_and_is_sent_again_by_a_fresh_job(pool: PgPool) {
    let services = with_mailer(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let id = accept(&services, &ada).await;
    assert!(matches!(deliver(&services, id).await, Err(Error::Internal(_))));
    bury(&services, id).await;
    let given_up = overview(&services, &ada).await;
    assert_eq!((given_up.waiting, given_up.failed.len(), given_up.kept), (0, 1, 1));
    let mail = &given_up.failed[0];
    assert_eq!((mail.id, mail.recipient.as_str(), mail.is_kept), (id, "g…@example.org", true));
    assert!(mail.reason.contains("127.0.0.1:9"), "{mail:?}");
    assert!(is_sealed(&pool, id).await);

    let mails = services.mails();
    assert!(matches!(mails.send_again(&ada, Some(id)).await, Err(Error::NotFound)), "only administrators");
    assert!(matches!(mails.send_again(&administrator(&ada), Some(MailId::new())).await, Err(Error::NotFound)));
    assert_eq!(count_jobs(&pool, id).await, 1, "its first");
    assert_eq!(mails.send_again(&administrator(&ada), Some(id)).await.unwrap(), 1);
    assert_eq!(count_jobs(&pool, id).await, 2);
    let queued = overview(&services, &ada).await;
    assert_eq!((queued.waiting, queued.failed.len(), queued.last_failure), (1, 0, None));
    assert!(matches!(mails.send_again(&administrator(&ada), Some(id)).await, Err(Error::NotFound)), "it waits already");
    assert!(matches!(deliver(&services, id).await, Err(Error::Internal(_))), "it is tried");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn all_that_are_kept_are_sent_again_and_none_where_mail_is_not_set_up(pool: PgPool) {
    let services = with_mailer(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let kept = [accept(&services, &ada).await, accept(&services, &ada).await];
    let of_code = accept_mail(&services, &ada, code(&services, TimeDelta::minutes(10))).await;
    let waiting = accept(&services, &ada).await;
    for id in [kept[0], kept[1], of_code] {
        bury(&services, id).await;
    }
    let without = Services::new(crate::Parts { mailer: None, ..parts(&pool) });
    assert!(matches!(without.mails().send_again(&administrator(&ada), None).await, Err(Error::Conflict(_))));
    assert_eq!(services.mails().send_again(&administrator(&ada), None).await.unwrap(), 2);
    for (id, jobs) in [(kept[0], 2), (kept[1], 2), (of_code, 1), (waiting, 1)] {
        assert_eq!(count_jobs(&pool, id).await, jobs);
    }
    assert_eq!(services.mails().send_again(&administrator(&ada), None).await.unwrap(), 0);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_code_is_not_kept_and_not_tried_beyond_its_time(pool: PgPool) {
    let services = with_mailer(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let refused = accept_mail(&services, &ada, code(&services, TimeDelta::minutes(10))).await;
    bury(&services, refused).await;
    assert!(!is_sealed(&pool, refused).await);
    let late = accept_mail(&services, &ada, code(&services, TimeDelta::zero())).await;
    assert!(deliver(&services, late).await.is_ok(), "it is not tried, or this would fail");
    assert!(!is_sealed(&pool, late).await);
    let overview = overview(&services, &ada).await;
    assert_eq!((overview.waiting, overview.kept), (0, 0));
    let told: Vec<(&str, bool)> = overview.failed.iter().map(|mail| (mail.recipient.as_str(), mail.is_kept)).collect();
    assert_eq!(told, [("g…@example.org", false), ("g…@example.org", false)], "whose they were is told");
    assert!(overview.failed[0].reason.contains("was over before it could be sent"), "{:?}", overview.failed);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_is_of_no_use_any_more_is_neither_sent_again_nor_kept(pool: PgPool) {
    let services = with_mailer(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let (over, good) = (accept(&services, &ada).await, accept(&services, &ada).await);
    for id in [over, good] {
        bury(&services, id).await;
    }
    sqlx::query("UPDATE mails SET keep_until = now() WHERE id = $1").bind(over).execute(&pool).await.unwrap();
    assert!(matches!(services.mails().send_again(&administrator(&ada), Some(over)).await, Err(Error::Conflict(_))));
    assert_eq!(overview(&services, &ada).await.kept, 1);
    assert_eq!(services.mails().purge().await.unwrap(), 0, "the lines stay for 30 days");
    assert_eq!((is_sealed(&pool, over).await, is_sealed(&pool, good).await), (false, true));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn of_a_mail_that_was_sent_nobody_learns_whose_it_was(pool: PgPool) {
    let services = with_mailer(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let id = accept(&services, &ada).await;
    let mut tx = services.db().system_tx().await.unwrap();
    super::queries::set_sent(&mut tx, id).await.unwrap();
    tx.commit().await.unwrap();
    let left: i32 = sqlx::query_scalar("SELECT num_nonnulls(sealed, recipient, address_hash, keep_until, tried_at, failure) FROM mails")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(left, 0);
}

#[test]
fn an_address_is_shown_by_a_letter_and_its_host() {
    assert_eq!(masked("katherine@example.org"), "k…@example.org");
    assert_eq!(masked("k@example.org"), "…@example.org", "a letter that is all of it is not shown");
    assert_eq!(masked("ünal@example.org"), "ü…@example.org");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn mails_are_for_administrators(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    assert!(matches!(services.mails().overview(&ada).await, Err(Error::NotFound)));
    assert!(matches!(services.mails().sample(&ada, "Test"), Err(Error::NotFound)));
    assert!(matches!(services.mails().send_test(&ada).await, Err(Error::NotFound)));
    assert!(matches!(services.mails().send_again(&ada, None).await, Err(Error::NotFound)));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn every_mail_is_there_to_be_looked_at_under_a_name_of_its_own(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let previews = overview(&services, &ada).await.previews;
    let names: std::collections::BTreeSet<&str> = previews.iter().map(|preview| preview.name.as_str()).collect();
    assert_eq!((previews.len(), names.len()), (22, 22), "{names:?}");
    for act in SecurityAct::examples() {
        let (_, name) = act.names();
        let preview = previews.iter().find(|preview| preview.name == name).unwrap();
        let is_here = preview.text.contains("Firefox on Linux") && preview.text.contains("192.0.2.1");
        let is_by_others = matches!(act, SecurityAct::PasswordResetOnServer | SecurityAct::DeletionOrdered { .. });
        assert_eq!(is_here, !is_by_others, "{preview:?}");
        let html = services.mails().sample(&administrator(&ada), &preview.kind).unwrap();
        assert!(preview.text.contains("2026") && html.contains("2026") && html.matches("<a href=").count() == 1, "{preview:?}");
    }
    assert!(matches!(services.mails().sample(&administrator(&ada), "Nothing"), Err(Error::NotFound)));
}

#[test]
fn what_an_older_version_left_waiting_is_still_sent() {
    let left = r#"{"PasswordChanged":{"at":"2026-11-21T08:00:00Z","link":"https://lyceum.example.org/forgot-password"}}"#;
    let mail: Mail = serde_json::from_str(left).unwrap();
    let Mail::Security(notice) = &mail else { panic!("another mail: {mail:?}") };
    assert_eq!((&notice.act, &notice.whence), (&SecurityAct::PasswordChanged, &None));
    assert!(mail.preview().text.contains("was changed on 21 November 2026, 08:00 UTC."));
}

#[test]
fn what_tells_of_the_end_of_an_account_is_known_by_its_kind() {
    let is_of_it = |act: &SecurityAct| matches!(act, SecurityAct::DeletionScheduled { .. } | SecurityAct::DeletionOrdered { .. });
    let kinds: Vec<&str> = SecurityAct::examples().iter().filter(|act| is_of_it(act)).map(|act| act.names().0).collect();
    assert_eq!(kinds, SecurityAct::OF_DELETION);
}
