//! Guessing passwords and addresses: slow from one place and from a hundred, and an answer tells nothing of what is right.
//! Guessing codes is in [`crate::two_step`] and [`crate::guessed_codes`].

use crate::email_codes::{ADA, World};
use crate::oidc::Scene;
use crate::support::{Answer, FakeMailServer, MOST_ROUNDS, PASSWORD, Quickest, ROUNDS, Snapshot, TestApp, TestClient};
use axum::http::header::{RETRY_AFTER, SET_COOKIE};
use reqwest::Method;
use serde_json::{Value, json};
use services::MockClock;
use sqlx::PgPool;
use std::net::Ipv4Addr;
use std::sync::Arc;

/// What a refused guess leaves behind: that it was made.
const A_GUESS: [&str; 2] = ["sign_ins", "throttles"];
/// So many bytes are never looked at.
const A_MEGABYTE: usize = 1024 * 1024;

async fn start(pool: &PgPool) -> (TestApp, Arc<MockClock>) {
    let clock = Arc::new(MockClock::at(chrono::Utc::now()));
    let its_clock = clock.clone();
    (TestApp::start_with(pool, |parts| parts.clock = its_clock).await, clock)
}

/// A browser somewhere else, one place per number.
fn from(app: &TestApp, place: u8) -> TestClient {
    TestClient::from_address(&app.url, Ipv4Addr::new(127, 0, 2, place))
}

async fn guess(client: &TestClient, email: &str, password: &str) -> Answer {
    client.post_form("/sign-in", &[("email", email), ("password", password)]).await
}

/// Makes a hundred accounts with the password of Ada.
async fn make_accounts(pool: &PgPool) {
    let copy = "INSERT INTO users (id, email, first_name, password_hash)
                SELECT gen_random_uuid(), 'person' || n || '@example.org', 'Person', password_hash
                FROM users, generate_series(1, 100) AS n WHERE email = 'ada@example.org'";
    sqlx::query(copy).execute(pool).await.expect("a hundred accounts");
}

/// How often the record says that there were too many tries.
pub async fn times_too_many(pool: &PgPool) -> i64 {
    let count = "SELECT count(*) FROM sign_ins WHERE reason = 'too-many-tries' AND NOT succeeded";
    sqlx::query_scalar(count).fetch_one(pool).await.expect("a count")
}

