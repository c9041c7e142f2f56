//! Licences over HTTP: one sentence for every refused change, the way out of it, and what people at the entrance are told.

use crate::api_keys::program;
use crate::email_codes::code_after;
use crate::oidc::Scene;
use crate::passkeys;
use crate::support::{Answer, FakeMailServer, PASSWORD, TestApp, TestClient};
use domain::licences::{LicenceInstalled, LicenceOverview};
use domain::sign_ins::SignInReason;
use domain::team::InvitationSent;
use serde_json::json;
use services::licences::testing::licence;
use sqlx::PgPool;

/// Where people reach the server; browsers bind passkeys to the name in it.
const ADDRESS: &str = "http://localhost:3000";
const FULL: &str = "The only seat of this installation is taken.";

async fn install(client: &TestClient, id: &str, seats: u32) -> LicenceInstalled {
    client.server_fn("licences/install", json!({ "text": licence(id, seats) })).await.json()
}

/// Who was refused for want of a seat, by which way, and through which provider.
async fn written_down(pool: &PgPool) -> Vec<(String, String, String)> {
    let refused = "SELECT u.email, s.method, s.provider FROM sign_ins s JOIN users u ON u.id = s.user_id
                   WHERE s.reason = 'no-seat' AND NOT s.succeeded AND s.email_hash IS NOT NULL ORDER BY u.email, s.id";
    sqlx::query_as(refused).fetch_all(pool).await.expect("the record")
}

