//! What is in the database, so that a test can say that nothing changed, or where something did.

use sqlx::PgPool;
use std::collections::BTreeMap;

/// Nothing is different.
pub const NOTHING: [&str; 0] = [];

/// A fingerprint of every table at one moment.
pub struct Snapshot(BTreeMap<String, String>);

impl Snapshot {
    /// What is there now.
    pub async fn take(pool: &PgPool) -> Self {
        let mut prints = BTreeMap::new();
        for table in tables(pool).await {
            let print = format!(
                "SELECT coalesce(md5(string_agg(line, '' ORDER BY line)), '') FROM (SELECT md5(whole::text) AS line FROM \"{table}\" AS whole) AS lines"
            );
            let print: String = sqlx::query_scalar(sqlx::AssertSqlSafe(print)).fetch_one(pool).await.expect("its rows");
            prints.insert(table, print);
        }
        Self(prints)
    }

    /// The same with all sessions seen just now: each notes once a minute that it was, whatever is asked for.
    pub async fn take_with_all_seen(pool: &PgPool) -> Self {
        sqlx::query("UPDATE sessions SET last_seen_at = now()").execute(pool).await.expect("all were seen just now");
        Self::take(pool).await
    }

    /// The tables in which a row was added, changed or removed since, in alphabetical order.
    pub async fn changed(&self, pool: &PgPool) -> Vec<String> {
        let Self(now) = Self::take(pool).await;
        now.into_iter().filter(|(table, print)| self.0.get(table) != Some(print)).map(|(table, _)| table).collect()
    }
}

/// How many rows every table has at one moment: for several who come at once, of whom all but one are to leave nothing.
pub struct RowCounts(BTreeMap<String, i64>);

impl RowCounts {
    /// What is there now.
    pub async fn take(pool: &PgPool) -> Self {
        let mut counts = BTreeMap::new();
        for table in tables(pool).await {
            let count = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM \"{table}\""));
            let count: i64 = sqlx::query_scalar(count).fetch_one(pool).await.expect("its rows");
            counts.insert(table, count);
        }
        Self(counts)
    }

    /// By how many rows tables have grown since, without the one that counts tries.
    pub async fn growth(&self, pool: &PgPool) -> BTreeMap<String, i64> {
        let Self(now) = Self::take(pool).await;
        let growth = now.into_iter().map(|(table, count)| {
            let before = self.0.get(&table).copied().unwrap_or_default();
            (table, count - before)
        });
        growth.filter(|(table, more)| *more != 0 && table != "throttles").collect()
    }
}

async fn tables(pool: &PgPool) -> Vec<String> {
    let list = "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'";
    sqlx::query_scalar(list).fetch_all(pool).await.expect("the tables")
}
