//! Trials of an identity provider: an administrator sees what it says and what would come of it, and nothing does.

use crate::guessed_codes::{cookie, post_with_cookie};
use crate::oidc::{Scene, viewer};
use crate::support::{Answer, Lie, NOTHING, PASSWORD, Snapshot, TestClient};
use axum::http::header::{COOKIE, LOCATION};
use domain::IdentityProviderId;
use domain::identity_providers::{Foretold, IdentityProviderDraft, Trial, TrialEnd};
use domain::sign_ins::SignInReason;
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::PgPool;

/// What a trial may leave behind: itself, that it is on record, and its count.
const A_TRIAL: [&str; 3] = ["audit_events", "sign_in_flows", "throttles"];

/// The administrator begins a trial: what is answered.
async fn begin(scene: &Scene) -> Answer {
    scene.administrator.server_fn("identity-providers/start-trial", json!({ "id": scene.id })).await
}

/// To the provider: the way back.
async fn go(scene: &Scene) -> String {
    let there: String = begin(scene).await.json();
    scene.provider.agree(&there).await
}

/// What a browser is shown of its trial.
async fn shown(browser: &TestClient) -> Option<Trial> {
    browser.server_fn("identity-providers/trial", json!({})).await.json()
}

/// All the way there and back.
async fn try_out(scene: &Scene) -> Trial {
    let back = go(scene).await;
    scene.administrator.get(&back).await.expect_redirect("/admin/sign-in");
    shown(&scene.administrator).await.expect("what came of it")
}

async fn save(scene: &Scene, draft: IdentityProviderDraft) {
    scene.administrator.server_fn("identity-providers/save", json!({ "id": scene.id, "draft": draft })).await.ok();
}

/// Somebody whose address the provider says is verified.
fn vouch(scene: &Scene, email: &str) {
    scene.provider.vouch_for(json!({ "sub": email, "email": email, "email_verified": true, "name": "Grace Hopper" }));
}

/// A trial ends so, names who it is about, and nobody is made, linked, let in or changed by it.
async fn expect_end(scene: &Scene, end: TrialEnd, words: &str) -> Trial {
    let before = Snapshot::take_with_all_seen(&scene.app.pool).await;
    let trial = try_out(scene).await;
    assert_eq!(trial.end, Some(end), "{}", trial.sentence);
    assert!(trial.sentence.contains(words), "{}", trial.sentence);
    let changed = before.changed(&scene.app.pool).await;
    assert!(changed.iter().all(|table| A_TRIAL.contains(&table.as_str())), "{words}: {changed:?}");
    trial
}

/// A licence for so many people is put in force.
async fn install(scene: &Scene, number: &str, seats: u32) {
    let text = services::licences::testing::licence(number, seats);
    scene.administrator.server_fn("licences/install", json!({ "text": text })).await.ok();
}