async fn end_now(pool: &PgPool) {
    sqlx::query("UPDATE licences SET expires_at = now() WHERE replaced_at IS NULL").execute(pool).await.expect("a licence ends");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn an_expired_licence_makes_it_read_only_until_the_next_one(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let root = app.sign_up("root@example.org").await;
    install(&root, "L-1", 5).await;
    let new = json!({ "dataset": { "name": "Rules", "description": "", "visibility": "Team", "embedding_model_id": null } });
    root.server_fn("datasets/create", new.clone()).await.ok();
    end_now(&pool).await;
    let refused = root.server_fn("datasets/create", new).await.expect(403);
    assert_eq!(refused.error().to_string(), app::error::AppError::ReadOnly.to_string());
    let page = root.get("/datasets").await.expect(200).text;
    assert!(page.contains("Rules") && page.contains("The licence expired on"));
    root.get_json("/api/audit/team/csv").await.expect(200);
    let page = root.get("/admin/licences").await.expect(200).text;
    assert!(page.contains("Expired: read-only"));
    app.sign_in("root@example.org").await;
    install(&root, "L-2", 5).await;
    assert!(!root.get("/datasets").await.expect(200).text.contains("The licence expired on"));
    root.server_fn("team/create", json!({ "name": "Legal" })).await.ok();
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn an_invited_person_is_told_that_all_seats_are_taken(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let root = app.sign_up("root@example.org").await;
    let installed = install(&root, "L-1", 1).await;
    assert_eq!((installed.licence.seats_used, installed.turned_away), (1, 0));
    let sent: InvitationSent = root.server_fn("team/invite", json!({ "email": "grace@example.org", "role": "Viewer" })).await.json();
    let grace = app.anonymous();
    let page = grace.get(sent.link.strip_prefix(&app.url).expect("a link of ours")).await.expect(200).text;
    assert!(page.contains("The only seat of this installation is taken."), "{page}");
    let token = sent.link.split_once("?invitation=").expect("a token").1;
    let form = [("first_name", "Grace"), ("email", "grace@example.org"), ("password", PASSWORD), ("invitation", token)];
    let refused = grace.post_form("/sign-up", &form).await.expect(409);
    assert!(refused.text.contains("The only seat of this installation is taken."));
    install(&root, "L-2", 2).await;
    grace.post_form("/sign-up", &form).await.expect_redirect("/chat");
    let page = root.get("/admin/licences").await.expect(200).text;
    assert!(page.contains("2 of 2 used, 0 free") && page.contains("grace@example.org"));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_person_without_a_seat_is_told_at_the_entrance_and_so_are_their_programs(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let root = app.sign_up("root@example.org").await;
    let eve = app.sign_up("eve@example.org").await;
    let program = program(&app, &eve, &["read"]).await;
    let ask = async || program.server_fn("datasets/list", json!({})).await;
    ask().await.ok();
    let installed = install(&root, "L-1", 1).await;
    assert_eq!(installed.turned_away, 1);
    eve.get("/chat").await.expect(303);
    let refused = ask().await.expect(409).error().to_string();
    assert!(refused.contains("has no seat under the licence") && refused.contains("by signing in"), "{refused}");
    let form = [("email", "eve@example.org"), ("password", PASSWORD)];
    // Her password is right, however often she types it: none of it counts as a guess.
    for _ in 0..5 {
        let refused = app.anonymous().post_form("/sign-in", &form).await.expect(409);
        assert!(refused.text.contains(FULL));
    }
    let hers = ("eve@example.org".to_owned(), "Password".to_owned(), String::new());
    assert_eq!(written_down(&pool).await, vec![hers; 5]);
    app.sign_in("root@example.org").await;

    install(&root, "L-2", 2).await;
    ask().await.expect(409);
    app.sign_in("eve@example.org").await;
    ask().await.ok();
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn once_the_licence_is_over_a_person_without_a_seat_and_their_programs_read_and_none_is_taken(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let root = app.sign_up("root@example.org").await;
    let eve = app.sign_up("eve@example.org").await;
    let program = program(&app, &eve, &["read"]).await;
    let ask = async || program.server_fn("datasets/list", json!({})).await;
    assert_eq!(install(&root, "L-1", 1).await.turned_away, 1);
    let form = [("email", "eve@example.org"), ("password", PASSWORD)];
    let refused = app.anonymous().post_form("/sign-in", &form).await.expect(409);
    assert!(refused.text.contains("What is yours stays: to read or export it, ask the administrator"), "{}", refused.text);
    ask().await.expect(409);

    end_now(&pool).await;
    ask().await.ok();
    let eve = app.sign_in("eve@example.org").await;
    assert!(eve.get("/datasets").await.expect(200).text.contains("The licence expired on"));
    eve.server_fn("my-data/request-export", json!({})).await.ok();
    let new = json!({ "dataset": { "name": "Rules", "description": "", "visibility": "Team", "embedding_model_id": null } });
    eve.server_fn("datasets/create", new).await.expect(403);
    let overview: LicenceOverview = root.server_fn("licences/overview", json!({})).await.json();
    assert_eq!(overview.licence.map(|licence| licence.seats_used), Some(1));

    assert_eq!(install(&root, "L-2", 1).await.turned_away, 1);
    eve.get("/chat").await.expect(303);
    ask().await.expect(409);
}

/// The code that is mailed now.
async fn code(app: &TestApp, server: &FakeMailServer) -> String {
    let before = server.mails().len();
    app.run_jobs().await;
    code_after(server, before)
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn whichever_way_a_person_comes_it_is_written_down_that_there_is_no_seat(pool: PgPool) {
    let server = FakeMailServer::start().await;
    let mailer = server.mailer();
    let app = TestApp::start_with(&pool, |parts| {
        ADDRESS.clone_into(&mut parts.settings.public_url);
        parts.mailer = Some(mailer);
    });
    let scene = Scene::start_on(app.await, |_| {}).await;
    let app = &scene.app;
    scene.sign_in(&app.anonymous()).await.expect_redirect("/chat");
    let mut device = passkeys::add(&app.sign_up("carl@example.org").await).await;
    app.sign_up("eve@example.org").await;
    app.sign_up("lena@example.org").await;
    let grace = app.sign_up("grace@example.org").await;
    let token: String = grace.server_fn("identity/start-mailed-two-step", json!({ "password": PASSWORD })).await.json();
    let turn_on = json!({ "token": token, "code": code(app, &server).await });
    grace.server_fn("identity/confirm-mailed-two-step", turn_on).await.ok();
    assert_eq!(install(&scene.administrator, "L-1", 1).await.turned_away, 5);

    let expect_full = |answer: Answer| assert!(answer.expect(409).text.contains(FULL));
    let browser = app.anonymous();
    browser.post_form("/sign-in/email-code", &[("email", "eve@example.org")]).await.expect(303);
    let typed = code(app, &server).await;
    expect_full(browser.post_form("/sign-in/email-code/enter", &[("code", typed.as_str())]).await);

    let browser = app.anonymous();
    browser.post_form("/sign-in", &[("email", "grace@example.org"), ("password", PASSWORD)]).await.expect_redirect("/sign-in/code");
    let typed = code(app, &server).await;
    expect_full(browser.post_form("/sign-in/code", &[("code", typed.as_str())]).await);

    let browser = app.anonymous();
    let answer = device.get(&passkeys::ask(&browser).await);
    expect_full(browser.post_form("/sign-in/passkey", &[("credential", answer.as_str())]).await);

    // On the way back from a provider it is said on a page of ours like every other refusal.
    let browser = app.anonymous();
    scene.sign_in(&browser).await.expect_redirect("/sign-in?trouble=no-seat");
    let page = browser.get("/sign-in?trouble=no-seat").await.expect(200);
    assert!(page.text.contains(SignInReason::NoSeat.sentence()), "{}", page.text);

    scene.provider.vouch_for(json!({ "sub": "subject-2", "email": "lena@example.org", "email_verified": true }));
    let browser = app.anonymous();
    scene.sign_in(&browser).await.expect_redirect("/sign-in/link");
    expect_full(browser.post_form("/sign-in/link", &[("password", PASSWORD)]).await);

    let expected = [
        ("ada", "Identity provider", "Works"),
        ("carl", "Passkey", ""),
        ("eve", "E-mailed code", ""),
        ("grace", "Password and code", ""),
        ("lena", "Identity provider", "Works"),
    ];
    let expected = expected.map(|(name, way, provider)| (format!("{name}@example.org"), way.to_owned(), provider.to_owned()));
    assert_eq!(written_down(&pool).await, expected);
    let inside = "SELECT count(*) FROM sessions WHERE user_id NOT IN (SELECT user_id FROM seats)";
    assert_eq!(sqlx::query_scalar::<_, i64>(inside).fetch_one(&pool).await.expect("a count"), 0);
}
