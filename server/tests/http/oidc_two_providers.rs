//! Two identity providers that call different people the same: who somebody is, issuer and subject say together.

use crate::oidc::{Scene, expect_only_tries, viewer};
use crate::support::{Answer, FakeIdentityProvider, Snapshot, TestClient};
use axum::http::header::LOCATION;
use domain::IdentityProviderId;
use domain::identity_providers::IdentityProviderDraft;
use serde_json::{Value, json};
use sqlx::PgPool;

/// A second provider, beside the one of the scene.
struct Second {
    provider: FakeIdentityProvider,
    id: IdentityProviderId,
}

impl Second {
    /// Sets it up; it makes accounts as the first one does.
    async fn start(scene: &Scene) -> Self {
        let (provider, id) = (FakeIdentityProvider::start().await, IdentityProviderId::new());
        let draft = IdentityProviderDraft { name: "Studio".to_owned(), ..provider.draft() };
        scene.administrator.server_fn("identity-providers/save", json!({ "id": id, "draft": draft })).await.ok();
        Self { provider, id }
    }

    /// Vouches for the subject that the first one knows, as a person with this address.
    fn vouch_for(&self, email: &str) {
        self.provider.vouch_for(json!({ "sub": "subject-1", "email": email, "email_verified": true, "given_name": "Eve" }));
    }

    /// All the way there and back.
    async fn sign_in(&self, browser: &TestClient) -> Answer {
        let away = browser.get(&format!("/auth/oidc/{}", self.id)).await.expect(303);
        let back = self.provider.agree(away.header(LOCATION).expect("an address")).await;
        browser.get(&back).await
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn the_same_subject_at_two_providers_is_two_people(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    let second = Second::start(&scene).await;
    let of_first = scene.app.anonymous();
    scene.sign_in(&of_first).await.expect_redirect("/chat");
    let ada = viewer(&of_first).await;

    second.vouch_for("eve@example.org");
    let of_second = scene.app.anonymous();
    second.sign_in(&of_second).await.expect_redirect("/chat");
    let eve = viewer(&of_second).await;
    assert_eq!((ada.email.as_str(), eve.email.as_str()), ("ada@example.org", "eve@example.org"));
    assert!(ada.user_id != eve.user_id && ada.team_id != eve.team_id);

    // Each comes back to their own account, whatever address the other provider's person has.
    second.vouch_for("ada@example.org");
    for _ in 0..2 {
        let (of_first, of_second) = (scene.app.anonymous(), scene.app.anonymous());
        scene.sign_in(&of_first).await.expect_redirect("/chat");
        second.sign_in(&of_second).await.expect_redirect("/chat");
        assert_eq!((viewer(&of_first).await.user_id, viewer(&of_second).await.user_id), (ada.user_id, eve.user_id));
    }
    let kept = "SELECT count(DISTINCT issuer), count(DISTINCT user_id), count(*) FROM identities WHERE subject = 'subject-1'";
    let kept: (i64, i64, i64) = sqlx::query_as(kept).fetch_one(&pool).await.expect("counts");
    assert_eq!(kept, (2, 2, 2));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_second_provider_does_not_let_its_person_in_as_that_of_the_first(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    let second = Second::start(&scene).await;
    scene.sign_in(&scene.app.anonymous()).await.expect_redirect("/chat");
    scene.app.sign_up("grace@example.org").await;
    let before = Snapshot::take(&pool).await;
    // Ada has no password that could prove that both are her; Grace’s is asked for.
    for (email, onward) in [("ada@example.org", "/sign-in?trouble=not-linked"), ("grace@example.org", "/sign-in/link")] {
        second.vouch_for(email);
        let browser = scene.app.anonymous();
        second.sign_in(&browser).await.expect_redirect(onward);
        browser.server_fn("identity/viewer", Value::Null).await.expect(401);
        expect_only_tries(&before, &pool, email).await;
    }
}
