//! The SQL of jobs. All times are the database's.

use super::JobKind;
use crate::Result;
use domain::{JobId, TeamId};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// A job to be accepted.
pub(crate) struct NewJob {
    /// Whose it is.
    pub team_id: TeamId,
    /// What it does.
    pub kind: JobKind,
    /// What it is about: a document, usually.
    pub subject_id: Uuid,
    /// Anything else it needs.
    pub payload: Value,
}

/// A job a worker holds the lease of.
#[derive(Clone, Debug)]
pub(crate) struct ClaimedJob {
    /// The job.
    pub id: JobId,
    /// Whose it is.
    pub team_id: TeamId,
    /// What it does.
    pub kind: JobKind,
    /// What it is about.
    pub subject_id: Uuid,
    /// Anything else it needs.
    pub payload: Value,
    /// Attempts, this one included.
    pub attempts: i32,
    /// How many there may be.
    pub max_attempts: i32,
    /// Grows with every claim; the newest may finish.
    pub fence: i64,
}

pub(super) async fn insert(connection: &mut PgConnection, job: &NewJob) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO jobs (id, team_id, kind, subject_id, payload, max_attempts) VALUES ($1, $2, $3, $4, $5, $6)",
        JobId::new().as_uuid(),
        job.team_id.as_uuid(),
        job.kind.as_str(),
        job.subject_id,
        job.payload,
        job.kind.max_attempts()
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn notify(connection: &mut PgConnection, channel: &str) -> sqlx::Result<()> {
    sqlx::query!("SELECT pg_notify($1, '')", channel).execute(connection).await?;
    Ok(())
}

/// The next due job, or one whose worker is gone; of the team with the fewest running jobs, then the one due longest.
pub(super) async fn claim(connection: &mut PgConnection) -> Result<Option<ClaimedJob>> {
    let row = sqlx::query!(
        r#"WITH running AS (
               SELECT team_id, count(*) AS jobs FROM jobs WHERE status = 'Running' GROUP BY team_id),
           next AS (
               SELECT j.id FROM jobs j LEFT JOIN running r ON r.team_id = j.team_id
               WHERE (j.status = 'Waiting' AND j.run_at <= now()) OR (j.status = 'Running' AND j.lease_expires_at <= now())
               ORDER BY coalesce(r.jobs, 0), j.run_at, j.id
               LIMIT 1 FOR UPDATE OF j SKIP LOCKED)
           UPDATE jobs SET status = 'Running', attempts = jobs.attempts + 1, fence = jobs.fence + 1,
                  lease_expires_at = now() + interval '60 s'
           FROM next WHERE jobs.id = next.id
           RETURNING jobs.id, jobs.team_id, jobs.kind, jobs.subject_id, jobs.payload, jobs.attempts, jobs.max_attempts, jobs.fence"#
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(ClaimedJob {
        id: row.id.into(),
        team_id: row.team_id.into(),
        kind: JobKind::parse(&row.kind)?,
        subject_id: row.subject_id,
        payload: row.payload,
        attempts: row.attempts,
        max_attempts: row.max_attempts,
        fence: row.fence,
    }))
}

/// Whether the lease was still ours and now lasts another minute.
pub(super) async fn extend_lease(connection: &mut PgConnection, id: JobId, fence: i64) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE jobs SET lease_expires_at = now() + interval '60 s' WHERE id = $1 AND fence = $2 AND status = 'Running'",
        id.as_uuid(),
        fence
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether the job is still ours; a claim by others has to wait for the end of this transaction.
pub(super) async fn lock_if_held(connection: &mut PgConnection, id: JobId, fence: i64) -> sqlx::Result<bool> {
    let row = sqlx::query!("SELECT id FROM jobs WHERE id = $1 AND fence = $2 AND status = 'Running' FOR SHARE", id.as_uuid(), fence)
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some())
}

pub(super) async fn finish(connection: &mut PgConnection, id: JobId, fence: i64) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE jobs SET status = 'Done', finished_at = now(), lease_expires_at = NULL, last_error = NULL
         WHERE id = $1 AND fence = $2 AND status = 'Running'",
        id.as_uuid(),
        fence
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Gives a job back to be claimed at once, as if this attempt had not been.
pub(super) async fn release(connection: &mut PgConnection, id: JobId, fence: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE jobs SET status = 'Waiting', run_at = now(), attempts = greatest(attempts - 1, 0), lease_expires_at = NULL
         WHERE id = $1 AND fence = $2 AND status = 'Running'",
        id.as_uuid(),
        fence
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Puts a failed job back for later, or into the dead letters; whether it is dead now, or none when it was no longer ours.
pub(super) async fn fail(connection: &mut PgConnection, id: JobId, fence: i64, error: &str) -> sqlx::Result<Option<bool>> {
    let row = sqlx::query!(
        r#"UPDATE jobs SET
               status = CASE WHEN attempts >= max_attempts THEN 'Dead' ELSE 'Waiting' END,
               finished_at = CASE WHEN attempts >= max_attempts THEN now() END,
               run_at = now() + make_interval(secs => 5 * power(2, least(attempts, 10))),
               lease_expires_at = NULL, last_error = $3
           WHERE id = $1 AND fence = $2 AND status = 'Running'
           RETURNING status = 'Dead' AS "is_dead!""#,
        id.as_uuid(),
        fence,
        error
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| row.is_dead))
}

pub(super) async fn delete_done(connection: &mut PgConnection) -> sqlx::Result<u64> {
    let done =
        sqlx::query!("DELETE FROM jobs WHERE status = 'Done' AND finished_at < now() - interval '7 days'").execute(connection).await?;
    Ok(done.rows_affected())
}
