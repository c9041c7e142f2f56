//! What a licence leaves out, over HTTP: one sentence for each part of the product, on the screens too, and nobody locked out.

use crate::api_keys::program as program_of;
use crate::oidc::{Scene, expect_refusal, viewer};
use crate::support::{FakeIdentityProvider, PASSWORD, TestApp};
use domain::identity_providers::IdentityProviderDraft;
use domain::licences::Feature;
use domain::{IdentityProviderId, Role};
use serde_json::{Value, json};
use services::licences::testing::{licence, licence_with};
use sqlx::PgPool;

/// What needs a part of the product, by the part: the call, and the screen with the words of its button.
fn what_needs(member: &Value, draft: &IdentityProviderDraft) -> [(Feature, &'static str, Value, &'static str, &'static str); 4] {
    let key = json!({ "name": "import", "scopes": ["read"], "days": 90 });
    let provider = json!({ "id": IdentityProviderId::new(), "draft": draft });
    [
        (Feature::IdentityProviders, "identity-providers/save", provider, "/admin/sign-in", "Add provider"),
        (Feature::Api, "api-keys/create", json!({ "key": key, "password": PASSWORD }), "/account", "Create API key"),
        (Feature::Groups, "team/create-group", json!({ "name": "Readers" }), "/team/groups", "New group"),
        (Feature::ViewAs, "team/view-as", json!({ "user_id": member }), "/team", "Invite member"),
    ]
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn what_a_licence_leaves_out_is_refused_and_screens_say_so(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let root = app.sign_up("root@example.org").await;
    let grace = app.sign_up_into(&root, "grace@example.org", Role::Viewer).await;
    let grace: Value = grace.server_fn("identity/viewer", Value::Null).await.json();
    let needs = what_needs(&grace["user_id"], &FakeIdentityProvider::start().await.draft());
    let program = program_of(&app, &root, &["read"]).await;
    program.server_fn("datasets/list", json!({})).await.ok();
    for (feature, _, _, screen, button) in &needs {
        let page = root.get(screen).await.expect(200).text;
        assert!(page.contains(button) && !page.contains(&feature.refusal()), "{screen}");
    }
    assert!(root.get("/team/audit").await.expect(200).text.contains("Export CSV"));

    root.server_fn("licences/install", json!({ "text": licence_with("L-1", 5, &[]) })).await.ok();
    for (feature, call, arguments, screen, button) in &needs {
        let refused = root.server_fn(call, arguments.clone()).await.expect(409);
        assert_eq!(refused.error().to_string(), feature.refusal(), "{call}");
        let page = root.get(screen).await.expect(200).text;
        // The team screen says it beside what is not touched by it.
        assert!(page.contains(&feature.refusal()) && page.contains(button) == (*feature == Feature::ViewAs), "{screen}");
    }
    let refused = program.server_fn("datasets/list", json!({})).await.expect(409);
    assert_eq!(refused.error().to_string(), Feature::Api.refusal());
    for path in ["/api/audit/team/csv", "/api/audit/installation/json"] {
        assert_eq!(root.get_json(path).await.expect(409).error().to_string(), Feature::AuditExport.refusal());
    }
    let page = root.get("/team/audit").await.expect(200).text;
    assert!(page.contains(&Feature::AuditExport.refusal()) && !page.contains("Export CSV"));

    root.server_fn("licences/install", json!({ "text": licence_with("L-2", 5, Feature::ALL) })).await.ok();
    program.server_fn("datasets/list", json!({})).await.ok();
    root.get_json("/api/audit/team/csv").await.expect(200);
    for (feature, call, arguments, screen, _) in &needs {
        assert!(!root.get(screen).await.expect(200).text.contains(&feature.refusal()), "{screen}");
        root.server_fn(call, arguments.clone()).await.ok();
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn administrators_see_what_is_on_and_names_this_version_does_not_know(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let root = app.sign_up("root@example.org").await;
    let page = root.get("/admin/licences").await.expect(200).text;
    assert!(Feature::ALL.iter().all(|feature| page.contains(feature.words().0)) && !page.contains(">Off<"), "{page}");
    root.server_fn("licences/install", json!({ "text": licence("L-1", 5) })).await.ok();
    let page = root.get("/admin/licences").await.expect(200).text;
    assert!(page.contains("The licence also names Support. That switches nothing here.") && !page.contains(">Off<"), "{page}");
    root.server_fn("licences/install", json!({ "text": licence_with("L-2", 5, &[Feature::Api]) })).await.ok();
    let page = root.get("/admin/licences").await.expect(200).text;
    assert_eq!(page.matches(">Off<").count(), Feature::ALL.len() - 1, "{page}");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn under_a_licence_without_providers_linked_people_come_in_and_nobody_new_does(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    scene.sign_in(&scene.app.anonymous()).await.expect_redirect("/chat");
    let grace = scene.app.sign_up("grace@example.org").await;
    let of_grace = json!({ "sub": "subject-2", "email": "grace@example.org", "email_verified": true });
    scene.provider.vouch_for(of_grace.clone());
    let start = json!({ "id": scene.id, "password": PASSWORD });
    let address: String = grace.server_fn("identity-providers/start-link", start.clone()).await.json();
    let linking = scene.provider.agree(&address).await;
    let proving = scene.app.anonymous();
    scene.sign_in(&proving).await.expect_redirect("/sign-in/link");

    let text = licence_with("L-1", 50, &[]);
    scene.administrator.server_fn("licences/install", json!({ "text": text })).await.ok();
    let before = scene.counts().await;
    let sentence = Feature::IdentityProviders.refusal();
    let refused = proving.post_form("/sign-in/link", &[("password", PASSWORD)]).await.expect(409);
    assert!(refused.text.contains(&sentence), "{}", refused.text);
    grace.get(&linking).await.expect_redirect("/account?trouble=not-in-licence");
    assert_eq!(grace.server_fn("identity-providers/start-link", start).await.expect(409).error().to_string(), sentence);
    assert!(grace.get("/account").await.expect(200).text.contains(&sentence));
    for stranger in [of_grace, json!({ "sub": "subject-3", "email": "eve@example.org", "email_verified": true })] {
        scene.provider.vouch_for(stranger);
        let browser = scene.app.anonymous();
        let answer = scene.sign_in(&browser).await;
        expect_refusal(&scene, &browser, answer, "not-in-licence", before).await;
    }

    scene.provider.vouch_for(json!({ "sub": "subject-1", "email": "ada@example.org", "email_verified": true }));
    let browser = scene.app.anonymous();
    assert!(browser.get("/sign-in").await.expect(200).text.contains("Continue with Works"));
    scene.sign_in(&browser).await.expect_redirect("/chat");
    assert_eq!(viewer(&browser).await.email, "ada@example.org");
}
