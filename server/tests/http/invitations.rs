//! Invitations that are not what they should be: refused in the same words, by the form of a new person and by that of somebody
//! with an account, and nothing is different afterwards.

use crate::people::id_of;
use crate::support::{Answer, NOTHING, PASSWORD, RowCounts, Snapshot, TestApp, TestClient};
use domain::Role;
use domain::team::{InvitationSent, TeamSummary};
use futures::future::join_all;
use serde_json::{Value, json};
use services::SignUp;
use sqlx::PgPool;

/// What changes when somebody tries to make an account.
const AN_ATTEMPT: [&str; 1] = ["throttles"];
/// What is said of an invitation that lets nobody in.
const OVER: &str = "This invitation is not valid any more.";

/// A server where an account needs an invitation, and the owner of a team.
async fn start(pool: &PgPool) -> (TestApp, TestClient) {
    let app = TestApp::start_with(pool, |parts| parts.settings.sign_up = SignUp::Invited).await;
    let ada = app.sign_up("ada@example.org").await;
    (app, ada)
}

async fn invite(client: &TestClient, email: &str) -> InvitationSent {
    client.server_fn("team/invite", json!({ "email": email, "role": "Viewer" })).await.json()
}

fn token(sent: &InvitationSent) -> String {
    sent.link.split_once("?invitation=").expect("a token").1.to_owned()
}

/// Somebody with an account and a team of their own, who came by an invitation of a time before.
async fn newcomer(app: &TestApp, ada: &TestClient, email: &str) -> TestClient {
    let client = app.anonymous();
    sign_up(&client, email, &token(&invite(ada, email).await)).await.expect_redirect("/chat");
    client
}

async fn sign_up(client: &TestClient, email: &str, token: &str) -> Answer {
    let form = [("first_name", "Eve"), ("last_name", "Tester"), ("email", email), ("password", PASSWORD), ("invitation", token)];
    client.post_form("/sign-up", &form).await
}

async fn join(client: &TestClient, token: &str) -> Answer {
    client.post_form("/join", &[("invitation", token)]).await
}

