//! Every act has its event, in the chain it belongs to, and no event holds what somebody wrote.

use super::{actions, administrator, sentences};
use crate::testing::{member, owner, services};
use crate::{CameFrom, Services, Viewer};
use bytes::Bytes;
use domain::audit::{AuditEntry, AuditQuery, AuditScope, Via};
use domain::datasets::{DatasetPatch, NewDataset, Visibility};
use domain::identity::Profile;
use domain::models::{ModelType, NewModel, ProviderKind};
use domain::prompts::PromptDraft;
use domain::roles::RoleChange;
use domain::sharing::{ShareLevel, ShareWith, Shared};
use domain::team::{MemberImport, TeamPatch, TeamSettings};
use domain::{Permission, Role};
use futures::stream;
use sqlx::PgPool;

/// All rows as one text.
async fn everything(pool: &PgPool) -> String {
    let rows: Vec<String> = sqlx::query_scalar("SELECT e::text FROM audit_events e").fetch_all(pool).await.unwrap();
    rows.join("\n")
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn acts_on_people_are_told(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Viewer).await;
    let team = services.team();
    team.change_roles(&ada, bob.user_id, &[Role::Collaborator, Role::TeamManager]).await.unwrap();
    team.suspend(&ada, bob.user_id).await.unwrap();
    team.reinstate(&ada, bob.user_id).await.unwrap();
    let sent = team.invite(&ada, "eve@example.org", Role::Viewer).await.unwrap();
    team.resend_invitation(&ada, sent.invitation.id, 3).await.unwrap();
    team.revoke_invitation(&ada, sent.invitation.id).await.unwrap();
    let import = MemberImport { text: "x@example.org\ny@example.org".to_owned(), role: Role::Viewer, days: 7, renews: false };
    team.import_members(&ada, import).await.unwrap();
    let eve = owner(&services, "z@example.org").await;
    let sent = team.invite(&ada, "z@example.org", Role::Viewer).await.unwrap();
    team.accept_invitation(&eve, sent.link.split_once("?invitation=").unwrap().1).await.unwrap();
    team.remove(&ada, bob.user_id).await.unwrap();
    let mut told = sentences(&services, &ada, &AuditQuery::default()).await;
    told.reverse();
    let expected = [
        "ada@example.org changed the roles of bob@example.org to collaborator, team manager",
        "ada@example.org suspended bob@example.org",
        "ada@example.org reinstated bob@example.org",
        "ada@example.org invited eve@example.org as viewer",
        "ada@example.org renewed the invitation of eve@example.org",
        "ada@example.org revoked the invitation of eve@example.org",
        "ada@example.org invited x@example.org as viewer",
        "ada@example.org invited y@example.org as viewer",
        "ada@example.org invited z@example.org as viewer",
        "z@example.org joined the team as viewer",
        "ada@example.org removed bob@example.org from the team",
    ];
    assert_eq!(told, expected);
    assert!(!everything(&pool).await.contains(sent.link.split_once("?invitation=").unwrap().1), "no token is told");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn acts_on_the_team_and_its_parts_are_told(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::TeamManager).await;
    let team = services.team();
    team.rename(&ada, TeamPatch { name: "Legal".to_owned(), slug: "legal".to_owned() }).await.unwrap();
    let settings = TeamSettings {
        chat_retention_days: Some(30),
        requests_per_minute: Some(60),
        allowed_origins: vec!["https://app.example.org".to_owned()],
        ..TeamSettings::default()
    };
    team.update_settings(&ada, settings).await.unwrap();
    let group = team.create_group(&ada, "Readers").await.unwrap();
    team.rename_group(&ada, group.id, "Writers").await.unwrap();
    team.set_group_members(&ada, group.id, &[ada.user_id]).await.unwrap();
    team.delete_group(&ada, group.id).await.unwrap();
    team.hand_over(&ada, bob.user_id).await.unwrap();
    let bob = Viewer { permissions: ada.permissions.clone(), ..bob };
    team.delete(&bob, "Legal").await.unwrap();
    team.restore(&bob, ada.team_id).await.unwrap();
    let made = team.create(&ada, "Other").await.unwrap();
    let expected = [
        "team.renamed",
        "team.settings-changed",
        "group.created",
        "group.renamed",
        "group.members-changed",
        "group.deleted",
        "member.made-owner",
        "team.deleted",
        "team.restored",
        "team.created",
    ];
    assert_eq!(actions(&pool).await, expected);
    let told: String =
        sqlx::query_scalar("SELECT details::text FROM audit_events WHERE action = 'team.settings-changed'").fetch_one(&pool).await.unwrap();
    assert_eq!(told, r#"{"changed": ["how long chats are kept: always → 30 days", "requests per minute", "allowed origins"]}"#);
    let in_the_new: i64 =
        sqlx::query_scalar("SELECT count(*) FROM audit_events WHERE team_id = $1").bind(made.id).fetch_one(&pool).await.unwrap();
    assert_eq!(in_the_new, 1);
}

async fn upload(services: &Services, viewer: &Viewer) {
    let new = NewDataset { name: "Rules".to_owned(), description: String::new(), visibility: Visibility::Team, embedding_model_id: None };
    let datasets = services.datasets();
    let made = datasets.create(viewer, new).await.unwrap();
    let patch = DatasetPatch { name: "Rules".to_owned(), description: "SECRET words".to_owned(), visibility: Visibility::Team };
    datasets.update(viewer, made.id, patch).await.unwrap();
    let bytes = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"SECRET text"))]);
    let document = datasets.accept_upload(viewer, made.id, "a.txt", bytes).await.unwrap().document_id.unwrap();
    datasets.open_original(viewer, document).await.unwrap();
    datasets.delete_document(viewer, document).await.unwrap();
    datasets.delete(viewer, made.id).await.unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn acts_on_datasets_and_prompts_are_told_without_a_word_of_them(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    upload(&services, &ada).await;
    let draft = PromptDraft { name: "Helper".to_owned(), instructions: "SECRET instructions".to_owned(), ..PromptDraft::default() };
    let prompts = services.prompts();
    let made = prompts.create(&ada, draft.clone()).await.unwrap();
    prompts.update(&ada, made.id, draft).await.unwrap();
    let copy = prompts.duplicate(&ada, made.id).await.unwrap();
    prompts.delete(&ada, copy.id).await.unwrap();
    let expected = [
        "dataset.created",
        "dataset.changed",
        "document.uploaded",
        "document.downloaded",
        "document.deleted",
        "dataset.deleted",
        "prompt.created",
        "prompt.changed",
        "prompt.duplicated",
        "prompt.deleted",
    ];
    assert_eq!(actions(&pool).await, expected);
    assert!(!everything(&pool).await.contains("SECRET"));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn sharing_is_told_with_whom_and_keeps_nobodys_name_where_it_could_not_be_erased(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Viewer).await;
    let new =
        NewDataset { name: "Rules".to_owned(), description: String::new(), visibility: Visibility::Private, embedding_model_id: None };
    let set = Shared::Dataset(services.datasets().create(&ada, new).await.unwrap().id);
    let draft = PromptDraft { name: "Helper".to_owned(), visibility: Visibility::Private, ..PromptDraft::default() };
    let helper = Shared::Prompt(services.prompts().create(&ada, draft).await.unwrap().id);
    let readers = ShareWith::Group(services.team().create_group(&ada, "Readers").await.unwrap().id);
    let (sharing, person) = (services.sharing(), ShareWith::Person(bob.user_id));
    sharing.share(&ada, set, person, ShareLevel::Edit).await.unwrap();
    sharing.unshare(&ada, set, person).await.unwrap();
    sharing.share(&ada, helper, readers, ShareLevel::View).await.unwrap();
    sharing.unshare(&ada, helper, readers).await.unwrap();
    sharing.unshare(&ada, helper, readers).await.unwrap_err();
    let told = |entry: AuditEntry| {
        let facts = entry.facts.iter().filter(|fact| matches!(fact.label.as_str(), "May" | "With"));
        let facts: Vec<&str> = facts.map(|fact| fact.value.as_str()).collect();
        format!("{}: {}", entry.sentence, facts.join(", "))
    };
    let latest: Vec<String> = super::list(&services, &ada, &AuditQuery::default()).await.into_iter().take(4).map(told).collect();
    let expected = [
        "ada@example.org stopped sharing the prompt “Helper”: the group “Readers”",
        "ada@example.org shared the prompt “Helper”: see and use it, the group “Readers”",
        "ada@example.org stopped sharing the dataset “Rules”: bob@example.org",
        "ada@example.org shared the dataset “Rules”: also change it, bob@example.org",
    ];
    assert_eq!(latest, expected);
    assert!(!everything(&pool).await.contains("bob@example.org"), "he is looked up");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn who_comes_into_a_group_and_who_goes_is_told_under_the_name_they_have_now(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Viewer).await;
    let carl = member(&services, &ada, "carl@example.org", Role::Viewer).await;
    let (team, [a, b, c]) = (services.team(), [&ada, &bob, &carl].map(|person| person.user_id));
    let board = team.create_group(&ada, "Board").await.unwrap().id;
    team.set_group_members(&ada, board, &[b, c]).await.unwrap();
    // She puts herself in, reads what is shared with the group, and takes herself out.
    team.set_group_members(&ada, board, &[a, b, c]).await.unwrap();
    team.set_group_members(&ada, board, &[c, b]).await.unwrap();
    // Where nobody comes or goes there is nothing to tell.
    assert_eq!(team.set_group_members(&ada, board, &[b, c, b]).await.unwrap().members, [b, c]);
    team.set_group_members(&ada, board, &[a, b]).await.unwrap();
    team.delete_group(&ada, board).await.unwrap();
    let kept = everything(&pool).await;
    assert!(!kept.contains("bob@example.org") && !kept.contains("carl@example.org"), "they are looked up: {kept}");

    sqlx::query("UPDATE users SET first_name = 'Bob', last_name = 'Builder' WHERE id = $1").bind(b).execute(&pool).await.unwrap();
    for leave in ["DELETE FROM teams WHERE created_by = $1", "DELETE FROM users WHERE id = $1"] {
        sqlx::query(leave).bind(c).execute(&pool).await.unwrap();
    }
    let told = |entry: AuditEntry| {
        let facts = entry.facts.iter().filter(|fact| matches!(fact.label.as_str(), "People in it" | "Put in" | "Taken out"));
        facts.map(|fact| format!("{}: {}", fact.label, fact.value)).collect::<Vec<_>>().join("; ")
    };
    let told: Vec<String> = super::list(&services, &ada, &AuditQuery::default()).await.into_iter().map(told).collect();
    let former = format!("Former person {:04x}", c.as_uuid().as_u128() & 0xffff);
    let expected = [
        "Taken out: ada@example.org, Bob Builder".to_owned(),
        format!("People in it: 2; Put in: ada@example.org; Taken out: {former}"),
        "People in it: 2; Taken out: ada@example.org".to_owned(),
        "People in it: 3; Put in: ada@example.org".to_owned(),
        format!("People in it: 2; Put in: Bob Builder, {former}"),
        "People in it: 0".to_owned(),
    ];
    assert_eq!(told, expected);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn who_left_a_team_is_named_in_its_trail_as_they_were_called_there(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Viewer).await;
    let team = services.team();
    let board = team.create_group(&ada, "Board").await.unwrap().id;
    team.set_group_members(&ada, board, &[bob.user_id]).await.unwrap();
    let put_in = async |viewer: &Viewer, scope: AuditScope| {
        let page = services.audit().list(viewer, scope, &AuditQuery::default(), None).await.unwrap();
        let mut facts = page.entries.into_iter().flat_map(|entry| entry.facts);
        facts.find(|fact| fact.label == "Put in").unwrap().value
    };
    let call = async |first_name: &str| {
        let rename = "UPDATE users SET first_name = $2, last_name = 'Builder' WHERE id = $1";
        sqlx::query(rename).bind(bob.user_id).bind(first_name).execute(&pool).await.unwrap();
    };
    call("Bob").await;
    assert_eq!(put_in(&ada, AuditScope::Team).await, "Bob Builder");
    team.remove(&ada, bob.user_id).await.unwrap();
    call("Robert").await;
    assert_eq!(put_in(&ada, AuditScope::Team).await, "Bob Builder", "what he is called elsewhere is nothing for a team he left");
    assert_eq!(put_in(&administrator(&ada), AuditScope::Installation).await, "Robert Builder");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn acts_on_the_installation_and_on_accounts_are_in_no_teams_trail(pool: PgPool) {
    let services = services(&pool);
    let ada = administrator(&owner(&services, "ada@example.org").await);
    let new = NewModel {
        provider: "Far".to_owned(),
        kind: ProviderKind::OpenAiCompatible,
        base_url: "https://models.example.org/v1".to_owned(),
        api_key: "SECRET-1".to_owned(),
        name: "teller".to_owned(),
        model_type: ModelType::Llm,
        context_size: 8_000,
    };
    let models = services.models();
    let added = models.add(&ada, new).await.unwrap();
    models.update_key(&ada, added.provider_id, "SECRET-2").await.unwrap();
    models.update_address(&ada, added.provider_id, "https://other.example.org/v1", "SECRET-3").await.unwrap();
    models.make_default(&ada, added.id).await.unwrap();
    models.make_default(&ada, crate::models::EXTRACTIVE).await.unwrap();
    models.remove(&ada, added.id).await.unwrap();
    let change = RoleChange { role: Role::Viewer, permission: Permission::ViewMembers, granted: true };
    services.roles().change(&ada, change).await.unwrap();
    services.roles().change(&ada, RoleChange { granted: false, ..change }).await.unwrap();
    let profile = Profile { first_name: "Ada".to_owned(), last_name: String::new(), tone: "SECRET tone".to_owned(), about: String::new() };
    services.identity().update_profile(&ada, profile).await.unwrap();
    services.identity().sign_out_everywhere(&ada).await.unwrap();
    services.identity().reset_password("ada@example.org").await.unwrap();
    let expected = [
        "model.added",
        "provider.key-replaced",
        "provider.address-changed",
        "model.made-default",
        "model.made-default",
        "model.removed",
        "role.granted",
        "role.taken",
        "account.profile-changed",
        "account.signed-out-everywhere",
        "account.password-reset",
    ];
    assert_eq!(actions(&pool).await, expected);
    assert!(!everything(&pool).await.contains("SECRET"));
    assert!(sentences(&services, &ada, &AuditQuery::default()).await.is_empty());
    let all = services.audit().list(&ada, AuditScope::Installation, &AuditQuery::default(), None).await.unwrap().entries;
    assert_eq!(all[0].sentence, "Lyceum replaced the password of ada@example.org");
    assert_eq!(all[3].sentence, "ada@example.org took a right from the role Viewer: Members, see");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_event_tells_from_where_and_by_which_way(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let came_from = CameFrom { via: Via::Screen, ip: Some("::ffff:192.0.2.7".parse().unwrap()) };
    services.team().create_group(&Viewer { came_from, ..ada.clone() }, "Readers").await.unwrap();
    let entry = super::list(&services, &ada, &AuditQuery::default()).await.remove(0);
    assert_eq!(entry.origin, "Screen · 192.0.2.7");
}
