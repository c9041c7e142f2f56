//! Roles that an identity provider gives: when the account is made, or at every sign-in.

use crate::oidc::Scene;
use crate::support::PASSWORD;
use app::error::AppError;
use domain::TeamId;
use domain::identity_providers::IdentityProviderDraft;
use serde_json::{Value, json};
use sqlx::PgPool;

/// What the provider says of Grace, with the value of the role claim.
fn grace(groups: Value) -> Value {
    json!({ "sub": "subject-g", "email": "grace@example.org", "email_verified": true, "name": "Grace Hopper", "groups": groups })
}

/// Sets the provider up for a team.
async fn set_up(scene: &Scene, team: TeamId, updates_roles: bool) {
    let draft = IdentityProviderDraft {
        default_team_id: Some(team),
        role_claim: "groups".to_owned(),
        role_rules: "staff = Viewer\nleads = Team manager".to_owned(),
        updates_roles,
        ..scene.provider.draft()
    };
    scene.administrator.server_fn("identity-providers/save", json!({ "id": scene.id, "draft": draft })).await.ok();
}

/// Grace signs in, and the provider says this of her.
async fn sign_in(scene: &Scene, groups: Value) {
    scene.provider.vouch_for(grace(groups));
    scene.sign_in(&scene.app.anonymous()).await.expect_redirect("/chat");
}

/// What Grace is in a team; nothing when she is not in it.
async fn roles(pool: &PgPool, team: TeamId) -> Vec<String> {
    let find = "SELECT unnest(roles) FROM memberships JOIN users ON users.id = user_id WHERE team_id = $1 AND email = 'grace@example.org'";
    sqlx::query_scalar(find).bind(team).fetch_all(pool).await.expect("roles")
}

