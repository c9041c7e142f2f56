//! The end of an account: rows before files, nothing of what others work with, and nothing about where its person came from.

use super::{PASSWORD, count, delete, installation, origin, sign_up, with_things};
use crate::mails::{Mail, Recipient};
use crate::testing::{member, owner};
use crate::{Error, Services, Viewer};
use chrono::TimeDelta;
use domain::audit::{AuditEntry, AuditQuery, AuditScope, Fact};
use domain::datasets::{NewDataset, Visibility};
use domain::sharing::{ShareLevel, ShareWith, Shared};
use domain::{Role, UserId};
use futures::{StreamExt as _, stream};
use sqlx::PgPool;

/// The same person in the team of a colleague.
async fn beside(pool: &PgPool, person: &Viewer, colleague: &Viewer) -> Viewer {
    let joins = sqlx::query("INSERT INTO memberships (team_id, user_id, roles) VALUES ($1, $2, '{Collaborator}')");
    joins.bind(colleague.team_id).bind(person.user_id).execute(pool).await.unwrap();
    Viewer { team_id: colleague.team_id, ..person.clone() }
}

async fn count_files(services: &Services) -> usize {
    services.parts.objects.list(None).count().await
}

async fn makers(pool: &PgPool) -> Vec<UserId> {
    let made = "SELECT created_by FROM datasets UNION SELECT created_by FROM documents UNION SELECT created_by FROM prompts";
    sqlx::query_scalar(made).fetch_all(pool).await.unwrap()
}

