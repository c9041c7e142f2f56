//! The SQL of identity. All of it runs as the system role: people and sessions belong to no team.

use chrono::{DateTime, TimeDelta, Utc};
use domain::team::TeamSummary;
use domain::text::EmailAddress;
use domain::{Permission, Role, SessionId, TeamId, UserId};
use sqlx::PgConnection;
use sqlx::postgres::types::PgInterval;
use sqlx::types::Json;

/// Anything that may stand for "the first account is being made"; only its equality with itself matters.
const FIRST_ACCOUNT_LOCK: i64 = 0x6c79_6365_756d_0001;

fn interval(length: TimeDelta) -> PgInterval {
    PgInterval { months: 0, days: 0, microseconds: length.num_microseconds().unwrap_or(i64::MAX) }
}

// ---- people ----------------------------------------------------------------------------------------------------

pub(super) async fn has_people(connection: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM users) AS "has_people!""#).fetch_one(connection).await
}

/// Held until the transaction ends, so that only one can find that it is the first.
pub(super) async fn lock_first_account(connection: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("SELECT pg_advisory_xact_lock($1)", FIRST_ACCOUNT_LOCK).execute(connection).await?;
    Ok(())
}

pub(super) struct NewUser<'a> {
    pub id: UserId,
    pub email: &'a EmailAddress,
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub password_hash: &'a str,
    pub is_system_administrator: bool,
    pub now: DateTime<Utc>,
}

pub(super) async fn insert_user(connection: &mut PgConnection, user: NewUser<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO users (id, email, first_name, last_name, password_hash, is_system_administrator, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        user.id.as_uuid(),
        user.email.as_str(),
        user.first_name,
        user.last_name,
        user.password_hash,
        user.is_system_administrator,
        user.now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn insert_personal_team(connection: &mut PgConnection, id: TeamId, name: &str, owner: UserId) -> sqlx::Result<()> {
    sqlx::query!("INSERT INTO teams (id, name, is_personal, created_by) VALUES ($1, $2, true, $3)", id.as_uuid(), name, owner.as_uuid())
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) struct Credentials {
    pub user_id: UserId,
    /// None for somebody who signs in through an identity provider only.
    pub password_hash: Option<String>,
    pub is_suspended: bool,
}

pub(super) async fn find_credentials(connection: &mut PgConnection, email: &EmailAddress) -> sqlx::Result<Option<Credentials>> {
    sqlx::query_as!(
        Credentials,
        r#"SELECT id AS "user_id: UserId", nullif(password_hash, '') AS password_hash, suspended_at IS NOT NULL AS "is_suspended!" FROM users WHERE email = $1"#,
        email.as_str()
    )
    .fetch_optional(connection)
    .await
}

/// Holds an account until the transaction ends, if its person may still come in, and with this password where one was typed: a change of
/// password that happens meanwhile waits for the session, so that it ends it, or was first and there is none. Whoever holds an account
/// does so before anything that hangs on it: sessions, links, codes, second step, passkeys, identities.
pub(super) async fn hold_account(connection: &mut PgConnection, user: UserId, password_hash: Option<&str>) -> sqlx::Result<bool> {
    let held = sqlx::query_scalar!(
        r#"SELECT true AS "held!" FROM users
           WHERE id = $1 AND suspended_at IS NULL AND password_hash = coalesce($2, password_hash) FOR SHARE"#,
        user.as_uuid(),
        password_hash
    )
    .fetch_optional(connection)
    .await?;
    Ok(held.is_some())
}

/// The address of somebody; none of nobody.
pub(super) async fn find_email(connection: &mut PgConnection, user: Option<UserId>) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("SELECT email FROM users WHERE id = $1", user.map(UserId::as_uuid) as _).fetch_optional(connection).await
}

pub(super) struct AccountRow {
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub tone: String,
    pub about: String,
    pub password_hash: String,
    pub single_key_shortcuts: bool,
    pub deletion_requested_at: Option<DateTime<Utc>>,
}

pub(super) async fn get_account(connection: &mut PgConnection, user: UserId) -> sqlx::Result<AccountRow> {
    sqlx::query_as!(
        AccountRow,
        "SELECT email, first_name, last_name, tone, about, password_hash, single_key_shortcuts, deletion_requested_at FROM users WHERE id = $1",
        user.as_uuid()
    )
    .fetch_one(connection)
    .await
}

pub(super) async fn update_profile(
    connection: &mut PgConnection,
    user: UserId,
    names: (&str, &str),
    tone: &str,
    about: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE users SET first_name = $2, last_name = $3, tone = $4, about = $5 WHERE id = $1",
        user.as_uuid(),
        names.0,
        names.1,
        tone,
        about
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn set_password(connection: &mut PgConnection, user: UserId, password_hash: &str) -> sqlx::Result<()> {
    sqlx::query!("UPDATE users SET password_hash = $2 WHERE id = $1", user.as_uuid(), password_hash).execute(connection).await?;
    Ok(())
}

/// Puts a new password in the place of the one that was checked, be it none; false when that is the person's no longer.
pub(super) async fn exchange_password(connection: &mut PgConnection, user: UserId, checked: &str, new: &str) -> sqlx::Result<bool> {
    let done = sqlx::query!("UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2", user.as_uuid(), checked, new)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// A team as somebody in it sees it, and all the teams they may work in, their own first.
pub(super) struct OwnTeam {
    pub name: String,
    pub is_owner: bool,
    pub teams: Json<Vec<TeamSummary>>,
}

pub(super) async fn get_own_team(connection: &mut PgConnection, team: TeamId, user: UserId) -> sqlx::Result<OwnTeam> {
    sqlx::query_as!(
        OwnTeam,
        r#"SELECT name, EXISTS (SELECT FROM memberships
                                WHERE team_id = teams.id AND user_id = $2 AND 'Owner' = ANY (roles)) AS "is_owner!",
                  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name,
                                                                'is_personal', t.is_personal AND t.created_by = $2)
                                             ORDER BY (t.is_personal AND t.created_by = $2) DESC, lower(t.name), t.id), '[]')
                   FROM memberships m JOIN teams t ON t.id = m.team_id
                   WHERE m.user_id = $2 AND m.suspended_at IS NULL AND t.deleted_at IS NULL) AS "teams!: Json<Vec<TeamSummary>>"
           FROM teams WHERE id = $1"#,
        team.as_uuid(),
        user.as_uuid()
    )
    .fetch_one(connection)
    .await
}

