//! Mails on the wire: what the mail server is sent, and what the administrator is told.

use crate::support::{Answer, FakeMailServer, PASSWORD, TestApp, form};
use domain::mails::{MailOverview, MailPreview, MailReport};
use domain::team::InvitationSent;
use reqwest::Method;
use reqwest::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use serde_json::json;
use sqlx::PgPool;

async fn start(pool: &PgPool) -> (TestApp, FakeMailServer) {
    let server = FakeMailServer::start().await;
    let mailer = server.mailer();
    (TestApp::start_with(pool, |parts| parts.mailer = Some(mailer)).await, server)
}

async fn run_job(app: &TestApp) {
    assert_eq!(app.services.jobs().run_due_once().await.expect("the job runs"), 1, "one job is waiting");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn an_invitation_is_mailed_with_a_link_that_works(pool: PgPool) {
    let (app, server) = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let sent: InvitationSent =
        ada.server_fn("team/invite", json!({ "email": "grace@example.org", "role": "Viewer", "first_name": "Grace" })).await.json();
    assert!(sent.is_mailed);
    run_job(&app).await;
    let mail = server.nth(1).await;
    assert_eq!((mail.from.as_str(), mail.to.as_slice()), ("lyceum@example.org", ["grace@example.org".to_owned()].as_slice()));
    assert_eq!(mail.header("From").as_deref(), Some("Lyceum <lyceum@example.org>"));
    let words = mail.words();
    let (_, rest) = words.split_once("/sign-up?invitation=").expect("a link");
    let is_of_token = |letter: &char| letter.is_ascii_alphanumeric() || "._-".contains(*letter);
    let mailed = format!("{}/sign-up?invitation={}", app.url, rest.chars().take_while(is_of_token).collect::<String>());
    assert_ne!(mailed, sent.link, "only the mailed one proves the address");
    for link in [&mailed, &sent.link] {
        let page = app.anonymous().get(link.strip_prefix(&app.url).expect("a link of ours")).await.expect(200);
        assert!(page.text.contains("grace@example.org"));
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_sign_in_with_a_new_device_is_mailed_with_what_to_do(pool: PgPool) {
    let (app, server) = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    app.sign_in("ada@example.org").await;
    let request = app.anonymous().own_request(Method::POST, "/sign-in").header("accept", "text/html");
    let request = request.header("content-type", "application/x-www-form-urlencoded").header("user-agent", "iPhone; Safari/604.1");
    Answer::of(request.body(form(&json!({ "email": "ada@example.org", "password": PASSWORD })))).await.expect_redirect("/chat");
    run_job(&app).await;
    let mail = server.nth(1).await;
    assert_eq!(mail.to, ["ada@example.org"]);
    assert_eq!(mail.header("Subject").as_deref(), Some("Somebody signed in with a new device on Lyceum"));
    assert!(mail.words().contains("It was done with Safari on iPhone, from the address 127.0.0.1."), "{}", mail.raw);
    assert!(mail.words().contains(&format!("{}/forgot-password", app.url)), "{}", mail.raw);
    assert_eq!(app.services.jobs().run_due_once().await.expect("jobs run"), 0, "a known device is nothing to tell of");
    let page = ada.get("/admin/mails").await.expect(200);
    assert!(page.text.contains("Sign-in with a new device") && page.text.contains("Two-step sign-in was turned off"));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn links_follow_the_public_address_and_no_header(pool: PgPool) {
    let (app, server) = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let forged = ada
        .own_request(Method::POST, "/api/team/invite")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("host", "evil.example")
        .header("x-forwarded-host", "evil.example")
        .header("x-forwarded-proto", "https")
        .header("forwarded", "host=evil.example")
        .body("email=grace%40example.org&role=Viewer");
    assert!(forged.send().await.unwrap().status().is_success());
    run_job(&app).await;
    let mail = server.nth(1).await;
    assert!(!mail.raw.contains("evil.example"));
    assert!(mail.words().contains(&format!("{}/sign-up?invitation=", app.url)));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn names_add_no_header_and_no_markup(pool: PgPool) {
    let (app, server) = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let profile = json!({ "first_name": "<b>Ada</b>\r\nBcc: eve@example.org", "last_name": "", "tone": "", "about": "" });
    ada.server_fn("identity/update-profile", json!({ "profile": profile })).await.ok();
    ada.server_fn("team/invite", json!({ "email": "grace@example.org", "role": "Viewer" })).await.ok();
    run_job(&app).await;
    let mail = server.nth(1).await;
    assert_eq!(mail.header("Bcc"), None);
    assert_eq!(mail.to, ["grace@example.org"]);
    assert!(mail.words().contains("&lt;b&gt;Ada"), "{}", mail.raw);
    let html = mail.words().split("text/html").nth(1).expect("an HTML version").to_owned();
    assert!(!html.contains("<b>"));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn what_is_not_taken_now_is_tried_again_and_sent_once(pool: PgPool) {
    let (app, server) = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    server.refuse("451 Come back later");
    ada.server_fn("team/invite", json!({ "email": "grace@example.org", "role": "Viewer" })).await.ok();
    run_job(&app).await;
    assert!(server.mails().is_empty());
    let overview: MailOverview = ada.server_fn("mails/overview", json!({})).await.json();
    assert_eq!((overview.waiting, overview.failed.len()), (1, 0));
    assert!(overview.last_failure.as_ref().is_some_and(|reason| reason.contains("Come back later")), "{overview:?}");
    let page = ada.get("/admin/mails").await.expect(200);
    assert!(page.text.contains("1 mail is waiting to be sent. The last try failed: The mail server"), "{}", page.text);
    sqlx::query("UPDATE jobs SET run_at = now()").execute(&pool).await.unwrap();
    run_job(&app).await;
    assert_eq!(server.mails().len(), 1);
    let overview: MailOverview = ada.server_fn("mails/overview", json!({})).await.json();
    assert_eq!((overview.waiting, overview.last_failure), (0, None));
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM mails WHERE sealed IS NOT NULL").fetch_one(&pool).await.unwrap();
    assert_eq!(left, 0, "a sent mail keeps no link");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn what_is_refused_for_good_is_shown_with_the_servers_words(pool: PgPool) {
    let (app, server) = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    server.refuse("550 No such person here");
    ada.server_fn("team/invite", json!({ "email": "nobody@example.org", "role": "Viewer" })).await.ok();
    run_job(&app).await;
    let overview: MailOverview = ada.server_fn("mails/overview", json!({})).await.json();
    assert_eq!(overview.waiting, 0);
    assert!(overview.failed[0].reason.contains("No such person here"), "{:?}", overview.failed);
    assert!(ada.get("/admin/mails").await.expect(200).text.contains("No such person here"));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn what_was_refused_for_good_is_sent_again_when_the_administrator_says_so(pool: PgPool) {
    let (app, server) = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    for email in ["grace@example.org", "mary@example.org", "katherine@example.org"] {
        server.refuse("550 Relaying denied");
        ada.server_fn("team/invite", json!({ "email": email, "role": "Viewer" })).await.ok();
        run_job(&app).await;
    }
    let overview: MailOverview = ada.server_fn("mails/overview", json!({})).await.json();
    let whose: Vec<&str> = overview.failed.iter().map(|mail| mail.recipient.as_str()).collect();
    assert_eq!((whose.as_slice(), overview.kept), (["k…@example.org", "m…@example.org", "g…@example.org"].as_slice(), 3));
    let page = ada.get("/admin/mails").await.expect(200);
    assert!(page.text.contains("Send again") && page.text.contains("Send all again") && page.text.contains("m…@example.org"));

    let again = json!({ "id": overview.failed[1].id });
    assert_eq!(ada.server_fn("mails/send-again", again.clone()).await.json::<u32>(), 1);
    run_job(&app).await;
    let mail = server.nth(1).await;
    assert!(mail.to == ["mary@example.org"] && mail.words().contains("/sign-up?invitation="), "with its link: {}", mail.raw);
    ada.server_fn("mails/send-again", again).await.expect(404);
    assert_eq!(ada.server_fn("mails/send-again", json!({ "id": null })).await.json::<u32>(), 2);
    app.run_jobs().await;
    assert_eq!(server.mails().len(), 3);
    let overview: MailOverview = ada.server_fn("mails/overview", json!({})).await.json();
    assert_eq!((overview.waiting, overview.failed.len(), overview.kept), (0, 0, 0));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_mail_whose_invitation_was_revoked_is_not_offered_and_a_call_says_why(pool: PgPool) {
    let (app, server) = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    server.refuse("550 Relaying denied");
    let sent: InvitationSent = ada.server_fn("team/invite", json!({ "email": "grace@example.org", "role": "Viewer" })).await.json();
    run_job(&app).await;
    ada.server_fn("team/revoke-invitation", json!({ "id": sent.invitation.id })).await.ok();
    let overview: MailOverview = ada.server_fn("mails/overview", json!({})).await.json();
    assert_eq!((overview.kept, overview.failed.len(), overview.failed[0].is_kept), (0, 1, false));
    let page = ada.get("/admin/mails").await.expect(200);
    assert!(page.text.contains("Cannot be sent again") && !page.text.contains("Send again"));
    let refused = ada.server_fn("mails/send-again", json!({ "id": overview.failed[0].id })).await.expect(409);
    assert!(refused.text.contains("what it leads to is over"), "{}", refused.text);
    app.run_jobs().await;
    assert!(server.mails().is_empty());
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_test_mail_reports_what_the_server_said(pool: PgPool) {
    let (app, server) = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let report: MailReport = ada.server_fn("mails/send-test", json!({})).await.json();
    assert!(report.is_sent && report.sentence.contains("Taken for delivery"), "{report:?}");
    assert_eq!(server.nth(1).await.to, ["ada@example.org"]);
    server.refuse("554 We do not know this sender");
    let report: MailReport = ada.server_fn("mails/send-test", json!({})).await.json();
    assert!(!report.is_sent && report.sentence.contains("We do not know this sender"), "{report:?}");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn the_mail_that_is_shown_is_the_one_that_is_sent_under_a_policy_of_its_own(pool: PgPool) {
    let (app, server) = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    ada.server_fn("mails/send-test", json!({})).await.ok();
    let shown = ada.get("/api/mails/Test/preview").await.expect(200);
    assert!(shown.text.starts_with("<!doctype html>") && shown.text.contains("Mail arrives</h1>"), "{}", shown.text);
    let sent = server.nth(1).await;
    assert!(sent.words().contains(&shown.text), "{}\nand not\n{}", sent.raw, shown.text);
    let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox";
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, policy),
        (X_FRAME_OPTIONS, "SAMEORIGIN"),
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CACHE_CONTROL, "no-store"),
    ] {
        assert_eq!(shown.header(&name), Some(value), "{name}");
    }

    let page = ada.get("/admin/mails").await.expect(200);
    let of_page = page.header(CONTENT_SECURITY_POLICY).unwrap_or_default();
    assert!(of_page.contains("frame-src 'self'; frame-ancestors 'none'") && !of_page.contains("unsafe-inline"), "{of_page}");
    let overview: MailOverview = ada.server_fn("mails/overview", json!({})).await.json();
    assert_eq!(page.text.matches("sandbox=\"\"").count(), overview.previews.len());
    for MailPreview { kind, text, .. } in &overview.previews {
        let address = format!("/api/mails/{kind}/preview");
        assert!(page.text.contains(&format!("src=\"{address}\"")), "{address}");
        let heading = text.lines().next().unwrap_or_default();
        let mail = ada.get(&address).await.expect(200);
        assert!(mail.text.contains(&format!("{heading}</h1>")) && !mail.text.contains("<script"), "{address}: {}", mail.text);
    }

    let refused = ada.get("/api/mails/Nothing/preview").await.expect(404);
    assert!(refused.header(CONTENT_SECURITY_POLICY).is_some_and(|policy| policy.contains("frame-ancestors 'none'")));
    let eve = app.sign_up("eve@example.org").await;
    eve.get("/api/mails/Test/preview").await.expect(404);
    app.anonymous().get("/api/mails/Test/preview").await.expect(401);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn without_a_mail_server_the_link_is_handed_over_as_before(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let sent: InvitationSent = ada.server_fn("team/invite", json!({ "email": "grace@example.org", "role": "Viewer" })).await.json();
    assert!(!sent.is_mailed);
    let queued: i64 = sqlx::query_scalar("SELECT count(*) FROM jobs WHERE kind = 'SendMail'").fetch_one(&pool).await.unwrap();
    assert_eq!(queued, 0);
    let page = ada.get("/admin/mails").await.expect(200);
    assert!(page.text.contains("Not set up") && page.text.contains("Invitation to a team"));
    let eve = app.sign_up("eve@example.org").await;
    assert!(!eve.get("/admin/mails").await.expect(404).text.contains("Invitation to a team"));
}
