//! Proving who one is through an identity provider: that it knows somebody still proves nothing, so it is to ask, and to say when it did.

use crate::oidc::{Scene, viewer};
use crate::support::{Lie, PASSWORD, TestClient};
use axum::http::header::LOCATION;
use chrono::{TimeDelta, Utc};
use domain::UserId;
use domain::identity_providers::SignInWays;
use domain::sign_ins::SignInReason;
use serde_json::{Value, json};
use sqlx::PgPool;

/// Whether something dangerous is done, or asks first who it is.
async fn is_confirmed(browser: &TestClient) -> bool {
    // In her own team she may make owners, but not of somebody who is not in it.
    let answer = browser.server_fn("team/change-roles", json!({ "user_id": UserId::new(), "roles": ["Owner"] })).await;
    match answer.status.as_u16() {
        404 => true,
        status => {
            assert_eq!((status, answer.text.as_str()), (403, "\"ConfirmFirst\""));
            false
        }
    }
}

/// Whether a provider that is asked at this address is to ask the person.
fn asks_anew(address: &str) -> bool {
    let (prompt, age) = (address.contains("prompt=login"), address.contains("max_age=0"));
    assert_eq!(prompt, age, "{address}");
    prompt
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn signing_in_again_has_the_provider_ask_and_takes_no_old_or_silent_answer(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    let browser = scene.app.anonymous();
    let away = browser.get(&scene.address()).await.expect(303);
    assert!(!asks_anew(away.header(LOCATION).expect("an address")), "whoever is known comes in as ever");
    scene.sign_in(&browser).await.expect_redirect("/chat");
    assert!(!is_confirmed(&browser).await, "the provider may have known her still");

    let page = browser.get("/sign-in?next=/account&again=true").await.expect(200);
    let button = page.text.split("href=\"").find(|rest| rest.starts_with(&scene.address())).expect("a button");
    assert!(button.split('"').next().is_some_and(|href| href.contains("again=true")), "{button}");
    let again = "?next=/account&again=true";
    let away = browser.get(&format!("{}{again}", scene.address())).await.expect(303);
    assert!(asks_anew(away.header(LOCATION).expect("an address")));
    for (lie, reason) in [(Lie::NoProofTime, SignInReason::NoProofTime), (Lie::OldProof, SignInReason::OldProof)] {
        scene.provider.lie(lie);
        let back = scene.go(&browser, again).await;
        let address = format!("/sign-in?trouble={reason}&next=/account&again=true");
        browser.get(&back).await.expect_redirect(&address);
        assert!(browser.get(&address).await.expect(200).text.contains(reason.sentence()), "{reason}");
        assert_eq!(scene.last_reason().await.as_deref(), Some(reason.as_str()));
        assert!(!is_confirmed(&browser).await, "{reason}");
    }
    scene.provider.lie(Lie::None);
    let back = scene.go(&browser, again).await;
    browser.get(&back).await.expect_redirect("/account");
    assert!(is_confirmed(&browser).await);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn an_ordinary_sign_in_confirms_from_when_the_provider_says_it_asked(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    // Of a clock that is ahead, the answer counts from now on.
    for (minutes_ago, is_fresh) in [(60, false), (9, true), (-5, true)] {
        let asked = (Utc::now() - TimeDelta::minutes(minutes_ago)).timestamp();
        let person = json!({ "sub": "subject-1", "email": "ada@example.org", "email_verified": true, "auth_time": asked });
        scene.provider.vouch_for(person);
        let browser = scene.app.anonymous();
        scene.sign_in(&browser).await.expect_redirect("/chat");
        assert_eq!(is_confirmed(&browser).await, is_fresh, "{minutes_ago} minutes ago");
    }
    let ahead: bool = sqlx::query_scalar("SELECT bool_or(confirmed_at > now()) FROM sessions").fetch_one(&pool).await.unwrap();
    assert!(!ahead);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn linking_has_the_provider_ask_too(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    let grace = scene.app.sign_up("grace@example.org").await;
    let start = async || -> String {
        grace.server_fn("identity-providers/start-link", json!({ "id": scene.id, "password": PASSWORD })).await.json()
    };
    let linked = async || grace.server_fn("identity-providers/ways", Value::Null).await.json::<SignInWays>().linked.len();
    for (lie, reason) in [(Lie::NoProofTime, SignInReason::NoProofTime), (Lie::OldProof, SignInReason::OldProof)] {
        scene.provider.lie(lie);
        let address = start().await;
        assert!(asks_anew(&address));
        let back = scene.provider.agree(&address).await;
        grace.get(&back).await.expect_redirect(&format!("/account?trouble={reason}"));
        assert_eq!(linked().await, 0, "{reason}");
    }
    scene.provider.lie(Lie::None);
    let back = scene.provider.agree(&start().await).await;
    grace.get(&back).await.expect_redirect("/account");
    assert_eq!((linked().await, viewer(&grace).await.email.as_str()), (1, "grace@example.org"));
}
