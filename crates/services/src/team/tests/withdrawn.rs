//! Invitations that end with what their maker may give, or with whom they ask: no link leads anybody back to what they were.

use crate::identity::{NewPerson, Newcomer, Origin};
use crate::team::take_provided_role;
use crate::testing::{administrator, member, owner, services};
use crate::{Error, Services, Viewer};
use domain::audit::Named;
use domain::roles::RoleChange;
use domain::team::{InvitationSummary, MemberImport};
use domain::text::{EmailAddress, FirstName, LastName};
use domain::{Permission, Role};
use sqlx::PgPool;
use uuid::Uuid;

/// Whom the viewer's team asks to join, in alphabetical order.
async fn asked(services: &Services, viewer: &Viewer) -> Vec<String> {
    let open = services.team().list_invitations(viewer).await.unwrap();
    let mut asked: Vec<String> = open.into_iter().map(|open| open.email.split('@').next().unwrap().to_owned()).collect();
    asked.sort();
    asked
}

/// One invitation to each role: `owner@…`, `manager@…`, `reader@…`.
async fn invite_to_every_role(services: &Services, viewer: &Viewer) {
    for (email, role) in [("owner@x.org", Role::Owner), ("manager@x.org", Role::TeamManager), ("reader@x.org", Role::Viewer)] {
        services.team().invite(viewer, email, role).await.unwrap();
    }
}

/// Who revoked which invitations, as the trail has it; nobody is Lyceum itself.
async fn revocations(pool: &PgPool) -> Vec<(Option<domain::UserId>, String)> {
    let told = "SELECT actor_id, target_name FROM audit_events WHERE action = 'invitation.revoked' ORDER BY target_name, seq";
    sqlx::query_as(told).fetch_all(pool).await.unwrap()
}

fn here() -> Origin {
    Origin { ip: "192.0.2.1".parse().unwrap(), user_agent: "Test".to_owned() }
}

fn token(link: &str) -> &str {
    link.split_once("?invitation=").expect("a link with a token").1
}

/// What the viewer's team lists of the invitation of an address.
async fn listed(services: &Services, viewer: &Viewer, email: &str) -> InvitationSummary {
    let all = services.team().list_invitations(viewer).await.unwrap();
    all.into_iter().find(|one| one.email == email).expect("it is listed")
}

/// Whether a link leads to a team.
async fn works(services: &Services, link: &str) -> bool {
    services.identity().sign_up_terms(None, Some(token(link))).await.unwrap().invitation.is_some()
}

/// Whether somebody with an account is told of a link what they are told of any that is over.
async fn is_over(services: &Services, viewer: &Viewer, link: &str) -> bool {
    let refused = services.team().accept_invitation(viewer, token(link)).await;
    matches!(&refused, Err(Error::Conflict(sentence)) if sentence.starts_with("This invitation is not valid any more."))
}

