//! Signing up, in and out, as a browser without JavaScript does it, and one's own account.
#![allow(clippy::disallowed_methods, reason = "tests arrange and look with statements of their own")]

use crate::support::{PASSWORD, TestApp, TestClient};
use app::error::AppError;
use axum::http::header::{LOCATION, SET_COOKIE};
use domain::answers::{AnswerLanguage, AnswerPreferences, AnswerTone};
use domain::{Role, SessionSummary, ViewerInfo};
use serde_json::{Value, json};
use services::SignUp;
use sqlx::PgPool;

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_form_signs_up_and_the_cookie_signs_in(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.anonymous();
    let fields = [("first_name", "Ada"), ("last_name", "Lovelace"), ("email", "Ada@Example.org"), ("password", PASSWORD)];
    let answer = ada.post_form("/sign-up", &fields).await;
    answer.clone().expect_redirect("/chat");
    let cookie = answer.header(SET_COOKIE).unwrap();
    assert!(cookie.starts_with("lyceum_session=") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let viewer: ViewerInfo = ada.server_fn("identity/viewer", Value::Null).await.json();
    assert_eq!((viewer.email.as_str(), viewer.team_name.as_str()), ("ada@example.org", "Ada’s team"));
    assert!(viewer.is_system_administrator);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_refused_sign_up_shows_the_form_again_with_what_was_typed_but_no_password(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let fields = [("first_name", "Ada"), ("email", "ada"), ("password", "password1")];
    let page = app.anonymous().post_form("/sign-up", &fields).await.expect(422);
    assert!(page.text.contains("value=\"Ada\""), "the first name is kept");
    assert!(page.text.contains("Enter an email address like name@example.org."));
    assert!(page.text.contains("easy to guess"));
    assert!(!page.text.contains("password1"));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_wrong_password_and_an_unknown_address_get_the_same_page(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    app.sign_up("ada@example.org").await;
    for email in ["ada@example.org", "nobody@example.org"] {
        let page = app.anonymous().post_form("/sign-in", &[("email", email), ("password", "wrong password")]).await.expect(422);
        assert!(page.text.contains("The email address or the password is not right."), "{}", page.text);
        assert!(page.header(SET_COOKIE).is_none());
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn too_many_wrong_passwords_are_told_when_to_come_back(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    app.sign_up("ada@example.org").await;
    for _ in 0..3 {
        app.anonymous().post_form("/sign-in", &[("email", "ada@example.org"), ("password", "wrong")]).await.expect(422);
    }
    let busy = app.anonymous().post_form("/sign-in", &[("email", "ada@example.org"), ("password", PASSWORD)]).await.expect(429);
    let seconds: u32 = busy.header(axum::http::header::RETRY_AFTER).unwrap().parse().unwrap();
    assert!((1..=21).contains(&seconds));
    assert!(busy.text.contains("Too many attempts."));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn signing_in_leads_to_a_path_of_ours_and_nowhere_else(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    app.sign_up("ada@example.org").await;
    let targets = [
        ("/datasets?page=2", "/datasets?page=2"),
        ("//evil.org", "/chat"),
        ("/\\evil.org", "/chat"),
        ("https://evil.org/", "/chat"),
        ("javascript:alert(1)", "/chat"),
        ("/\r\nSet-Cookie: a=b", "/chat"),
        ("", "/chat"),
    ];
    for (next, leads_to) in targets {
        let form = [("email", "ada@example.org"), ("password", PASSWORD), ("next", next)];
        app.anonymous().post_form("/sign-in", &form).await.expect_redirect(leads_to);
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_screen_sends_strangers_to_sign_in_and_remembers_where_they_were_going(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let stranger = app.anonymous();
    stranger.get("/datasets?page=2").await.expect_redirect("/sign-in?next=/datasets%3Fpage%3D2");
    stranger.get("/").await.expect_redirect("/sign-in");
    for public in ["/sign-in", "/sign-up", "/forgot-password"] {
        stranger.get(public).await.expect(200);
    }
    let page = stranger.get("/sign-in?next=/datasets").await.expect(200);
    assert!(page.text.contains("name=\"next\" value=\"/datasets\"") || page.text.contains("value=\"/datasets\""), "{}", page.text);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn messages_never_come_from_the_query_string(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let page = app
        .anonymous()
        .get("/sign-in?error=Call+555-0100&__path=%2Fapi%2Fidentity%2Fviewer&__err=eyJDb25mbGljdCI6IkNhbGwgNTU1LTAxMDAifQ%3D%3D")
        .await;
    page.expect_redirect("/sign-in");
    let page = app.anonymous().get("/sign-in?error=Call+555-0100").await.expect(200);
    assert!(!page.text.contains("555-0100"));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_form_post_never_leads_to_the_referer(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let request = ada.own_request(reqwest::Method::POST, "/api/identity/viewer");
    let request = request.header("accept", "text/html").header("referer", "https://evil.org/").body("");
    let answer = crate::support::Answer::of(request.header("content-type", "application/x-www-form-urlencoded")).await;
    assert_ne!(answer.header(LOCATION), Some("https://evil.org/"));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn signing_in_gives_a_new_session_and_ends_the_one_presented(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let planted = "lyceum_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let body = "email=ada%40example.org&password=correct%20horse%20battery%20staple";
    let request = app.anonymous().own_request(reqwest::Method::POST, "/sign-in").header("cookie", planted);
    let answer = crate::support::Answer::of(request.header("content-type", "application/x-www-form-urlencoded").body(body)).await;
    assert_eq!(answer.status, 303);
    assert!(!answer.header(SET_COOKIE).unwrap().contains("AAAAAAAA"), "a token from outside is never taken over");

    ada.post_form("/sign-in", &[("email", "ada@example.org"), ("password", PASSWORD)]).await.expect_redirect("/chat");
    let sessions: Vec<SessionSummary> = ada.server_fn("identity/sessions", Value::Null).await.json();
    assert_eq!(sessions.len(), 2, "the planted sign-in and this one; the former session of this browser ended");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn signing_out_ends_the_session_and_makes_the_browser_forget_it(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let answer = ada.post_form("/sign-out", &[]).await;
    answer.clone().expect_redirect("/sign-in");
    assert!(answer.header(SET_COOKIE).unwrap().contains("Max-Age=0"));
    assert_eq!(ada.server_fn("identity/viewer", Value::Null).await.error(), AppError::SignedOut);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn without_javascript_forms_lead_out_of_this_browser_another_and_all(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let phone = app.sign_in("ada@example.org").await;
    let account = ada.get("/account").await.expect(200).text;
    assert!(account.contains(r#"<noscript><form method="post" action="/sign-out">"#), "{account}");
    for path in ["/api/identity/end-session", "/api/identity/sign-out-everywhere"] {
        assert!(account.contains(&format!(r#"action="{path}""#)), "no form posts to {path}");
    }

    let sessions: Vec<SessionSummary> = ada.server_fn("identity/sessions", Value::Null).await.json();
    let other = sessions.iter().find(|session| !session.is_current).expect("the phone's").id.to_string();
    assert!(account.contains(&format!(r#"value="{other}""#)), "the form says which one");
    let posts: [(&str, &[(&str, &str)]); 2] =
        [("/api/identity/end-session", &[("id", other.as_str())]), ("/api/identity/sign-out-everywhere", &[])];
    for ((path, fields), ended) in posts.into_iter().zip([&phone, &ada]) {
        ended.server_fn("identity/viewer", Value::Null).await.ok();
        let answer = ada.post_form(path, fields).await.expect(302);
        assert_eq!(answer.header(LOCATION), Some("/"), "{path}");
        ended.server_fn("identity/viewer", Value::Null).await.expect(401);
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn suspension_takes_effect_on_the_next_request(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    ada.server_fn("identity/viewer", Value::Null).await.ok();
    app.suspend("ada@example.org").await;
    assert_eq!(ada.server_fn("identity/viewer", Value::Null).await.expect(401).error(), AppError::SignedOut);
    ada.get("/chat").await.expect_redirect("/sign-in?next=/chat");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn an_invitation_link_leads_into_the_team_once(pool: PgPool) {
    let app = TestApp::start_with(&pool, |parts| parts.settings.sign_up = SignUp::Invited).await;
    let ada = app.sign_up("ada@example.org").await;
    let stranger = [("first_name", "Eve"), ("email", "eve@example.org"), ("password", PASSWORD)];
    let refused = app.anonymous().post_form("/sign-up", &stranger).await.expect(409);
    assert!(refused.text.contains("needs an invitation"));

    let sent: Value = ada.server_fn("team/invite", json!({ "email": "grace@example.org", "role": "Collaborator" })).await.json();
    let link = sent["link"].as_str().unwrap().strip_prefix(&app.url).expect("links are made from the public address").to_owned();
    let page = app.anonymous().get(&link).await.expect(200);
    assert!(page.text.contains("You are invited to ada’s team as collaborator."), "{}", page.text);
    let token = link.split_once('=').unwrap().1;
    let grace = app.anonymous();
    let form = [("first_name", "Grace"), ("email", "grace@example.org"), ("password", PASSWORD), ("invitation", token)];
    grace.post_form("/sign-up", &form).await.expect_redirect("/chat");
    assert_eq!(grace.team().await, ada.team().await);
    let again = [("first_name", "Eve"), ("email", "grace@example.org"), ("password", PASSWORD), ("invitation", token)];
    app.anonymous().post_form("/sign-up", &again).await.expect(409);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn somebody_signed_in_joins_with_a_link(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up("grace@example.org").await;
    let sent: Value = ada.server_fn("team/invite", json!({ "email": "grace@example.org", "role": "Viewer" })).await.json();
    let token = sent["link"].as_str().unwrap().split_once("?invitation=").unwrap().1.to_owned();
    let page = grace.get(&format!("/sign-up?invitation={token}")).await.expect(200);
    assert!(page.text.contains("Join team"), "{}", page.text);
    grace.post_form("/join", &[("invitation", &token)]).await.expect_redirect("/chat");
    assert_eq!(grace.team().await, ada.team().await);
    let over = grace.post_form("/join", &[("invitation", &token)]).await.expect(409);
    assert!(over.text.contains("not valid any more"));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_password_of_a_megabyte_is_refused_before_it_is_hashed(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    app.sign_up("ada@example.org").await;
    let long = "x".repeat(1024 * 1024);
    let form = [("first_name", "Eve"), ("email", "eve@example.org"), ("password", long.as_str())];
    let page = app.anonymous().post_form("/sign-up", &form).await.expect(422);
    assert!(page.text.contains("1,024 bytes at most"));
    app.anonymous().post_form("/sign-in", &[("email", "ada@example.org"), ("password", &long)]).await.expect(422);
    let endless = "x".repeat(2 * 1024 * 1024 + 1);
    app.anonymous().post_form("/sign-in", &[("email", "ada@example.org"), ("password", &endless)]).await.expect(413);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn fields_nobody_asked_for_are_refused(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    app.sign_up("ada@example.org").await;
    let eve = [("first_name", "Eve"), ("email", "eve@example.org"), ("password", PASSWORD), ("is_system_administrator", "true")];
    app.anonymous().post_form("/sign-up", &eve).await.expect(422);
    app.anonymous().post_form("/sign-in", &[("email", "ada@example.org"), ("password", PASSWORD), ("admin", "1")]).await.expect(422);
    let people: i64 = sqlx::query_scalar("SELECT count(*) FROM users").fetch_one(&pool).await.unwrap();
    assert_eq!(people, 1);
    let ada = app.sign_in("ada@example.org").await;
    let profile =
        json!({ "profile": { "first_name": "Ada", "last_name": "", "tone": "", "about": "", "is_system_administrator": "true" } });
    ada.server_fn("identity/update-profile", profile).await.expect(422);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn sessions_of_others_do_not_exist_and_everywhere_means_everywhere(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let phone = app.sign_in("ada@example.org").await;
    let eve = app.sign_up("eve@example.org").await;
    let sessions: Vec<SessionSummary> = ada.server_fn("identity/sessions", Value::Null).await.json();
    assert_eq!(sessions.iter().filter(|session| session.is_current).count(), 1);
    eve.server_fn("identity/end-session", json!({ "id": sessions[0].id })).await.expect(404);
    ada.server_fn("identity/sign-out-everywhere", Value::Null).await.ok();
    for client in [&ada, &phone] {
        client.server_fn("identity/viewer", Value::Null).await.expect(401);
    }
    eve.server_fn("identity/viewer", Value::Null).await.ok();
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_session_is_listed_with_where_it_was_used_last_as_far_as_that_is_believed(pool: PgPool) {
    let forwarded = |client: &TestClient| {
        let request = client.own_request(reqwest::Method::POST, "/api/identity/viewer").header("accept", "application/json");
        let request = request.header("content-type", "application/x-www-form-urlencoded").header("user-agent", "iPhone; Safari/604.1");
        request.header("x-forwarded-for", "198.51.100.1, 203.0.113.9").body("")
    };
    for (email, proxies, believed) in [("ada@example.org", "", "127.0.0.1"), ("grace@example.org", "127.0.0.0/8", "203.0.113.9")] {
        let app = TestApp::start_behind(&pool, proxies, |_| {}).await;
        let (used, looking) = (app.sign_up(email).await, app.sign_in(email).await);
        let other = async || {
            let sessions: Vec<SessionSummary> = looking.server_fn("identity/sessions", Value::Null).await.json();
            let other = sessions.into_iter().find(|session| !session.is_current).expect("the one that is used");
            (other.ip, other.device)
        };
        assert_eq!(other().await, ("127.0.0.1".to_owned(), "Unknown device".to_owned()));
        crate::support::Answer::of(forwarded(&used)).await.ok();
        assert_eq!(other().await, (believed.to_owned(), "Safari on iPhone".to_owned()), "behind “{proxies}”");
        let page = looking.get("/account").await.expect(200).text;
        assert!(page.contains("Last address") && page.contains(believed), "{page}");
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_stolen_cookie_shows_where_it_is_used(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let form = [("email", "ada@example.org"), ("password", PASSWORD)];
    let entered = app.anonymous().post_form("/sign-in", &form).await;
    let cookie = entered.header(SET_COOKIE).and_then(|cookie| cookie.split(';').next()).expect("a cookie").to_owned();
    let elsewhere = TestClient::from_address(&app.url, std::net::Ipv4Addr::new(127, 0, 4, 1));
    let thief = elsewhere.own_request(reqwest::Method::GET, "/chat").header("accept", "text/html").header("cookie", cookie);
    crate::support::Answer::of(thief).await.expect(200);
    let sessions: Vec<SessionSummary> = ada.server_fn("identity/sessions", Value::Null).await.json();
    let places: Vec<(&str, bool)> = sessions.iter().map(|session| (session.ip.as_str(), session.is_current)).collect();
    assert!(places.contains(&("127.0.4.1", false)) && places.contains(&("127.0.0.1", true)), "{places:?}");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_changed_password_signs_out_the_other_browsers(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let phone = app.sign_in("ada@example.org").await;
    let change = json!({ "current_password": PASSWORD, "new_password": "an entirely new secret" });
    ada.server_fn("identity/change-password", change).await.ok();
    ada.server_fn("identity/viewer", Value::Null).await.ok();
    phone.server_fn("identity/viewer", Value::Null).await.expect(401);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn switching_teams_changes_what_one_may_do(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let grace = app.sign_up_into(&ada, "grace@example.org", Role::Viewer).await;
    let viewer: ViewerInfo = grace.server_fn("identity/viewer", Value::Null).await.json();
    assert_eq!(viewer.team_id, ada.team().await);
    assert!(!viewer.may(domain::Permission::ManageMembers));
    let stranger = app.sign_up("eve@example.org").await;
    stranger.server_fn("identity/switch-team", json!({ "id": viewer.team_id })).await.expect(404);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_sign_in_that_is_under_way_when_the_password_changes_comes_too_late(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    app.sign_up("ada@example.org").await;
    let mut change = pool.begin().await.expect("a transaction");
    sqlx::query("UPDATE users SET password_hash = 'another'").execute(&mut *change).await.expect("changed");
    sqlx::query("DELETE FROM sessions").execute(&mut *change).await.expect("ended");
    let waits = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')";
    let thief = app.anonymous();
    let form = [("email", "ada@example.org"), ("password", PASSWORD)];
    let changed = async {
        while !sqlx::query_scalar::<_, bool>(waits).fetch_one(&pool).await.expect("activity") {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        change.commit().await.expect("committed");
    };
    let (answer, ()) = tokio::join!(thief.post_form("/sign-in", &form), changed);
    answer.expect(422);
    let sessions: i64 = sqlx::query_scalar("SELECT count(*) FROM sessions").fetch_one(&pool).await.expect("a count");
    assert_eq!(sessions, 0);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn how_one_is_answered_is_kept_shown_and_one_of_the_choices(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let kept: AnswerPreferences = ada.server_fn("identity/answer-preferences", Value::Null).await.json();
    assert_eq!(kept, AnswerPreferences::default());
    let save = async |preferences: Value| ada.server_fn("identity/update-answer-preferences", json!({ "preferences": preferences })).await;
    save(json!({ "language": "German", "tone": "Formal" })).await.ok();
    save(json!({ "language": "Klingon", "tone": "Formal" })).await.expect(422);
    save(json!({ "language": "French", "tone": "Formal", "user_id": "x" })).await.expect(422);
    let kept: AnswerPreferences = ada.server_fn("identity/answer-preferences", Value::Null).await.json();
    assert_eq!(kept, AnswerPreferences { language: AnswerLanguage::German, tone: AnswerTone::Formal });
    let page = ada.get("/account").await.expect(200);
    assert!(page.text.contains("Deutsch") && page.text.contains("does not follow it"));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn shortcuts_of_one_key_are_turned_off_for_the_person_wherever_they_sign_in(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let are_on =
        async |client: &TestClient| client.server_fn("identity/viewer", Value::Null).await.json::<ViewerInfo>().single_key_shortcuts;
    assert!(are_on(&ada).await);
    ada.server_fn("identity/set-single-key-shortcuts", json!({ "are_on": false })).await.ok();
    assert!(!are_on(&app.sign_in("ada@example.org").await).await);
    assert!(are_on(&app.sign_up("grace@example.org").await).await);
    assert!(ada.get("/account").await.expect(200).text.contains("Single-key shortcuts"));
}
