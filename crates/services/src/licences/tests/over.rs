//! The end of a licence: changes are refused by the database, and nothing is locked in. (Every address is asked in `server`.)

use super::{actions, administrator, end_in, install, origin, sentence, services, sign_in, sign_up};
use crate::testing::{member, owner, parts};
use crate::{Clock as _, Error, MockClock, Parts, Services, Viewer};
use chrono::{TimeDelta, Utc};
use domain::datasets::{NewDataset, Visibility};
use domain::licences::LicenceStanding;
use domain::my_data::ExportSummary;
use domain::team::TeamSettings;
use domain::{PageRequest, Role};
use secrecy::ExposeSecret as _;
use sqlx::PgPool;
use std::sync::Arc;

/// Services with a licence and a clock that a test turns; that of the licence is the database's.
async fn with_clock(pool: &PgPool) -> (Services, Arc<MockClock>) {
    let clock = Arc::new(MockClock::at(Utc::now()));
    let services = Services::new(Parts { clock: clock.clone(), ..parts(pool) });
    let root = administrator(&services, pool).await;
    install(&services, &root, "L-1", 5).await;
    (services, clock)
}

fn dataset(name: &str) -> NewDataset {
    NewDataset { name: name.to_owned(), description: String::new(), visibility: Visibility::Team, embedding_model_id: None }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn after_its_end_everything_is_read_and_nothing_changed(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    install(&services, &root, "L-1", 5).await;
    sign_up(&services, "ada@example.org").await.unwrap();
    let rules = services.datasets().create(&root, dataset("Rules")).await.unwrap();
    end_in(&pool, 0).await;
    assert!(services.licences().is_over().await.unwrap());

    assert!(matches!(services.datasets().create(&root, dataset("More")).await, Err(Error::ReadOnly)));
    assert!(matches!(services.datasets().delete(&root, rules.id).await, Err(Error::ReadOnly)));
    assert!(matches!(services.datasets().check_upload(&root, rules.id).await, Err(Error::ReadOnly)));
    assert!(matches!(services.team().create(&root, "Legal").await, Err(Error::ReadOnly)));
    assert!(matches!(sign_up(&services, "eve@example.org").await, Err(Error::ReadOnly)));
    assert!(matches!(services.licences().free_seat(&root, root.user_id).await, Err(Error::Conflict(_) | Error::ReadOnly)));

    assert_eq!(services.datasets().list(&root).await.unwrap().len(), 1);
    sign_in(&services, "ada@example.org").await.unwrap();
    let export: ExportSummary = services.my_data().request_export(&root).await.unwrap();
    assert_eq!(services.my_data().list_exports(&root).await.unwrap()[0].id, export.id);

    install(&services, &root, "L-2", 5).await;
    services.datasets().create(&root, dataset("More")).await.unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whoever_has_no_seat_comes_in_then_to_read_and_export_and_takes_none(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    for email in ["ada@example.org", "eve@example.org"] {
        sign_up(&services, email).await.unwrap();
    }
    assert_eq!(install(&services, &root, "L-1", 1).await.turned_away, 2);
    let refused = sentence(sign_in(&services, "ada@example.org").await);
    let way_out = "What is yours stays: to read or export it, ask the administrator of this installation to free a seat or to get more.";
    assert_eq!(refused, format!("The only seat of this installation is taken. {way_out}"));

    end_in(&pool, 0).await;
    let session = sign_in(&services, "ada@example.org").await.unwrap();
    let ada = services.identity().viewer_for_token(session.token.expose_secret(), &origin()).await.unwrap().unwrap();
    assert!(services.datasets().list(&ada).await.unwrap().is_empty());
    services.my_data().request_export(&ada).await.unwrap();
    assert!(matches!(services.datasets().create(&ada, dataset("More")).await, Err(Error::ReadOnly)));
    sign_in(&services, "eve@example.org").await.unwrap();
    assert_eq!(services.licences().overview(&root).await.unwrap().licence.unwrap().seats_used, 1);
    assert_eq!(actions(&pool).await, ["licence.installed"]);

    let next = install(&services, &root, "L-2", 2).await;
    assert_eq!((next.licence.seats_used, next.turned_away), (2, 1), "seats count again");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn administrators_are_warned_and_everybody_is_told_of_the_end(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    let eve = member(&services, &root, "eve@example.org", Role::Viewer).await;
    let notice = async |viewer: &Viewer| services.identity().current_viewer_info(viewer).await.unwrap().licence;
    assert_eq!(notice(&root).await, None, "no licence, no notice");
    install(&services, &root, "L-1", 5).await;
    end_in(&pool, 31).await;
    assert_eq!(notice(&root).await, None);
    end_in(&pool, 30).await;
    assert!(!notice(&root).await.unwrap().is_over);
    assert_eq!(notice(&eve).await, None);
    assert_eq!(services.licences().overview(&root).await.unwrap().licence.unwrap().standing, LicenceStanding::EndsSoon);
    end_in(&pool, 0).await;
    assert!(notice(&root).await.unwrap().is_over && notice(&eve).await.unwrap().is_over);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_was_begun_is_finished(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    install(&services, &root, "L-1", 5).await;
    let rules = services.datasets().create(&root, dataset("Rules")).await.unwrap();
    end_in(&pool, 0).await;
    let mut tx = services.db().tx_for(root.team_id, root.user_id).await.unwrap();
    let touched = sqlx::query("UPDATE datasets SET description = 'read' WHERE id = $1").bind(rules.id).execute(&mut *tx).await.unwrap();
    assert_eq!(touched.rows_affected(), 1);
    tx.commit().await.unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn no_deleted_team_is_removed_and_all_are_restored_while_it_is_over(pool: PgPool) {
    let (services, clock) = with_clock(&pool).await;
    let (ada, eve) = (owner(&services, "ada@example.org").await, owner(&services, "eve@example.org").await);
    let team = services.team();
    for (viewer, name) in [(&ada, "ada@example.org"), (&eve, "eve@example.org")] {
        team.delete(viewer, name).await.unwrap();
    }
    end_in(&pool, 0).await;
    clock.advance(TimeDelta::days(31));
    assert_eq!(team.remove_deleted().await.unwrap(), 0);
    let deleted = team.list_deleted(&ada).await.unwrap();
    assert_eq!((deleted.len(), deleted[0].id, deleted[0].gone_at), (1, ada.team_id, clock.now()), "at any moment from now on");
    team.restore(&ada, ada.team_id).await.unwrap();
    assert_eq!(team.list_members(&ada).await.unwrap().len(), 1);
    assert!(matches!(team.restore(&ada, eve.team_id).await, Err(Error::NotFound)));

    end_in(&pool, 30).await;
    assert_eq!(team.list_deleted(&eve).await.unwrap(), []);
    assert!(matches!(team.restore(&eve, eve.team_id).await, Err(Error::NotFound)));
    assert_eq!(team.remove_deleted().await.unwrap(), 1);
    let left: Vec<bool> = sqlx::query_scalar("SELECT id = $1 FROM teams WHERE id IN ($1, $2)")
        .bind(ada.team_id)
        .bind(eve.team_id)
        .fetch_all(&pool)
        .await
        .unwrap();
    assert_eq!(left, [true]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn chats_are_kept_for_as_long_as_it_is_over(pool: PgPool) {
    let (services, clock) = with_clock(&pool).await;
    let ada = owner(&services, "ada@example.org").await;
    let team = services.team();
    let settings = TeamSettings { chat_retention_days: Some(30), ..TeamSettings::default() };
    team.update_settings(&ada, settings).await.unwrap();
    let insert = "INSERT INTO conversations (id, team_id, user_id, title) VALUES (gen_random_uuid(), $1, $2, 'About owls')";
    sqlx::query(insert).bind(ada.team_id).bind(ada.user_id).execute(&pool).await.unwrap();
    clock.advance(TimeDelta::days(31));
    end_in(&pool, 0).await;
    assert!(matches!(team.update_settings(&ada, TeamSettings::default()).await, Err(Error::ReadOnly)));
    assert_eq!(team.delete_old_chats().await.unwrap(), 0);
    assert_eq!(services.chat().list(&ada, PageRequest::default()).await.unwrap().total, 1);
    end_in(&pool, 30).await;
    assert_eq!(team.delete_old_chats().await.unwrap(), 1);
}
