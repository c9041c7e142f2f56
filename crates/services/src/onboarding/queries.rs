//! The SQL of onboarding.

use crate::Viewer;
use domain::{DatasetId, Permission, PromptId, UserId};
use sqlx::PgConnection;

/// Everything the guide looks at.
#[expect(clippy::struct_excessive_bools, reason = "one per step, each a fact of its own")]
pub(super) struct GuideRow {
    pub team_name: String,
    pub is_team_named: bool,
    pub has_model: bool,
    pub keeps_model: bool,
    pub has_documents: bool,
    pub has_prompt: bool,
    pub sample: Option<DatasetId>,
    pub has_invited: bool,
    pub is_dismissed: bool,
}

/// A personal team starts with the name that signing up gives it, after whoever's it is; any other kind of name is somebody's choice. A
/// prompt counts once the whole team can ask it and finds documents with it. A sample that the viewer does not see is none.
pub(super) async fn find_guide(connection: &mut PgConnection, viewer: &Viewer, sample: &str) -> sqlx::Result<GuideRow> {
    sqlx::query_as!(
        GuideRow,
        r#"SELECT teams.name AS team_name,
                  NOT (teams.is_personal AND teams.name LIKE '%’s team') AS "is_team_named!",
                  EXISTS (SELECT FROM models JOIN providers ON providers.id = models.provider_id
                          WHERE models.removed_at IS NULL AND models.model_type = 'LLM' AND providers.kind <> 'BuiltIn') AS "has_model!",
                  coalesce(onboarding.keeps_model, false) AS "keeps_model!",
                  EXISTS (SELECT FROM documents WHERE team_id = $1) AS "has_documents!",
                  EXISTS (SELECT FROM prompts JOIN prompt_datasets asked ON asked.prompt_id = prompts.id
                          JOIN datasets ON datasets.id = asked.dataset_id
                          WHERE ((prompts.team_id = $1 AND prompts.visibility <> 'Private') OR prompts.visibility = 'Company')
                            AND ((datasets.team_id = $1 AND datasets.visibility <> 'Private') OR datasets.visibility = 'Company')
                            AND prompts.max_chunks > 0
                            AND EXISTS (SELECT FROM documents WHERE documents.dataset_id = datasets.id)) AS "has_prompt!",
                  (SELECT id FROM datasets WHERE team_id = $1 AND name = $3 AND (visibility <> 'Private' OR created_by = $2))
                      AS "sample: DatasetId",
                  EXISTS (SELECT FROM invitations WHERE team_id = $1 AND revoked_at IS NULL)
                      OR EXISTS (SELECT FROM memberships WHERE team_id = $1 AND user_id <> $2) AS "has_invited!",
                  onboarding.dismissed_at IS NOT NULL AS "is_dismissed!"
           FROM teams LEFT JOIN onboarding ON onboarding.user_id = $2
           WHERE teams.id = $1"#,
        viewer.team_id.as_uuid(),
        viewer.user_id.as_uuid(),
        sample
    )
    .fetch_one(connection)
    .await
}

/// What asks a dataset: the oldest prompt of the viewer's team that searches it and is open to the team, or a private one of the viewer's
/// where the dataset is private too.
pub(super) async fn find_prompt_of(connection: &mut PgConnection, viewer: &Viewer, dataset: DatasetId) -> sqlx::Result<Option<PromptId>> {
    sqlx::query_scalar!(
        r#"SELECT p.id AS "id: PromptId"
           FROM prompts p JOIN prompt_datasets asked ON asked.prompt_id = p.id JOIN datasets d ON d.id = asked.dataset_id
           WHERE p.team_id = $1 AND d.id = $3 AND p.max_chunks > 0
             AND (p.visibility <> 'Private' OR (p.created_by = $2 AND d.visibility = 'Private'))
           ORDER BY p.created_at, p.id
           LIMIT 1"#,
        viewer.team_id.as_uuid(),
        viewer.user_id.as_uuid(),
        dataset.as_uuid()
    )
    .fetch_optional(connection)
    .await
}

/// Whether a dataset that the viewer may read holds documents.
pub(super) async fn sees_documents(connection: &mut PgConnection, viewer: &Viewer) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM datasets d
                          WHERE ((d.team_id = $1
                                  AND (d.visibility <> 'Private' OR d.created_by = $2 OR share_level(d.id, NULL) IS NOT NULL))
                                 OR d.visibility = 'Company')
                            AND EXISTS (SELECT FROM documents f WHERE f.dataset_id = d.id)) AS "sees!""#,
        viewer.team_id.as_uuid(),
        viewer.user_id.as_uuid()
    )
    .fetch_one(connection)
    .await
}

pub(super) async fn keep_model(connection: &mut PgConnection, user: UserId) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO onboarding (user_id, keeps_model) VALUES ($1, true) ON CONFLICT (user_id) DO UPDATE SET keeps_model = true",
        user.as_uuid()
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn dismiss(connection: &mut PgConnection, user: UserId) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO onboarding (user_id, dismissed_at) VALUES ($1, now()) ON CONFLICT (user_id) DO UPDATE SET dismissed_at = now()",
        user.as_uuid()
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Somebody to ask.
pub(super) struct PersonRow {
    pub first_name: String,
    pub last_name: String,
    pub email: String,
}

pub(super) async fn list_permitted(
    connection: &mut PgConnection,
    viewer: &Viewer,
    permission: Permission,
    limit: i64,
) -> sqlx::Result<Vec<PersonRow>> {
    sqlx::query_as!(
        PersonRow,
        "SELECT first_name, last_name, email
         FROM memberships JOIN users ON users.id = memberships.user_id
         JOIN roles_permissions granted ON granted.role = ANY (memberships.roles) AND granted.permission = $3
         WHERE memberships.team_id = $1 AND memberships.user_id <> $2
           AND memberships.suspended_at IS NULL AND users.suspended_at IS NULL
         GROUP BY users.id, first_name, last_name, email, memberships.created_at
         ORDER BY max(array_position(ARRAY['Viewer', 'Collaborator', 'TeamManager', 'Owner'], granted.role)) DESC,
                  memberships.created_at, users.id
         LIMIT $4",
        viewer.team_id.as_uuid(),
        viewer.user_id.as_uuid(),
        permission.as_str(),
        limit
    )
    .fetch_all(connection)
    .await
}
