//! The screen of licences.

use super::api::open_licences;
use super::features::Features;
use super::install::InstallCard;
use super::seats::Seats;
use crate::ui::layout::AdminSections;
use crate::ui::{Badge, Card, FormSkeleton, LiveView, PageBody, PageHeader, Time, TimeStyle, Tone};
use domain::licences::{LicenceDetail, LicenceOverview, LicenceStanding};
use leptos::prelude::*;

/// The licence and who has a seat, for system administrators; for others there is nothing here.
#[component]
pub fn LicencesPage() -> impl IntoView {
    let licences = Resource::new(|| (), |()| open_licences());
    let reload = Callback::new(move |()| licences.refetch());
    view! {
        <AdminSections/>
        <PageBody>
            <LiveView resource=licences skeleton=|| view! { <FormSkeleton/> } let:overview><LicencesScreen overview reload/></LiveView>
        </PageBody>
    }
    .into_any()
}

#[component]
fn LicencesScreen(overview: Signal<LicenceOverview>, reload: Callback<()>) -> impl IntoView {
    let licence = Memo::new(move |_| overview.with(|overview| overview.licence.clone()));
    let number = Memo::new(move |_| licence.with(|licence| licence.as_ref().map(|licence| licence.number.clone())));
    let key = overview.with_untracked(|overview| overview.key.clone());
    let card = move || match licence.get() {
        Some(licence) => view! { <LicenceCard licence/> }.into_any(),
        None => view! { <Community/> }.into_any(),
    };
    view! {
        <PageHeader
            title="Licences"
            description="What this installation may be used for, by how many people and until when."
        />
        <div class="flow">
            {card}
            <InstallCard key=key on_installed=reload/>
            {move || number.get().map(|_| view! { <Seats on_changed=reload/> })}
        </div>
    }
    .into_any()
}

#[component]
fn Community() -> impl IntoView {
    view! {
        <Card title="Community">
            <p>"There is no licence: everything is included, for any number of people and without an end."</p>
            <Features named=None/>
        </Card>
    }
    .into_any()
}

#[component]
fn LicenceCard(licence: LicenceDetail) -> impl IntoView {
    let state = match licence.standing {
        LicenceStanding::Valid => view! { <Badge tone=Tone::Success>"Valid"</Badge> }.into_any(),
        LicenceStanding::EndsSoon => view! { <Badge tone=Tone::Warning>"Expires soon"</Badge> }.into_any(),
        LicenceStanding::Over => view! { <Badge tone=Tone::Danger>"Expired: read-only"</Badge> }.into_any(),
    };
    let free = licence.seats_free();
    let (used, seats) = (licence.seats_used, licence.seats);
    let taken = format!("{used} of {seats} used, {free} free");
    view! {
        <Card title=licence.tier description=format!("Licence {} for {}", licence.number, licence.customer)>
            <dl class="licence-facts">
                <dt>"State"</dt><dd>{state}</dd>
                <dt>"Seats"</dt><dd>{taken}</dd>
                <dt>"Valid from"</dt><dd><Time at=licence.issued_at style=TimeStyle::Date/></dd>
                <dt>"Expires"</dt><dd><Time at=licence.expires_at/>" (UTC)"</dd>
            </dl>
            <Features named=Some(licence.features)/>
        </Card>
    }
    .into_any()
}