/// How many changes the trail tells of.
async fn told(pool: &PgPool) -> i64 {
    let count = "SELECT count(*) FROM audit_events WHERE action = 'member.roles-provided'";
    sqlx::query_scalar(count).fetch_one(pool).await.expect("a count")
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_role_follows_the_provider_at_every_sign_in_and_silence_changes_nothing(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    let team = scene.administrator.team().await;
    let elsewhere = scene.app.sign_up("mary@example.org").await.team().await;
    set_up(&scene, team, true).await;
    sign_in(&scene, json!(["staff"])).await;
    scene.app.add_member(elsewhere, "grace@example.org", domain::Role::Owner).await;
    assert_eq!((roles(&pool, team).await, told(&pool).await), (vec!["Viewer".to_owned()], 0));

    sign_in(&scene, json!(["staff", "leads"])).await;
    assert_eq!((roles(&pool, team).await, told(&pool).await), (vec!["TeamManager".to_owned()], 1));
    let trail = scene.administrator.get("/team/audit").await.expect(200).text;
    assert!(trail.contains("Lyceum brought the roles of Grace Hopper in line with their identity provider: team manager"), "{trail}");
    for nothing in [json!(["leads"]), json!(["unheard-of"]), json!([]), json!(7), Value::Null] {
        sign_in(&scene, nothing).await;
        assert_eq!((roles(&pool, team).await, told(&pool).await), (vec!["TeamManager".to_owned()], 1));
    }
    assert_eq!(roles(&pool, elsewhere).await, ["Owner"], "what she is in other teams is not the provider's business");

    // What somebody gave her by hand lasts until she signs in again.
    let person: domain::UserId =
        sqlx::query_scalar("SELECT id FROM users WHERE email = 'grace@example.org'").fetch_one(&pool).await.unwrap();
    let by_hand = json!({ "user_id": person, "roles": ["Collaborator"] });
    scene.administrator.server_fn("team/change-roles", by_hand).await.ok();
    sign_in(&scene, json!("staff")).await;
    assert_eq!((roles(&pool, team).await, told(&pool).await), (vec!["Viewer".to_owned()], 2));

    // Whoever was removed stays out.
    scene.administrator.server_fn("team/remove-member", json!({ "user_id": person })).await.ok();
    sign_in(&scene, json!(["leads"])).await;
    assert!(roles(&pool, team).await.is_empty());
    assert_eq!(told(&pool).await, 2);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn without_the_setting_the_role_of_the_beginning_stays(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    let team = scene.administrator.team().await;
    set_up(&scene, team, false).await;
    sign_in(&scene, json!(["staff"])).await;
    sign_in(&scene, json!(["leads"])).await;
    assert_eq!((roles(&pool, team).await, told(&pool).await), (vec!["Viewer".to_owned()], 0));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn the_last_owner_stays_one_and_a_second_step_comes_after_the_role(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    let team = scene.app.sign_up("grace@example.org").await.team().await;
    set_up(&scene, team, true).await;
    scene.provider.vouch_for(grace(json!(["staff"])));
    let browser = scene.app.anonymous();
    scene.sign_in(&browser).await.expect_redirect("/sign-in/link");
    browser.post_form("/sign-in/link", &[("password", PASSWORD)]).await.expect_redirect("/chat");
    sign_in(&scene, json!(["staff"])).await;
    assert_eq!((roles(&pool, team).await, told(&pool).await), (vec!["Owner".to_owned()], 0));

    scene.app.sign_up("mary@example.org").await;
    scene.app.add_member(team, "mary@example.org", domain::Role::Owner).await;
    let turn_on = "INSERT INTO two_step (user_id, sealed_secret, started_at, confirmed_at, last_step)
                   SELECT id, '', now(), now(), 0 FROM users WHERE email = 'grace@example.org'";
    sqlx::query(turn_on).execute(&pool).await.expect("two-step sign-in is on");
    scene.sign_in(&scene.app.anonymous()).await.expect_redirect("/sign-in/code");
    assert_eq!((roles(&pool, team).await, told(&pool).await), (vec!["Viewer".to_owned()], 1));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn the_role_holds_from_the_first_sign_in_also_for_who_links_and_who_was_invited(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    let team = scene.administrator.team().await;
    set_up(&scene, team, true).await;
    scene.app.sign_up("grace@example.org").await;
    scene.app.add_member(team, "grace@example.org", domain::Role::TeamManager).await;
    scene.provider.vouch_for(grace(json!(["staff"])));
    let browser = scene.app.anonymous();
    scene.sign_in(&browser).await.expect_redirect("/sign-in/link");
    assert_eq!(roles(&pool, team).await, ["TeamManager"], "nothing is proved yet");
    browser.post_form("/sign-in/link", &[("password", PASSWORD)]).await.expect_redirect("/chat");
    assert_eq!((roles(&pool, team).await, told(&pool).await), (vec!["Viewer".to_owned()], 1));

    sqlx::query("DELETE FROM identities").execute(&pool).await.expect("as if she had never come");
    sqlx::query("UPDATE users SET email = 'former@example.org' WHERE email = 'grace@example.org'")
        .execute(&pool)
        .await
        .expect("another Grace");
    let invitation = json!({ "email": "grace@example.org", "role": "TeamManager" });
    scene.administrator.server_fn("team/invite", invitation).await.ok();
    sqlx::query("UPDATE identity_providers SET creates_accounts = false").execute(&pool).await.expect("the invitation lets her in");
    sign_in(&scene, json!(["staff"])).await;
    assert_eq!((roles(&pool, team).await, told(&pool).await), (vec!["Viewer".to_owned()], 2));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn taking_roles_at_every_sign_in_wants_a_claim_and_a_team(pool: PgPool) {
    let scene = Scene::start(&pool, |_| {}).await;
    let draft = IdentityProviderDraft { updates_roles: true, ..scene.provider.draft() };
    let refused = scene.administrator.server_fn("identity-providers/save", json!({ "id": scene.id, "draft": draft })).await.expect(422);
    let AppError::Invalid(errors) = refused.error() else { panic!("{}", refused.text) };
    assert!(errors.get("role_claim").is_some() && errors.get("default_team_id").is_some(), "{errors:?}");
    let stored: bool = sqlx::query_scalar("SELECT updates_roles FROM identity_providers").fetch_one(&pool).await.unwrap();
    assert!(!stored);
}
