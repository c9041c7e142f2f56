//! The screens of the trail: one's team's, and the installation's.

use super::api::{list_audit, list_audit_choices};
use super::filters::Filters;
use super::state::{address, export_address, of_address};
use super::table::AuditTable;
use super::verify::VerifyChain;
use crate::ui::layout::{AdminSections, TeamSections};
use crate::ui::{
    ButtonLink, EmptyState, ExportLink, Included, PageBody, PageHeader, PageWidth, ResourceView, TableSkeleton, may, use_viewer,
};
use domain::Permission;
use domain::audit::{AuditChoices, AuditPage, AuditQuery, AuditScope, ExportFormat};
use domain::licences::Feature;
use icondata_lu as lu;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// What happened in the viewer's team.
#[component]
pub fn TeamAuditPage() -> impl IntoView {
    view! {
        <TeamSections/>
        <TrailPage
            scope=AuditScope::Team
            description="Who did what in this team, and which documents went to which model. Nothing of it can be changed."
        />
    }
    .into_any()
}

/// What happened in all teams and on the installation; for others than system administrators there is nothing here.
#[component]
pub fn InstallationAuditPage() -> impl IntoView {
    view! {
        <AdminSections/>
        <TrailPage
            scope=AuditScope::Installation
            description="Who did what in all teams and on this installation. Nothing of it can be changed."
        />
    }
    .into_any()
}

#[component]
fn TrailPage(scope: AuditScope, description: &'static str) -> impl IntoView {
    let params = use_query_map();
    let asked = Memo::new(move |_| params.with(of_address));
    // The choices come first: who may not read the trail is told so once.
    let choices = Resource::new(|| (), move |()| list_audit_choices(scope));
    let trail = Resource::new(move || asked.get(), move |(query, before)| list_audit(scope, query, before));
    let team = use_viewer().with_untracked(|viewer| viewer.team_id);
    let takes_out = may(Permission::ManageAudit);
    let manages = move || scope == AuditScope::Installation || takes_out.get();
    view! {
        <PageBody width=PageWidth::Wide>
            <ResourceView resource=choices skeleton=|| view! { <TableSkeleton/> } children=move |choices: AuditChoices| {
                let export = move |format| Signal::derive(move || asked.with(|(query, _)| export_address(scope, team, query, format)));
                view! {
                    <PageHeader title="Audit trail" description=description>
                        <Show when=manages>
                            <Included feature=Feature::AuditExport>
                                <ExportLink href=export(ExportFormat::Csv)>"Export CSV"</ExportLink>
                                <ExportLink href=export(ExportFormat::Json)>"Export JSON"</ExportLink>
                            </Included>
                        </Show>
                    </PageHeader>
                    <div class="flow">
                        <Show when=manages><VerifyChain scope/></Show>
                        <Filters scope choices asked=Signal::derive(move || asked.get().0)/>
                        <ResourceView resource=trail skeleton=|| view! { <TableSkeleton/> } children=move |page: AuditPage| {
                            let (query, before) = asked.get_untracked();
                            view! { <Trail page scope query is_first=before.is_none()/> }
                        }/>
                    </div>
                }
            }/>
        </PageBody>
    }
    .into_any()
}

#[component]
fn Trail(page: AuditPage, scope: AuditScope, query: AuditQuery, is_first: bool) -> impl IntoView {
    let about = (!query.about.is_empty()).then(|| view! { <About name=page.about scope query=query.clone()/> });
    if page.entries.is_empty() {
        let is_filtered = query.pairs().next().is_some();
        let title = if is_filtered { "Nothing that was recorded fits these filters." } else { "Nothing was recorded yet." };
        return view! {
            {about}
            <EmptyState icon=lu::LuScrollText title body="Acts are recorded from the moment they happen."/>
        }
        .into_any();
    }
    let newest = (!is_first).then(|| address(scope, &query, None));
    let older = page.older.map(|position| address(scope, &query, Some(position)));
    view! {
        {about}
        <AuditTable entries=page.entries scope/>
        <nav class="row" aria-label="Pages of the audit trail">
            {newest.map(|href| view! { <ButtonLink href>"Newest entries"</ButtonLink> })}
            {older.map(|href| view! { <ButtonLink href>"Older entries"</ButtonLink> })}
        </nav>
    }
    .into_any()
}

/// Says that the trail is of one thing alone, and leads back to that of everything.
#[component]
fn About(name: Option<String>, scope: AuditScope, query: AuditQuery) -> impl IntoView {
    let what = name.map_or_else(|| "one thing or person".to_owned(), |name| format!("“{name}”"));
    let everything = address(scope, &AuditQuery { about: String::new(), ..query }, None);
    view! {
        <p class="audit-about">
            {format!("Only what was done to {what}.")} " " <a class="text-link" href=everything>"Show what was done to anything"</a>
        </p>
    }
    .into_any()
}
