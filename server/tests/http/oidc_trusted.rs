//! Providers that do not say whether an address is verified: silence counts where an administrator trusts their addresses, a no never does.

use crate::oidc::{Scene, expect_refusal, viewer};
use crate::support::{Answer, Lie, PASSWORD};
use domain::IdentityProviderId;
use domain::identity_providers::{IdentityProviderDraft, IdentityProviderOverview, IdentityProviderReport};
use serde_json::{Value, json};
use sqlx::PgPool;

/// Has the provider vouch for somebody and say nothing of the verification of their address.
fn vouch_silently(scene: &Scene, email: &str) {
    scene.provider.vouch_for(json!({ "sub": email, "email": email, "given_name": "Ada" }));
}

/// Has the provider vouch for somebody and say this of the verification of their address.
fn vouch(scene: &Scene, email: &str, is_verified: &Value) {
    scene.provider.vouch_for(json!({ "sub": email, "email": email, "email_verified": is_verified, "given_name": "Ada" }));
}

/// Whoever the provider vouches for does not come in, for this reason.
async fn expect_refused(scene: &Scene, reason: &str) {
    let (before, browser) = (scene.counts().await, scene.app.anonymous());
    let answer = scene.sign_in(&browser).await;
    expect_refusal(scene, &browser, answer, reason, before).await;
}

/// Whoever the provider vouches for comes in.
async fn expect_in(scene: &Scene, email: &str) {
    let browser = scene.app.anonymous();
    scene.sign_in(&browser).await.expect_redirect("/chat");
    assert_eq!(viewer(&browser).await.email, email);
}