// ---- memberships, as far as sessions start from them ------------------------------------------------

pub(crate) async fn insert_membership(connection: &mut PgConnection, team: TeamId, user: UserId, role: Role) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO memberships (team_id, user_id, roles) VALUES ($1, $2, ARRAY[$3::text])",
        team.as_uuid(),
        user.as_uuid(),
        role.as_str()
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The team a session starts in: where the person was last, as far as they may still work there, else their own.
pub(super) async fn find_home_team(connection: &mut PgConnection, user: UserId) -> sqlx::Result<Option<TeamId>> {
    sqlx::query_scalar!(
        r#"SELECT memberships.team_id AS "team_id: TeamId"
           FROM memberships JOIN teams ON teams.id = memberships.team_id JOIN users ON users.id = memberships.user_id
           LEFT JOIN LATERAL (SELECT max(last_seen_at) AS seen FROM sessions
                              WHERE sessions.user_id = $1 AND sessions.team_id = memberships.team_id) AS latest ON true
           WHERE memberships.user_id = $1 AND memberships.suspended_at IS NULL AND teams.deleted_at IS NULL
           ORDER BY memberships.team_id IS NOT DISTINCT FROM users.last_team_id DESC, latest.seen DESC NULLS LAST,
                    teams.is_personal DESC, memberships.created_at
           LIMIT 1"#,
        user.as_uuid()
    )
    .fetch_optional(connection)
    .await
}

