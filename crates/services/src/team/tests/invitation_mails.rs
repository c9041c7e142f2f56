//! How often an invitation is mailed: nobody's mailbox is filled, a whole list goes, what is not mailed is handed over, and what is counted
//! is counted before anything of the team is held.

use crate::mails::testing::{mailer, waiting};
use crate::testing::{owner, parts};
use crate::{Clock as _, Db, Error, Keyring, MockClock, Parts, Services, Viewer};
use chrono::{TimeDelta, Utc};
use domain::team::{InvitationSent, MemberImport};
use domain::{Role, SessionId};
use sqlx::PgPool;
use std::sync::Arc;

const OF_THE_ADDRESS: &str = "this address was mailed several invitations in a short time.";
const OF_THE_PERSON: &str = "you had very many invitations mailed in a short time.";

/// Servers of one installation that mails: as many as are asked for.
fn servers<const COUNT: usize>(pool: &PgPool) -> ([Services; COUNT], Arc<MockClock>) {
    let (clock, keyring) = (Arc::new(MockClock::at(Utc::now())), Keyring::generate());
    let server = |_| Services::new(Parts { clock: clock.clone(), keyring: keyring.clone(), mailer: Some(mailer()), ..parts(pool) });
    (std::array::from_fn(server), clock)
}

