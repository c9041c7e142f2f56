//! Coming back from an identity provider twice, or in another browser: nobody comes in, nothing changes, and it is on record.

use crate::guessed_codes::cookie;
use crate::oidc::{Scene, expect_refusal, viewer};
use crate::support::{Answer, Snapshot};
use axum::http::header::{COOKIE, LOCATION};
use reqwest::Method;
use serde_json::json;
use sqlx::PgPool;

/// How often the record says so.
async fn times(pool: &PgPool, reason: &str) -> i64 {
    let count = "SELECT count(*) FROM sign_ins WHERE method = 'Identity provider' AND NOT succeeded AND reason = $1";
    sqlx::query_scalar(count).bind(reason).fetch_one(pool).await.expect("a count")
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_way_back_that_is_followed_twice_is_refused_with_and_without_its_cookie(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    let browser = scene.app.anonymous();
    let away = browser.get(&scene.address()).await.expect(303);
    let back = scene.provider.agree(away.header(LOCATION).expect("an address")).await;
    browser.get(&back).await.expect_redirect("/chat");
    let (before, counts) = (Snapshot::take(&pool).await, scene.counts().await);
    // Somebody who read along, and has the cookie too.
    let stranger = scene.app.anonymous();
    let replayed = Answer::of(stranger.request(Method::GET, &back).header(COOKIE, cookie(&away))).await;
    expect_refusal(&scene, &stranger, replayed, "wrong-state", counts).await;
    let replayed = stranger.get(&back).await;
    expect_refusal(&scene, &stranger, replayed, "wrong-state", counts).await;
    // The browser that came in is told where it is now, and stays in.
    browser.get(&back).await.expect_redirect("/account?trouble=wrong-state");
    assert_eq!(viewer(&browser).await.email, "ada@example.org");
    assert_eq!(times(&pool, "wrong-state").await, 3);
    assert_eq!(before.changed(&pool).await, ["sign_ins", "throttles"]);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_way_back_of_one_browser_does_not_let_another_in_that_was_on_its_own(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    let (ada, eve) = (scene.app.anonymous(), scene.app.anonymous());
    let (of_ada, of_eve) = (scene.go(&ada, "").await, scene.go(&eve, "").await);
    let (before, counts) = (Snapshot::take(&pool).await, scene.counts().await);
    let answer = eve.get(&of_ada).await;
    expect_refusal(&scene, &eve, answer, "wrong-state", counts).await;
    assert_eq!(before.changed(&pool).await, ["sign_in_flows", "sign_ins"]);
    // That used her own way back up, and not Ada’s.
    let answer = eve.get(&of_eve).await;
    expect_refusal(&scene, &eve, answer, "wrong-state", counts).await;
    assert_eq!(times(&pool, "wrong-state").await, 2);
    ada.get(&of_ada).await.expect_redirect("/chat");
    assert_eq!(viewer(&ada).await.email, "ada@example.org");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_code_that_was_given_to_another_browser_is_not_redeemed(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    scene.provider.vouch_for(json!({ "sub": "subject-2", "email": "eve@example.org", "email_verified": true }));
    let (ada, eve) = (scene.app.anonymous(), scene.app.anonymous());
    let (of_ada, of_eve) = (scene.go(&ada, "").await, scene.go(&eve, "").await);
    let (counts, before) = (scene.counts().await, Snapshot::take(&pool).await);
    // Eve’s code with Ada’s state: Ada is not to work in an account that Eve reads.
    let (with_code, _) = of_eve.split_once("&state=").expect("a state");
    let (_, state) = of_ada.split_once("&state=").expect("a state");
    let answer = ada.get(&format!("{with_code}&state={state}")).await;
    expect_refusal(&scene, &ada, answer, "provider-refused", counts).await;
    assert_eq!(before.changed(&pool).await, ["sign_in_flows", "sign_ins"]);
}
