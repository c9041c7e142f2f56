//! Signing in through an identity provider, and what becomes of every lie it could tell.

use crate::support::{Answer, CLIENT_SECRET, FakeIdentityProvider, Lie, PASSWORD, Snapshot, TestApp, TestClient};
use app::own_path::{escape, with_next};
use axum::http::header::{LOCATION, SET_COOKIE};
use domain::identity_providers::{IdentityProviderDraft, IdentityProviderOverview, IdentityProviderReport};
use domain::team::{InvitationSent, InvitationSummary, TeamSummary};
use domain::{IdentityProviderId, TeamId, ViewerInfo};
use serde_json::{Value, json};
use sqlx::PgPool;

/// What a refusal may leave behind: the way there and back that it used up, the try on record, and its count.
const A_TRY: [&str; 3] = ["sign_in_flows", "sign_ins", "throttles"];

/// A server whose administrator has set the provider up.
pub struct Scene {
    /// The server.
    pub app: TestApp,
    /// Who vouches.
    pub provider: FakeIdentityProvider,
    /// Who set it up.
    pub administrator: TestClient,
    /// The provider here.
    pub id: IdentityProviderId,
}

impl Scene {
    /// The provider as in [`draft`], but for what a test changes.
    pub async fn start(pool: &PgPool, change: impl FnOnce(&mut IdentityProviderDraft)) -> Self {
        Self::start_on(TestApp::start(pool).await, change).await
    }

    /// The same on a server that is there.
    pub async fn start_on(app: TestApp, change: impl FnOnce(&mut IdentityProviderDraft)) -> Self {
        let provider = FakeIdentityProvider::start().await;
        let administrator = app.sign_up("administrator@example.org").await;
        let id = IdentityProviderId::new();
        let mut draft = provider.draft();
        change(&mut draft);
        administrator.server_fn("identity-providers/save", json!({ "id": id, "draft": draft })).await.ok();
        Self { app, provider, administrator, id }
    }

    /// Where signing in through it begins.
    pub fn address(&self) -> String {
        format!("/auth/oidc/{}", self.id)
    }

    /// From the button to the way back.
    pub async fn go(&self, browser: &TestClient, next: &str) -> String {
        let away = browser.get(&format!("{}{next}", self.address())).await.expect(303);
        self.provider.agree(away.header(LOCATION).expect("an address")).await
    }

    /// All the way.
    pub async fn sign_in(&self, browser: &TestClient) -> Answer {
        let back = self.go(browser, "").await;
        browser.get(&back).await
    }

    /// How many people, identities and sessions there are, and what is said of them: what a lie must not change.
    pub async fn counts(&self) -> Counts {
        let count = "SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM identities), (SELECT count(*) FROM sessions),
                            hashtextextended(concat((SELECT string_agg(u::text, '' ORDER BY u.id) FROM users u),
                                                    (SELECT string_agg(m::text, '' ORDER BY m.team_id, m.user_id) FROM memberships m),
                                                    (SELECT string_agg(i::text, '' ORDER BY i::text) FROM identities i)), 0)";
        sqlx::query_as(count).fetch_one(&self.app.pool).await.expect("counts")
    }

    /// Why the last try failed.
    pub async fn last_reason(&self) -> Option<String> {
        let last = "SELECT reason FROM sign_ins WHERE method = 'Identity provider' AND provider = 'Works' ORDER BY id DESC LIMIT 1";
        sqlx::query_scalar(last).fetch_optional(&self.app.pool).await.expect("a row").flatten()
    }
}

/// People, identities and sessions, and a hash of the first two with all memberships.
pub type Counts = (i64, i64, i64, i64);

/// Who is signed in.
pub async fn viewer(browser: &TestClient) -> ViewerInfo {
    browser.server_fn("identity/viewer", Value::Null).await.json()
}

/// Nobody is in, no account has changed, the record says why, and so does the screen.
pub async fn expect_refusal(scene: &Scene, browser: &TestClient, answer: Answer, reason: &str, before: Counts) {
    assert_eq!(scene.counts().await, before, "{reason}");
    expect_told(scene, browser, answer, reason).await;
}

/// The same, and the tables in which anything has changed are those of a try.
async fn expect_a_try(scene: &Scene, browser: &TestClient, answer: Answer, reason: &str, before: &Snapshot) {
    expect_only_tries(before, &scene.app.pool, reason).await;
    expect_told(scene, browser, answer, reason).await;
}