fn is_handed_over(sent: &InvitationSent, cause: &str) -> bool {
    let says = |sentence: &String| sentence.starts_with(&format!("It is not mailed: {cause}"));
    !sent.is_mailed && sent.link.contains("?invitation=") && sent.not_mailed.as_ref().is_some_and(says)
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_mailbox_is_not_filled_by_whichever_team_server_or_way(pool: PgPool) {
    let ([first, second], clock) = servers(&pool);
    let ada = owner(&first, "ada@example.org").await;
    let eve = owner(&first, "eve@example.org").await;
    // One who has an account, and one who has none: both are answered the same.
    owner(&first, "grace@example.org").await;
    for email in ["grace@example.org", "nobody@example.org"] {
        let by_ada = first.team().invite(&ada, email, Role::Viewer).await.unwrap();
        let again = second.team().resend_invitation(&ada, by_ada.invitation.id, 7).await.unwrap();
        let by_eve = second.team().invite(&eve, email, Role::Viewer).await.unwrap();
        assert!([by_ada, again, by_eve].iter().all(|sent| sent.is_mailed && sent.not_mailed.is_none()));

        let fourth = first.team().invite(&eve, email, Role::Viewer).await.unwrap();
        assert!(is_handed_over(&fourth, OF_THE_ADDRESS), "{fourth:?}");
        assert!(fourth.not_mailed.as_ref().unwrap().contains("in 10 minutes"), "{fourth:?}");
        assert!(fourth.replaces_link);
        let renewed = second.team().resend_invitation(&eve, fourth.invitation.id, 7).await.unwrap();
        assert!(is_handed_over(&renewed, OF_THE_ADDRESS), "{renewed:?}");
        let listed = MemberImport { text: email.to_owned(), role: Role::Viewer, days: 7, renews: true };
        let listed = first.team().import_members(&ada, listed).await.unwrap();
        assert!(is_handed_over(&listed.sent[0], OF_THE_ADDRESS), "{listed:?}");
        let token = listed.sent[0].link.split_once("?invitation=").unwrap().1;
        assert!(first.identity().sign_up_terms(None, Some(token)).await.unwrap().invitation.is_some(), "the link works all the same");
    }
    assert_eq!(waiting(&first, &pool).await.len(), 6);

    clock.advance(TimeDelta::minutes(10));
    assert!(second.team().invite(&eve, "grace@example.org", Role::Viewer).await.unwrap().is_mailed);
    assert!(!first.team().invite(&ada, "grace@example.org", Role::Viewer).await.unwrap().is_mailed);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_list_of_two_hundred_people_is_mailed_to_all_of_them(pool: PgPool) {
    let ([services], _) = servers(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let text = (0..200).map(|n| format!("person{n}@example.org")).collect::<Vec<_>>().join("\n");
    let import = MemberImport { text, role: Role::Viewer, days: 7, renews: false };
    let outcome = services.team().import_members(&ada, import).await.unwrap();
    assert_eq!((outcome.sent.len(), outcome.refused.len()), (200, 0));
    assert!(outcome.sent.iter().all(|sent| sent.is_mailed));
    assert_eq!(waiting(&services, &pool).await.len(), 200);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn one_person_does_not_mail_strangers_without_end(pool: PgPool) {
    let ([services], clock) = servers(&pool);
    let team = services.team();
    let ada = owner(&services, "ada@example.org").await;
    let all_used = clock.now() + TimeDelta::minutes(1) * 500;
    let insert = sqlx::query("INSERT INTO throttles (key, arrival_at) VALUES ($1, $2)").bind(format!("invitation:person:{}", ada.user_id));
    insert.bind(all_used).execute(&pool).await.unwrap();
    for _ in 0..5 {
        let sent = team.invite(&ada, "grace@example.org", Role::Viewer).await.unwrap();
        assert!(is_handed_over(&sent, OF_THE_PERSON), "what is not mailed does not count for the address: {sent:?}");
    }
    assert!(waiting(&services, &pool).await.is_empty());
    let eve = owner(&services, "eve@example.org").await;
    assert!(team.invite(&eve, "grace@example.org", Role::Viewer).await.unwrap().is_mailed, "others go on");
    clock.advance(TimeDelta::minutes(1));
    assert!(team.invite(&ada, "grace@example.org", Role::Viewer).await.unwrap().is_mailed);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn where_nothing_is_mailed_nothing_is_counted(pool: PgPool) {
    let services = crate::testing::services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    for _ in 0..5 {
        let sent = services.team().invite(&ada, "grace@example.org", Role::Viewer).await.unwrap();
        assert_eq!((sent.is_mailed, sent.not_mailed), (false, None));
    }
    let counted: i64 = sqlx::query_scalar("SELECT count(*) FROM throttles").fetch_one(&pool).await.unwrap();
    assert_eq!(counted, 0);
}

/// How many addresses and people something is counted for.
async fn counted_for(pool: &PgPool) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM throttles").fetch_one(pool).await.unwrap()
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_was_counted_for_mails_that_do_not_go_is_given_back(pool: PgPool) {
    let ([services], _) = servers(&pool);
    let team = services.team();
    let ada = owner(&services, "ada@example.org").await;
    let first = team.invite(&ada, "grace@example.org", Role::Viewer).await.unwrap().invitation.id;
    // What is done about her cannot be told any more, and so is not done.
    for refuse in [
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$",
        "CREATE TRIGGER refuse BEFORE INSERT ON audit_events FOR EACH ROW WHEN (NEW.target_name = 'grace@example.org')
         EXECUTE FUNCTION refuse()",
    ] {
        sqlx::query(refuse).execute(&pool).await.unwrap();
    }
    let list = |text: &str, renews: bool| MemberImport { text: text.to_owned(), role: Role::Viewer, days: 7, renews };
    let both = "mary@example.org\ngrace@example.org";
    for _ in 0..3 {
        team.import_members(&ada, list(both, true)).await.unwrap_err();
        team.invite(&ada, "grace@example.org", Role::Viewer).await.unwrap_err();
        team.resend_invitation(&ada, first, 7).await.unwrap_err();
    }
    sqlx::query("DROP TRIGGER refuse ON audit_events").execute(&pool).await.unwrap();
    let sent = team.import_members(&ada, list(both, true)).await.unwrap().sent;
    assert!(sent.len() == 2 && sent.iter().all(|sent| sent.is_mailed), "{sent:?}");
    assert_eq!((waiting(&services, &pool).await.len(), counted_for(&pool).await), (3, 3), "two addresses and a person");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn nothing_is_counted_for_lines_that_invite_nobody_and_for_whoever_only_looks(pool: PgPool) {
    let ([services], _) = servers(&pool);
    let team = services.team();
    let ada = owner(&services, "ada@example.org").await;
    let open = team.invite(&ada, "grace@example.org", Role::Viewer).await.unwrap().invitation.id;
    let list = MemberImport { text: "ada@example.org\ngrace@example.org\nnonsense".to_owned(), role: Role::Viewer, days: 7, renews: false };
    for _ in 0..3 {
        let outcome = team.import_members(&ada, list.clone()).await.unwrap();
        assert_eq!((outcome.sent.len(), outcome.kept, outcome.refused.len()), (0, 1, 2));
    }
    assert!(team.resend_invitation(&ada, open, 7).await.unwrap().is_mailed);
    let looking = Viewer { seen_by: Some(ada.user_id), ..ada };
    assert!(matches!(team.invite(&looking, "mary@example.org", Role::Viewer).await, Err(Error::ReadOnly)));
    assert!(matches!(team.resend_invitation(&looking, open, 7).await, Err(Error::ReadOnly)));
    let more = MemberImport { text: "mary@example.org".to_owned(), ..list };
    assert!(matches!(team.import_members(&looking, more).await, Err(Error::ReadOnly)));
    assert_eq!(counted_for(&pool).await, 2, "an address and a person");
}

/// Does an act while all connections of the system's pool are taken. They are let go once somebody else could work in the team.
async fn while_the_system_is_busy<T>(services: &Services, viewer: &Viewer, act: impl Future<Output = T>) -> T {
    let mut held = Vec::new();
    for _ in 0..6 {
        held.push(services.db().system_tx().await.unwrap());
    }
    let somebody_else = async {
        let worked = services.db().team_tx(viewer).await.map(drop);
        drop(held);
        worked
    };
    let (outcome, worked) = futures::join!(act, somebody_else);
    worked.unwrap();
    outcome
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn nothing_of_a_team_is_held_while_a_mail_is_counted_or_the_session_looked_at(pool: PgPool) {
    let db = Db::new(pool.connect_options().as_ref().clone(), 1);
    let services = Services::new(Parts { db, mailer: Some(mailer()), ..parts(&pool) });
    let team = services.team();
    let ada = owner(&services, "ada@example.org").await;
    let boss = team.invite(&ada, "boss@example.org", Role::Owner).await.unwrap().invitation.id;
    let sent = while_the_system_is_busy(&services, &ada, team.invite(&ada, "grace@example.org", Role::Viewer)).await;
    assert!(sent.unwrap().is_mailed);
    let renewed = while_the_system_is_busy(&services, &ada, team.resend_invitation(&ada, boss, 7)).await;
    assert!(renewed.unwrap().is_mailed);
    let list = MemberImport { text: "mary@example.org\nnora@example.org".to_owned(), role: Role::Viewer, days: 7, renews: false };
    let listed = while_the_system_is_busy(&services, &ada, team.import_members(&ada, list)).await;
    assert!(listed.unwrap().sent.iter().all(|sent| sent.is_mailed));
    let unproved = Viewer { session_id: Some(SessionId::new()), ..ada.clone() };
    let refused = while_the_system_is_busy(&services, &ada, team.resend_invitation(&unproved, boss, 7)).await;
    assert!(matches!(refused, Err(Error::ConfirmFirst)));
}