fn seconds_to_wait(answer: &Answer) -> i64 {
    answer.header(RETRY_AFTER).expect("when to come back").parse().expect("seconds")
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn one_account_guessed_from_a_hundred_addresses_is_closed_after_ten(pool: PgPool) {
    let (app, clock) = start(&pool).await;
    app.sign_up("ada@example.org").await;
    let before = Snapshot::take(&pool).await;
    let mut wait = 0;
    // Whether there is such an account cannot be told from when it closes.
    for email in ["ada@example.org", "nobody@example.org"] {
        let mut statuses = Vec::new();
        for place in 1..=100 {
            let answer = guess(&from(&app, place), email, &format!("guess number {place}")).await;
            statuses.push(answer.status.as_u16());
            if place > 10 {
                wait = seconds_to_wait(&answer);
                assert!((1..=61).contains(&wait) && answer.text.contains("Too many attempts."), "{email}: {answer:?}");
            }
        }
        assert_eq!(statuses, [[422; 10].as_slice(), &[429; 90]].concat(), "{email}");
        // The two accounts are guessed from the same places, which have an attempt each to give.
        sqlx::query("DELETE FROM throttles WHERE key LIKE '%:ip:%'").execute(&pool).await.unwrap();
    }
    assert_eq!(times_too_many(&pool).await, 2, "once a minute for each account, not ninety times");
    let right = guess(&from(&app, 200), "ada@example.org", PASSWORD).await.expect(429);
    assert!(right.header(SET_COOKIE).is_none(), "nor does the right one get in");
    assert_eq!(before.changed(&pool).await, A_GUESS);
    clock.advance(chrono::TimeDelta::seconds(wait));
    guess(&from(&app, 200), "ada@example.org", PASSWORD).await.expect_redirect("/chat");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_hundred_accounts_guessed_from_one_address_are_closed_to_it_after_three(pool: PgPool) {
    let (app, clock) = start(&pool).await;
    app.sign_up("ada@example.org").await;
    make_accounts(&pool).await;
    let before = Snapshot::take(&pool).await;
    let mut statuses = Vec::new();
    let mut last = None;
    for n in 1..=100 {
        let answer = guess(&from(&app, 1), &format!("person{n}@example.org"), "hunter2 hunter2").await;
        statuses.push(answer.status.as_u16());
        last = Some(answer);
    }
    assert_eq!(statuses, [[422; 3].as_slice(), &[429; 97]].concat());
    assert_eq!(times_too_many(&pool).await, 1, "once a minute for each place");
    guess(&from(&app, 1), "ada@example.org", PASSWORD).await.expect(429);
    assert_eq!(before.changed(&pool).await, A_GUESS);
    guess(&from(&app, 2), "ada@example.org", PASSWORD).await.expect_redirect("/chat");
    clock.advance(chrono::TimeDelta::seconds(seconds_to_wait(&last.expect("a hundred"))));
    guess(&from(&app, 1), "ada@example.org", PASSWORD).await.expect_redirect("/chat");
}

/// A page without what is new each time it is rendered, and without the address that was typed.
pub fn words(answer: &Answer, email: &str) -> String {
    let policy = answer.header("content-security-policy").unwrap_or_default();
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap_or("no nonce");
    answer.text.replace(nonce, "").replace(email, "")
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn addresses_get_the_same_page_after_the_same_time_be_they_unknown_known_suspended_or_without_a_password(pool: PgPool) {
    let (app, clock) = start(&pool).await;
    for email in ["ada@example.org", "gone@example.org", "keyless@example.org"] {
        app.sign_up(email).await;
    }
    app.suspend("gone@example.org").await;
    // As whoever came through an identity provider.
    sqlx::query("UPDATE users SET password_hash = '' WHERE email = 'keyless@example.org'").execute(&pool).await.unwrap();
    let before = Snapshot::take(&pool).await;
    let kinds = [
        ("known", "ada@example.org", "a wrong password"),
        ("unknown", "nobody@example.org", PASSWORD),
        ("suspended", "gone@example.org", PASSWORD),
        // With what such a try is compared with, so that it takes as long.
        ("without a password", "keyless@example.org", "nobody has this password"),
    ];
    let mut pages = Vec::new();
    let mut quickest = Quickest::default();
    for round in 0..MOST_ROUNDS {
        if round >= ROUNDS && quickest.is_even() {
            break;
        }
        for (kind, email, password) in kinds {
            pages.push(words(&guess(&app.anonymous(), email, password).await.expect(422), email));
            clock.advance(chrono::TimeDelta::minutes(2));
            // To programs no page is rendered, so that what takes time is the check.
            let request = app.anonymous().own_request(Method::POST, "/sign-in").header("content-type", "application/x-www-form-urlencoded");
            let request = request.body(format!("email={email}&password={}", password.replace(' ', "%20")));
            let answer = quickest.of(kind, Answer::of(request)).await.expect(422);
            assert_eq!(answer.error().field("form").as_deref(), Some("The email address or the password is not right."), "{email}");
            clock.advance(chrono::TimeDelta::minutes(2));
        }
    }
    pages.dedup();
    assert_eq!(pages.len(), 1, "{pages:#?}");
    assert_eq!(before.changed(&pool).await, A_GUESS);
    // Hashing takes most of the time, and Ada's password is hashed for certain: nobody must be answered without it.
    assert!(quickest.is_even(), "{quickest:?}");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_password_of_a_megabyte_is_refused_wherever_one_is_asked_for(pool: PgPool) {
    let (app, _) = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let long = "x".repeat(A_MEGABYTE);
    let long = long.as_str();
    let before = Snapshot::take(&pool).await;
    let calls = [
        ("identity/change-password", json!({ "current_password": long, "new_password": "an entirely new secret" })),
        ("identity/change-password", json!({ "current_password": PASSWORD, "new_password": long })),
        ("identity/start-two-step", json!({ "password": long })),
        ("identity/renew-recovery-codes", json!({ "password": long, "code": "123456" })),
        ("identity/turn-off-two-step", json!({ "password": long, "code": "123456" })),
        ("identity/confirm-two-step", json!({ "code": long })),
        ("identity/confirm", json!({ "password": long })),
        ("my-data/delete-account", json!({ "password": long })),
        ("identity-providers/start-link", json!({ "id": domain::IdentityProviderId::new(), "password": long })),
        ("api-keys/create", json!({ "key": { "name": "Nightly", "scopes": ["read"], "days": 30 }, "password": long })),
    ];
    for (endpoint, arguments) in calls {
        let status = ada.server_fn(endpoint, arguments).await.status.as_u16();
        assert!([409, 422].contains(&status), "{endpoint}: {status}");
    }
    let forms = [
        ("/sign-in", vec![("email", "ada@example.org"), ("password", long)], 422),
        ("/sign-up", vec![("first_name", "Eve"), ("email", "eve@example.org"), ("password", long)], 422),
        ("/reset-password", vec![("token", "nobody’s"), ("password", long)], 409),
        ("/reset-password", vec![("token", long), ("password", "an entirely new secret")], 409),
    ];
    for (path, fields, status) in forms {
        assert_eq!(app.anonymous().post_form(path, &fields).await.status, status, "{path}");
    }
    let left = before.changed(&pool).await;
    assert!(left.iter().all(|table| A_GUESS.contains(&table.as_str())), "{left:?}");
    guess(&app.anonymous(), "ada@example.org", PASSWORD).await.expect_redirect("/chat");
}

/// What is stored of passwords that are a megabyte and 1,024 bytes of `x`, hashed with as little work as there is: a server that hashed
/// what is typed would take them.
const OF_A_MEGABYTE: &str = "$argon2id$v=19$m=8,t=1,p=1$b2YgdGhlIHRlc3Qgb25seQ$rLbUoU5FV8VD5zGUHSQSEAsJYuGTSl3o9C96N+AB7PE";
const OF_1024_BYTES: &str = "$argon2id$v=19$m=8,t=1,p=1$b2YgdGhlIHRlc3Qgb25seQ$r/TDfGhknRPTj2ruShs0P7gZYZU9sbKy6Hszkesizr8";

/// Gives everybody this password, and whoever waits for an account.
async fn give_password(pool: &PgPool, hash: &str) {
    for update in ["UPDATE users SET password_hash = $1", "UPDATE sign_ups SET password_hash = $1"] {
        sqlx::query(update).bind(hash).execute(pool).await.expect("another password");
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_password_of_a_megabyte_is_not_even_hashed_where_mail_and_passkeys_are_at_hand(pool: PgPool) {
    const ADDRESS: &str = "http://localhost:3000"; // browsers take passkeys there
    let (server, clock) = (FakeMailServer::start().await, Arc::new(MockClock::at(chrono::Utc::now())));
    let app = TestApp::start_with(&pool, |parts| {
        ADDRESS.clone_into(&mut parts.settings.public_url);
        parts.mailer = Some(server.mailer());
        parts.clock = clock;
    });
    let app = app.await;
    let (ada, grace) = (app.sign_up("ada@example.org").await, app.sign_up("grace@example.org").await);
    let mailed = "INSERT INTO two_step (user_id, sealed_secret, started_at, confirmed_at, by_mail)
                  SELECT id, '', now(), now(), true FROM users WHERE email = 'ada@example.org'";
    sqlx::query(mailed).execute(&pool).await.expect("a second step by mail");
    let form = [("first_name", "Mary"), ("email", "mary@example.org"), ("password", PASSWORD)];
    app.anonymous().post_form("/sign-up", &form).await.expect(200);
    app.run_jobs().await;
    let mail = server.mails().into_iter().find(|mail| mail.to == ["mary@example.org"]).expect("a link");
    let token = mail.token(&format!("{ADDRESS}/sign-up/finish?token="));
    let finish =
        async |password: &str| app.anonymous().post_form("/sign-up/finish", &[("token", token.as_str()), ("password", password)]).await;
    give_password(&pool, OF_A_MEGABYTE).await;
    let long = "x".repeat(A_MEGABYTE);
    let calls = [
        (&grace, "passkeys/start", json!({ "name": "Phone", "password": long })),
        (&grace, "identity/start-mailed-two-step", json!({ "password": long })),
        (&grace, "identity/change-email", json!({ "email": "hopper@example.org", "password": long })),
        (&ada, "identity/mail-two-step-code", json!({ "password": long })),
    ];
    let before = Snapshot::take(&pool).await;
    for (person, endpoint, arguments) in calls {
        let refused = person.server_fn(endpoint, arguments).await.expect(422);
        assert_eq!(refused.error().field("password").as_deref(), Some("This is not your present password."), "{endpoint}");
    }
    let page = finish(&long).await.expect(422);
    assert!(page.text.contains("This is not the password that was typed") && page.header(SET_COOKIE).is_none(), "{}", page.text);
    assert_eq!(before.changed(&pool).await, ["throttles"]);
    // What can be a password is hashed, and right.
    give_password(&pool, OF_1024_BYTES).await;
    grace.server_fn("passkeys/start", json!({ "name": "Phone", "password": &long[..1024] })).await.ok();
    finish(&long[..1024]).await.expect_redirect("/chat");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_password_of_a_megabyte_is_not_even_hashed_where_an_identity_waits_for_it(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    scene.app.sign_up("ada@example.org").await;
    let browser = scene.app.anonymous();
    scene.sign_in(&browser).await.expect_redirect("/sign-in/link");
    give_password(&pool, OF_A_MEGABYTE).await;
    let long = "x".repeat(A_MEGABYTE);
    let before = Snapshot::take(&pool).await;
    let page = browser.post_form("/sign-in/link", &[("password", &long)]).await.expect(422);
    assert!(page.text.contains("The email address or the password is not right."), "{}", page.text);
    browser.server_fn("identity/viewer", Value::Null).await.expect(401);
    assert_eq!(before.changed(&pool).await, A_GUESS);
    // What can be a password is hashed, and right: the identity waits still.
    give_password(&pool, OF_1024_BYTES).await;
    browser.post_form("/sign-in/link", &[("password", &long[..1024])]).await.expect_redirect("/chat");
}

/// The code with so many hyphens after it that all of it is this long. Hyphens are passed over in what can be a code.
fn drawn_out(code: &str, length: usize) -> String {
    format!("{code}{}", "-".repeat(length - code.len()))
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_code_of_a_megabyte_is_wrong_where_one_waits_whatever_it_begins_with(pool: PgPool) {
    let world = World::start(&pool).await;
    let browser = world.app.anonymous();
    browser.post_form("/sign-in/email-code", &[("email", ADA)]).await.expect_redirect("/sign-in/email-code/enter");
    let code = world.code(0).await;
    let enter = async |typed: &str| browser.post_form("/sign-in/email-code/enter", &[("code", typed)]).await;
    for long in ["1".repeat(A_MEGABYTE), drawn_out(&code, A_MEGABYTE)] {
        let page = enter(&long).await.expect(422);
        assert!(page.text.contains("This code is not right."), "{}", page.text);
        browser.server_fn("identity/viewer", Value::Null).await.expect(401);
    }
    enter(&drawn_out(&code, 64)).await.expect_redirect("/chat");

    let recovery = world.turn_on().await;
    let (browser, code) = world.after_the_password().await;
    let type_code = async |typed: &str| browser.post_form("/sign-in/code", &[("code", typed)]).await;
    for begun in [&code, &recovery[0]] {
        let page = type_code(&drawn_out(begun, A_MEGABYTE)).await.expect(422);
        assert!(page.text.contains("Look at the latest mail"), "{}", page.text);
        browser.server_fn("identity/viewer", Value::Null).await.expect(401);
    }
    type_code(&drawn_out(&recovery[0], 64)).await.expect_redirect("/chat");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_password_typed_in_a_session_is_not_guessed_there(pool: PgPool) {
    let (app, _) = start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    let before = Snapshot::take(&pool).await;
    let mut statuses = Vec::new();
    for n in 0..4 {
        for (endpoint, field) in [
            ("identity/start-two-step", "password"),
            ("my-data/delete-account", "password"),
            ("identity/change-password", "current_password"),
        ] {
            let arguments = json!({ field: format!("guess number {n}"), "new_password": "an entirely new secret" });
            statuses.push(ada.server_fn(endpoint, arguments).await.status.as_u16());
        }
    }
    assert_eq!(statuses, [[422; 10].as_slice(), &[429; 2]].concat(), "they are counted together");
    let change = json!({ "current_password": PASSWORD, "new_password": "an entirely new secret" });
    let busy = ada.server_fn("identity/change-password", change).await.expect(429);
    assert!((1..=61).contains(&seconds_to_wait(&busy)));
    assert_eq!(before.changed(&pool).await, ["throttles"]);
}