/// What a team is told, the latest first.
async fn told(services: &Services, viewer: &Viewer) -> Vec<AuditEntry> {
    services.audit().list(viewer, AuditScope::Team, &AuditQuery::default(), None).await.unwrap().entries
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn after_the_fourteen_days_an_account_cannot_be_kept_any_more(pool: PgPool) {
    let (services, clock, _) = installation(&pool).await;
    let ada = sign_up(&services, "ada@example.org").await;
    delete(&services, &ada).await.unwrap();
    clock.advance(TimeDelta::days(14));
    let late = services.my_data().keep_account(&ada).await;
    assert!(matches!(late, Err(Error::Conflict(_))), "{late:?}");
    assert_eq!(services.my_data().remove_gone_accounts().await.unwrap(), 1);
    let gone = services.my_data().keep_account(&ada).await;
    assert!(matches!(gone, Err(Error::Conflict(_))), "{gone:?}");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_end_that_breaks_off_takes_no_file_and_the_next_one_forgets_none(pool: PgPool) {
    let (services, clock, _) = installation(&pool).await;
    let olga = owner(&services, "olga@example.org").await;
    let ada = sign_up(&services, "ada@example.org").await;
    let there = beside(&pool, &ada, &olga).await;
    with_things(&services, &there, "apple").await;
    with_things(&services, &ada, "alone").await;
    services.my_data().request_export(&ada).await.unwrap();
    services.jobs().run_due_once().await.unwrap();
    assert_eq!(count_files(&services).await, 3, "two documents and the export");
    delete(&services, &ada).await.unwrap();
    clock.advance(TimeDelta::days(15));

    let refuse = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not now'; END $$";
    sqlx::query(refuse).execute(&pool).await.unwrap();
    let trigger = "CREATE TRIGGER refuse BEFORE DELETE ON users FOR EACH ROW EXECUTE FUNCTION refuse()";
    sqlx::query(trigger).execute(&pool).await.unwrap();
    assert_eq!(services.my_data().remove_gone_accounts().await.unwrap(), 0);
    services.jobs().run_due_once().await.unwrap();
    assert_eq!(count_files(&services).await, 3, "all files are there");
    assert_eq!(count(&pool, "SELECT count(*) FROM documents").await, 2, "and so are the rows");

    sqlx::query("DROP TRIGGER refuse ON users").execute(&pool).await.unwrap();
    assert_eq!(services.my_data().remove_gone_accounts().await.unwrap(), 1);
    services.jobs().run_due_once().await.unwrap();
    assert_eq!(count_files(&services).await, 0);
    assert_eq!(count(&pool, "SELECT count(*) FROM documents").await, 0);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn two_who_share_a_team_go_at_once_and_leave_no_team_to_nobody(pool: PgPool) {
    let (services, ..) = installation(&pool).await;
    let my_data = services.my_data();
    let until = services.parts.clock.now() - TimeDelta::days(14);
    for round in 0..10 {
        let ada = owner(&services, &format!("ada{round}@example.org")).await;
        let bob = member(&services, &ada, &format!("bob{round}@example.org"), Role::Owner).await;
        let asked = "UPDATE users SET deletion_requested_at = now() - interval '15 days' WHERE NOT is_system_administrator";
        sqlx::query(asked).execute(&pool).await.unwrap();
        // Each is the other's heir.
        let (first, second) = futures::join!(my_data.remove_person(ada.user_id, until), my_data.remove_person(bob.user_id, until));
        assert!(matches!((&first, &second), (Ok(true), Ok(true))), "{first:?} {second:?}");
    }
    let deserted = "SELECT count(*) FROM teams t WHERE NOT EXISTS (SELECT FROM memberships m WHERE m.team_id = t.id)";
    assert_eq!((count(&pool, "SELECT count(*) FROM users").await, count(&pool, deserted).await), (1, 0));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn private_things_that_colleagues_work_with_are_handed_over(pool: PgPool) {
    let (services, clock, _) = installation(&pool).await;
    let olga = owner(&services, "olga@example.org").await;
    let ada = sign_up(&services, "ada@example.org").await;
    let there = beside(&pool, &ada, &olga).await;
    with_things(&services, &there, "apple").await;
    let dataset = services.datasets().list(&there).await.unwrap()[0].id;
    let prompt = services.prompts().list(&there).await.unwrap()[0].id;
    for thing in [Shared::Dataset(dataset), Shared::Prompt(prompt)] {
        services.sharing().share(&there, thing, ShareWith::Person(olga.user_id), ShareLevel::View).await.unwrap();
    }
    with_things(&services, &there, "banana").await;
    let belongings = delete(&services, &ada).await.unwrap().belongings;
    assert_eq!((belongings.prompts, belongings.datasets, belongings.chats), (1, 1, 2), "what is shared does not go");

    clock.advance(TimeDelta::days(15));
    assert_eq!(services.my_data().remove_gone_accounts().await.unwrap(), 1);
    services.jobs().run_due_once().await.unwrap();
    assert_eq!(services.datasets().list(&olga).await.unwrap().iter().map(|set| set.id).collect::<Vec<_>>(), [dataset]);
    assert_eq!(services.prompts().list(&olga).await.unwrap().iter().map(|one| one.id).collect::<Vec<_>>(), [prompt]);
    assert_eq!(makers(&pool).await, [olga.user_id]);
    assert_eq!(count_files(&services).await, 1, "with its file");

    let last = told(&services, &olga).await.swap_remove(0);
    assert!(last.sentence.starts_with("Lyceum removed Former person"), "{}", last.sentence);
    let deleted = Fact::new("Changed", "account deleted, with 1 private prompts, 1 private datasets and 2 chats");
    let handed_over = Fact::new("Handed over", "prompts: 1, datasets: 1, chats: 0");
    assert!(last.facts.contains(&deleted) && last.facts.contains(&handed_over), "{:?}", last.facts);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whoever_joins_a_team_of_one_meanwhile_keeps_it_and_the_trail_says_so(pool: PgPool) {
    let (services, clock, administrator) = installation(&pool).await;
    let ada = sign_up(&services, "ada@example.org").await;
    let new = NewDataset { name: "Rules".to_owned(), description: String::new(), visibility: Visibility::Team, embedding_model_id: None };
    let set = services.datasets().create(&ada, new).await.unwrap().id;
    let bytes = stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from_static(b"of the team"))]);
    services.datasets().accept_upload(&ada, set, "rules.txt", bytes).await.unwrap();
    assert_eq!(delete(&services, &ada).await.unwrap().ending_teams.len(), 1);
    let bob = member(&services, &ada, "bob@example.org", Role::TeamManager).await;

    clock.advance(TimeDelta::days(15));
    assert_eq!(services.my_data().remove_gone_accounts().await.unwrap(), 1);
    services.jobs().run_due_once().await.unwrap();
    assert_eq!(count_files(&services).await, 1);
    assert_eq!(makers(&pool).await, [bob.user_id]);
    let sentences: Vec<String> = told(&services, &bob).await.into_iter().map(|entry| entry.sentence).collect();
    assert_eq!(sentences[0], "Lyceum handed the team over to bob@example.org");
    let former = format!("Former person {:04x}", ada.user_id.as_uuid().as_u128() & 0xffff);
    assert_eq!(sentences[1], format!("Lyceum removed {former} from the team"));
    let named = "SELECT count(*) FROM audit_events e WHERE e::text ILIKE '%ada@example.org%' OR e::text ILIKE '%ada’s%'";
    assert_eq!(count(&pool, named).await, 0, "their name does not come back");
    let report = services.audit().verify(&administrator, AuditScope::Installation).await.unwrap();
    assert!(report.is_whole, "{}", report.sentence);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whom_somebody_asked_to_join_is_asked_no_more_once_their_account_is_gone(pool: PgPool) {
    let (services, clock, _) = installation(&pool).await;
    let olga = owner(&services, "olga@example.org").await;
    let ada = sign_up(&services, "ada@example.org").await;
    let there = beside(&pool, &ada, &olga).await;
    let manages = sqlx::query("UPDATE memberships SET roles = '{TeamManager}' WHERE team_id = $1 AND user_id = $2");
    manages.bind(olga.team_id).bind(ada.user_id).execute(&pool).await.unwrap();
    services.team().invite(&there, "mary@example.org", Role::Viewer).await.unwrap();
    services.team().invite(&olga, "eve@example.org", Role::Viewer).await.unwrap();
    delete(&services, &ada).await.unwrap();
    clock.advance(TimeDelta::days(15));
    assert_eq!(services.my_data().remove_gone_accounts().await.unwrap(), 1);
    let asked: Vec<_> = services.team().list_invitations(&olga).await.unwrap().into_iter().map(|one| one.email).collect();
    assert_eq!(asked, ["eve@example.org"]);
    let sentences: Vec<String> = told(&services, &olga).await.into_iter().map(|entry| entry.sentence).collect();
    assert!(sentences.contains(&"Lyceum revoked the invitation of mary@example.org".to_owned()), "{sentences:?}");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn neither_addresses_nor_devices_nor_invitations_of_the_person_are_left(pool: PgPool) {
    let (services, clock, _) = installation(&pool).await;
    let olga = owner(&services, "olga@example.org").await;
    let ada = sign_up(&services, "ada@example.org").await;
    let try_in = async |email: &str| services.identity().sign_in(email, PASSWORD.to_owned().into(), origin()).await;
    for (email, is_revoked) in [("ada@example.org", true), ("augusta@example.org", false), ("eve@example.org", true)] {
        let sent = services.team().invite(&olga, email, Role::Viewer).await.unwrap();
        if is_revoked {
            services.team().revoke_invitation(&olga, sent.invitation.id).await.unwrap();
        }
    }
    assert!(try_in("augusta@example.org").await.is_err(), "nobody's yet");
    sqlx::query("UPDATE users SET email = 'augusta@example.org' WHERE id = $1").bind(ada.user_id).execute(&pool).await.unwrap();
    try_in("augusta@example.org").await.unwrap();
    assert!(try_in("eve@example.org").await.is_err(), "somebody else's");
    let tries = count(&pool, "SELECT count(*) FROM sign_ins").await;
    delete(&services, &ada).await.unwrap();

    clock.advance(TimeDelta::days(15));
    assert_eq!(services.my_data().remove_gone_accounts().await.unwrap(), 1);
    let invited: Vec<String> = sqlx::query_scalar("SELECT email FROM invitations").fetch_all(&pool).await.unwrap();
    assert_eq!(invited, ["eve@example.org"]);
    assert_eq!(count(&pool, "SELECT count(*) FROM sign_ins").await, tries, "how often somebody came in stays");
    let known = "SELECT count(*) FROM sign_ins WHERE email_hash IN (sha256('ada@example.org'), sha256('augusta@example.org'))";
    assert_eq!(count(&pool, known).await, 0);
    let of_others = "SELECT count(*) FROM sign_ins WHERE user_id IS NULL AND ip <> '' AND user_agent <> ''";
    assert_eq!(count(&pool, of_others).await, 1, "the try as somebody else");
    let blank = "SELECT count(*) FROM sign_ins WHERE user_id IS NULL AND ip = '' AND user_agent = ''
                 AND email_hash = (SELECT sha256(convert_to($1::uuid::text, 'UTF8')))";
    let blank: i64 = sqlx::query_scalar(blank).bind(ada.user_id).fetch_one(&pool).await.unwrap();
    assert_eq!(blank, 3, "signing up, the try before and the sign-in");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn mails_to_the_person_go_with_the_account_whether_they_wait_or_were_given_up(pool: PgPool) {
    let (services, clock, _) = installation(&pool).await;
    let olga = owner(&services, "olga@example.org").await;
    let ada = sign_up(&services, "ada@example.org").await;
    sqlx::query("UPDATE users SET email = 'countess@example.org' WHERE id = $1").bind(ada.user_id).execute(&pool).await.unwrap();
    let mut tx = services.db().system_tx().await.unwrap();
    for email in ["ada@example.org", "countess@example.org", "eve@example.org", "olga@example.org"] {
        let to = Recipient { email: email.to_owned(), name: String::new() };
        services.mails().accept(&mut tx, olga.team_id, to, Mail::Test { link: String::new() }).await.unwrap();
    }
    tx.commit().await.unwrap();
    sqlx::query("UPDATE mails SET failed_at = now() WHERE recipient LIKE 'c%' OR recipient LIKE 'e%'").execute(&pool).await.unwrap();
    delete(&services, &ada).await.unwrap();
    let left = async || {
        let whose = "SELECT recipient FROM mails ORDER BY id";
        sqlx::query_scalar::<_, String>(whose).fetch_all(&pool).await.unwrap()
    };
    assert_eq!(left().await, ["a…@example.org", "c…@example.org", "e…@example.org", "o…@example.org"], "she may keep her account");

    clock.advance(TimeDelta::days(15));
    assert_eq!(services.my_data().remove_gone_accounts().await.unwrap(), 1);
    assert_eq!(left().await, ["e…@example.org", "o…@example.org"], "those to both of her addresses are gone");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_former_address_that_somebody_asked_to_join_is_told_nowhere_once_they_are_gone(pool: PgPool) {
    let (services, clock, _) = installation(&pool).await;
    let olga = owner(&services, "olga@example.org").await;
    let ada = sign_up(&services, "ada@example.org").await;
    let there = beside(&pool, &ada, &olga).await;
    let manages = sqlx::query("UPDATE memberships SET roles = '{TeamManager}' WHERE team_id = $1 AND user_id = $2");
    manages.bind(olga.team_id).bind(ada.user_id).execute(&pool).await.unwrap();
    sqlx::query("UPDATE users SET email = 'augusta@example.org' WHERE id = $1").bind(ada.user_id).execute(&pool).await.unwrap();
    services.team().invite(&there, "ada@example.org", Role::Viewer).await.unwrap();
    services.team().invite(&there, "eve@example.org", Role::Viewer).await.unwrap();
    sqlx::query("UPDATE invitations SET expires_at = expires_at + interval '30 days'").execute(&pool).await.unwrap();
    delete(&services, &ada).await.unwrap();
    clock.advance(TimeDelta::days(15));
    assert_eq!(services.my_data().remove_gone_accounts().await.unwrap(), 1);
    let revoked = "SELECT target_name FROM audit_events WHERE action = 'invitation.revoked' ORDER BY target_name";
    let revoked: Vec<String> = sqlx::query_scalar(revoked).fetch_all(&pool).await.unwrap();
    assert_eq!(revoked, ["", "eve@example.org"]);
    assert_eq!(count(&pool, "SELECT count(*) FROM audit_events WHERE target_name = 'ada@example.org'").await, 0);
}
