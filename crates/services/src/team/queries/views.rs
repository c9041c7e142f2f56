//! Views of a team as one of its members.

use crate::CameFrom;
use sqlx::PgConnection;

/// Has the end of a view in the running transaction recorded as done by whoever sees, by this way and from this address; without it a
/// view ends by itself.
pub(in crate::team) async fn tell_where_from(connection: &mut PgConnection, from: CameFrom) -> sqlx::Result<()> {
    sqlx::query!(
        "SELECT set_config('app.view_ended_via', $1, true) AS via, set_config('app.view_ended_ip', $2, true) AS ip",
        from.via.as_str(),
        from.ip.map(|ip| ip.to_canonical().to_string()).unwrap_or_default()
    )
    .fetch_one(connection)
    .await?;
    Ok(())
}
