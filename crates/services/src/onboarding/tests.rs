//! The guide ticks itself off, the sample is a dataset like others, and people learn whom to ask.

use super::sample::{FILES, NAME};
use crate::testing::{member, owner, services};
use crate::{Error, Services, Viewer};
use domain::onboarding::Guide;
use domain::team::TeamPatch;
use domain::{Permission, Role};
use sqlx::PgPool;

/// Somebody who manages the installation, in a team that is called as signing up calls it.
async fn administrator(services: &Services, pool: &PgPool) -> Viewer {
    let root = owner(services, "root@example.org").await;
    sqlx::query("UPDATE users SET first_name = 'Grace', is_system_administrator = true WHERE id = $1")
        .bind(root.user_id)
        .execute(pool)
        .await
        .unwrap();
    sqlx::query("UPDATE teams SET name = 'Grace’s team' WHERE id = $1").bind(root.team_id).execute(pool).await.unwrap();
    Viewer { is_system_administrator: true, ..root }
}

async fn guide(services: &Services, viewer: &Viewer) -> Guide {
    services.onboarding().guide(viewer).await.unwrap().expect("a guide")
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn each_step_ticks_itself_off_from_what_there_is(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    let start = guide(&services, &root).await;
    assert_eq!((start.done(), start.team_name.as_str(), start.sample), (0, "Grace’s team", None));

    sqlx::query("UPDATE users SET first_name = 'Rear Admiral'").execute(&pool).await.unwrap();
    assert!(!guide(&services, &root).await.is_team_named, "another name of hers is none of the team");
    let patch = TeamPatch { name: "Research".to_owned(), slug: "research".to_owned() };
    services.team().rename(&root, patch).await.unwrap();
    assert!(guide(&services, &root).await.is_team_named);
    services.onboarding().keep_model(&root).await.unwrap();
    assert!(guide(&services, &root).await.is_model_chosen);
    let sample = services.onboarding().add_sample(&root).await.unwrap();
    let now = guide(&services, &root).await;
    assert!(now.has_documents && now.sample == Some(sample));
    let other = Viewer { is_system_administrator: true, ..member(&services, &root, "other@example.org", Role::Owner).await };
    sqlx::query("UPDATE datasets SET visibility = 'Private'").execute(&pool).await.unwrap();
    assert_eq!(guide(&services, &other).await.sample, None, "nobody is led to what they do not see");
    sqlx::query("DELETE FROM memberships WHERE user_id = $1 AND team_id = $2")
        .bind(other.user_id)
        .bind(root.team_id)
        .execute(&pool)
        .await
        .unwrap();
    services.team().invite(&root, "ada@example.org", Role::Viewer).await.unwrap();
    assert_eq!(guide(&services, &root).await.done(), Guide::STEPS);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_guide_that_was_put_away_stays_away_for_that_person_only(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    let other = Viewer { is_system_administrator: true, ..member(&services, &root, "other@example.org", Role::Owner).await };
    services.onboarding().dismiss(&root).await.unwrap();
    assert_eq!(services.onboarding().guide(&root).await.unwrap(), None);
    services.onboarding().keep_model(&root).await.unwrap();
    assert_eq!(services.onboarding().guide(&root).await.unwrap(), None);
    let theirs = guide(&services, &other).await;
    assert!(!theirs.is_model_chosen && theirs.has_invited);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_guide_is_for_those_who_manage_both_installation_and_team(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    assert_eq!(services.onboarding().guide(&ada).await.unwrap(), None);
    assert!(matches!(services.onboarding().dismiss(&ada).await, Err(Error::NotFound)));
    assert!(matches!(services.onboarding().keep_model(&ada).await, Err(Error::NotFound)));
    let guest = Viewer { is_system_administrator: true, ..member(&services, &ada, "root@example.org", Role::Viewer).await };
    assert_eq!(services.onboarding().guide(&guest).await.unwrap(), None);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_sample_is_added_once_and_goes_through_the_ordinary_pipeline(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    let id = services.onboarding().add_sample(&root).await.unwrap();
    assert_eq!(services.onboarding().add_sample(&root).await.unwrap(), id);
    let datasets = services.datasets().list(&root).await.unwrap();
    assert_eq!((datasets.len(), datasets[0].name.as_str()), (1, NAME));
    let jobs: i64 = sqlx::query_scalar("SELECT count(*) FROM jobs WHERE kind = 'ExtractDocument'").fetch_one(&pool).await.unwrap();
    assert_eq!((datasets[0].document_count.try_into(), jobs), (Ok(FILES.len()), i64::try_from(FILES.len()).unwrap()));
    let viewer = member(&services, &root, "viewer@example.org", Role::Viewer).await;
    sqlx::query("DELETE FROM datasets").execute(&pool).await.unwrap();
    assert!(matches!(services.onboarding().add_sample(&viewer).await, Err(Error::Forbidden)));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn people_learn_whom_to_ask_in_their_own_team(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let viewer = member(&services, &ada, "viewer@example.org", Role::Viewer).await;
    for (email, role) in [("c@example.org", Role::Collaborator), ("m@example.org", Role::TeamManager), ("v@example.org", Role::Viewer)] {
        member(&services, &ada, email, role).await;
    }
    let asked = services.onboarding().whom_to_ask(&viewer, Permission::ManageDatasets).await.unwrap();
    assert_eq!(asked, ["ada@example.org", "m@example.org", "c@example.org"]);
    let alone = owner(&services, "alone@example.org").await;
    assert!(services.onboarding().whom_to_ask(&alone, Permission::ManageDatasets).await.unwrap().is_empty());
}