/// Notes where somebody works from now on, for the sessions that begin after this one.
pub(super) async fn set_last_team(connection: &mut PgConnection, user: UserId, team: TeamId) -> sqlx::Result<()> {
    sqlx::query!("UPDATE users SET last_team_id = $2 WHERE id = $1", user.as_uuid(), team.as_uuid()).execute(connection).await?;
    Ok(())
}

/// Whether the person may work in the team: neither they nor it are out of it.
pub(super) async fn is_member(connection: &mut PgConnection, team: TeamId, user: UserId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM memberships JOIN teams ON teams.id = memberships.team_id AND teams.deleted_at IS NULL
                          WHERE team_id = $1 AND user_id = $2 AND suspended_at IS NULL) AS "is_member!""#,
        team.as_uuid(),
        user.as_uuid()
    )
    .fetch_one(connection)
    .await
}

// ---- sessions -------------------------------------------------------------------------------------------------

pub(super) struct NewSession<'a> {
    pub token_hash: &'a [u8],
    pub user: UserId,
    pub team: TeamId,
    pub by_both_factors: bool,
    pub ip: String,
    pub user_agent: String,
    pub now: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

pub(super) async fn insert_session(connection: &mut PgConnection, session: NewSession<'_>) -> sqlx::Result<SessionId> {
    sqlx::query_scalar!(
        r#"INSERT INTO sessions (id, token_hash, user_id, team_id, ip, user_agent, created_at, last_seen_at, expires_at, confirmed_at, by_both_factors)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, now(), $9) RETURNING id AS "id: SessionId""#,
        SessionId::new().as_uuid(),
        session.token_hash,
        session.user.as_uuid(),
        session.team.as_uuid(),
        session.ip,
        session.user_agent,
        session.now,
        session.expires_at,
        session.by_both_factors
    )
    .fetch_one(connection)
    .await
}

pub(super) struct ViewerRow {
    pub session_id: SessionId,
    pub user_id: UserId,
    pub session_team: TeamId,
    pub team_id: TeamId,
    pub last_seen_at: DateTime<Utc>,
    pub ip: String,
    pub user_agent: String,
    pub is_system_administrator: bool,
    /// As whom an owner sees the team; none when they see it as themselves.
    pub subject_id: Option<UserId>,
    /// Whether the session sees the team as somebody else, be it that this is over.
    pub is_view: bool,
    /// Whether a second step is required of them that they do not have; whoever came with what counts as both steps needs none.
    pub must_set_up_two_step: bool,
    pub permissions: Vec<String>,
}

/// Who holds the token, in the team of the session, or in another of theirs when they are no longer in that one. As somebody else
/// only an owner sees their team, and only as long as both are in it. What is required of whom is what
/// [`domain::identity_providers::TwoStepRequirement`] says.
pub(super) async fn find_viewer(connection: &mut PgConnection, token_hash: &[u8], now: DateTime<Utc>) -> sqlx::Result<Option<ViewerRow>> {
    sqlx::query_as!(
        ViewerRow,
        r#"SELECT sessions.id AS "session_id: SessionId", users.id AS "user_id: UserId", sessions.team_id AS "session_team: TeamId",
                  home.team_id AS "team_id: TeamId", sessions.last_seen_at, sessions.ip, sessions.user_agent, users.is_system_administrator,
                  subject.user_id AS "subject_id?: UserId", sessions.view_as IS NOT NULL AS "is_view!",
                  NOT sessions.by_both_factors
                      AND NOT EXISTS (SELECT FROM two_step WHERE two_step.user_id = users.id AND two_step.confirmed_at IS NOT NULL)
                      AND EXISTS (SELECT FROM settings
                                  WHERE key = 'sign-in.two-step-required'
                                    AND (value = 'everybody' OR (value = 'administrators' AND users.is_system_administrator)))
                      AS "must_set_up_two_step!",
                  ARRAY(SELECT DISTINCT permission FROM roles_permissions
                        WHERE role = ANY (coalesce(subject.roles, home.roles))) AS "permissions!"
           FROM sessions
           JOIN users ON users.id = sessions.user_id AND users.suspended_at IS NULL
           JOIN LATERAL (SELECT memberships.team_id, memberships.roles
                         FROM memberships JOIN teams ON teams.id = memberships.team_id
                         WHERE memberships.user_id = users.id AND memberships.suspended_at IS NULL AND teams.deleted_at IS NULL
                         ORDER BY memberships.team_id = sessions.team_id DESC, teams.is_personal DESC, memberships.created_at
                         LIMIT 1) AS home ON true
           LEFT JOIN LATERAL (SELECT members.user_id, members.roles
                              FROM memberships members JOIN users people ON people.id = members.user_id AND people.suspended_at IS NULL
                              WHERE members.team_id = home.team_id AND home.team_id = sessions.team_id AND 'Owner' = ANY (home.roles)
                                AND members.user_id = sessions.view_as AND members.suspended_at IS NULL) AS subject ON true
           WHERE sessions.token_hash = $1 AND sessions.expires_at > $2"#,
        token_hash,
        now
    )
    .fetch_optional(connection)
    .await
}

