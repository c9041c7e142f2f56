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
        let list = "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'";
        let tables: Vec<String> = sqlx::query_scalar(list).fetch_all(pool).await.expect("the tables");
        let mut prints = BTreeMap::new();
        for table in tables {
            let print = format!(
                "SELECT coalesce(md5(string_agg(line, '' ORDER BY line)), '') FROM (SELECT md5(whole::text) AS line FROM \"{table}\" AS whole) AS lines"
            );
            let print: String = sqlx::query_scalar(sqlx::AssertSqlSafe(print)).fetch_one(pool).await.expect("its rows");
            prints.insert(table, print);
        }
        Self(prints)
    }

    /// The tables in which a row was added, changed or removed since, in alphabetical order.
    pub async fn changed(&self, pool: &PgPool) -> Vec<String> {
        let Self(now) = Self::take(pool).await;
        now.into_iter().filter(|(table, print)| self.0.get(table) != Some(print)).map(|(table, _)| table).collect()
    }
}
