//! Server functions of team.
#![allow(missing_docs, reason = "server functions become structs whose fields are their arguments, which their names explain")]

use crate::error::AppError;
use domain::team::{
    Belongings, DeletedTeam, GroupSummary, ImportLine, ImportOutcome, InvitationSent, InvitationSummary, LeavingTerms, MemberImport,
    MemberSummary, TeamDetail, TeamPatch, TeamSettings, TeamSummary,
};
use domain::{GroupId, InvitationId, Role, TeamId, UserId};
use leptos::server;
use server_fn::codec::Json;

// ---- members ---------------------------------------------------------------------------------------------------

/// Who is in the viewer's team.
#[server(prefix = "/api", endpoint = "team/members", client = crate::page_team::PageClient)]
pub async fn list_members() -> Result<Vec<MemberSummary>, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().list_members(&viewer).await.map_err(crate::server_context::fail)
}

/// Gives a member these roles in place of those they had.
#[server(prefix = "/api", endpoint = "team/change-roles", input = Json, client = crate::page_team::PageClient)]
pub async fn change_roles(user_id: UserId, roles: Vec<Role>) -> Result<MemberSummary, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().change_roles(&viewer, user_id, &roles).await.map_err(crate::server_context::fail)
}

/// Keeps a member out of the team.
#[server(prefix = "/api", endpoint = "team/suspend", input = Json, client = crate::page_team::PageClient)]
pub async fn suspend_member(user_id: UserId) -> Result<MemberSummary, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().suspend(&viewer, user_id).await.map_err(crate::server_context::fail)
}

/// Lets a suspended member in again.
#[server(prefix = "/api", endpoint = "team/reinstate", input = Json, client = crate::page_team::PageClient)]
pub async fn reinstate_member(user_id: UserId) -> Result<MemberSummary, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().reinstate(&viewer, user_id).await.map_err(crate::server_context::fail)
}

/// Makes a member the owner in the viewer's place.
#[server(prefix = "/api", endpoint = "team/hand-over", input = Json, client = crate::page_team::PageClient)]
pub async fn hand_over_team(user_id: UserId) -> Result<MemberSummary, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().hand_over(&viewer, user_id).await.map_err(crate::server_context::fail)
}

/// What would go to the viewer if they removed this member.
#[server(prefix = "/api", endpoint = "team/belongings", input = Json, client = crate::page_team::PageClient)]
pub async fn member_belongings(user_id: UserId) -> Result<Belongings, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().belongings(&viewer, user_id).await.map_err(crate::server_context::fail)
}

/// Takes a member out of the team; what was theirs alone becomes the viewer's.
#[server(prefix = "/api", endpoint = "team/remove-member", input = Json, client = crate::page_team::PageClient)]
pub async fn remove_member(user_id: UserId) -> Result<Belongings, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().remove(&viewer, user_id).await.map_err(crate::server_context::fail)
}

// ---- invitations -----------------------------------------------------------------------------------------------

/// Who is asked to join and has not answered.
#[server(prefix = "/api", endpoint = "team/invitations", client = crate::page_team::PageClient)]
pub async fn list_invitations() -> Result<Vec<InvitationSummary>, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().list_invitations(&viewer).await.map_err(crate::server_context::fail)
}

/// Asks somebody to join; the link is shown once.
#[server(prefix = "/api", endpoint = "team/invite", client = crate::page_team::PageClient)]
pub async fn invite_member(
    email: String,
    role: Role,
    first_name: Option<String>,
    last_name: Option<String>,
    days: Option<u32>,
) -> Result<InvitationSent, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    let new = domain::team::NewInvitation::from_form(email, role, (first_name, last_name), days);
    services.team().invite_person(&viewer, new).await.map_err(crate::server_context::fail)
}

/// Gives an invitation another link; the one before leads nowhere from then on.
#[server(prefix = "/api", endpoint = "team/resend-invitation", input = Json, client = crate::page_team::PageClient)]
pub async fn resend_invitation(id: InvitationId, days: u32) -> Result<InvitationSent, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().resend_invitation(&viewer, id, days).await.map_err(crate::server_context::fail)
}

/// Makes an invitation's link useless.
#[server(prefix = "/api", endpoint = "team/revoke-invitation", client = crate::page_team::PageClient)]
pub async fn revoke_invitation(id: InvitationId) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().revoke_invitation(&viewer, id).await.map_err(crate::server_context::fail)
}

/// What each line of a list of people would do.
#[server(prefix = "/api", endpoint = "team/preview-import", input = Json, client = crate::page_team::PageClient)]
pub async fn preview_import(import: MemberImport) -> Result<Vec<ImportLine>, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().preview_import(&viewer, import).await.map_err(crate::server_context::fail)
}

/// Invites everybody whose line in a list is valid.
#[server(prefix = "/api", endpoint = "team/import", input = Json, client = crate::page_team::PageClient)]
pub async fn import_members(import: MemberImport) -> Result<ImportOutcome, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().import_members(&viewer, import).await.map_err(crate::server_context::fail)
}

// ---- teams -----------------------------------------------------------------------------------------------------

/// The teams the viewer may work in.
#[server(prefix = "/api", endpoint = "team/teams", client = crate::page_team::PageClient)]
pub async fn list_teams() -> Result<Vec<TeamSummary>, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().list_teams(&viewer).await.map_err(crate::server_context::fail)
}

