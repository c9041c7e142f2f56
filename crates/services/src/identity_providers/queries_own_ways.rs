//! The SQL of Lyceum's own ways to sign in: a setting each, which is missing as long as nobody has turned the way off.

use domain::identity_providers::OwnWay;
use sqlx::PgConnection;

fn key(way: OwnWay) -> String {
    format!("sign-in.{way}")
}

pub(super) async fn is_allowed(tx: &mut PgConnection, way: OwnWay) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"SELECT NOT EXISTS (SELECT FROM settings WHERE key = $1 AND value = 'off') AS "is_allowed!""#, key(way))
        .fetch_one(tx)
        .await
}

/// Sets it; whether that changed anything.
pub(super) async fn set(tx: &mut PgConnection, way: OwnWay, is_allowed: bool) -> sqlx::Result<bool> {
    let done = if is_allowed {
        sqlx::query!("DELETE FROM settings WHERE key = $1", key(way)).execute(tx).await?
    } else {
        sqlx::query!("INSERT INTO settings (key, value) VALUES ($1, 'off') ON CONFLICT (key) DO NOTHING", key(way)).execute(tx).await?
    };
    Ok(done.rows_affected() == 1)
}
