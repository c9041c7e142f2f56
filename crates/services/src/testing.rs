//! What tests of this crate and of the server start from: services on a database of their own, and people in teams.

use crate::{CameFrom, Db, Keyring, Parts, Services, Settings, SignUp, SystemClock, Viewer};
use domain::{Permission, Role, TeamId, UserId};
use egress::{EgressClient, EgressPolicy, HostPort, Limits};
use llm::MiniLmEmbedder;
use object_store::memory::InMemory;
use sqlx::PgPool;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

pub mod without_team;

/// Services on the database of an `#[sqlx::test]`; bytes live in memory, loopback providers may be called.
pub fn services(pool: &PgPool) -> Services {
    Services::new(parts(pool))
}

/// The parts of [`services`], for tests that replace one.
pub fn parts(pool: &PgPool) -> Parts {
    let models_dir = std::env::var_os("LYCEUM_MODELS_DIR").map_or_else(|| PathBuf::from("no-models"), PathBuf::from);
    let direct = pool.connect_options().as_ref().clone();
    let options = if std::env::var_os(without_team::VARIABLE).is_some() { without_team::options(&direct) } else { direct };
    Parts {
        db: Db::new(options, 8),
        clock: Arc::new(SystemClock),
        keyring: Keyring::generate(),
        objects: Arc::new(InMemory::new()),
        egress: Arc::new(egress_to_loopback(Limits::default())),
        mailer: None,
        minilm: Arc::new(MiniLmEmbedder::lazy(models_dir.join("all-MiniLM-L6-v2"))),
        settings: Settings {
            public_url: "http://127.0.0.1:3000".to_owned(),
            sign_up: SignUp::Invited,
            max_upload_bytes: 1024 * 1024,
            extractor: (PathBuf::from("lyceum"), vec!["extract".to_owned()]),
            session_lifetime: Duration::from_hours(720),
            licence_key: Some(crate::licences::testing::public_key()),
        },
    }
}

/// The same services where no mail is sent: whoever makes an account there is in at once.
pub fn without_mail(services: &Services, pool: &PgPool) -> Services {
    let Parts { db, clock, settings, .. } = &*services.parts;
    Services::new(Parts { db: db.clone(), clock: Arc::clone(clock), settings: settings.clone(), ..parts(pool) })
}

/// A way out within limits that also leads to providers on this machine, at any port that the system hands out.
pub fn egress_to_loopback(limits: Limits) -> EgressClient {
    static ALLOW: LazyLock<Vec<HostPort>> = LazyLock::new(|| {
        let address = |port| format!("127.0.0.1:{port}").parse().expect("a host and a port");
        (32_768..=60_999).map(address).collect()
    });
    EgressClient::new(EgressPolicy { allow: ALLOW.clone(), limits }).expect("TLS can be set up")
}

/// A person with a team of their own, which they own.
pub async fn owner(services: &Services, email: &str) -> Viewer {
    let user_id = UserId::new();
    let team_id = TeamId::new();
    let mut tx = services.db().system_tx().await.expect("the test database answers");
    sqlx::query("INSERT INTO users (id, email, first_name, password_hash) VALUES ($1, $2, $2, '-')")
        .bind(user_id)
        .bind(email)
        .execute(&mut *tx)
        .await
        .expect("a new person");
    sqlx::query("INSERT INTO teams (id, name, is_personal, created_by) VALUES ($1, $2, true, $3)")
        .bind(team_id)
        .bind(email)
        .bind(user_id)
        .execute(&mut *tx)
        .await
        .expect("a new team");
    tx.commit().await.expect("committed");
    join(services, user_id, team_id, Role::Owner).await
}

/// A person in the team of `colleague`, with one role.
pub async fn member(services: &Services, colleague: &Viewer, email: &str, role: Role) -> Viewer {
    let own = owner(services, email).await;
    join(services, own.user_id, colleague.team_id, role).await
}

/// The same person once they manage the installation.
pub fn administrator(viewer: Viewer) -> Viewer {
    let mut administrator = Viewer { is_system_administrator: true, ..viewer };
    administrator.permissions.extend_from_slice(Permission::OF_ADMINISTRATORS);
    administrator
}

/// The same person in roles that do not allow this.
pub fn without(viewer: &Viewer, permission: Permission) -> Viewer {
    let mut viewer = viewer.clone();
    viewer.permissions.retain(|allowed| *allowed != permission);
    viewer
}

async fn join(services: &Services, user_id: UserId, team_id: TeamId, role: Role) -> Viewer {
    let mut tx = services.db().system_tx().await.expect("the test database answers");
    sqlx::query("INSERT INTO memberships (team_id, user_id, roles) VALUES ($1, $2, ARRAY[$3])")
        .bind(team_id)
        .bind(user_id)
        .bind(role.as_str())
        .execute(&mut *tx)
        .await
        .expect("a new membership");
    let words: Vec<String> = sqlx::query_scalar("SELECT permission FROM roles_permissions WHERE role = $1")
        .bind(role.as_str())
        .fetch_all(&mut *tx)
        .await
        .expect("the permissions of a role");
    tx.commit().await.expect("committed");
    let permissions: Vec<Permission> = words.iter().map(|word| word.parse().expect("a known permission")).collect();
    Viewer {
        user_id,
        team_id,
        session_id: None,
        api_key: None,
        is_system_administrator: false,
        must_set_up_two_step: false,
        permissions,
        seen_by: None,
        came_from: CameFrom::default(),
    }
}

/// So many events in a chain, a team's or the installation's, by these people in turn: each made a group.
pub async fn many_events(pool: &PgPool, team: Option<TeamId>, people: &[UserId], count: i32) {
    let insert = "INSERT INTO audit_events (team_id, actor_id, via, action, target_type, target_id, target_name, ip, details)
                  SELECT $1::uuid, ($2::uuid[])[n % cardinality($2::uuid[]) + 1], 'Screen', 'group.created', 'Group', gen_random_uuid(),
                         'Group ' || n, '192.0.2.77', '{}'
                  FROM generate_series(1, $3::int) AS n";
    let people: Vec<uuid::Uuid> = people.iter().copied().map(UserId::as_uuid).collect();
    sqlx::query(insert).bind(team.map(TeamId::as_uuid)).bind(people).bind(count).execute(pool).await.expect("new events");
}