/// In which team, when, and from where a session is used.
pub(super) struct Seen<'a> {
    /// The team it was in when it was read, and the one its person may work in.
    pub teams: (TeamId, TeamId),
    pub ip: &'a str,
    pub user_agent: &'a str,
    pub now: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// Whoever went to another team meanwhile stays there.
pub(super) async fn touch_session(connection: &mut PgConnection, id: SessionId, seen: Seen<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE sessions SET last_seen_at = $4, expires_at = $5, ip = $6, user_agent = $7,
             team_id = CASE WHEN team_id = $2 THEN $3 ELSE team_id END,
             view_as = CASE WHEN team_id <> $2 OR $2 = $3 THEN view_as END WHERE id = $1",
        id.as_uuid(),
        seen.teams.0.as_uuid(),
        seen.teams.1.as_uuid(),
        seen.now,
        seen.expires_at,
        seen.ip,
        seen.user_agent
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether the session still stands and its person may still come in: for an owner who looks as somebody else, as the same one, and as
/// long as both are what [`find_viewer`] asks for.
pub(super) async fn is_session_alive(
    connection: &mut PgConnection,
    (id, team): (SessionId, TeamId),
    subject: Option<UserId>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM sessions
                          JOIN users ON users.id = sessions.user_id AND users.suspended_at IS NULL
                          JOIN memberships ON memberships.user_id = users.id AND memberships.team_id = $2
                               AND memberships.suspended_at IS NULL
                          JOIN teams ON teams.id = memberships.team_id AND teams.deleted_at IS NULL
                          WHERE sessions.id = $1 AND sessions.expires_at > $3
                            AND ($4::uuid IS NULL
                                 OR (sessions.view_as = $4 AND 'Owner' = ANY (memberships.roles)
                                     AND EXISTS (SELECT FROM memberships members
                                                 JOIN users people ON people.id = members.user_id AND people.suspended_at IS NULL
                                                 WHERE members.team_id = $2 AND members.user_id = $4
                                                   AND members.suspended_at IS NULL)))) AS "is_alive!""#,
        id.as_uuid(),
        team.as_uuid(),
        now,
        subject.map(UserId::as_uuid)
    )
    .fetch_one(connection)
    .await
}

pub(super) struct SessionRow {
    pub id: SessionId,
    pub user_agent: String,
    pub ip: String,
    pub created_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
}

pub(super) async fn list_sessions(connection: &mut PgConnection, user: UserId, now: DateTime<Utc>) -> sqlx::Result<Vec<SessionRow>> {
    sqlx::query_as!(
        SessionRow,
        r#"SELECT id AS "id: SessionId", user_agent, ip, created_at, last_seen_at
           FROM sessions WHERE user_id = $1 AND expires_at > $2 ORDER BY last_seen_at DESC, id DESC LIMIT 200"#,
        user.as_uuid(),
        now
    )
    .fetch_all(connection)
    .await
}

/// When a session began.
pub(super) async fn session_began(connection: &mut PgConnection, id: SessionId) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar!("SELECT created_at FROM sessions WHERE id = $1", id.as_uuid()).fetch_optional(connection).await
}

