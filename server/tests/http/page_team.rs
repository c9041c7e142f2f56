//! What comes from a page that shows another team than the one its person works in by now, or is somebody else's: refused, so that nothing
//! lands there or is done in another's name.

use crate::datasets::{create, documents};
use crate::people::id_of;
use crate::support::{Answer, NOTHING, Snapshot, TestApp, TestClient};
use app::error::AppError;
use app::page_team::{PERSON_HEADER, TEAM_HEADER};
use domain::prompts::PromptDraft;
use domain::team::{GroupSummary, MemberSummary, TeamSummary};
use domain::{Role, TeamId, UserId, ViewerInfo};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use sqlx::PgPool;

/// What the server is asked by a page that shows this team.
async fn from_page(client: &TestClient, team: TeamId, endpoint: &str, arguments: Value) -> Answer {
    Answer::of(client.call(endpoint, arguments).header(TEAM_HEADER, team.to_string())).await
}

/// What the server is asked by a page of this person that shows this team.
async fn from_page_of(client: &TestClient, (person, team): (UserId, TeamId), endpoint: &str, arguments: Value) -> Answer {
    let call = client.call(endpoint, arguments).header(PERSON_HEADER, person.to_string()).header(TEAM_HEADER, team.to_string());
    Answer::of(call).await
}

/// Makes another team and goes on in it; the one of before and the new one.
async fn move_on(client: &TestClient) -> (TeamId, TeamId) {
    let before = client.team().await;
    let made: TeamSummary = client.server_fn("team/create", json!({ "name": "Legal Berlin" })).await.json();
    client.server_fn("identity/switch-team", json!({ "id": made.id })).await.ok();
    (before, made.id)
}

async fn groups(client: &TestClient) -> Vec<String> {
    let groups: Vec<GroupSummary> = client.server_fn("team/groups", Value::Null).await.json();
    groups.into_iter().map(|group| group.name).collect()
}

fn is_another_team(answer: Answer) -> bool {
    answer.expect(409).error() == AppError::AnotherTeam
}

