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

/// Services on the database of an `#[sqlx::test]`; bytes live in memory, loopback providers may be called.
pub fn services(pool: &PgPool) -> Services {
    Services::new(parts(pool))
}

/// The parts of [`services`], for tests that replace one.
pub fn parts(pool: &PgPool) -> Parts {
    let models_dir = std::env::var_os("LYCEUM_MODELS_DIR").map_or_else(|| PathBuf::from("no-models"), PathBuf::from);
    Parts {
        db: Db::new(pool.connect_options().as_ref().clone(), 8),
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
        permissions,
        seen_by: None,
        came_from: CameFrom::default(),
    }
}
