//! The SQL of mailed links of every kind: which of them still lead somewhere. It runs as the system role.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Which of these selectors belong to links that can still be used: of invitations, forgotten passwords, new addresses and new accounts.
pub(crate) async fn list_open_links(connection: &mut PgConnection, selectors: &[String], now: DateTime<Utc>) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"WITH open_invitations AS (
               SELECT i.id, i.selector FROM invitations i JOIN teams t ON t.id = i.team_id AND t.deleted_at IS NULL
               WHERE i.used_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > $2
                 AND (i.selector = ANY ($1) OR i.id IN (SELECT s.invitation_id FROM sign_ups s WHERE s.selector = ANY ($1)))
                 AND may_invite(i.team_id, i.created_by, i.role))
           SELECT selector AS "selector!" FROM open_invitations WHERE selector = ANY ($1)
           UNION ALL
           SELECT r.selector FROM password_resets r JOIN users u ON u.id = r.user_id AND u.suspended_at IS NULL
           WHERE r.selector = ANY ($1) AND r.used_at IS NULL AND r.expires_at > $2
           UNION ALL
           SELECT c.selector FROM email_changes c JOIN users u ON u.id = c.user_id AND u.suspended_at IS NULL
           WHERE c.selector = ANY ($1) AND c.expires_at > $2 AND NOT EXISTS (SELECT FROM users o WHERE o.email = c.email)
           UNION ALL
           SELECT s.selector FROM sign_ups s
           WHERE s.selector = ANY ($1) AND s.expires_at > $2 AND NOT EXISTS (SELECT FROM users o WHERE o.email = s.email)
             AND (s.invitation_id IS NULL OR s.invitation_id IN (SELECT id FROM open_invitations))"#,
        selectors,
        now
    )
    .fetch_all(connection)
    .await
}