fn is_another_person(answer: Answer) -> bool {
    answer.expect(409).error() == AppError::AnotherPerson
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_page_of_the_team_before_changes_and_reads_nothing(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let person = id_of(&ada).await;
    let (before, _) = move_on(&ada).await;
    let prompt = serde_json::to_value(PromptDraft { name: "One".to_owned(), ..PromptDraft::default() }).unwrap();
    let dataset = json!({ "name": "One", "description": "", "visibility": "Team", "embedding_model_id": null });
    let question = json!({ "conversation_id": null, "prompt_id": null, "model_id": null, "text": "Hello?" });
    let calls = [
        ("team/rename", json!({ "team": { "name": "Another", "slug": "another" } })),
        ("team/update-settings", json!({ "settings": { "chat_retention_days": 1 } })),
        ("team/invite", json!({ "email": "grace@example.org", "role": "Owner" })),
        ("team/remove-member", json!({ "user_id": person })),
        ("team/create-group", json!({ "name": "Readers" })),
        ("team/delete", json!({ "name": "Legal Berlin" })),
        ("team/members", Value::Null),
        ("prompts/create", json!({ "draft": prompt })),
        ("datasets/create", json!({ "dataset": dataset })),
        ("datasets/list", Value::Null),
        ("chat/ask", json!({ "question": question })),
    ];
    let untouched = Snapshot::take(&pool).await;
    for (endpoint, arguments) in calls {
        assert!(is_another_team(from_page(&ada, before, endpoint, arguments).await), "{endpoint}");
    }
    assert_eq!(untouched.changed(&pool).await, NOTHING);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_page_of_the_present_team_is_answered_and_so_is_what_names_no_team(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let (_, now) = move_on(&ada).await;
    from_page(&ada, now, "team/create-group", json!({ "name": "Readers" })).await.ok();
    ada.server_fn("team/create-group", json!({ "name": "Writers" })).await.ok();
    let unreadable = ada.call("team/create-group", json!({ "name": "Writers of code" })).header(TEAM_HEADER, "none");
    Answer::of(unreadable.header(PERSON_HEADER, "nobody")).await.ok();
    assert_eq!(groups(&ada).await, ["Readers", "Writers", "Writers of code"]);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn any_page_learns_whose_it_would_be_goes_on_in_another_team_and_signs_out(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let (before, now) = move_on(&ada).await;
    let seen: ViewerInfo = from_page(&ada, before, "identity/viewer", Value::Null).await.json();
    assert_eq!(seen.team_id, now);
    from_page(&ada, before, "identity/switch-team", json!({ "id": before })).await.ok();
    assert_eq!(ada.team().await, before);
    from_page(&ada, now, "identity/sign-out", Value::Null).await.ok();
    assert_eq!(ada.server_fn("identity/viewer", Value::Null).await.expect(401).error(), AppError::SignedOut);
    let elsewhere = app.sign_in("ada@example.org").await;
    from_page(&elsewhere, now, "identity/sign-out-everywhere", Value::Null).await.ok();
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn the_open_page_of_a_deleted_team_writes_into_no_other(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up("grace@example.org").await;
    let (_, shared) = move_on(&ada).await;
    app.add_member(shared, "grace@example.org", Role::TeamManager).await;
    grace.server_fn("identity/switch-team", json!({ "id": shared })).await.ok();
    ada.server_fn("team/delete", json!({ "name": "Legal Berlin" })).await.ok();
    assert!(is_another_team(from_page(&grace, shared, "team/create-group", json!({ "name": "Readers" })).await));
    assert!(groups(&grace).await.is_empty(), "her own team is as it was");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn who_sees_a_team_as_somebody_else_is_in_it_all_the_same(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::TeamManager).await;
    let (team, owner, member) = (ada.team().await, id_of(&ada).await, id_of(&grace).await);
    from_page_of(&ada, (owner, team), "team/view-as", json!({ "user_id": member })).await.ok();
    let members: Vec<MemberSummary> = from_page_of(&ada, (member, team), "team/members", Value::Null).await.json();
    assert_eq!(members.len(), 2);
    from_page_of(&ada, (member, team), "team/stop-viewing", Value::Null).await.ok();
    let back: ViewerInfo = from_page_of(&ada, (member, team), "identity/viewer", Value::Null).await.json();
    assert!(!back.is_viewed_by_owner);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn the_page_of_a_view_that_began_or_ended_elsewhere_shows_and_does_nothing(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::TeamManager).await;
    let (team, owner, member) = (ada.team().await, id_of(&ada).await, id_of(&grace).await);
    ada.server_fn("team/view-as", json!({ "user_id": member })).await.ok();
    assert!(is_another_person(from_page_of(&ada, (owner, team), "team/members", Value::Null).await));
    ada.server_fn("team/stop-viewing", Value::Null).await.ok();
    let untouched = Snapshot::take(&pool).await;
    for (endpoint, arguments) in [
        ("team/create-group", json!({ "name": "Readers" })),
        ("team/delete", json!({ "name": "Legal Berlin" })),
        ("team/members", Value::Null),
        ("team/stop-viewing", Value::Null),
    ] {
        assert!(is_another_person(from_page_of(&ada, (member, team), endpoint, arguments).await), "{endpoint}");
    }
    assert_eq!(untouched.changed(&pool).await, NOTHING, "it would have been the owner's own doing");
    from_page_of(&ada, (owner, team), "team/create-group", json!({ "name": "Readers" })).await.ok();
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn the_page_of_somebody_who_signed_out_does_nothing_in_the_name_of_who_signed_in(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::TeamManager).await;
    let page = (id_of(&ada).await, ada.team().await);
    let dataset = create(&ada, "House rules", "Team").await;
    assert!(is_another_person(from_page_of(&grace, page, "team/create-group", json!({ "name": "Readers" })).await));
    assert!(groups(&grace).await.is_empty());
    let upload = |(person, team): (UserId, TeamId)| {
        let request = grace.own_request(Method::POST, &format!("/api/datasets/{dataset}/documents"));
        let request = request.header(PERSON_HEADER, person.to_string()).header(TEAM_HEADER, team.to_string());
        Answer::of(request.multipart(Form::new().part("file", Part::text("Some words.").file_name("words.txt"))))
    };
    assert!(is_another_person(upload(page).await));
    assert!(documents(&grace, dataset).await.is_empty());
    let own = id_of(&grace).await;
    upload((own, page.1)).await.ok();
    let (_, elsewhere) = move_on(&grace).await;
    assert!(is_another_team(upload((own, page.1)).await));
    // Whose the page would be, and the ways out of it, are told and open to everybody.
    let seen: ViewerInfo = from_page_of(&grace, page, "identity/viewer", Value::Null).await.json();
    assert_eq!((seen.user_id, seen.team_id), (own, elsewhere));
    from_page_of(&grace, page, "identity/switch-team", json!({ "id": page.1 })).await.ok();
    from_page_of(&grace, page, "identity/sign-out", Value::Null).await.ok();
}