/// Tokens that let nobody in, whoever brings them: used, over, taken back, replaced, cut, put together, made up, and none.
async fn dead_tokens(ada: &TestClient, app: &TestApp, email: &str, used: String) -> Vec<(&'static str, String)> {
    let expired = token(&invite(ada, "expired@example.org").await);
    sqlx::query("UPDATE invitations SET expires_at = now(), email = $1 WHERE email = 'expired@example.org'")
        .bind(email)
        .execute(&app.pool)
        .await
        .expect("it is over");
    let revoked = invite(ada, email).await;
    ada.server_fn("team/revoke-invitation", json!({ "id": revoked.invitation.id })).await.ok();
    let replaced = invite(ada, email).await;
    let renewed: InvitationSent = ada.server_fn("team/resend-invitation", json!({ "id": replaced.invitation.id, "days": 7 })).await.json();
    let alive = token(&renewed);
    let (selector, verifier) = alive.split_once('.').expect("two parts");
    vec![
        ("used", used),
        ("expired", expired),
        ("revoked", token(&revoked)),
        ("replaced", token(&replaced)),
        ("padded", format!("{alive}=")),
        ("longer", format!("{alive}A")),
        ("with a zero byte", format!("{alive}\0")),
        ("half", selector.to_owned()),
        ("without a secret", format!("{selector}.")),
        ("without a name", format!(".{verifier}")),
        ("with another's secret", format!("{selector}.{}", token(&revoked).split_once('.').expect("two parts").1)),
        ("with SQL", format!("{selector}' OR '1'='1.{verifier}")),
        ("null", "null".to_owned()),
        ("made up", "AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned()),
    ]
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_dead_invitation_makes_no_account(pool: PgPool) {
    let (app, ada) = start(&pool).await;
    let used = invite(&ada, "grace@example.org").await;
    sign_up(&app.anonymous(), "grace@example.org", &token(&used)).await.expect_redirect("/chat");
    let tokens = dead_tokens(&ada, &app, "eve@example.org", token(&used)).await;
    let before = Snapshot::take(&pool).await;
    for (kind, token) in &tokens {
        let refused = sign_up(&app.anonymous(), "eve@example.org", token).await.expect(409);
        assert!(refused.text.contains("This invitation is not valid any more."), "{kind}: {}", refused.text);
        assert!(refused.header("set-cookie").is_none(), "{kind}");
    }
    let refused = sign_up(&app.anonymous(), "eve@example.org", "").await.expect(409);
    assert!(refused.text.contains("needs an invitation"), "{}", refused.text);
    app.anonymous().post_form("/sign-up", &[("first_name", "Eve"), ("email", "eve@example.org"), ("password", PASSWORD)]).await.expect(409);
    assert_eq!(before.changed(&pool).await, AN_ATTEMPT);
    // The one it was not sent to.
    let foreign = invite(&ada, "mary@example.org").await;
    let before = Snapshot::take(&pool).await;
    let refused = sign_up(&app.anonymous(), "eve@example.org", &token(&foreign)).await.expect(422);
    assert!(refused.text.contains("This invitation is for another address."), "{}", refused.text);
    assert_eq!(before.changed(&pool).await, AN_ATTEMPT);
    sign_up(&app.anonymous(), "mary@example.org", &token(&foreign)).await.expect_redirect("/chat");
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_dead_or_foreign_invitation_leads_nobody_into_the_team(pool: PgPool) {
    let (app, ada) = start(&pool).await;
    let eve = newcomer(&app, &ada, "eve@example.org").await;
    let grace = newcomer(&app, &ada, "grace@example.org").await;
    let gone = "DELETE FROM memberships USING users WHERE users.id = user_id AND email <> 'ada@example.org' AND team_id = $1";
    sqlx::query(gone).bind(ada.team().await).execute(&pool).await.expect("both left");
    let used = token(&invite(&ada, "grace@example.org").await);
    join(&grace, &used).await.expect_redirect("/chat");
    let tokens = dead_tokens(&ada, &app, "eve@example.org", used).await;
    let foreign = token(&invite(&ada, "mary@example.org").await);
    // Being seen without the team moves her session to her own.
    eve.get("/chat").await.expect(200);
    let before = Snapshot::take(&pool).await;
    for (kind, token) in &tokens {
        let refused = join(&eve, token).await.expect(409);
        assert!(refused.text.contains("This invitation is not valid any more."), "{kind}: {}", refused.text);
        join(&app.anonymous(), token).await.expect(401);
    }
    let refused = join(&eve, &foreign).await.expect(409);
    assert!(refused.text.contains("This invitation is for another address."), "{}", refused.text);
    eve.post_form("/join", &[]).await.expect(422);
    assert_eq!(before.changed(&pool).await, NOTHING);
    assert_ne!(eve.team().await, ada.team().await);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn no_invitation_by_somebody_who_is_kept_out_leads_anybody_in(pool: PgPool) {
    let (app, ada) = start(&pool).await;
    let grace = newcomer(&app, &ada, "grace@example.org").await;
    let eve = newcomer(&app, &ada, "eve@example.org").await;
    let person = json!({ "user_id": id_of(&grace).await });
    let manager = json!({ "user_id": person["user_id"], "roles": ["TeamManager"] });
    ada.server_fn("team/change-roles", manager).await.ok();
    // Into the team she manages, and into her own.
    let into_adas = token(&invite(&grace, "mary@example.org").await);
    let teams: Vec<TeamSummary> = grace.server_fn("team/teams", Value::Null).await.json();
    let own = teams.iter().find(|team| team.is_personal).expect("a team of her own");
    grace.server_fn("identity/switch-team", json!({ "id": own.id })).await.ok();
    let into_her_own = token(&invite(&grace, "eve@example.org").await);
    let by_ada = token(&invite(&ada, "dan@example.org").await);

    ada.server_fn("people/suspend", person.clone()).await.ok();
    let before = Snapshot::take(&pool).await;
    for refused in [join(&eve, &into_her_own).await, sign_up(&app.anonymous(), "mary@example.org", &into_adas).await] {
        let refused = refused.expect(409);
        assert!(refused.text.contains("This invitation is not valid any more."), "{}", refused.text);
    }
    assert_eq!(before.changed(&pool).await, AN_ATTEMPT);
    sign_up(&app.anonymous(), "dan@example.org", &by_ada).await.expect_redirect("/chat");
    ada.server_fn("people/reinstate", person).await.ok();
    join(&eve, &into_her_own).await.expect(409);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn of_many_who_use_an_invitation_at_once_one_gets_in(pool: PgPool) {
    let (app, ada) = start(&pool).await;
    let count = async |what: &'static str| -> i64 { sqlx::query_scalar(what).fetch_one(&pool).await.expect("a count") };
    let accepted = "SELECT count(*) FROM audit_events WHERE action = 'invitation.accepted'";
    // What one leaves who comes alone.
    let (mary, alone) = (app.anonymous(), token(&invite(&ada, "mary@example.org").await));
    let before = RowCounts::take(&pool).await;
    sign_up(&mary, "mary@example.org", &alone).await.expect_redirect("/chat");
    let by_one = before.growth(&pool).await;

    let sent = token(&invite(&ada, "grace@example.org").await);
    let before = RowCounts::take(&pool).await;
    let browsers: Vec<TestClient> = (0..6).map(|_| app.anonymous()).collect();
    let answers = join_all(browsers.iter().map(|browser| sign_up(browser, "grace@example.org", &sent))).await;
    let losers: Vec<&Answer> = answers.iter().filter(|answer| answer.status != 303).collect();
    assert_eq!(losers.len(), 5);
    for loser in losers {
        // Who comes later than the account finds the address taken, and who comes later than that the invitation used.
        let words = if loser.status == 409 { OVER } else { "There is an account with this address." };
        assert!([409, 422].contains(&loser.status.as_u16()) && loser.text.contains(words), "{loser:?}");
        assert!(loser.header("set-cookie").is_none(), "{loser:?}");
    }
    assert_eq!(before.growth(&pool).await, by_one, "the others leave nothing");
    assert_eq!((count("SELECT count(*) FROM users").await, count(accepted).await), (3, 2));

    let winner = browsers.iter().zip(&answers).find(|(_, answer)| answer.status == 303).expect("one").0;
    sqlx::query("DELETE FROM memberships WHERE roles = '{Viewer}'").execute(&pool).await.expect("she left");
    for browser in [&mary, winner] {
        browser.get("/chat").await.expect(200);
    }
    let alone = token(&invite(&ada, "mary@example.org").await);
    let before = RowCounts::take(&pool).await;
    join(&mary, &alone).await.expect_redirect("/chat");
    let by_one = before.growth(&pool).await;
    let sent = token(&invite(&ada, "grace@example.org").await);
    let before = RowCounts::take(&pool).await;
    let answers = join_all((0..6).map(|_| join(winner, &sent))).await;
    let (entered, losers): (Vec<&Answer>, Vec<&Answer>) = answers.iter().partition(|answer| answer.status == 303);
    assert_eq!((entered.len(), losers.len()), (1, 5), "{answers:?}");
    assert!(losers.iter().all(|loser| loser.status == 409 && loser.text.contains(OVER)), "{losers:?}");
    assert_eq!(before.growth(&pool).await, by_one, "the others leave nothing");
    assert_eq!(count("SELECT count(*) FROM memberships").await, 5, "three own teams, Mary's in Ada's, and Grace's");
    assert_eq!(count(accepted).await, 4);
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn an_invitation_gives_the_role_it_was_made_with_and_no_other(pool: PgPool) {
    let (app, ada) = start(&pool).await;
    let sent = token(&invite(&ada, "grace@example.org").await);
    let plain = [("first_name", "Grace"), ("email", "grace@example.org"), ("password", PASSWORD), ("invitation", sent.as_str())];
    let before = Snapshot::take(&pool).await;
    for extra in ["role", "roles", "team_id", "is_admin", "is_system_administrator", "owner_id"] {
        let form: Vec<(&str, &str)> = plain.into_iter().chain([(extra, "Owner")]).collect();
        app.anonymous().post_form("/sign-up", &form).await.expect(422);
    }
    // The same field twice is not read once.
    let twice: Vec<(&str, &str)> = plain.into_iter().chain([("email", "eve@example.org")]).collect();
    app.anonymous().post_form("/sign-up", &twice).await.expect(422);
    assert_eq!(before.changed(&pool).await, NOTHING);
    let grace = app.anonymous();
    grace.post_form("/sign-up", &plain).await.expect_redirect("/chat");
    let roles: Vec<String> = sqlx::query_scalar(
        "SELECT roles[1] FROM memberships JOIN users ON users.id = user_id WHERE email = 'grace@example.org' ORDER BY 1",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(roles, [Role::Owner.as_str(), Role::Viewer.as_str()], "of her own team, and of the one that invited her");
}
