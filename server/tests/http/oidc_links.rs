//! Links between accounts and identities: made and ended on the account page, told by mail, and one way in always left.

use crate::oidc::{Scene, viewer};
use crate::support::{FakeMailServer, PASSWORD, TestApp, TestClient};
use domain::identity_providers::SignInWays;
use serde_json::json;
use sqlx::PgPool;

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_link_that_is_made_or_ended_is_told_by_mail(pool: PgPool) {
    let server = FakeMailServer::start().await;
    let mailer = server.mailer();
    let app = TestApp::start_with(&pool, |parts| parts.mailer = Some(mailer)).await;
    let scene = Scene::start_on(app, |_| {}).await;
    let grace = scene.app.sign_up("grace@example.org").await;
    let start = json!({ "id": scene.id, "password": PASSWORD });
    let address: String = grace.server_fn("identity-providers/start-link", start).await.json();
    grace.get(&scene.provider.agree(&address).await).await.expect_redirect("/account");
    let ways: SignInWays = grace.server_fn("identity-providers/ways", json!({})).await.json();
    grace.server_fn("identity-providers/unlink", json!({ "id": ways.linked[0].id })).await.ok();
    scene.app.run_jobs().await;
    for (subject, deed) in [
        ("An identity provider was linked on Lyceum", "was linked to the identity provider “Works” on "),
        ("An identity provider was unlinked on Lyceum", "to the identity provider “Works” was ended on "),
    ] {
        let mails = server.mails();
        let mail = mails.iter().find(|mail| mail.header("Subject").as_deref() == Some(subject)).expect(subject);
        assert_eq!(mail.to, ["grace@example.org"]);
        assert!(mail.words().contains(deed) && mail.words().contains("from the address 127.0.0.1."), "{}", mail.raw);
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn somebody_signed_in_links_and_unlinks_but_keeps_a_way_in(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    let grace = scene.app.sign_up("grace@example.org").await;
    let start = async |browser: &TestClient| {
        let address: String =
            browser.server_fn("identity-providers/start-link", json!({ "id": scene.id, "password": PASSWORD })).await.json();
        scene.provider.agree(&address).await
    };
    let without = json!({ "id": scene.id, "password": "not the password" });
    grace.server_fn("identity-providers/start-link", without).await.expect(422);
    let back = start(&grace).await;
    grace.get(&back).await.expect_redirect("/account");
    let ways: SignInWays = grace.server_fn("identity-providers/ways", json!({})).await.json();
    assert_eq!((ways.linked.len(), ways.linkable.len()), (1, 0));
    assert!(grace.get("/account").await.expect(200).text.contains("Works"));
    // The same identity is nobody else's, and whoever began must be whoever comes back.
    let eve = scene.app.sign_up("eve@example.org").await;
    let back = start(&eve).await;
    eve.get(&back).await.expect_redirect("/account?trouble=linked-elsewhere");
    assert!(eve.get("/account?trouble=linked-elsewhere").await.expect(200).text.contains("This identity is linked to another account."));
    let unlink = json!({ "id": ways.linked[0].id });
    eve.server_fn("identity-providers/unlink", unlink.clone()).await.expect(404);

    let browser = scene.app.anonymous();
    scene.sign_in(&browser).await.expect_redirect("/chat");
    assert_eq!(viewer(&browser).await.email, "grace@example.org");
    sqlx::query("UPDATE users SET password_hash = '' WHERE email = 'grace@example.org'").execute(&pool).await.expect("no password");
    grace.server_fn("identity-providers/unlink", unlink.clone()).await.expect(409);
    // What stands in for the password that is not there is that the provider asked her just now, not that it knows her still.
    let set = json!({ "current_password": "", "new_password": "an entirely new secret" });
    let refused = browser.server_fn("identity/change-password", set.clone()).await.expect(422);
    assert!(refused.text.contains("sign in again"), "{}", refused.text);
    let back = scene.go(&browser, "?next=/account&again=true").await;
    browser.get(&back).await.expect_redirect("/account");
    browser.server_fn("identity/change-password", set).await.ok();
    browser.server_fn("identity-providers/unlink", unlink).await.ok();
    assert!(browser.server_fn("identity-providers/ways", json!({})).await.json::<SignInWays>().linked.is_empty());
}