/// Nothing has changed since then but what a refusal may leave behind.
pub async fn expect_only_tries(before: &Snapshot, pool: &PgPool, what: &str) {
    let changed = before.changed(pool).await;
    assert!(changed.iter().all(|table| A_TRY.contains(&table.as_str())), "{what}: {changed:?}");
}

/// Nobody is in, the record says why, and so does the screen.
async fn expect_told(scene: &Scene, browser: &TestClient, answer: Answer, reason: &str) {
    answer.clone().expect_redirect(&format!("/sign-in?trouble={reason}"));
    assert!(!answer.headers.get_all(SET_COOKIE).iter().any(|cookie| cookie.as_bytes().starts_with(b"lyceum_session=")), "{answer:?}");
    assert_eq!(scene.last_reason().await.as_deref(), Some(reason));
    let sentence = reason.parse::<domain::sign_ins::SignInReason>().expect("a reason").sentence();
    assert!(browser.get(answer.header(LOCATION).expect("an address")).await.expect(200).text.contains(sentence), "{reason}");
    browser.server_fn("identity/viewer", Value::Null).await.expect(401);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_new_person_gets_an_account_in_the_default_team_and_comes_back_to_it(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    let team = scene.administrator.team().await;
    let mut draft = scene.provider.draft();
    (draft.default_team_id, draft.role_claim) = (Some(team), "groups".to_owned());
    draft.role_rules = "engineers = Collaborator\nleads = Team manager".to_owned();
    scene.administrator.server_fn("identity-providers/save", json!({ "id": scene.id, "draft": draft })).await.ok();
    scene.provider.vouch_for(json!({
        "sub": "s", "email": "Grace@Example.org", "email_verified": true, "name": "Grace Hopper", "groups": ["engineers", "leads", "x"]
    }));
    let page = scene.app.anonymous().get("/sign-in").await.expect(200);
    assert!(page.text.contains("Continue with Works") && page.text.contains(&scene.address()), "{}", page.text);

    let browser = scene.app.anonymous();
    let back = scene.go(&browser, "?next=/datasets").await;
    browser.get(&back).await.expect_redirect("/datasets");
    let grace = viewer(&browser).await;
    assert_eq!((grace.first_name.as_str(), grace.last_name.as_str(), grace.email.as_str()), ("Grace", "Hopper", "grace@example.org"));
    assert_eq!(grace.team_id, team);
    assert!(grace.may(domain::Permission::ManageMembers) && !grace.is_system_administrator && !grace.has_password);
    let before = scene.counts().await;

    let again = scene.app.anonymous();
    scene.sign_in(&again).await.expect_redirect("/chat");
    assert_eq!(viewer(&again).await.user_id, grace.user_id);
    let after = scene.counts().await;
    assert_eq!((after.0, after.1), (before.0, before.1));
    let record = scene.administrator.get("/admin/sign-in?person=grace@example.org").await.expect(200);
    assert!(record.text.contains("Grace Hopper") && record.text.contains("Works"), "{}", record.text);
    let trail = scene.administrator.get("/team/audit").await.expect(200).text;
    assert!(trail.contains("Grace Hopper joined the team through their identity provider as team manager"), "{trail}");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_provider_that_tells_addresses_late_is_asked_for_them(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    scene.provider.tell_late();
    let browser = scene.app.anonymous();
    let before = Snapshot::take(&pool).await;
    scene.provider.lie(Lie::OtherSubject);
    let answer = scene.sign_in(&browser).await;
    expect_a_try(&scene, &browser, answer, "unreadable", &before).await;
    scene.provider.lie(Lie::None);
    scene.sign_in(&browser).await.expect_redirect("/chat");
    assert_eq!(viewer(&browser).await.email, "ada@example.org");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn every_lie_of_a_provider_ends_on_the_sign_in_screen(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    let lies = [
        (Lie::Nonce, "wrong-nonce"),
        (Lie::Audience, "wrong-audience"),
        (Lie::SecondAudience, "wrong-audience"),
        (Lie::Issuer, "wrong-issuer"),
        (Lie::AlgNone, "wrong-signature"),
        (Lie::SharedSecret, "wrong-signature"),
        (Lie::Forged, "wrong-signature"),
        (Lie::Expired, "expired"),
        (Lie::Unverified, "unverified-address"),
        (Lie::NoAddress, "no-address"),
        (Lie::TokenError, "provider-refused"),
        (Lie::Garbage, "unreadable"),
    ];
    let before = Snapshot::take(&pool).await;
    for (lie, reason) in lies {
        scene.provider.lie(lie);
        let browser = scene.app.anonymous();
        let answer = scene.sign_in(&browser).await;
        expect_a_try(&scene, &browser, answer, reason, &before).await;
    }
    // The same lies about somebody who is known change nothing either, also where the provider says at every sign-in what they may do.
    let updating = IdentityProviderDraft {
        role_claim: "groups".to_owned(),
        role_rules: "leads = Team manager".to_owned(),
        updates_roles: true,
        default_team_id: Some(scene.administrator.team().await),
        ..scene.provider.draft()
    };
    scene.administrator.server_fn("identity-providers/save", json!({ "id": scene.id, "draft": updating })).await.ok();
    let ada = |groups: Value| json!({ "sub": "s", "email": "ada@example.org", "email_verified": true, "name": "Ada", "groups": groups });
    scene.provider.vouch_for(ada(json!([])));
    scene.provider.lie(Lie::None);
    scene.sign_in(&scene.app.anonymous()).await.expect_redirect("/chat");
    scene.provider.vouch_for(ada(json!(["leads"])));
    let before = Snapshot::take(&pool).await;
    for (lie, reason) in lies.into_iter().filter(|(lie, _)| !matches!(lie, Lie::Unverified | Lie::NoAddress)) {
        scene.provider.lie(lie);
        let browser = scene.app.anonymous();
        let answer = scene.sign_in(&browser).await;
        expect_a_try(&scene, &browser, answer, reason, &before).await;
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_wrong_missing_or_used_state_and_a_strange_browser_are_refused(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    let before = Snapshot::take(&pool).await;
    let browser = scene.app.anonymous();
    let back = scene.go(&browser, "").await;
    let (start, _) = back.split_once("&state=").expect("a state");
    for forged in [format!("{start}&state=another"), start.to_owned()] {
        scene.go(&browser, "").await;
        let answer = browser.get(&forged).await;
        expect_a_try(&scene, &browser, answer, "wrong-state", &before).await;
    }
    // The right way back, in a browser that never went.
    let (one, other) = (scene.app.anonymous(), scene.app.anonymous());
    let back = scene.go(&one, "").await;
    let answer = other.get(&back).await;
    expect_a_try(&scene, &other, answer, "wrong-state", &before).await;
    // Too late.
    sqlx::query("UPDATE sign_in_flows SET expires_at = now()").execute(&pool).await.expect("they are over");
    let answer = one.get(&back).await;
    expect_a_try(&scene, &one, answer, "wrong-state", &before).await;
    // Used twice, with the cookie as it was.
    let away = one.get(&scene.address()).await.expect(303);
    let cookie = away.header(SET_COOKIE).and_then(|cookie| cookie.split(';').next()).expect("a cookie").to_owned();
    assert!(away.header(SET_COOKIE).is_some_and(|cookie| cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax")));
    let back = scene.provider.agree(away.header(LOCATION).expect("an address")).await;
    one.get(&back).await.expect_redirect("/chat");
    let replay = scene.app.anonymous().request(reqwest::Method::GET, &back).header("cookie", cookie);
    Answer::of(replay).await.expect_redirect("/sign-in?trouble=wrong-state");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn errors_of_the_provider_and_another_issuer_in_the_address_are_refused(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    let before = Snapshot::take(&pool).await;
    let cases = [
        ("error=access_denied", "cancelled"),
        ("error=server_error&error_description=Call+555-0100", "provider-refused"),
        ("code=x&iss=https://somebody.example", "wrong-issuer"),
    ];
    for (query, reason) in cases {
        let browser = scene.app.anonymous();
        let back = scene.go(&browser, "").await;
        let state = back.split_once("&state=").expect("a state").1.to_owned();
        let answer = browser.get(&format!("{}/callback?{query}&state={state}", scene.address())).await;
        expect_a_try(&scene, &browser, answer, reason, &before).await;
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn an_account_with_the_address_is_linked_only_after_its_password(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    let ada = scene.app.sign_up("ada@example.org").await;
    let before = Snapshot::take(&pool).await;
    let browser = scene.app.anonymous();
    scene.sign_in(&browser).await.expect_redirect("/sign-in/link");
    browser.server_fn("identity/viewer", Value::Null).await.expect(401);
    let page = browser.get("/sign-in/link").await.expect(200);
    assert!(page.text.contains("There is an account with ada@example.org here."), "{}", page.text);
    assert!(scene.app.anonymous().get("/sign-in/link").await.expect(200).text.contains("Start again"));
    let wrong = browser.post_form("/sign-in/link", &[("password", "not the password")]).await.expect(422);
    assert!(wrong.text.contains("The email address or the password is not right."), "{}", wrong.text);
    expect_only_tries(&before, &pool, "the wrong password").await;

    browser.post_form("/sign-in/link", &[("password", PASSWORD)]).await.expect_redirect("/chat");
    assert_eq!(viewer(&browser).await.user_id, viewer(&ada).await.user_id);
    browser.post_form("/sign-in/link", &[("password", PASSWORD)]).await.expect_redirect("/sign-in?trouble=wrong-state");
    scene.sign_in(&scene.app.anonymous()).await.expect_redirect("/chat");

    // From then on it is the subject that counts: another address changes nothing.
    scene.provider.vouch_for(json!({ "sub": "subject-1", "email": "administrator@example.org", "email_verified": true }));
    let again = scene.app.anonymous();
    scene.sign_in(&again).await.expect_redirect("/chat");
    assert_eq!(viewer(&again).await.email, "ada@example.org");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn domains_and_missing_accounts_are_refused_and_next_leads_to_paths_of_ours_only(pool: PgPool) {
    let scene = Scene::start(&pool, |draft| {
        (draft.email_domains, draft.creates_accounts) = ("works.example".to_owned(), false);
    })
    .await;
    let before = Snapshot::take(&pool).await;
    let browser = scene.app.anonymous();
    let answer = scene.sign_in(&browser).await;
    expect_a_try(&scene, &browser, answer, "wrong-domain", &before).await;
    scene.provider.vouch_for(json!({ "sub": "s", "email": "eve@works.example", "email_verified": true }));
    let answer = scene.sign_in(&browser).await;
    expect_a_try(&scene, &browser, answer, "no-account", &before).await;

    let mut open = scene.provider.draft();
    open.client_secret = String::new();
    scene.administrator.server_fn("identity-providers/save", json!({ "id": scene.id, "draft": open })).await.ok();
    for next in ["?next=//evil.example", "?next=https://evil.example", "?next=/%5Cevil.example", "?next=/api/identity/sign-out"] {
        let browser = scene.app.anonymous();
        let back = scene.go(&browser, next).await;
        browser.get(&back).await.expect_redirect("/chat");
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_newcomer_without_a_seat_or_a_licence_that_holds_is_refused_and_written_down(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    let text = services::licences::testing::licence("L-1", 1);
    scene.administrator.server_fn("licences/install", json!({ "text": text })).await.ok();
    let before = Snapshot::take(&pool).await;
    let browser = scene.app.anonymous();
    let answer = scene.sign_in(&browser).await;
    expect_a_try(&scene, &browser, answer, "no-seat", &before).await;
    sqlx::query("UPDATE licences SET expires_at = now()").execute(&pool).await.expect("it ends");
    let before = Snapshot::take(&pool).await;
    let answer = scene.sign_in(&browser).await;
    expect_a_try(&scene, &browser, answer, "licence-over", &before).await;
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn suspended_people_and_providers_that_are_off_let_nobody_in(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    scene.sign_in(&scene.app.anonymous()).await.expect_redirect("/chat");
    scene.app.suspend("ada@example.org").await;
    let before = Snapshot::take(&pool).await;
    let browser = scene.app.anonymous();
    let answer = scene.sign_in(&browser).await;
    expect_a_try(&scene, &browser, answer, "suspended", &before).await;
    let back = scene.go(&browser, "").await;
    scene.administrator.server_fn("identity-providers/set-enabled", json!({ "id": scene.id, "is_enabled": false })).await.ok();
    browser.get(&back).await.expect_redirect("/sign-in?trouble=provider-off");
    browser.get(&scene.address()).await.expect_redirect("/sign-in?trouble=provider-off");
    assert!(!scene.app.anonymous().get("/sign-in").await.expect(200).text.contains("Continue with"));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_test_says_in_words_what_is_wrong(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    let test = async |issuer: &str| -> IdentityProviderReport {
        scene.administrator.server_fn("identity-providers/test", json!({ "issuer": issuer })).await.json()
    };
    let report = test(&scene.provider.issuer).await;
    assert!(report.is_working && report.sentence.contains("1 key"), "{report:?}");
    let report = test(&format!("{}/", scene.provider.issuer)).await;
    assert!(!report.is_working && report.sentence.contains("calls itself something else"), "{report:?}");
    let report = test(&format!("{}/tenant", scene.provider.issuer)).await;
    assert!(!report.is_working && report.sentence.contains("status 404"), "{report:?}");
    let refused = scene.administrator.server_fn("identity-providers/test", json!({ "issuer": "http://169.254.169.254" })).await.expect(422);
    assert!(refused.text.contains("private address"), "{}", refused.text);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn the_secret_stays_behind_and_does_not_move_to_another_server(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    let overview = scene.administrator.server_fn("identity-providers/overview", json!({})).await.ok();
    assert!(!overview.text.contains(CLIENT_SECRET));
    let overview: IdentityProviderOverview = overview.json();
    let set = &overview.providers[0];
    assert!(set.has_secret && set.callback == format!("{}{}/callback", scene.app.url, scene.address()));
    let sealed: Vec<u8> = sqlx::query_scalar("SELECT sealed_client_secret FROM identity_providers").fetch_one(&pool).await.expect("sealed");
    assert!(!sealed.windows(CLIENT_SECRET.len()).any(|window| window == CLIENT_SECRET.as_bytes()));
    let moved = IdentityProviderDraft { issuer: "https://login.example.org".to_owned(), ..set.draft.clone() };
    let refused = scene.administrator.server_fn("identity-providers/save", json!({ "id": scene.id, "draft": moved })).await.expect(422);
    assert!(refused.text.contains("Enter the secret for it"), "{}", refused.text);
    let odd = IdentityProviderDraft {
        name: " ".to_owned(),
        issuer: "ftp://x".to_owned(),
        role_rules: "a = king".to_owned(),
        default_team_id: Some(TeamId::new()),
        ..set.draft.clone()
    };
    let refused = scene.administrator.server_fn("identity-providers/save", json!({ "id": scene.id, "draft": odd })).await.expect(422);
    for field in ["name", "issuer", "role_rules"] {
        assert!(refused.error().field(field).is_some(), "{field}: {}", refused.text);
    }
    scene.administrator.server_fn("identity-providers/remove", json!({ "id": scene.id })).await.ok();
    scene.app.anonymous().get(&scene.address()).await.expect_redirect("/sign-in?trouble=provider-off");
    let trail = scene.administrator.get("/admin/audit").await.expect(200).text;
    assert!(trail.contains("added the identity provider “Works”") && trail.contains("removed the identity provider “Works”"), "{trail}");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn the_second_step_is_asked_for_here_too_and_a_lost_account_comes_back_without_links(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    scene.sign_in(&scene.app.anonymous()).await.expect_redirect("/chat");
    let turn_on = "INSERT INTO two_step (user_id, sealed_secret, started_at, confirmed_at, last_step)
                   SELECT id, '', now(), now(), 0 FROM users WHERE email = 'ada@example.org'";
    sqlx::query(turn_on).execute(&pool).await.expect("two-step sign-in is on");
    let (before, browser) = (scene.counts().await, scene.app.anonymous());
    let back = scene.go(&browser, "?next=/datasets").await;
    browser.get(&back).await.expect_redirect("/sign-in/code?next=/datasets");
    let after = scene.counts().await;
    assert_eq!((after.0, after.1, after.2), (before.0, before.1, before.2), "that the identity was used is noted");
    assert_eq!(scene.last_reason().await.as_deref(), Some("code-asked"));
    browser.server_fn("identity/viewer", Value::Null).await.expect(401);

    scene.app.services.identity().reset_password("ada@example.org").await.expect("a password to hand over");
    let browser = scene.app.anonymous();
    scene.sign_in(&browser).await.expect_redirect("/sign-in/link");
}

/// The administrator invites an address into their team; the path of the link.
async fn invite(scene: &Scene, email: &str) -> String {
    let arguments = json!({ "email": email, "role": "Collaborator" });
    let sent: InvitationSent = scene.administrator.server_fn("team/invite", arguments).await.json();
    sent.link.strip_prefix(&scene.app.url).expect("a path of ours").to_owned()
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn an_invitation_lets_a_newcomer_in_through_a_provider_that_makes_no_accounts(pool: PgPool) {
    let scene = Scene::start(&pool, |draft| draft.creates_accounts = false).await;
    let team = scene.administrator.team().await;
    let browser = scene.app.anonymous();
    scene.sign_in(&browser).await.expect_redirect("/sign-in?trouble=no-account");
    // The link of somebody else opens nothing, and is not lost on the way.
    let foreign = invite(&scene, "mary@example.org").await;
    let back = scene.go(&browser, &with_next("", &foreign)).await;
    let onward = format!("/sign-in?trouble=no-account&next={}", escape(&foreign));
    browser.get(&back).await.expect_redirect(&onward);

    let path = invite(&scene, "ada@example.org").await;
    let page = browser.get(&path).await.expect(200);
    assert!(page.text.contains(&format!("href=\"{}\"", with_next(&scene.address(), &path))), "{}", page.text);
    scene.provider.lie(Lie::Unverified);
    let onward = format!("/sign-in?trouble=unverified-address&next={}", escape(&path));
    let back = scene.go(&browser, &with_next("", &path)).await;
    browser.get(&back).await.expect_redirect(&onward);
    scene.provider.lie(Lie::None);
    let back = scene.go(&browser, &with_next("", &path)).await;
    browser.get(&back).await.expect_redirect("/chat");
    let ada = viewer(&browser).await;
    assert_eq!((ada.email.as_str(), ada.team_id), ("ada@example.org", team));
    assert!(ada.may(domain::Permission::ManagePrompts) && !ada.may(domain::Permission::ManageMembers) && !ada.has_password);

    // Whoever goes to the sign-in screen instead of following the link is as welcome.
    scene.provider.vouch_for(json!({ "sub": "subject-2", "email": "mary@example.org", "email_verified": true }));
    let browser = scene.app.anonymous();
    scene.sign_in(&browser).await.expect_redirect("/chat");
    assert_eq!(viewer(&browser).await.team_id, team);
    let open: Vec<InvitationSummary> = scene.administrator.server_fn("team/invitations", Value::Null).await.json();
    assert!(open.is_empty(), "{open:?}");
    let accepted = "SELECT count(*) FROM audit_events WHERE action = 'invitation.accepted' AND team_id = $1";
    let accepted: i64 = sqlx::query_scalar(accepted).bind(team).fetch_one(&pool).await.expect("a count");
    assert_eq!(accepted, 2);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn who_gets_an_account_anyway_joins_the_team_whose_link_they_followed_and_no_other(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    let grace = scene.app.sign_up("grace@example.org").await;
    let mut draft = scene.provider.draft();
    draft.default_team_id = Some(grace.team().await);
    scene.administrator.server_fn("identity-providers/save", json!({ "id": scene.id, "draft": draft })).await.ok();
    let teams = async |browser: &TestClient| -> Vec<TeamSummary> { browser.server_fn("team/teams", json!({})).await.json() };

    invite(&scene, "ada@example.org").await;
    let browser = scene.app.anonymous();
    scene.sign_in(&browser).await.expect_redirect("/chat");
    assert_eq!(viewer(&browser).await.team_id, grace.team().await);
    assert_eq!(teams(&browser).await.len(), 2, "her own, and the provider's");

    let path = invite(&scene, "mary@example.org").await;
    scene.provider.vouch_for(json!({ "sub": "subject-2", "email": "mary@example.org", "email_verified": true }));
    let browser = scene.app.anonymous();
    let back = scene.go(&browser, &with_next("", &path)).await;
    browser.get(&back).await.expect_redirect("/chat");
    assert_eq!(viewer(&browser).await.team_id, scene.administrator.team().await);
    assert_eq!(teams(&browser).await.len(), 3, "her own, the provider's, and the one that invited her");
}
