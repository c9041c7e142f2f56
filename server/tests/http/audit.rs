//! The audit trail over HTTP: its two screens, where requests come from, and its exports.

use crate::roles::change;
use crate::support::{NOTHING, Snapshot, TestApp};
use app::error::AppError;
use domain::Role;
use domain::audit::{AuditPage, ChainReport};
use domain::team::TeamSummary;
use reqwest::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use serde_json::{Value, json};
use sqlx::PgPool;

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn what_is_done_by_a_screen_is_told_with_its_address(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    ada.server_fn("team/invite", json!({ "email": "bob@example.org", "role": "Viewer" })).await.ok();
    let page: AuditPage = ada.server_fn("audit/list", json!({ "scope": "team", "query": {}, "before": null })).await.json();
    assert_eq!(page.entries.len(), 1);
    assert_eq!(page.entries[0].sentence, "ada Tester invited bob@example.org as viewer");
    assert_eq!(page.entries[0].origin, "Screen · 127.0.0.1");
    let report: ChainReport = ada.server_fn("audit/verify", json!({ "scope": "team" })).await.json();
    assert!(report.is_whole, "{}", report.sentence);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn the_screen_is_for_managers_and_takes_its_filter_from_the_address(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let carl = app.sign_up_into(&ada, "carl@example.org", Role::Collaborator).await;
    assert!(ada.get("/team/audit").await.expect(200).text.contains("Nothing was recorded yet."));
    ada.server_fn("team/create-group", json!({ "name": "Readers" })).await.ok();
    ada.server_fn("team/invite", json!({ "email": "bob@example.org", "role": "Viewer" })).await.ok();
    let page = ada.get("/team/audit").await.expect(200).text;
    assert!(
        page.contains("aria-label=\"Audit trail\"") && page.contains("made the group “Readers”") && page.contains("invited bob"),
        "{page}"
    );
    let page = ada.get("/team/audit?action=group&words=read+ers").await.expect(200).text;
    assert!(page.contains("Nothing that was recorded fits these filters."), "{page}");
    let page = ada.get("/team/audit?action=group&person=").await.expect(200).text;
    assert!(page.contains("made the group “Readers”") && !page.contains("invited bob"), "{page}");
    assert!(page.contains(&format!("/api/audit/team/csv?action=group&amp;team={}", ada.team().await)), "{page}");
    ada.get("/team/audit?from=yesterday").await.expect(422);
    assert!(carl.get("/team/audit").await.expect(403).text.contains("Not allowed"));
    assert!(ada.get("/team").await.text.contains("href=\"/team/audit\"") && !carl.get("/team").await.text.contains("href=\"/team/audit\""));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn the_installations_trail_is_for_its_administrators(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let eve = app.sign_up("eve@example.org").await;
    eve.server_fn("team/create-group", json!({ "name": "Hers" })).await.ok();
    let page = ada.get("/admin/audit").await.expect(200).text;
    assert!(page.contains("made the group “Hers”") && page.contains("eve Tester made an account"), "{page}");
    assert!(!ada.get("/team/audit").await.text.contains("Hers"));
    assert!(!eve.get("/admin/audit").await.expect(404).text.contains("made an account"));
    assert!(ada.get("/admin/models").await.text.contains("href=\"/admin/audit\""));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn signing_out_is_told_whichever_way_it_is_done(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let eve = app.sign_up("eve@example.org").await;
    let grace = app.sign_up("grace@example.org").await;
    eve.post_form("/sign-out", &[]).await.expect_redirect("/sign-in");
    eve.post_form("/sign-out", &[]).await.expect_redirect("/sign-in");
    grace.server_fn("identity/sign-out", Value::Null).await.ok();
    let query = json!({ "scope": "installation", "query": { "action": "account.session-ended" }, "before": null });
    let page: AuditPage = ada.server_fn("audit/list", query).await.json();
    let told: Vec<(&str, &str)> = page.entries.iter().map(|entry| (entry.sentence.as_str(), entry.origin.as_str())).collect();
    let expected = [
        ("grace Tester ended one of their sessions", "Screen · 127.0.0.1"),
        ("eve Tester ended one of their sessions", "Screen · 127.0.0.1"),
    ];
    assert_eq!(told, expected);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn exports_leave_as_attachments_with_the_same_filter(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    ada.server_fn("team/create-group", json!({ "name": "@SUM(A1)" })).await.ok();
    ada.server_fn("team/invite", json!({ "email": "bob@example.org", "role": "Viewer" })).await.ok();
    let csv = ada.get_json("/api/audit/team/csv?action=group").await.expect(200);
    assert_eq!(csv.header(CONTENT_TYPE), Some("text/csv; charset=utf-8"));
    assert_eq!(csv.header(CONTENT_DISPOSITION), Some("attachment; filename=\"audit-trail.csv\""));
    assert_eq!(csv.text.lines().count(), 2, "{}", csv.text);
    assert!(csv.text.contains("\"'@SUM(A1)\""), "{}", csv.text);
    let json: Value = ada.get_json("/api/audit/team/json").await.json();
    assert_eq!(json.as_array().map(Vec::len), Some(4), "the two acts and the two exports");
    let bytes = async |format: &str| {
        let answer = ada.own_request(reqwest::Method::GET, &format!("/api/audit/team/{format}")).send().await.expect("an answer");
        answer.bytes().await.expect("a whole answer")
    };
    assert!(bytes("csv").await.starts_with("\u{feff}\"Number\",".as_bytes()), "Excel reads it as UTF-8");
    assert!(bytes("json").await.starts_with(b"["), "JSON has no mark");
    ada.get_json("/api/audit/team/xml").await.expect(404);
    ada.get_json("/api/audit/moon/csv").await.expect(404);
    ada.get_json("/api/audit/team/csv?team_id=x").await.expect(422);
    app.anonymous().get_json("/api/audit/team/csv").await.expect(401);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_page_gets_the_trail_of_its_own_team_or_none(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let before = ada.team().await;
    ada.server_fn("team/create-group", json!({ "name": "Readers" })).await.ok();
    let export = |team: &str| format!("/api/audit/team/csv?action=group&team={team}");
    assert!(ada.get_json(&export(&before.to_string())).await.expect(200).text.contains("Readers"));
    let made: TeamSummary = ada.server_fn("team/create", json!({ "name": "Legal Berlin" })).await.json();
    ada.server_fn("identity/switch-team", json!({ "id": made.id })).await.ok();
    ada.server_fn("team/create-group", json!({ "name": "Writers" })).await.ok();
    let untouched = Snapshot::take(&pool).await;
    let refused = ada.get_json(&export(&before.to_string())).await.expect(409);
    assert_eq!(refused.error(), AppError::AnotherTeam);
    assert!(refused.header(CONTENT_DISPOSITION).is_none(), "{refused:?}");
    ada.get_json(&format!("{}&team={before}", export(&made.id.to_string()))).await.expect(409);
    ada.get_json(&export("x")).await.expect(422);
    ada.get_json("/api/audit/team/csv?action=group&action=group").await.expect(422);
    assert_eq!(untouched.changed(&pool).await, NOTHING);
    for address in [export(&made.id.to_string()), "/api/audit/team/csv?action=group".to_owned()] {
        let text = ada.get_json(&address).await.expect(200).text;
        assert!(text.contains("Writers") && !text.contains("Readers"), "{text}");
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn who_may_read_the_trail_and_not_manage_it_takes_nothing_out(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let carl = app.sign_up_into(&ada, "carl@example.org", Role::Collaborator).await;
    ada.server_fn("team/create-group", json!({ "name": "Readers" })).await.ok();
    ada.server_fn("roles/change", change("Collaborator", "ViewAudit", true)).await.ok();
    ada.server_fn("roles/change", change("Collaborator", "ManageAudit", false)).await.ok();
    let before = Snapshot::take(&pool).await;
    for address in ["/api/audit/team/csv", "/api/audit/team/json", "/api/audit/team/csv?action=group"] {
        let refused = carl.get_json(address).await.expect(403);
        assert_eq!(refused.error(), AppError::Forbidden, "{address}");
        assert!(refused.header(CONTENT_DISPOSITION).is_none() && !refused.text.contains("Readers"), "{address}: {refused:?}");
    }
    carl.server_fn("audit/verify", json!({ "scope": "team" })).await.expect(403);
    let page: AuditPage = carl.server_fn("audit/list", json!({ "scope": "team", "query": {}, "before": null })).await.json();
    assert!(page.entries.iter().any(|entry| entry.sentence.contains("made the group “Readers”")), "{page:?}");
    assert_eq!(before.changed(&pool).await, NOTHING, "nor does the trail say that it was taken out");
    ada.server_fn("roles/change", change("Collaborator", "ManageAudit", true)).await.ok();
    for address in ["/api/audit/team/csv", "/api/audit/team/json"] {
        assert!(carl.get_json(address).await.expect(200).text.contains("Readers"), "{address}");
    }
}
