//! Features: on without a licence, and where it names them; what is left out begins nothing new, and nothing is locked in. When a
//! licence is over it includes what it did before.

use super::{PASSWORD, administrator, end_in, install, origin, sentence, services, sign_up};
use crate::licences::testing::licence_with;
use crate::testing::member;
use crate::{Error, Services, Viewer};
use domain::api_keys::{ApiScope, NewApiKey};
use domain::audit::{AuditQuery, AuditScope, ExportFormat};
use domain::identity_providers::IdentityProviderDraft;
use domain::licences::Feature;
use domain::{IdentityProviderId, Role};
use secrecy::ExposeSecret as _;
use sqlx::PgPool;

/// Installs a licence that includes these parts only.
async fn include(services: &Services, root: &Viewer, id: &str, features: &[Feature]) {
    services.licences().install(root, &licence_with(id, 5, features)).await.unwrap();
}

fn all_but(left_out: Feature) -> Vec<Feature> {
    Feature::ALL.iter().copied().filter(|feature| *feature != left_out).collect()
}

/// Somebody with a password, a session and a team of their own.
async fn person(services: &Services, email: &str) -> Viewer {
    let session = sign_up(services, email).await.unwrap();
    services.identity().viewer_for_token(session.token.expose_secret(), &origin()).await.unwrap().unwrap()
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn frames_know_what_is_left_out_and_names_of_a_later_version_are_kept(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    let left_out = async || services.identity().current_viewer_info(&root).await.unwrap().left_out;
    assert!(left_out().await.is_empty());
    let installed = install(&services, &root, "L-1", 5).await;
    assert_eq!(Feature::unknown_among(&installed.licence.features), ["Support"]);
    assert!(left_out().await.is_empty());
    include(&services, &root, "L-2", &all_but(Feature::ViewAs)).await;
    assert_eq!(left_out().await, [Feature::ViewAs]);
    end_in(&pool, 0).await;
    assert_eq!(left_out().await, [Feature::ViewAs]);
    include(&services, &root, "L-3", &[]).await;
    assert_eq!(left_out().await, Feature::ALL);
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn groups_are_made_where_they_are_included_and_those_there_go_on(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    let team = services.team();
    let group = team.create_group(&root, "Without a licence").await.unwrap();
    include(&services, &root, "L-1", &[Feature::Groups]).await;
    team.create_group(&root, "Named").await.unwrap();

    include(&services, &root, "L-2", &all_but(Feature::Groups)).await;
    assert_eq!(sentence(team.create_group(&root, "Left out").await), "The licence of this installation does not include groups.");
    team.rename_group(&root, group.id, "Readers").await.unwrap();
    team.set_group_members(&root, group.id, &[root.user_id]).await.unwrap();
    team.delete_group(&root, group.id).await.unwrap();
    end_in(&pool, 0).await;
    assert_eq!(sentence(team.create_group(&root, "Left out").await), Feature::Groups.refusal());
    assert_eq!(team.list_groups(&root).await.unwrap().len(), 1);

    include(&services, &root, "L-3", &[Feature::Groups]).await;
    end_in(&pool, 0).await;
    assert!(matches!(team.create_group(&root, "Over").await, Err(Error::ReadOnly)));
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn the_trail_is_exported_where_that_is_included_and_read_in_any_case(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    let (audit, everything) = (services.audit(), AuditQuery::default());
    let export = async |scope| audit.export(&root, scope, &everything, ExportFormat::Csv).await.map(drop);
    for scope in [AuditScope::Team, AuditScope::Installation] {
        export(scope).await.unwrap();
    }
    include(&services, &root, "L-1", &[Feature::AuditExport]).await;
    export(AuditScope::Team).await.unwrap();
    end_in(&pool, 0).await;
    export(AuditScope::Team).await.unwrap();

    include(&services, &root, "L-2", &all_but(Feature::AuditExport)).await;
    for days in [30, 0] {
        end_in(&pool, days).await;
        for scope in [AuditScope::Team, AuditScope::Installation] {
            assert_eq!(sentence(export(scope).await), Feature::AuditExport.refusal());
            assert!(!audit.list(&root, scope, &everything, None).await.unwrap().entries.is_empty());
            audit.verify(&root, scope).await.unwrap();
        }
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn a_team_is_seen_as_a_member_does_where_that_is_included(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    let ada = person(&services, "ada@example.org").await;
    let grace = member(&services, &ada, "grace@example.org", Role::Viewer).await;
    let team = services.team();
    team.view_as(&ada, grace.user_id).await.unwrap();
    team.stop_viewing(&ada).await.unwrap();
    include(&services, &root, "L-1", &[Feature::ViewAs]).await;
    team.view_as(&ada, grace.user_id).await.unwrap();
    include(&services, &root, "L-2", &all_but(Feature::ViewAs)).await;
    team.stop_viewing(&ada).await.unwrap();
    for days in [30, 0] {
        end_in(&pool, days).await;
        assert_eq!(sentence(team.view_as(&ada, grace.user_id).await), Feature::ViewAs.refusal());
    }
}

#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn keys_are_made_and_let_in_where_they_are_included_and_revoked_in_any_case(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    let ada = person(&services, "ada@example.org").await;
    let keys = services.api_keys();
    let make = async || {
        let new = NewApiKey { name: "import".to_owned(), scopes: vec![ApiScope::Read], days: None };
        keys.create(&ada, new, PASSWORD.to_owned().into()).await
    };
    let enter = async |key: &str| keys.let_in(key, origin().ip).await.viewer;
    let made = make().await.unwrap();
    let program = enter(&made.key).await.unwrap().unwrap();
    include(&services, &root, "L-1", &[Feature::Api]).await;
    let second = make().await.unwrap();
    end_in(&pool, 0).await;
    assert!(enter(&second.key).await.unwrap().is_some());
    assert!(services.identity().is_still_signed_in(&program).await.unwrap());

    include(&services, &root, "L-2", &all_but(Feature::Api)).await;
    for days in [30, 0] {
        end_in(&pool, days).await;
        assert_eq!(sentence(make().await), "The licence of this installation does not include API keys.");
        assert_eq!(sentence(enter(&made.key).await), Feature::Api.refusal());
        assert!(enter("lyc_mistyped").await.unwrap().is_none());
        assert!(!services.identity().is_still_signed_in(&program).await.unwrap());
        assert_eq!(keys.list_own(&ada).await.unwrap().len(), 2);
    }
    keys.revoke(&ada, second.summary.id).await.unwrap();
    include(&services, &root, "L-3", &[Feature::Api]).await;
    assert!(enter(&made.key).await.unwrap().is_some());
}

fn provider(name: &str) -> IdentityProviderDraft {
    IdentityProviderDraft {
        name: name.to_owned(),
        issuer: "https://login.example.org".to_owned(),
        client_id: "lyceum".to_owned(),
        client_secret: "a secret".to_owned(),
        scopes: String::new(),
        email_domains: String::new(),
        role_claim: String::new(),
        role_rules: String::new(),
        default_team_id: None,
        default_role: Role::Viewer,
        creates_accounts: true,
        updates_roles: false,
        trusts_addresses: false,
    }
}

/// Who comes in through one, and who does not, is asked in `server/tests/http/licence_features.rs`.
#[sqlx::test(migrator = "crate::MIGRATIONS")]
async fn providers_are_added_where_they_are_included_and_those_there_are_kept_up_to_date(pool: PgPool) {
    let services = services(&pool);
    let root = administrator(&services, &pool).await;
    let ada = person(&services, "ada@example.org").await;
    let providers = services.identity_providers();
    let works = IdentityProviderId::new();
    providers.save(&root, works, provider("Works")).await.unwrap();
    include(&services, &root, "L-1", &[Feature::IdentityProviders]).await;
    let club = IdentityProviderId::new();
    providers.save(&root, club, provider("Club")).await.unwrap();

    include(&services, &root, "L-2", &all_but(Feature::IdentityProviders)).await;
    let refusal = "The licence of this installation does not include identity providers.";
    assert_eq!(sentence(providers.save(&root, IdentityProviderId::new(), provider("Other")).await), refusal);
    assert_eq!(sentence(providers.start_link(&ada, works, PASSWORD.to_owned().into()).await), refusal);
    let newer = IdentityProviderDraft { client_secret: "another secret".to_owned(), ..provider("Works") };
    providers.save(&root, works, newer).await.unwrap();
    providers.set_enabled(&root, works, false).await.unwrap();
    providers.set_enabled(&root, works, true).await.unwrap();
    providers.remove(&root, club).await.unwrap();
    end_in(&pool, 0).await;
    assert!(matches!(providers.save(&root, IdentityProviderId::new(), provider("Other")).await, Err(Error::ReadOnly)));

    include(&services, &root, "L-3", &[Feature::IdentityProviders]).await;
    end_in(&pool, 0).await;
    assert!(matches!(providers.save(&root, IdentityProviderId::new(), provider("Other")).await, Err(Error::ReadOnly)));
}