/// What happens when the viewer leaves a team of theirs, or why they cannot.
#[server(prefix = "/api", endpoint = "team/leaving-terms", input = Json, client = crate::page_team::PageClient)]
pub async fn read_leaving_terms(id: TeamId) -> Result<LeavingTerms, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().leaving_terms(&viewer, id).await.map_err(crate::server_context::fail)
}

/// Takes the viewer out of a team of theirs; what was theirs alone there becomes its owner's.
#[server(prefix = "/api", endpoint = "team/leave", input = Json, client = crate::page_team::PageClient)]
pub async fn leave_team(id: TeamId) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().leave(&viewer, id).await.map_err(crate::server_context::fail)
}

/// Makes a team that the viewer owns.
#[server(prefix = "/api", endpoint = "team/create", input = Json, client = crate::page_team::PageClient)]
pub async fn create_team(name: String) -> Result<TeamSummary, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().create(&viewer, &name).await.map_err(crate::server_context::fail)
}

/// The team at an address, when the viewer may work in it.
#[server(prefix = "/api", endpoint = "team/by-address", input = Json, client = crate::page_team::PageClient)]
pub async fn find_team(slug: String) -> Result<TeamSummary, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().find_by_slug(&viewer, &slug).await.map_err(crate::server_context::fail)
}

/// What the settings of the viewer's team show.
#[server(prefix = "/api", endpoint = "team/settings", input = Json, client = crate::page_team::PageClient)]
pub async fn open_settings() -> Result<TeamDetail, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().settings(&viewer).await.map_err(crate::server_context::fail)
}

/// Gives the viewer's team another name and address.
#[server(prefix = "/api", endpoint = "team/rename", input = Json, client = crate::page_team::PageClient)]
pub async fn rename_team(team: TeamPatch) -> Result<TeamPatch, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().rename(&viewer, team).await.map_err(crate::server_context::fail)
}

/// How many chats of the viewer's team go once these settings are taken; none where chats are kept no longer already.
#[server(prefix = "/api", endpoint = "team/preview-retention", input = Json, client = crate::page_team::PageClient)]
pub async fn preview_retention(settings: TeamSettings) -> Result<Option<u32>, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().preview_retention(&viewer, settings).await.map_err(crate::server_context::fail)
}

/// Takes what the viewer's team decides for itself.
#[server(prefix = "/api", endpoint = "team/update-settings", input = Json, client = crate::page_team::PageClient)]
pub async fn update_team_settings(settings: TeamSettings) -> Result<TeamDetail, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().update_settings(&viewer, settings).await.map_err(crate::server_context::fail)
}

/// Deletes the viewer's team, whose name they typed.
#[server(prefix = "/api", endpoint = "team/delete", input = Json, client = crate::page_team::PageClient)]
pub async fn delete_team(name: String) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().delete(&viewer, &name).await.map_err(crate::server_context::fail)
}

/// The viewer's deleted teams that can be restored.
#[server(prefix = "/api", endpoint = "team/deleted", input = Json, client = crate::page_team::PageClient)]
pub async fn list_deleted_teams() -> Result<Vec<DeletedTeam>, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().list_deleted(&viewer).await.map_err(crate::server_context::fail)
}

/// Lets a deleted team live again.
#[server(prefix = "/api", endpoint = "team/restore", input = Json, client = crate::page_team::PageClient)]
pub async fn restore_team(id: TeamId) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().restore(&viewer, id).await.map_err(crate::server_context::fail)
}

// ---- groups ----------------------------------------------------------------------------------------------------

/// The groups of the viewer's team.
#[server(prefix = "/api", endpoint = "team/groups", input = Json, client = crate::page_team::PageClient)]
pub async fn list_groups() -> Result<Vec<GroupSummary>, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().list_groups(&viewer).await.map_err(crate::server_context::fail)
}

/// Makes an empty group.
#[server(prefix = "/api", endpoint = "team/create-group", input = Json, client = crate::page_team::PageClient)]
pub async fn create_group(name: String) -> Result<GroupSummary, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().create_group(&viewer, &name).await.map_err(crate::server_context::fail)
}

/// Gives a group another name.
#[server(prefix = "/api", endpoint = "team/rename-group", input = Json, client = crate::page_team::PageClient)]
pub async fn rename_group(id: GroupId, name: String) -> Result<GroupSummary, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().rename_group(&viewer, id, &name).await.map_err(crate::server_context::fail)
}

/// Puts exactly these members into a group.
#[server(prefix = "/api", endpoint = "team/set-group-members", input = Json, client = crate::page_team::PageClient)]
pub async fn set_group_members(id: GroupId, user_ids: Vec<UserId>) -> Result<GroupSummary, AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().set_group_members(&viewer, id, &user_ids).await.map_err(crate::server_context::fail)
}

/// Deletes a group; its people stay in the team.
#[server(prefix = "/api", endpoint = "team/delete-group", input = Json, client = crate::page_team::PageClient)]
pub async fn delete_group(id: GroupId) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().delete_group(&viewer, id).await.map_err(crate::server_context::fail)
}

/// Sees the team as a member does, from the next request on.
#[server(prefix = "/api", endpoint = "team/view-as", input = Json, client = crate::page_team::PageClient)]
pub async fn view_as_member(user_id: UserId) -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().view_as(&viewer, user_id).await.map_err(crate::server_context::fail)
}

/// Sees the team as oneself again.
#[server(prefix = "/api", endpoint = "team/stop-viewing", input = Json, client = crate::page_team::PageClient)]
pub async fn stop_viewing() -> Result<(), AppError> {
    let (services, viewer) = crate::server_context::current().await?;
    services.team().stop_viewing(&viewer).await.map_err(crate::server_context::fail)
}
