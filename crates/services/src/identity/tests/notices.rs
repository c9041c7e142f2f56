//! What people are told by mail about their accounts: every change of who gets in, once it is done, and nothing else.

use super::{PASSWORD, origin, sign_up};
use crate::identity::Origin;
use crate::mails::testing::{mailer, waiting};
use crate::mails::{Mail, SecurityAct, SecurityNotice, Whence};
use crate::testing::{parts, without_mail};
use crate::{Error, Parts, Services, SignUp, Viewer};
use chrono::Utc;
use domain::{PasskeyId, UserId};
use secrecy::ExposeSecret as _;
use sqlx::PgPool;
use totp_rs::{Builder, Secret};

const ADA: &str = "ada@example.org";
const NEW: &str = "an entirely new secret";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0";
const SAFARI: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1";

/// Services that send mail, and somebody in a session of their own, who does not manage the installation.
async fn scene(pool: &PgPool) -> (Services, Viewer) {
    let mut parts = Parts { mailer: Some(mailer()), ..parts(pool) };
    parts.settings.sign_up = SignUp::Open;
    let services = Services::new(parts);
    let at_once = without_mail(&services, pool);
    sign_up(&at_once, "root@example.org").await;
    let ada = sign_up(&at_once, ADA).await;
    (services, ada)
}

/// What was told, all of it to Ada.
async fn told(services: &Services, pool: &PgPool) -> Vec<SecurityNotice> {
    let mut notices = Vec::new();
    for (to, mail) in waiting(services, pool).await {
        if let Mail::Security(notice) = mail {
            assert_eq!(to, ADA);
            notices.push(notice);
        }
    }
    notices
}

/// Of the latest mail in which there is one.
async fn code(services: &Services, pool: &PgPool) -> String {
    let mails = waiting(services, pool).await;
    mails.into_iter().rev().find_map(|(_, mail)| if let Mail::Code { code, .. } = mail { Some(code) } else { None }).expect("a code")
}

/// The token of the link for a new password.
async fn reset_token(services: &Services, pool: &PgPool) -> String {
    let mails = waiting(services, pool).await;
    let link = mails.into_iter().find_map(|(_, mail)| if let Mail::PasswordReset { link, .. } = mail { Some(link) } else { None });
    link.expect("a link").split_once("?token=").expect("a token").1.to_owned()
}

