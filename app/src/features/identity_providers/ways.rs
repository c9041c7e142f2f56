//! Ways: the identities that open one's account, linking another one and ending a link.

use super::api::{list_ways, start_link, unlink_identity};
use crate::error::AppError;
use crate::ui::{Button, ButtonSize, Card, ConfirmDialog, FormError, ListSkeleton, ResourceView, Time, TimeStyle, use_toasts};
use domain::identity_providers::{LinkedIdentity, SignInWays, WayIn};
use domain::sign_ins::SignInReason;
use domain::{IdentityId, IdentityProviderId};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// The card on the account screen.
#[component]
pub fn WaysCard() -> impl IntoView {
    let ways = Resource::new(|| (), |()| list_ways());
    let toasts = use_toasts();
    // A word of a closed list: what stands in an address is never shown itself.
    let asked = use_query_map().with_untracked(|query| query.get("trouble")).and_then(|word| word.parse::<SignInReason>().ok());
    let trouble = asked.map(|reason| AppError::Conflict(reason.sentence().to_owned()));
    let asking = RwSignal::new(false);
    let doomed = RwSignal::new(None::<LinkedIdentity>);
    let unlink = Action::new(move |&id: &IdentityId| async move {
        match unlink_identity(id).await {
            Ok(()) => toasts.success("It is linked no longer."),
            Err(error) => toasts.app_error(&error),
        }
        ways.refetch();
    });
    let link = Action::new(move |&id: &IdentityProviderId| async move {
        match start_link(id).await {
            Ok(address) => drop(window().location().set_href(&address)),
            Err(error) => toasts.app_error(&error),
        }
    });
    let title = Signal::derive(move || format!("Unlink {}?", doomed.get().map(|identity| identity.provider).unwrap_or_default()));
    view! {
        <Card title="Ways to sign in" description="Besides your password: what you have elsewhere.">
            <FormError error=Signal::stored(trouble)/>
            <ResourceView resource=ways skeleton=|| view! { <ListSkeleton/> } children=move |ways: SignInWays| {
                view! { <WayList ways link on_unlink=move |identity| { doomed.set(Some(identity)); asking.set(true); }/> }
            }/>
        </Card>
        <ConfirmDialog
            open=asking title body="You cannot sign in with it any more until you link it again." confirm="Unlink"
            on_confirm=move || if let Some(identity) = doomed.get_untracked() { unlink.dispatch(identity.id); }
        />
    }
    .into_any()
}

#[component]
fn WayList(ways: SignInWays, link: Action<IdentityProviderId, ()>, #[prop(into)] on_unlink: Callback<LinkedIdentity>) -> impl IntoView {
    if ways.linked.is_empty() && ways.linkable.is_empty() {
        return view! { <p>"There is no other way to sign in on this installation."</p> }.into_any();
    }
    let linked = move |identity: LinkedIdentity| {
        let (provider, linked_at) = (identity.provider.clone(), identity.linked_at);
        view! {
            <li class="row row-spread">
                <span>{provider} <span class="cell-note">" linked on "<Time at=linked_at style=TimeStyle::Date/></span></span>
                <Button size=ButtonSize::Small on_click=move || on_unlink.run(identity.clone())>"Unlink"</Button>
            </li>
        }
    };
    let linkable = move |way: WayIn| {
        let id = way.id;
        view! {
            <li class="row row-spread">
                <span>{way.name}</span>
                <Button size=ButtonSize::Small loading=link.pending() on_click=move || { link.dispatch(id); }>"Link"</Button>
            </li>
        }
    };
    view! {
        <ul class="flow" aria-label="Ways to sign in">
            {ways.linked.into_iter().map(linked).collect_view()}
            {ways.linkable.into_iter().map(linkable).collect_view()}
        </ul>
    }
    .into_any()
}
