//! Two acts that meet: one waits for the other and sees what it did, so that a team always has an owner who stays and nobody is asked
//! with a role that its maker has no more, or twice.

use crate::identity::{NewPerson, Origin};
use crate::team::take_provided_role;
use crate::testing::{member, owner, parts};
use crate::{Error, Result, Services, SignUp, Viewer};
use domain::Role;
use domain::audit::Named;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use sqlx::PgPool;
use std::cell::Cell;
use uuid::Uuid;

const PASSWORD: &str = "correct horse battery staple";
/// The chain of events of the installation.
const INSTALLATION: Uuid = Uuid::nil();

async fn sign_up(services: &Services, email: &str) -> Viewer {
    let (first_name, last_name, password) = ("Bob".to_owned(), String::new(), PASSWORD.to_owned().into());
    let person = NewPerson { first_name, last_name, email: email.to_owned(), password, invitation: None };
    let origin = Origin { ip: "192.0.2.1".parse().unwrap(), user_agent: "Firefox".to_owned() };
    let session = services.identity().sign_up(person, origin.clone()).await.unwrap().session().expect("nothing is mailed");
    services.identity().viewer_for_token(session.token.expose_secret(), &origin).await.unwrap().unwrap()
}

/// Ada owns a team. Bob, who knows his password, is in it with this role.
async fn with_bob(pool: &PgPool, role: Role) -> (Services, Viewer, Viewer) {
    let mut parts = parts(pool);
    parts.settings.sign_up = SignUp::Open;
    let services = Services::new(parts);
    // The first person manages the installation and could not go.
    sign_up(&services, "administrator@example.org").await;
    let ada = owner(&services, "ada@example.org").await;
    let bob = sign_up(&services, "bob@example.org").await;
    let insert = sqlx::query("INSERT INTO memberships (team_id, user_id, roles) VALUES ($1, $2, ARRAY[$3])");
    insert.bind(ada.team_id).bind(bob.user_id).bind(role.as_str()).execute(pool).await.unwrap();
    (services, ada, bob)
}

/// Ada owns her team again, Bob is in it with this role, and nobody goes.
async fn as_before(pool: &PgPool, ada: &Viewer, bob: Role) {
    sqlx::query("UPDATE users SET deletion_requested_at = NULL").execute(pool).await.unwrap();
    let roles = "UPDATE memberships SET roles = ARRAY[CASE WHEN user_id = $2 THEN 'Owner' ELSE $3 END] WHERE team_id = $1";
    sqlx::query(roles).bind(ada.team_id).bind(ada.user_id).bind(bob.as_str()).execute(pool).await.unwrap();
    sqlx::query("DELETE FROM throttles").execute(pool).await.unwrap();
}

async fn delete_account(services: &Services, viewer: &Viewer) -> Result<()> {
    services.my_data().delete_account(viewer, PASSWORD.to_owned().into()).await.map(drop)
}

async fn owners_who_stay(pool: &PgPool, team: &Viewer) -> i64 {
    let count = "SELECT count(*) FROM memberships m JOIN users u ON u.id = m.user_id
                 WHERE m.team_id = $1 AND 'Owner' = ANY (m.roles) AND m.suspended_at IS NULL AND u.deletion_requested_at IS NULL";
    sqlx::query_scalar(count).bind(team.team_id).fetch_one(pool).await.unwrap()
}

/// Waits until so many wait for a lock, or one of the acts is over.
async fn until_waiting(pool: &PgPool, wanted: i64, is_over: &Cell<bool>) {
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while !is_over.get() && sqlx::query_scalar::<_, i64>(waiting).fetch_one(pool).await.unwrap() < wanted {
        tokio::task::yield_now().await;
    }
}