async fn insert_passkey(pool: &PgPool, user: UserId) -> PasskeyId {
    let id = PasskeyId::new();
    sqlx::query(
        "INSERT INTO passkeys (id, user_id, name, credential_id, credential, created_at) VALUES ($1, $2, 'Phone', 'phone', '{}', now())",
    )
    .bind(id)
    .bind(user)
    .execute(pool)
    .await
    .unwrap();
    id
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whatever_changes_who_gets_in_is_told_with_device_and_address(pool: PgPool) {
    let (services, ada) = scene(&pool).await;
    let identity = services.identity();
    identity.change_password(&ada, PASSWORD.to_owned().into(), NEW.to_owned().into()).await.unwrap();

    let setup = identity.start_two_step(&ada, NEW.to_owned().into()).await.unwrap();
    let secret = Secret::try_from_base32(setup.secret.replace(' ', "")).unwrap();
    let of_app = Builder::new().with_secret(secret).build().unwrap().generate(Utc::now().timestamp().cast_unsigned()).to_string();
    let recovery = identity.confirm_two_step(&ada, &of_app).await.unwrap();
    let no_token = String::new().into();
    let wrong = identity.renew_recovery_codes(&ada, NEW.to_owned().into(), "AAAAA-AAAAA", &no_token).await;
    assert!(matches!(wrong, Err(Error::Invalid(_))), "no codes, nothing to tell of");
    let recovery = identity.renew_recovery_codes(&ada, NEW.to_owned().into(), &recovery[0], &no_token).await.unwrap();
    identity.turn_off_two_step(&ada, NEW.to_owned().into(), &recovery[0], &no_token).await.unwrap();
    let off = identity.renew_recovery_codes(&ada, NEW.to_owned().into(), &recovery[1], &no_token).await;
    assert!(matches!(off, Err(Error::Conflict(_))), "no two-step sign-in, nothing to tell of");
    let token = identity.start_mailed_two_step(&ada, NEW.to_owned().into()).await.unwrap().into();
    let recovery = identity.confirm_mailed_two_step(&ada, &token, &code(&services, &pool).await).await.unwrap();
    identity.turn_off_two_step(&ada, NEW.to_owned().into(), &recovery[0], &no_token).await.unwrap();

    services.passkeys().remove(&ada, insert_passkey(&pool, ada.user_id).await).await.unwrap();
    let terms = services.my_data().delete_account(&ada, NEW.to_owned().into()).await.unwrap();
    services.my_data().delete_account(&ada, NEW.to_owned().into()).await.unwrap();
    identity.forgot_password(ADA, origin()).await.unwrap();
    identity.use_reset(&reset_token(&services, &pool).await, PASSWORD.to_owned().into(), origin()).await.unwrap();
    identity.reset_password(ADA).await.unwrap();

    let (acts, whences): (Vec<SecurityAct>, Vec<Option<Whence>>) =
        told(&services, &pool).await.into_iter().map(|notice| (notice.act, notice.whence)).unzip();
    let expected = [
        SecurityAct::PasswordChanged,
        SecurityAct::TwoStepTurnedOn,
        SecurityAct::RecoveryCodesRenewed,
        SecurityAct::TwoStepTurnedOff,
        SecurityAct::TwoStepTurnedOn,
        SecurityAct::TwoStepTurnedOff,
        SecurityAct::PasskeyRemoved { name: "Phone".to_owned() },
        SecurityAct::DeletionScheduled { gone_at: terms.gone_at.unwrap() },
        SecurityAct::PasswordResetByMail,
        SecurityAct::PasswordResetOnServer,
    ];
    assert_eq!(acts, expected);
    let here = Whence { device: "Firefox on Linux".to_owned(), address: "192.0.2.1".to_owned() };
    assert!(whences[..9].iter().all(|whence| whence.as_ref() == Some(&here)), "{whences:?}");
    assert_eq!(whences[9], None, "nobody's browser did that");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whose_account_an_administrator_deletes_is_told_so_once_and_not_from_where(pool: PgPool) {
    let (services, ada) = scene(&pool).await;
    let root: UserId = sqlx::query_scalar("SELECT id FROM users WHERE email = 'root@example.org'").fetch_one(&pool).await.unwrap();
    let root = Viewer { user_id: root, session_id: None, is_system_administrator: true, ..ada.clone() };
    for _ in 0..2 {
        services.people().delete(&root, ada.user_id, ADA).await.unwrap();
    }
    let notices = told(&services, &pool).await;
    let [notice] = &notices[..] else { panic!("one mail: {notices:?}") };
    assert!(matches!(notice.act, SecurityAct::DeletionOrdered { .. }) && notice.whence.is_none(), "{notice:?}");
    assert!(notice.link.ends_with("/account"), "{notice:?}");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_is_told_of_an_act_is_where_it_came_from_and_not_where_the_session_began(pool: PgPool) {
    let (services, _) = scene(&pool).await;
    let identity = services.identity();
    let session = identity.sign_in(ADA, PASSWORD.to_owned().into(), origin()).await.unwrap().session().expect("no code is asked for");
    let elsewhere = Origin { ip: "198.51.100.9".parse().unwrap(), user_agent: SAFARI.to_owned() };
    let ada = identity.viewer_for_token(session.token.expose_secret(), &elsewhere).await.unwrap().unwrap();
    identity.change_password(&ada, PASSWORD.to_owned().into(), NEW.to_owned().into()).await.unwrap();
    let notice = told(&services, &pool).await.pop().unwrap();
    let there = Whence { device: "Safari on iPhone".to_owned(), address: "198.51.100.9".to_owned() };
    assert_eq!((notice.act, notice.whence), (SecurityAct::PasswordChanged, Some(there)));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_sign_in_is_told_once_for_each_kind_of_device_and_network(pool: PgPool) {
    let (services, _) = scene(&pool).await;
    let enter = async |ip: &str, user_agent: &str, password: &str| {
        let origin = Origin { ip: ip.parse().unwrap(), user_agent: user_agent.to_owned() };
        let entry = services.identity().sign_in(ADA, password.to_owned().into(), origin).await;
        (entry.is_ok(), told(&services, &pool).await.len())
    };
    assert_eq!(enter("192.0.2.1", FIREFOX, PASSWORD).await, (true, 0), "they signed up there");
    assert_eq!(enter("192.0.2.77", FIREFOX, PASSWORD).await, (true, 0), "the same line on another day");
    assert_eq!(enter("192.0.2.1", SAFARI, "not it at all").await, (false, 0), "nobody came in");
    assert_eq!(enter("192.0.2.1", SAFARI, PASSWORD).await, (true, 1), "another device");
    assert_eq!(enter("192.0.2.1", SAFARI, PASSWORD).await, (true, 1), "known by now");
    assert_eq!(enter("198.51.100.1", FIREFOX, PASSWORD).await, (true, 2), "another network");
    assert_eq!(enter("2001:db8::1", FIREFOX, PASSWORD).await, (true, 3));
    assert_eq!(enter("2001:db8:0:9::2", FIREFOX, PASSWORD).await, (true, 3), "of one customer");
    let notices = told(&services, &pool).await;
    assert!(notices.iter().all(|notice| notice.act == SecurityAct::NewDevice && notice.link.ends_with("/forgot-password")));
    let from = |notice: &SecurityNotice| notice.whence.clone().map(|whence| (whence.device, whence.address));
    assert_eq!(from(&notices[0]), Some(("Safari on iPhone".to_owned(), "192.0.2.1".to_owned())));

    // What was forgotten after a year is new again.
    sqlx::query("DELETE FROM sign_ins").execute(&pool).await.unwrap();
    assert_eq!(enter("192.0.2.1", SAFARI, PASSWORD).await, (true, 4));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_does_not_happen_is_not_told_and_without_mail_nothing_is(pool: PgPool) {
    let (services, ada) = scene(&pool).await;
    let id = insert_passkey(&pool, ada.user_id).await;
    sqlx::query("UPDATE users SET password_hash = ''").execute(&pool).await.unwrap();
    assert!(matches!(services.passkeys().remove(&ada, id).await, Err(Error::Conflict(_))));
    assert!(told(&services, &pool).await.is_empty());

    let silent = Services::new(Parts { mailer: None, ..parts(&pool) });
    silent.identity().change_password(&ada, String::new().into(), NEW.to_owned().into()).await.unwrap();
    silent.passkeys().remove(&ada, id).await.unwrap();
    let elsewhere = Origin { ip: "198.51.100.1".parse().unwrap(), user_agent: SAFARI.to_owned() };
    silent.identity().sign_in(ADA, NEW.to_owned().into(), elsewhere).await.unwrap();
    silent.identity().reset_password(ADA).await.unwrap();
    let left: i64 = sqlx::query_scalar("SELECT (SELECT count(*) FROM mails) + (SELECT count(*) FROM jobs)").fetch_one(&pool).await.unwrap();
    assert_eq!(left, 0);
}