pub(super) async fn set_session_team(connection: &mut PgConnection, id: SessionId, team: TeamId) -> sqlx::Result<()> {
    sqlx::query!("UPDATE sessions SET team_id = $2, view_as = NULL WHERE id = $1", id.as_uuid(), team.as_uuid())
        .execute(connection)
        .await?;
    Ok(())
}

/// Sees the team of a session as somebody, or as oneself again.
pub(crate) async fn set_view(connection: &mut PgConnection, id: SessionId, subject: Option<UserId>) -> sqlx::Result<()> {
    sqlx::query!("UPDATE sessions SET view_as = $2 WHERE id = $1", id.as_uuid(), subject.map(UserId::as_uuid)).execute(connection).await?;
    Ok(())
}

/// Whose session it was, if there was one.
pub(super) async fn delete_session_by_token(connection: &mut PgConnection, token_hash: &[u8]) -> sqlx::Result<Option<UserId>> {
    sqlx::query_scalar!(r#"DELETE FROM sessions WHERE token_hash = $1 RETURNING user_id AS "user_id: UserId""#, token_hash)
        .fetch_optional(connection)
        .await
}

pub(super) async fn delete_session(connection: &mut PgConnection, user: UserId, id: SessionId) -> sqlx::Result<bool> {
    let done =
        sqlx::query!("DELETE FROM sessions WHERE id = $2 AND user_id = $1", user.as_uuid(), id.as_uuid()).execute(connection).await?;
    Ok(done.rows_affected() == 1)
}

/// Ends all sessions of a person, but one if given.
pub(super) async fn delete_sessions_but(connection: &mut PgConnection, user: UserId, keep: Option<SessionId>) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM sessions WHERE user_id = $1 AND id IS DISTINCT FROM $2::uuid", user.as_uuid(), keep.map(SessionId::as_uuid))
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn delete_expired(connection: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<u64> {
    let sessions = sqlx::query!("DELETE FROM sessions WHERE expires_at <= $1", now).execute(&mut *connection).await?;
    sqlx::query!("DELETE FROM sign_in_flows WHERE expires_at <= $1", now).execute(&mut *connection).await?;
    sqlx::query!("DELETE FROM throttles WHERE arrival_at <= $1", now).execute(connection).await?;
    Ok(sessions.rows_affected())
}

// ---- attempts -------------------------------------------------------------------------------------------------

/// Counts an attempt and tells when all so far are paid off; nothing when there are too many.
pub(super) async fn take_attempt(
    connection: &mut PgConnection,
    key: &str,
    now: DateTime<Utc>,
    every: TimeDelta,
    slack: TimeDelta,
) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar!(
        "INSERT INTO throttles AS kept (key, arrival_at) VALUES ($1, $2::timestamptz + $3::interval)
         ON CONFLICT (key) DO UPDATE SET arrival_at = greatest(kept.arrival_at, $2) + $3
         WHERE kept.arrival_at <= $2 + $4::interval
         RETURNING arrival_at",
        key,
        now,
        interval(every),
        interval(slack)
    )
    .fetch_optional(connection)
    .await
}

pub(super) async fn arrival_of(connection: &mut PgConnection, key: &str) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar!("SELECT arrival_at FROM throttles WHERE key = $1", key).fetch_optional(connection).await
}

pub(super) async fn give_attempt_back(connection: &mut PgConnection, key: &str, every: TimeDelta) -> sqlx::Result<()> {
    sqlx::query!("UPDATE throttles SET arrival_at = arrival_at - $2::interval WHERE key = $1", key, interval(every))
        .execute(connection)
        .await?;
    Ok(())
}

/// The words of the database as permissions of roles; what this version does not know is left out, and what no role has.
pub(crate) fn permissions(words: &[String]) -> Vec<Permission> {
    let known = words.iter().filter_map(|word| word.parse::<Permission>().ok());
    known.filter(|permission| !Permission::OF_ADMINISTRATORS.contains(permission)).collect()
}