/// Somebody new whom a provider vouches for, and whom its settings make a viewer of this team, whatever they were asked to be.
async fn vouched_into(services: &Services, team: &Viewer, email: &str) -> Viewer {
    let email = EmailAddress::parse(email).unwrap();
    let (first_name, last_name) = (FirstName::parse("Grace").unwrap(), LastName::parse("Hopper").unwrap());
    let joins = Some((team.team_id, Role::Viewer));
    let mut tx = services.db().system_tx().await.unwrap();
    let newcomer = Newcomer { email: &email, first_name, last_name, joins, invitation: None };
    let (user_id, _) = services.identity().welcome(&mut tx, newcomer, &here()).await.unwrap();
    tx.commit().await.unwrap();
    Viewer { user_id, ..team.clone() }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whoever_is_lowered_asks_nobody_any_more_with_a_role_above_what_they_may_give(pool: PgPool) {
    let services = services(&pool);
    let team = services.team();
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Owner).await;
    let second = owner(&services, "owner@x.org").await;
    invite_to_every_role(&services, &bob).await;
    let way_back = team.invite(&bob, "owner@x.org", Role::Owner).await.unwrap().link;
    team.invite(&ada, "partner@x.org", Role::Owner).await.unwrap();

    team.change_roles(&ada, bob.user_id, &[Role::Viewer, Role::Owner]).await.unwrap();
    assert_eq!(asked(&services, &ada).await, ["manager", "owner", "partner", "reader"], "he may give all of them still");
    team.change_roles(&ada, bob.user_id, &[Role::TeamManager]).await.unwrap();
    assert_eq!(asked(&services, &ada).await, ["manager", "partner", "reader"]);
    let refused = team.accept_invitation(&second, way_back.split_once("?invitation=").unwrap().1).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    let of_the_second = |who: &Viewer| (Some(who.user_id), "owner@x.org".to_owned());
    assert_eq!(revocations(&pool).await, [of_the_second(&bob), of_the_second(&ada)], "he had invited the address twice");
    team.change_roles(&ada, bob.user_id, &[Role::Collaborator]).await.unwrap();
    assert_eq!(asked(&services, &ada).await, ["partner"], "he invites nobody now");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whoever_is_suspended_or_removed_asks_nobody_any_more(pool: PgPool) {
    let services = services(&pool);
    let team = services.team();
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Owner).await;
    invite_to_every_role(&services, &bob).await;
    team.suspend(&ada, bob.user_id).await.unwrap();
    assert_eq!(asked(&services, &ada).await, Vec::<String>::new());
    team.reinstate(&ada, bob.user_id).await.unwrap();
    assert_eq!(asked(&services, &ada).await, Vec::<String>::new(), "they do not come back with him");
    invite_to_every_role(&services, &bob).await;
    team.remove(&ada, bob.user_id).await.unwrap();
    assert_eq!(asked(&services, &ada).await, Vec::<String>::new());
    assert_eq!(revocations(&pool).await.len(), 6);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whoever_hands_the_team_over_or_steps_down_leaves_no_invitation_of_an_owner(pool: PgPool) {
    let services = services(&pool);
    let team = services.team();
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Collaborator).await;
    invite_to_every_role(&services, &ada).await;
    team.hand_over(&ada, bob.user_id).await.unwrap();
    assert_eq!(asked(&services, &ada).await, ["manager", "reader"]);
    let bob = Viewer { permissions: ada.permissions.clone(), ..bob };
    team.change_roles(&bob, ada.user_id, &[Role::Owner]).await.unwrap();
    team.invite(&ada, "owner@x.org", Role::Owner).await.unwrap();
    team.change_roles(&ada, ada.user_id, &[Role::TeamManager]).await.unwrap();
    assert_eq!(asked(&services, &ada).await, ["manager", "reader"]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_provider_that_lowers_somebody_takes_their_invitations_back_too(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Owner).await;
    invite_to_every_role(&services, &bob).await;
    let says_so = Named { id: Uuid::nil(), name: "Works".to_owned() };
    let mut tx = services.db().system_tx().await.unwrap();
    take_provided_role(&mut tx, (ada.team_id, bob.user_id), Role::TeamManager, says_so).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(asked(&services, &ada).await, ["manager", "reader"]);
    assert_eq!(revocations(&pool).await, [(None, "owner@x.org".to_owned())]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_new_link_is_of_whoever_has_it(pool: PgPool) {
    let services = services(&pool);
    let team = services.team();
    let ada = owner(&services, "ada@example.org").await;
    let bob = member(&services, &ada, "bob@example.org", Role::Owner).await;
    let by_bob = team.invite(&bob, "one@x.org", Role::Owner).await.unwrap().invitation.id;
    let by_ada = team.invite(&ada, "two@x.org", Role::Owner).await.unwrap().invitation.id;
    team.resend_invitation(&ada, by_bob, 7).await.unwrap();
    team.resend_invitation(&bob, by_ada, 7).await.unwrap();
    team.change_roles(&ada, bob.user_id, &[Role::TeamManager]).await.unwrap();
    assert_eq!(asked(&services, &ada).await, ["one"], "Bob has the link of the other");
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whoever_joins_in_another_way_does_not_come_back_by_the_link_they_were_sent(pool: PgPool) {
    let services = services(&pool);
    let team = services.team();
    let ada = owner(&services, "ada@example.org").await;
    let eve = owner(&services, "eve@example.org").await;
    let link = team.invite(&ada, "grace@x.org", Role::TeamManager).await.unwrap().link;
    team.invite(&ada, "other@x.org", Role::Viewer).await.unwrap();
    team.invite(&eve, "grace@x.org", Role::Viewer).await.unwrap();
    let grace = vouched_into(&services, &ada, "grace@x.org").await;
    assert_eq!(asked(&services, &ada).await, ["other"]);
    assert_eq!(asked(&services, &eve).await, ["grace"], "into another team she is asked still");
    assert_eq!(revocations(&pool).await, [(Some(grace.user_id), "grace@x.org".to_owned())]);
    team.remove(&ada, grace.user_id).await.unwrap();
    assert!(is_over(&services, &grace, &link).await);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn whoever_is_removed_or_leaves_does_not_come_back_by_what_the_address_they_have_by_then_was_asked(pool: PgPool) {
    let services = services(&pool);
    let team = services.team();
    let ada = owner(&services, "ada@example.org").await;
    for (email, leaves) in [("bob@x.org", false), ("carl@x.org", true)] {
        let person = member(&services, &ada, &format!("former.{email}"), Role::Viewer).await;
        let link = team.invite(&ada, email, Role::TeamManager).await.unwrap().link;
        sqlx::query("UPDATE users SET email = $1 WHERE id = $2").bind(email).bind(person.user_id).execute(&pool).await.unwrap();
        if leaves {
            team.leave(&person, ada.team_id).await.unwrap();
        } else {
            team.remove(&ada, person.user_id).await.unwrap();
        }
        assert_eq!(asked(&services, &ada).await, Vec::<String>::new());
        assert!(is_over(&services, &person, &link).await);
        let anew = team.invite(&ada, email, Role::Viewer).await.unwrap().link;
        team.accept_invitation(&person, token(&anew)).await.unwrap();
    }
    assert_eq!(revocations(&pool).await.into_iter().map(|(_, email)| email).collect::<Vec<_>>(), ["bob@x.org", "carl@x.org"]);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn joining_takes_back_whatever_else_asks_the_same_address_into_the_team(pool: PgPool) {
    let services = services(&pool);
    let team = services.team();
    let ada = owner(&services, "ada@example.org").await;
    let grace = owner(&services, "grace@x.org").await;
    for email in ["grace@x.org", "new@x.org"] {
        let link = team.invite(&ada, email, Role::Viewer).await.unwrap().link;
        // Two of one address, as a version before made them at the same moment.
        team.invite(&ada, "another@x.org", Role::TeamManager).await.unwrap();
        let moved = sqlx::query("UPDATE invitations SET email = $1 WHERE email = 'another@x.org'").bind(email).execute(&pool).await;
        assert_eq!(moved.unwrap().rows_affected(), 1);
        if email == "grace@x.org" {
            team.accept_invitation(&grace, token(&link)).await.unwrap();
        } else {
            let (first_name, last_name) = ("New".to_owned(), String::new());
            let password = "correct horse battery staple".to_owned().into();
            let person = NewPerson { first_name, last_name, email: email.to_owned(), password, invitation: Some(token(&link).to_owned()) };
            services.identity().sign_up(person, here()).await.unwrap().session().expect("nothing is mailed");
        }
        assert_eq!(asked(&services, &ada).await, Vec::<String>::new());
    }
    assert_eq!(revocations(&pool).await.len(), 2);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn what_was_asked_by_a_role_that_invites_no_more_is_not_valid_until_somebody_else_makes_it_theirs(pool: PgPool) {
    let services = services(&pool);
    let team = services.team();
    let ada = owner(&services, "ada@example.org").await;
    let gil = member(&services, &ada, "gil@example.org", Role::TeamManager).await;
    let grace = owner(&services, "grace@x.org").await;
    let root = administrator(owner(&services, "root@example.org").await);
    let sent = team.invite(&gil, "grace@x.org", Role::Viewer).await.unwrap();
    let of_ada = team.invite(&ada, "other@x.org", Role::Viewer).await.unwrap();
    assert!(!listed(&services, &ada, "grace@x.org").await.is_void && works(&services, &sent.link).await);

    let may_invite = |granted| RoleChange { role: Role::TeamManager, permission: Permission::ManageMembers, granted };
    services.roles().change(&root, may_invite(false)).await.unwrap();
    assert!(listed(&services, &ada, "grace@x.org").await.is_void && !listed(&services, &ada, "other@x.org").await.is_void);
    assert!(!works(&services, &sent.link).await && works(&services, &of_ada.link).await);
    assert!(is_over(&services, &grace, &sent.link).await);
    let mut tx = services.db().system_tx().await.unwrap();
    let latest = services.identity().find_invitation_of(&mut tx, &EmailAddress::parse("grace@x.org").unwrap()).await.unwrap();
    assert!(latest.is_none(), "a provider that vouches for her does not lead her there either");
    tx.commit().await.unwrap();
    let text = "grace@x.org\nother@x.org".to_owned();
    let list = MemberImport { text, role: Role::Viewer, days: 7, renews: false };
    let lines = team.preview_import(&ada, list).await.unwrap();
    assert_eq!(lines.iter().map(|line| line.is_invited).collect::<Vec<_>>(), [false, true], "she has no link that she could keep");

    services.roles().change(&root, may_invite(true)).await.unwrap();
    assert!(works(&services, &sent.link).await, "it stands with the right of whoever made it");
    services.roles().change(&root, may_invite(false)).await.unwrap();
    let renewed = team.resend_invitation(&ada, sent.invitation.id, 7).await.unwrap();
    assert!(!renewed.invitation.is_void && !listed(&services, &ada, "grace@x.org").await.is_void);
    team.accept_invitation(&grace, token(&renewed.link)).await.unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn an_invitation_stands_as_long_as_its_maker_could_make_it(pool: PgPool) {
    let services = services(&pool);
    let ada = owner(&services, "ada@example.org").await;
    // Past the services, which would have taken it back.
    let falls = [
        "UPDATE memberships SET roles = '{TeamManager}' WHERE user_id = $1",
        "UPDATE memberships SET suspended_at = now() WHERE user_id = $1",
        "UPDATE users SET suspended_at = now() WHERE id = $1",
        "DELETE FROM memberships WHERE user_id = $1",
    ];
    for (round, fall) in falls.into_iter().enumerate() {
        let bob = member(&services, &ada, &format!("bob{round}@example.org"), Role::Owner).await;
        let email = format!("asked{round}@x.org");
        let link = services.team().invite(&bob, &email, Role::Owner).await.unwrap().link;
        assert!(!listed(&services, &ada, &email).await.is_void && works(&services, &link).await, "{fall}");
        sqlx::query(fall).bind(bob.user_id).execute(&pool).await.unwrap();
        assert!(listed(&services, &ada, &email).await.is_void && !works(&services, &link).await, "{fall}");
        let asked = owner(&services, &email).await;
        assert!(is_over(&services, &asked, &link).await, "{fall}");
    }
}