/// Sets the provider up anew.
async fn set_up(scene: &Scene, email_domains: &str, trusts_addresses: bool) -> Answer {
    let draft = IdentityProviderDraft { email_domains: email_domains.to_owned(), trusts_addresses, ..scene.provider.draft() };
    scene.administrator.server_fn("identity-providers/save", json!({ "id": scene.id, "draft": draft })).await
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn silence_about_an_address_counts_where_its_domain_is_trusted(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    for domains in ["", "example.org"] {
        set_up(&scene, domains, false).await.ok();
        vouch_silently(&scene, "ada@example.org");
        expect_refused(&scene, "unverified-address").await;
    }
    set_up(&scene, "example.org, works.example", true).await.ok();
    for email in ["ada@example.org", "mary@works.example"] {
        vouch_silently(&scene, email);
        expect_in(&scene, email).await;
    }
    vouch(&scene, "grace@example.org", &Value::Null);
    expect_in(&scene, "grace@example.org").await;
    // Of other domains nothing is believed, whatever it says.
    for email in ["eve@elsewhere.example", "eve@sub.example.org"] {
        vouch_silently(&scene, email);
        expect_refused(&scene, "wrong-domain").await;
        vouch(&scene, email, &json!(true));
        expect_refused(&scene, "wrong-domain").await;
    }
    // It is told as late.
    scene.provider.tell_late();
    vouch_silently(&scene, "dorothy@example.org");
    expect_in(&scene, "dorothy@example.org").await;
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_no_is_a_no_also_of_a_provider_that_is_trusted(pool: PgPool) {
    let scene = Scene::start(&pool, |draft| {
        (draft.email_domains, draft.trusts_addresses) = ("example.org".to_owned(), true);
    })
    .await;
    vouch_silently(&scene, "ada@example.org");
    expect_in(&scene, "ada@example.org").await;
    for no in [json!(false), json!("false")] {
        // Of somebody new, and of her whom it vouched for before.
        for email in ["eve@example.org", "ada@example.org"] {
            vouch(&scene, email, &no);
            expect_refused(&scene, "unverified-address").await;
        }
    }
    vouch(&scene, "ada@example.org", &json!("maybe"));
    expect_refused(&scene, "unreadable").await;
    scene.provider.tell_late();
    vouch(&scene, "eve@example.org", &json!(false));
    expect_refused(&scene, "unverified-address").await;
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_no_that_stands_only_where_one_asks_for_more_is_heard(pool: PgPool) {
    let scene = Scene::start(&pool, |draft| {
        (draft.email_domains, draft.trusts_addresses) = ("example.org".to_owned(), true);
    })
    .await;
    vouch_silently(&scene, "ada@example.org");
    expect_in(&scene, "ada@example.org").await;
    for email in ["eve@example.org", "ada@example.org"] {
        vouch_silently(&scene, email);
        scene.provider.lie(Lie::UnverifiedLate);
        expect_refused(&scene, "unverified-address").await;
        // Nor is silence trusted where the question is not answered.
        scene.provider.lie(Lie::OtherSubject);
        expect_refused(&scene, "unreadable").await;
    }
    // Where silence is not trusted, the answer decides nothing: what is linked opens its account by issuer and subject.
    set_up(&scene, "", false).await.ok();
    for lie in [Lie::OtherSubject, Lie::UnverifiedLate] {
        scene.provider.lie(lie);
        expect_in(&scene, "ada@example.org").await;
    }
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn an_account_is_offered_its_proof_and_who_is_linked_comes_in_as_long_as_it_is_trusted(pool: PgPool) {
    let scene = Scene::start(&pool, |draft| draft.email_domains = "example.org".to_owned()).await;
    let grace = scene.app.sign_up("grace@example.org").await;
    vouch_silently(&scene, "grace@example.org");
    expect_refused(&scene, "unverified-address").await;
    set_up(&scene, "example.org", true).await.ok();
    let browser = scene.app.anonymous();
    scene.sign_in(&browser).await.expect_redirect("/sign-in/link");
    browser.server_fn("identity/viewer", Value::Null).await.expect(401);
    browser.post_form("/sign-in/link", &[("password", PASSWORD)]).await.expect_redirect("/chat");
    assert_eq!(viewer(&browser).await.user_id, viewer(&grace).await.user_id);
    expect_in(&scene, "grace@example.org").await;
    // The rule of domains asks everybody for a verified address.
    set_up(&scene, "example.org", false).await.ok();
    expect_refused(&scene, "unverified-address").await;
    // Without a rule it is issuer and subject that count.
    set_up(&scene, "", false).await.ok();
    expect_in(&scene, "grace@example.org").await;
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn addresses_are_trusted_by_domain_only_and_that_they_are_is_on_record(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    let last_changes = async || -> Option<String> {
        let last = "SELECT details ->> 'changed' FROM audit_events WHERE action LIKE 'sign-in.provider-%' ORDER BY position DESC LIMIT 1";
        sqlx::query_scalar(last).fetch_one(&pool).await.expect("an event")
    };
    let expect_named = |refused: &Answer| {
        let error = refused.error();
        let sentence = error.field("email_domains").expect("a message at the domains");
        assert!(sentence.contains("Name at least one"), "{sentence}");
    };
    expect_named(&set_up(&scene, "", true).await.expect(422));
    expect_named(&set_up(&scene, " , ", true).await.expect(422));
    set_up(&scene, "example.org", true).await.ok();
    assert_eq!(last_changes().await.as_deref(), Some(r#"["client secret", "email domains", "whether its addresses are trusted"]"#));
    // Nor are the domains taken away while it is on.
    expect_named(&set_up(&scene, "", true).await.expect(422));
    let overview: IdentityProviderOverview = scene.administrator.server_fn("identity-providers/overview", json!({})).await.json();
    assert!(overview.providers[0].draft.trusts_addresses && overview.providers[0].draft.email_domains == "example.org");

    // A server of the version before knows nothing of that: then nothing is trusted.
    sqlx::query("UPDATE identity_providers SET email_domains = '{}'").execute(&pool).await.expect("no domain");
    vouch_silently(&scene, "ada@example.org");
    expect_refused(&scene, "unverified-address").await;
    // A client of the version before does not send it: then it is off.
    let mut draft = json!(scene.provider.draft());
    draft.as_object_mut().expect("fields").remove("trusts_addresses");
    scene.administrator.server_fn("identity-providers/save", json!({ "id": scene.id, "draft": draft })).await.ok();
    let is_trusted: bool = sqlx::query_scalar("SELECT trusts_addresses FROM identity_providers").fetch_one(&pool).await.expect("a row");
    assert!(!is_trusted);
    // It is on record too where it is on from the beginning.
    let draft = IdentityProviderDraft {
        name: "Studio".to_owned(),
        email_domains: "example.org".to_owned(),
        trusts_addresses: true,
        ..scene.provider.draft()
    };
    let added = json!({ "id": IdentityProviderId::new(), "draft": draft });
    scene.administrator.server_fn("identity-providers/save", added).await.ok();
    assert_eq!(last_changes().await.as_deref(), Some(r#"["whether its addresses are trusted"]"#));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_test_says_of_a_provider_that_it_may_not_tell_verified_addresses(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    let says_so = async || {
        let arguments = json!({ "issuer": scene.provider.issuer });
        let report: IdentityProviderReport = scene.administrator.server_fn("identity-providers/test", arguments).await.json();
        assert!(report.is_working, "{report:?}");
        report.sentence.contains("may not say whether addresses are verified")
    };
    assert!(!says_so().await, "it publishes nothing about what it says");
    scene.provider.publish_claims(&["sub", "email", "email_verified"]);
    assert!(!says_so().await);
    scene.provider.publish_claims(&["sub", "email", "preferred_username"]);
    assert!(says_so().await);
}