/// Begins the second act when the first has done everything but record it, and lets the first end when the second is over or waits.
async fn at_once<A, B>(pool: &PgPool, chain: Uuid, first: impl Future<Output = A>, second: impl Future<Output = B>) -> (A, B) {
    let mut held = pool.begin().await.unwrap();
    let lock = sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended('audit ' || $1::uuid, 0))");
    lock.bind(chain).execute(&mut *held).await.unwrap();
    let is_over = Cell::new(false);
    let first = async {
        let done = first.await;
        is_over.set(true);
        done
    };
    let second = async {
        until_waiting(pool, 1, &is_over).await;
        let done = second.await;
        is_over.set(true);
        done
    };
    let release = async {
        until_waiting(pool, 2, &is_over).await;
        held.rollback().await.unwrap();
    };
    let (first, second, ()) = futures::join!(first, second, release);
    (first, second)
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_owner_who_steps_down_and_one_who_deletes_their_account_at_once_leave_one(pool: PgPool) {
    let (services, ada, bob) = with_bob(&pool, Role::Owner).await;
    let team = services.team();
    for steps_first in [true, false, true, false] {
        let steps = team.change_roles(&ada, ada.user_id, &[Role::TeamManager]);
        let goes = delete_account(&services, &bob);
        let (stepped, gone) = if steps_first {
            at_once(&pool, ada.team_id.as_uuid(), steps, goes).await
        } else {
            let (gone, stepped) = at_once(&pool, INSTALLATION, goes, steps).await;
            (stepped, gone)
        };
        assert_eq!(owners_who_stay(&pool, &ada).await, 1, "{stepped:?} {gone:?}");
        assert_eq!((stepped.is_ok(), gone.is_ok()), (steps_first, !steps_first), "{stepped:?} {gone:?}");
        assert!(matches!(stepped, Ok(_) | Err(Error::Conflict(_))) && matches!(gone, Ok(()) | Err(Error::Conflict(_))));
        as_before(&pool, &ada, Role::Owner).await;
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_team_is_not_handed_to_who_deletes_their_account_at_that_moment(pool: PgPool) {
    let (services, ada, bob) = with_bob(&pool, Role::Collaborator).await;
    let team = services.team();
    for hands_first in [true, false, true, false] {
        let hands = team.hand_over(&ada, bob.user_id);
        let goes = delete_account(&services, &bob);
        let (handed, gone) = if hands_first {
            at_once(&pool, ada.team_id.as_uuid(), hands, goes).await
        } else {
            let (gone, handed) = at_once(&pool, INSTALLATION, goes, hands).await;
            (handed, gone)
        };
        assert_eq!(owners_who_stay(&pool, &ada).await, 1, "{handed:?} {gone:?}");
        assert_eq!((handed.is_ok(), gone.is_ok()), (hands_first, !hands_first), "{handed:?} {gone:?}");
        as_before(&pool, &ada, Role::Collaborator).await;
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_owner_whom_a_provider_lowers_and_one_who_deletes_their_account_at_once_leave_one(pool: PgPool) {
    let (services, ada, bob) = with_bob(&pool, Role::Owner).await;
    let lower = async || {
        let says_so = Named { id: Uuid::nil(), name: "Works".to_owned() };
        let mut tx = services.db().system_tx().await?;
        take_provided_role(&mut tx, (ada.team_id, ada.user_id), Role::Viewer, says_so).await?;
        tx.commit().await
    };
    for lowers_first in [true, false] {
        let (lowered, gone) = if lowers_first {
            at_once(&pool, ada.team_id.as_uuid(), lower(), delete_account(&services, &bob)).await
        } else {
            let (gone, lowered) = at_once(&pool, INSTALLATION, delete_account(&services, &bob), lower()).await;
            (lowered, gone)
        };
        lowered.unwrap();
        assert_eq!((owners_who_stay(&pool, &ada).await, gone.is_ok()), (1, !lowers_first), "{gone:?}");
        as_before(&pool, &ada, Role::Owner).await;
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_invitation_that_is_made_while_its_maker_is_lowered_is_taken_back(pool: PgPool) {
    let services = crate::testing::services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Owner).await;
    let team = services.team();
    let invites = team.invite(&bob, "second@example.org", Role::Owner);
    let lowers = team.change_roles(&ada, bob.user_id, &[Role::TeamManager]);
    let (sent, lowered) = at_once(&pool, ada.team_id.as_uuid(), invites, lowers).await;
    sent.unwrap();
    lowered.unwrap();
    assert_eq!(team.list_invitations(&ada).await.unwrap(), []);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn of_two_invitations_of_an_address_at_once_one_is_open_and_neither_leads_back(pool: PgPool) {
    let services = crate::testing::services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::TeamManager).await;
    let grace = owner(&services, "grace@example.org").await;
    let team = services.team();
    let first = team.invite(&ada, "grace@example.org", Role::TeamManager);
    let second = team.invite(&bob, "grace@example.org", Role::Viewer);
    let (first, second) = at_once(&pool, ada.team_id.as_uuid(), first, second).await;
    let (first, second) = (first.unwrap(), second.unwrap());
    let open: Vec<_> = team.list_invitations(&ada).await.unwrap().into_iter().map(|open| open.id).collect();
    assert_eq!(open, [second.invitation.id], "the second took the first back");

    let token = |link: &str| link.split_once("?invitation=").expect("a link with a token").1.to_owned();
    team.accept_invitation(&grace, &token(&second.link)).await.unwrap();
    team.remove(&ada, grace.user_id).await.unwrap();
    for link in [&first.link, &second.link] {
        let refused = team.accept_invitation(&grace, &token(link)).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn of_two_who_change_who_is_in_a_group_at_once_each_is_told_with_what_they_changed(pool: PgPool) {
    let services = crate::testing::services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::TeamManager).await;
    let team = services.team();
    let board = team.create_group(&ada, "Board").await.unwrap().id;
    let (hers, his) = ([ada.user_id], [bob.user_id]);
    let (first, second) = (team.set_group_members(&ada, board, &hers), team.set_group_members(&bob, board, &his));
    let (first, second) = at_once(&pool, ada.team_id.as_uuid(), first, second).await;
    assert_eq!((first.unwrap().members, second.unwrap().members), (hers.to_vec(), his.to_vec()));
    let told: Vec<Value> = sqlx::query_scalar("SELECT details FROM audit_events WHERE action = 'group.members-changed' ORDER BY position")
        .fetch_all(&pool)
        .await
        .unwrap();
    assert_eq!(told, [json!({ "people": 1, "added": hers }), json!({ "people": 1, "added": his, "removed": hers })]);
}
