//! What leads nowhere any more is neither offered nor sent again.

use super::{accept_mail, administrator, bury, overview, with_mailer};
use crate::identity::token::SplitToken;
use crate::mails::Mail;
use crate::testing::{member, owner};
use crate::{Error, Services, Viewer};
use chrono::TimeDelta;
use domain::{InvitationId, MailId, Role};
use sqlx::PgPool;

/// Links of a person's, each with its selector.
const LINKS: [&str; 3] = [
    "INSERT INTO password_resets (selector, verifier_hash, user_id, created_at, expires_at)
     VALUES ($1, '', $2, now(), now() + interval '1 hour')",
    "INSERT INTO email_changes (selector, verifier_hash, user_id, email, created_at, expires_at)
     VALUES ($1, '', $2, 'other@example.org', now(), now() + interval '1 hour')",
    "INSERT INTO sign_ups (selector, verifier_hash, email, first_name, last_name, password_hash, created_at, expires_at)
     SELECT $1::text, '', 'new@example.org', 'New', '', '', now(), now() + interval '1 hour' WHERE $2::uuid IS NOT NULL",
];
/// What happens to them.
const USED: [&str; 3] = ["UPDATE password_resets SET used_at = now()", "DELETE FROM email_changes", "DELETE FROM sign_ups"];

/// An invitation whose mail was given up: its id, the token of the link that whoever invites has, and the mail.
async fn invited(services: &Services, pool: &PgPool, inviter: &Viewer, email: &str) -> (InvitationId, String, MailId) {
    let sent = services.team().invite(inviter, email, Role::Viewer).await.unwrap();
    let mail = sqlx::query_scalar("SELECT id FROM mails ORDER BY id DESC LIMIT 1").fetch_one(pool).await.unwrap();
    bury(services, mail).await;
    (sent.invitation.id, sent.link.split_once("?invitation=").unwrap().1.to_owned(), mail)
}

async fn is_refused(services: &Services, viewer: &Viewer, mail: MailId) -> bool {
    let refused = services.mails().send_again(&administrator(viewer), Some(mail)).await;
    matches!(refused, Err(Error::Conflict(sentence)) if sentence.contains("what it leads to is over"))
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_mail_of_an_invitation_that_leads_nowhere_is_neither_offered_nor_sent_again(pool: PgPool) {
    let services = with_mailer(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::TeamManager).await;
    let grace = owner(&services, "grace@example.org").await;
    let team = services.team();
    let (revoked, _, of_revoked) = invited(&services, &pool, &ada, "mary@example.org").await;
    let (renewed, _, of_renewed) = invited(&services, &pool, &ada, "katherine@example.org").await;
    let (_, token, of_used) = invited(&services, &pool, &ada, "grace@example.org").await;
    let (_, _, by_bob) = invited(&services, &pool, &bob, "dorothy@example.org").await;
    let (_, _, open) = invited(&services, &pool, &ada, "hedy@example.org").await;
    assert_eq!(overview(&services, &ada).await.kept, 5);

    team.revoke_invitation(&ada, revoked).await.unwrap();
    team.resend_invitation(&ada, renewed, 7).await.unwrap();
    team.accept_invitation(&grace, &token).await.unwrap();
    let lower = sqlx::query("UPDATE memberships SET roles = '{Viewer}' WHERE team_id = $1 AND user_id = $2");
    lower.bind(bob.team_id).bind(bob.user_id).execute(&pool).await.unwrap();
    let after = overview(&services, &ada).await;
    let offered: Vec<MailId> = after.failed.iter().filter(|mail| mail.is_kept).map(|mail| mail.id).collect();
    assert_eq!((offered.as_slice(), after.kept, after.failed.len()), ([open].as_slice(), 1, 5));
    for mail in [of_revoked, of_renewed, of_used, by_bob] {
        assert!(is_refused(&services, &ada, mail).await);
    }
    assert_eq!(services.mails().send_again(&administrator(&ada), None).await.unwrap(), 1);
    assert_eq!(overview(&services, &ada).await.failed.len(), 4, "the others stay where they are");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn mails_whose_links_were_used_are_neither_offered_nor_sent_again(pool: PgPool) {
    let services = with_mailer(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let works_until = services.parts.clock.now() + TimeDelta::hours(1);
    let tokens = [SplitToken::fresh(), SplitToken::fresh(), SplitToken::fresh()];
    let [reset, change, sign_up] = tokens.each_ref().map(|token| format!("https://lyceum.example.org/there?token={token}"));
    let mails = [
        Mail::PasswordReset { link: reset, works_until },
        Mail::EmailChange { link: change, works_until },
        Mail::SignUp { link: sign_up, works_until },
    ];
    let mut given_up = Vec::new();
    for ((token, insert), mail) in tokens.iter().zip(LINKS).zip(mails) {
        sqlx::query(insert).bind(&token.selector).bind(ada.user_id).execute(&pool).await.unwrap();
        let id = accept_mail(&services, &ada, mail).await;
        bury(&services, id).await;
        given_up.push(id);
    }
    assert_eq!(overview(&services, &ada).await.kept, 3);
    for (left, happens) in [2, 1, 0].into_iter().zip(USED) {
        sqlx::query(happens).execute(&pool).await.unwrap();
        assert_eq!(overview(&services, &ada).await.kept, left, "{happens}");
    }
    for mail in given_up {
        assert!(is_refused(&services, &ada, mail).await);
    }
    assert_eq!(services.mails().send_again(&administrator(&ada), None).await.unwrap(), 0);
}