/// Two-step sign-in is on for somebody.
async fn turn_two_step_on(pool: &PgPool, email: &str) {
    let turn_on = "INSERT INTO two_step (user_id, sealed_secret, started_at, confirmed_at, last_step)
                   SELECT id, '', now(), now(), 0 FROM users WHERE email = $1";
    sqlx::query(turn_on).bind(email).execute(pool).await.expect("two-step sign-in is on");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_trial_shows_what_a_provider_says_and_leaves_nothing_but_itself(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    let draft = IdentityProviderDraft {
        default_team_id: Some(scene.administrator.team().await),
        role_claim: "groups".to_owned(),
        role_rules: "leads = Team manager".to_owned(),
        ..scene.provider.draft()
    };
    save(&scene, draft).await;
    scene.provider.vouch_for(json!({
        "sub": "subject-g", "email": "grace@example.org", "email_verified": true, "name": "Grace Hopper", "groups": ["leads", "x"]
    }));
    assert_eq!(shown(&scene.administrator).await, None);
    assert!(!scene.administrator.get("/admin/sign-in").await.expect(200).text.contains("Trial of"));
    let before = Snapshot::take(&pool).await;
    let trial = try_out(&scene).await;
    let mut changed = before.changed(&pool).await;
    changed.retain(|table| table != "throttles");
    assert_eq!(changed, ["audit_events", "sign_in_flows"]);

    assert_eq!((trial.provider.as_str(), trial.end), ("Works", Some(TrialEnd::Would(Foretold::NewAccount))));
    assert_eq!(trial.sentence, "A sign-in would make an account for grace@example.org.");
    let claims = trial.claims.expect("what it said");
    assert_eq!((claims.issuer.as_str(), claims.subject.as_str()), (scene.provider.issuer.as_str(), "subject-g"));
    assert_eq!((claims.email.as_deref(), claims.is_verified), (Some("grace@example.org"), Some(true)));
    assert_eq!(claims.name, "Grace Hopper");
    assert_eq!((claims.role_claim.as_str(), claims.role_values), ("groups", vec!["leads".to_owned(), "x".to_owned()]));
    assert!(claims.role.starts_with("Team manager in “") && claims.role.ends_with("by a rule."), "{}", claims.role);
    let page = scene.administrator.get("/admin/sign-in").await.expect(200).text;
    assert!(page.contains("Trial of Works") && page.contains("Grace Hopper") && page.contains("subject-g"), "{page}");

    // The trail names the provider and how it ended, and nothing of whom it was about.
    let last = "SELECT action, target_name, details FROM audit_events ORDER BY position DESC LIMIT 1";
    let told: (String, String, Value) = sqlx::query_as(last).fetch_one(&pool).await.expect("an event");
    assert_eq!(told, ("sign-in.provider-tried".to_owned(), "Works".to_owned(), json!({ "trial": { "Would": "new-account" } })));
    let trail = scene.administrator.get("/admin/audit").await.expect(200).text;
    assert!(trail.contains("tried signing in with the identity provider “Works”") && trail.contains("Would make an account"), "{trail}");
    assert_eq!(scene.last_reason().await, None, "the record of sign-ins is about sign-ins");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn what_is_sent_along_in_a_trial_is_what_a_sign_in_sends(pool: PgPool) {
    let scene = Scene::start(&pool, |draft| draft.scopes = "openid email groups".to_owned()).await;
    let plain = |address: &str| -> Vec<String> {
        let fresh = ["state=", "nonce=", "code_challenge="];
        let parts = address.split(['?', '&']).filter(|part| !fresh.iter().any(|name| part.starts_with(*name)));
        parts.map(str::to_owned).collect()
    };
    let tried: String = begin(&scene).await.json();
    let browser = scene.app.anonymous();
    let away = browser.get(&scene.address()).await.expect(303);
    assert_eq!(plain(&tried), plain(away.header(LOCATION).expect("an address")));
    assert!(tried.contains("redirect_uri=") && tried.contains("state=") && tried.contains("nonce=") && tried.contains("code_challenge="));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_trial_says_what_a_sign_in_would_lead_to(pool: PgPool) {
    let (would, refused) = (TrialEnd::Would, TrialEnd::Refused);
    let scene = Scene::start(&pool, |_| {}).await;
    scene.sign_in(&scene.app.anonymous()).await.expect_redirect("/chat");
    let trial = expect_end(&scene, would(Foretold::SignIn), "ada@example.org").await;
    assert!(trial.claims.expect("what it said").role.starts_with("None by this provider"));
    turn_two_step_on(&pool, "ada@example.org").await;
    expect_end(&scene, would(Foretold::Code), "ada@example.org").await;
    scene.app.suspend("ada@example.org").await;
    expect_end(&scene, refused(SignInReason::Suspended), "ada@example.org").await;

    scene.app.sign_up("grace@example.org").await;
    vouch(&scene, "grace@example.org");
    expect_end(&scene, would(Foretold::Password), "grace@example.org").await;
    vouch(&scene, "mary@example.org");
    expect_end(&scene, would(Foretold::NewAccount), "mary@example.org").await;
    scene.provider.lie(Lie::Unverified);
    let words = "Have it verified there; trusting the provider’s addresses does not change that.";
    let trial = expect_end(&scene, refused(SignInReason::UnverifiedAddress), words).await;
    assert!(!trial.sentence.contains("“Trust this provider’s addresses”"), "{}", trial.sentence);
    let claims = trial.claims.expect("what it said");
    assert_eq!((claims.is_verified, claims.role.as_str()), (Some(false), "None: a sign-in is refused."));
    scene.provider.lie(Lie::UnverifiedLate);
    expect_end(&scene, refused(SignInReason::UnverifiedAddress), words).await;
    scene.provider.lie(Lie::NoAddress);
    let trial = expect_end(&scene, refused(SignInReason::NoAddress), "no email address").await;
    assert_eq!(trial.claims.expect("what it said").email, None);
    scene.provider.lie(Lie::None);
    let odd = format!("Mary at {}", "x".repeat(1_000));
    vouch(&scene, &odd);
    let trial = expect_end(&scene, refused(SignInReason::NoAddress), "is no usable address").await;
    assert!(trial.sentence.contains("“Mary at x") && !trial.sentence.contains("tells no email address"), "{}", trial.sentence);
    assert_eq!(trial.claims.and_then(|claims| claims.email), Some(odd.chars().take(300).collect()));
    scene.provider.vouch_for(json!({ "sub": "mary", "email": "mary@example.org" }));
    expect_end(&scene, refused(SignInReason::UnverifiedAddress), "see “Trust this provider’s addresses”").await;
    vouch(&scene, "mary@example.org");

    save(&scene, IdentityProviderDraft { email_domains: "works.example".to_owned(), ..scene.provider.draft() }).await;
    expect_end(&scene, refused(SignInReason::WrongDomain), "email domains").await;
    save(&scene, IdentityProviderDraft { creates_accounts: false, ..scene.provider.draft() }).await;
    expect_end(&scene, refused(SignInReason::NoAccount), "makes none").await;
    let invite = json!({ "email": "mary@example.org", "role": "Collaborator" });
    scene.administrator.server_fn("team/invite", invite).await.ok();
    expect_end(&scene, would(Foretold::NewAccount), "that invited them").await;
    save(&scene, scene.provider.draft()).await;
    install(&scene, "L-1", 1).await;
    expect_end(&scene, refused(SignInReason::NoSeat), "seats").await;
    // What was foretold comes true.
    let browser = scene.app.anonymous();
    scene.sign_in(&browser).await.expect_redirect("/sign-in?trouble=no-seat");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_trial_takes_no_seat_and_says_when_there_is_none(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    scene.sign_in(&scene.app.anonymous()).await.expect_redirect("/chat");
    install(&scene, "L-1", 1).await;
    expect_end(&scene, TrialEnd::Refused(SignInReason::NoSeat), "ada@example.org").await;
    install(&scene, "L-2", 2).await;
    expect_end(&scene, TrialEnd::Would(Foretold::SignIn), "ada@example.org").await;
    let seats = async || -> i64 { sqlx::query_scalar("SELECT count(*) FROM seats").fetch_one(&pool).await.expect("a count") };
    assert_eq!(seats().await, 1, "hers is free still");
    scene.sign_in(&scene.app.anonymous()).await.expect_redirect("/chat");
    assert_eq!(seats().await, 2);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_trial_says_what_keeps_an_account_from_being_linked_after_its_password(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    scene.app.sign_up("grace@example.org").await;
    vouch(&scene, "grace@example.org");
    install(&scene, "L-1", 1).await;
    expect_end(&scene, TrialEnd::Refused(SignInReason::NoSeat), "grace@example.org").await;
    turn_two_step_on(&pool, "grace@example.org").await;
    let words = "They sign in as usual, then link the provider on their account page.";
    let trial = expect_end(&scene, TrialEnd::Would(Foretold::LinkFirst), words).await;
    assert_eq!(trial.claims.expect("what it said").role, "None before the account is linked.");
    let page = scene.administrator.get("/admin/sign-in").await.expect(200).text;
    assert!(page.contains("Link first") && !page.contains("It works"), "{page}");
    assert!(scene.administrator.get("/admin/audit").await.expect(200).text.contains("Would have to be linked first"));
    let browser = scene.app.anonymous();
    scene.sign_in(&browser).await.expect_redirect("/sign-in/link");
    let told = browser.post_form("/sign-in/link", &[("password", PASSWORD)]).await.expect(422).text;
    assert!(told.contains("Sign in as usual, then link your provider on your account page."), "{told}");
    let leave = "UPDATE memberships SET suspended_at = now() WHERE user_id = (SELECT id FROM users WHERE email = 'grace@example.org')";
    sqlx::query(leave).execute(&pool).await.expect("she is in no team");
    expect_end(&scene, TrialEnd::Refused(SignInReason::NoTeam), "grace@example.org").await;
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_trial_says_in_words_what_is_wrong(pool: PgPool) {
    let scene = Scene::start(&pool, |draft| draft.client_secret = "another secret".to_owned()).await;
    // What the provider publishes is in order, which was all that a test said.
    let words = "does not accept the client ID with the client secret";
    let trial = expect_end(&scene, TrialEnd::Refused(SignInReason::ProviderRefused), words).await;
    assert!(trial.sentence.contains("“invalid_client: client authentication failed”"), "{}", trial.sentence);
    assert_eq!(trial.claims, None);
    let page = scene.administrator.get("/admin/sign-in").await.expect(200).text;
    assert!(page.contains("does not accept the client ID"), "{page}");

    save(&scene, scene.provider.draft()).await;
    for (lie, reason, words) in [
        (Lie::Nonce, SignInReason::WrongNonce, "nonce"),
        (Lie::Audience, SignInReason::WrongAudience, "client ID"),
        (Lie::Issuer, SignInReason::WrongIssuer, "another issuer"),
        (Lie::Forged, SignInReason::WrongSignature, "not signed"),
        (Lie::Expired, SignInReason::Expired, "clocks"),
        (Lie::TokenError, SignInReason::ProviderRefused, "registered differently"),
        (Lie::Garbage, SignInReason::Unreadable, "cannot be read"),
    ] {
        scene.provider.lie(lie);
        let trial = expect_end(&scene, TrialEnd::Refused(reason), words).await;
        assert_eq!(trial.claims, None, "{reason}");
    }
    scene.provider.lie(Lie::None);

    for (query, reason, words) in [
        ("error=access_denied", SignInReason::Cancelled, "“access_denied”"),
        ("error=invalid_scope", SignInReason::ProviderRefused, "scopes"),
        ("error=server_error&error_description=Call+555-0100", SignInReason::ProviderRefused, "Call 555-0100"),
        ("code=x&iss=https://somebody.example", SignInReason::WrongIssuer, "another issuer"),
        ("", SignInReason::ProviderRefused, "neither a code nor an error"),
    ] {
        let back = go(&scene).await;
        let state = back.split_once("&state=").expect("a state").1.to_owned();
        let answer = scene.administrator.get(&format!("{}/callback?{query}&state={state}", scene.address())).await;
        answer.expect_redirect("/admin/sign-in");
        let trial = shown(&scene.administrator).await.expect("what came of it");
        assert_eq!(trial.end, Some(TrialEnd::Refused(reason)), "{query}");
        assert!(trial.sentence.contains(words), "{}", trial.sentence);
    }
    // One that cannot be reached is not gone to.
    let nobody = IdentityProviderDraft { name: "Nobody".to_owned(), issuer: "https://nobody.invalid".to_owned(), ..scene.provider.draft() };
    let id = IdentityProviderId::new();
    scene.administrator.server_fn("identity-providers/save", json!({ "id": id, "draft": nobody })).await.ok();
    let refused = scene.administrator.server_fn("identity-providers/start-trial", json!({ "id": id })).await.expect(409);
    assert!(refused.text.contains("nobody.invalid"), "{}", refused.text);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_provider_that_is_off_is_tried_and_signs_nobody_in(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    scene.administrator.server_fn("identity-providers/set-enabled", json!({ "id": scene.id, "is_enabled": false })).await.ok();
    expect_end(&scene, TrialEnd::Would(Foretold::NewAccount), "The provider is off").await;
    scene.app.anonymous().get(&scene.address()).await.expect_redirect("/sign-in?trouble=provider-off");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn another_administrator_with_the_cookie_of_a_trial_sees_nothing_of_it(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    scene.app.sign_up("grace@example.org").await;
    sqlx::query("UPDATE users SET is_system_administrator = true").execute(&pool).await.expect("both manage the installation");
    let grace = scene.app.anonymous();
    let session = cookie(&grace.post_form("/sign-in", &[("email", "grace@example.org"), ("password", PASSWORD)]).await);
    let shown_to_grace = async |of_trial: &str| -> Option<Trial> {
        let request = grace.call("identity-providers/trial", json!({})).header(COOKIE, format!("{session}; {of_trial}"));
        Answer::of(request).await.ok().json()
    };
    let began = begin(&scene).await;
    assert!(shown(&scene.administrator).await.is_some());
    assert_eq!(shown_to_grace(&cookie(&began)).await, None);
    let back = scene.provider.agree(&began.json::<String>()).await;
    let returned = scene.administrator.get(&back).await;
    returned.clone().expect_redirect("/admin/sign-in");
    assert!(shown(&scene.administrator).await.is_some_and(|trial| trial.end.is_some()));
    assert_eq!(shown_to_grace(&cookie(&returned)).await, None);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn the_token_of_a_trial_links_nothing(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    scene.app.sign_up("grace@example.org").await;
    vouch(&scene, "grace@example.org");
    // While it is under way, and when it came back with an account whose password would be asked for.
    for is_back in [false, true] {
        let began = begin(&scene).await;
        let mut token = cookie(&began);
        if is_back {
            let back = scene.provider.agree(&began.json::<String>()).await;
            let returned = scene.administrator.get(&back).await;
            token = cookie(&returned);
            let trial = shown(&scene.administrator).await.expect("what came of it");
            assert_eq!(trial.end, Some(TrialEnd::Would(Foretold::Password)));
        }
        let before = Snapshot::take(&pool).await;
        let stranger = scene.app.anonymous();
        let refused = post_with_cookie(&stranger, "/sign-in/link", &token, json!({ "password": PASSWORD })).await;
        refused.expect_redirect("/sign-in?trouble=wrong-state");
        scene.administrator.post_form("/sign-in/link", &[("password", PASSWORD)]).await.expect_redirect("/sign-in?trouble=wrong-state");
        assert_eq!(before.changed(&pool).await, NOTHING);
        stranger.server_fn("identity/viewer", Value::Null).await.expect(401);
    }
}

/// The administrator signs out and in again, in the same browser.
async fn begin_another_session(scene: &Scene) {
    scene.administrator.post_form("/sign-out", &[]).await.expect_redirect("/sign-in");
    let form = [("email", "administrator@example.org"), ("password", PASSWORD)];
    scene.administrator.post_form("/sign-in", &form).await.expect_redirect("/chat");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_trial_is_of_the_session_that_began_it_alone(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    let grace = scene.app.sign_up("grace@example.org").await;
    grace.server_fn("identity-providers/start-trial", json!({ "id": scene.id })).await.expect(404);
    grace.server_fn("identity-providers/trial", json!({})).await.expect(404);
    let counts = scene.counts().await;

    // Somebody who has the cookie and the way back, but not the session.
    let began = begin(&scene).await;
    let its_cookie = cookie(&began);
    let back = scene.provider.agree(&began.json::<String>()).await;
    let stolen = Answer::of(scene.app.anonymous().request(Method::GET, &back).header(COOKIE, its_cookie)).await;
    stolen.expect_redirect("/sign-in?trouble=wrong-state");
    assert_eq!(shown(&scene.administrator).await, None, "that used it up");

    let back = go(&scene).await;
    begin_another_session(&scene).await;
    assert_eq!(shown(&scene.administrator).await, None);
    scene.administrator.get(&back).await.expect_redirect("/account?trouble=wrong-state");
    try_out(&scene).await;
    begin_another_session(&scene).await;
    assert_eq!(shown(&scene.administrator).await, None, "nor is what came of it shown");
    let after = scene.counts().await;
    assert_eq!((after.0, after.1), (counts.0, counts.1));

    // Nor is it of somebody who may not try providers any more.
    let back = go(&scene).await;
    sqlx::query("UPDATE users SET is_system_administrator = false").execute(&pool).await.expect("nobody manages it");
    scene.administrator.get(&back).await.expect_redirect("/account?trouble=wrong-state");
    let tried = "SELECT count(*) FROM audit_events WHERE action = 'sign-in.provider-tried'";
    let tried: i64 = sqlx::query_scalar(tried).fetch_one(&pool).await.expect("a count");
    assert_eq!(tried, 1);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_trial_is_used_once_and_ends_with_the_time_of_a_sign_in(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    let began = begin(&scene).await.json::<String>();
    let trial = shown(&scene.administrator).await.expect("one that is under way");
    let callback = format!("{}{}/callback", scene.app.url, scene.address());
    assert!(trial.end.is_none() && trial.claims.is_none() && trial.sentence.contains(&callback), "{trial:?}");
    assert!(trial.sentence.starts_with("You are not back from “Works” yet."), "{trial:?}");
    let back = scene.provider.agree(&began).await;
    scene.administrator.get(&back).await.expect_redirect("/admin/sign-in");
    // It is shown as often as the page is opened, and the way back leads nowhere any more.
    assert!(shown(&scene.administrator).await.is_some() && shown(&scene.administrator).await.is_some());
    scene.administrator.get(&back).await.expect_redirect("/account?trouble=wrong-state");

    let back = go(&scene).await;
    sqlx::query("UPDATE sign_in_flows SET expires_at = now()").execute(&pool).await.expect("they are over");
    assert_eq!(shown(&scene.administrator).await, None);
    let before = Snapshot::take(&pool).await;
    scene.administrator.get(&back).await.expect_redirect("/account?trouble=wrong-state");
    assert!(before.changed(&pool).await.iter().all(|table| ["sign_ins", "throttles"].contains(&table.as_str())));
    try_out(&scene).await;
    sqlx::query("UPDATE sign_in_flows SET expires_at = now()").execute(&pool).await.expect("they are over");
    let before = Snapshot::take(&pool).await;
    assert_eq!(shown(&scene.administrator).await, None);
    assert_eq!(before.changed(&pool).await, NOTHING);
    assert_eq!(viewer(&scene.administrator).await.email, "administrator@example.org");
}
