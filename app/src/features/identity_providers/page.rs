//! `/admin/sign-in`: the providers people sign in with, and the record of sign-ins.

use super::api::{open_identity_providers, remove_identity_provider, set_identity_provider_enabled, test_identity_provider};
use super::dialog::ProviderDialog;
use super::form::Subject;
use super::own_ways::OwnWaysCard;
use super::table::{ProviderTable, Reports, RowActions};
use super::trial::{TrialCard, TrialDialog};
use super::two_step_rule::TwoStepRuleCard;
use crate::features::identity::use_confirming;
use crate::features::sign_ins::SignInRecord;
use crate::ui::layout::AdminSections;
use crate::ui::{Button, ButtonVariant, ConfirmDialog, EmptyState, Included, LiveView, PageBody, PageHeader, TableSkeleton, use_toasts};
use domain::identity_providers::{IdentityProviderOverview, IdentityProviderReport, IdentityProviderSummary};
use domain::licences::Feature;
use icondata_lu as lu;
use leptos::prelude::*;
use std::collections::HashMap;

pub use super::link::LinkPage;

/// Sign-in, for system administrators; for others there is nothing here.
#[component]
pub fn SignInAdminPage() -> impl IntoView {
    let overview = Resource::new(|| (), |()| open_identity_providers());
    let reload = Callback::new(move |()| overview.refetch());
    view! {
        <AdminSections/>
        <PageBody>
            <LiveView resource=overview skeleton=|| view! { <TableSkeleton/> } let:overview><Screen overview reload/></LiveView>
        </PageBody>
    }
    .into_any()
}

#[component]
fn Screen(overview: Signal<IdentityProviderOverview>, reload: Callback<()>) -> impl IntoView {
    let (editing, removing) = (RwSignal::new(false), RwSignal::new(false));
    let subject = RwSignal::new(None::<Subject>);
    let doomed = RwSignal::new(None::<IdentityProviderSummary>);
    let (trying, tried) = (RwSignal::new(false), RwSignal::new(None::<IdentityProviderSummary>));
    let reports: Reports = RwSignal::new(HashMap::new());
    let actions = row_actions(reload, reports, (editing, subject), (trying, tried), (removing, doomed));
    let remove = remove_action(reload);
    let add = move || {
        subject.set(Some(overview.with_untracked(Subject::fresh)));
        editing.set(true);
    };
    let providers = move || match overview.with(|overview| overview.providers.clone()) {
        providers if providers.is_empty() => view! { <NoProviders/> }.into_any(),
        providers => view! { <ProviderTable providers reports actions/> }.into_any(),
    };
    let name = move || doomed.get().map(|provider| provider.draft.name).unwrap_or_default();
    let loss = Signal::derive(move || removal_sentence(doomed.get().map_or(0, |provider| provider.people)));
    view! {
        <PageHeader title="Sign-in" description="With what people sign in, what is required of them, and who signed in.">
            <Included feature=Feature::IdentityProviders>
                <Button variant=ButtonVariant::Primary icon=lu::LuPlus on_click=add>"Add provider"</Button>
            </Included>
        </PageHeader>
        <div class="flow">
            <TrialCard/>
            {providers}
            <OwnWaysCard/>
            <TwoStepRuleCard/>
            <SignInRecord/>
        </div>
        <ProviderDialog open=editing subject teams=Signal::derive(move || overview.with(|overview| overview.teams.clone())) on_saved=reload/>
        <TrialDialog open=trying provider=tried/>
        <ConfirmDialog
            open=removing title=Signal::derive(move || format!("Remove “{}”?", name())) body=loss confirm="Remove provider"
            on_confirm=move || if let Some(provider) = doomed.get_untracked() { remove.dispatch(provider); }
        />
    }
    .into_any()
}

#[component]
fn NoProviders() -> impl IntoView {
    view! {
        <EmptyState
            icon=lu::LuKeyRound title="There is no identity provider."
            body="Add the identity provider of your organisation, and people sign in with what they have there. It has to speak OpenID Connect."
        />
    }
}

fn removal_sentence(people: u32) -> String {
    let linked = match people {
        0 => "No account is linked to it.".to_owned(),
        1 => "One account is linked to it.".to_owned(),
        count => format!("{count} accounts are linked to it."),
    };
    format!("{linked} Accounts stay; whoever has no password needs a new one by “lyceum reset-password”.")
}

/// What the rows ask for: opens a dialog, or calls the server and says what came of it.
fn row_actions(
    reload: Callback<()>,
    reports: Reports,
    (editing, subject): (RwSignal<bool>, RwSignal<Option<Subject>>),
    (trying, tried): (RwSignal<bool>, RwSignal<Option<IdentityProviderSummary>>),
    (removing, doomed): (RwSignal<bool>, RwSignal<Option<IdentityProviderSummary>>),
) -> RowActions {
    let (toasts, confirming) = (use_toasts(), use_confirming());
    let toggle = Action::new(move |provider: &IdentityProviderSummary| {
        let (id, name, is_enabled) = (provider.id, provider.draft.name.clone(), !provider.is_enabled);
        async move {
            match confirming.run(move || set_identity_provider_enabled(id, is_enabled)).await {
                Ok(()) => toasts.success(format!("“{name}” is {}", if is_enabled { "on" } else { "off" })),
                Err(error) => toasts.app_error(&error),
            }
            reload.run(());
        }
    });
    let test = Action::new(move |provider: &IdentityProviderSummary| {
        let (id, issuer) = (provider.id, provider.draft.issuer.clone());
        async move {
            let found = test_identity_provider(issuer).await;
            let report = found.unwrap_or_else(|error| IdentityProviderReport { is_working: false, sentence: error.to_string() });
            reports.try_update(|reports| reports.insert(id, report));
        }
    });
    RowActions {
        edit: Callback::new(move |provider| {
            subject.set(Some(Subject::of(provider)));
            editing.set(true);
        }),
        test: Callback::new(move |provider| drop(test.dispatch(provider))),
        try_out: Callback::new(move |provider| {
            tried.set(Some(provider));
            trying.set(true);
        }),
        toggle: Callback::new(move |provider| drop(toggle.dispatch(provider))),
        remove: Callback::new(move |provider| {
            doomed.set(Some(provider));
            removing.set(true);
        }),
    }
}

fn remove_action(reload: Callback<()>) -> Action<IdentityProviderSummary, ()> {
    let (toasts, confirming) = (use_toasts(), use_confirming());
    Action::new(move |provider: &IdentityProviderSummary| {
        let (id, name) = (provider.id, provider.draft.name.clone());
        async move {
            match confirming.run(move || remove_identity_provider(id)).await {
                Ok(()) => toasts.success(format!("“{name}” was removed")),
                Err(error) => toasts.app_error(&error),
            }
            reload.run(());
        }
    })
}
