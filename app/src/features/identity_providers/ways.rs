//! Ways: the identities that open one's account, linking another one and ending a link.

use super::api::{list_ways, start_link, unlink_identity};
use crate::error::AppError;
use crate::features::identity::{OwnPassword, use_confirming};
use crate::ui::{
    Button, ButtonSize, ButtonVariant, Card, ConfirmDialog, Dialog, DialogActions, DialogSize, FormError, ListSkeleton, ResourceView, Time,
    TimeStyle, includes, use_toasts,
};
use domain::IdentityId;
use domain::identity_providers::{LinkedIdentity, SignInWays, WayIn};
use domain::licences::Feature;
use domain::sign_ins::SignInReason;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// The card on the account screen.
#[component]
pub fn WaysCard() -> impl IntoView {
    let ways = Resource::new(|| (), |()| list_ways());
    let (toasts, confirming) = (use_toasts(), use_confirming());
    // A word of a closed list: what stands in an address is never shown itself.
    let asked = use_query_map().with_untracked(|query| query.get("trouble")).and_then(|word| word.parse::<SignInReason>().ok());
    let trouble = asked.map(|reason| AppError::Conflict(reason.sentence().to_owned()));
    let asking = RwSignal::new(false);
    let doomed = RwSignal::new(None::<LinkedIdentity>);
    let unlink = Action::new(move |&id: &IdentityId| async move {
        match confirming.run(move || unlink_identity(id)).await {
            Ok(()) => toasts.success("It is linked no longer."),
            Err(error) => toasts.app_error(&error),
        }
        ways.refetch();
    });
    let linking = RwSignal::new(false);
    let wanted = RwSignal::new(None::<WayIn>);
    let title = Signal::derive(move || format!("Unlink {}?", doomed.get().map(|identity| identity.provider).unwrap_or_default()));
    view! {
        <Card title="Ways to sign in" description="Besides your password: what you have elsewhere.">
            <FormError error=Signal::stored(trouble)/>
            <ResourceView resource=ways skeleton=|| view! { <ListSkeleton/> } children=move |ways: SignInWays| {
                view! { <WayList
                    ways on_link=move |way| { wanted.set(Some(way)); linking.set(true); }
                    on_unlink=move |identity| { doomed.set(Some(identity)); asking.set(true); }
                /> }
            }/>
        </Card>
        <ConfirmDialog
            open=asking title body="You cannot sign in with it any more until you link it again." confirm="Unlink"
            on_confirm=move || if let Some(identity) = doomed.get_untracked() { unlink.dispatch(identity.id); }
        />
        <LinkDialog open=linking way=wanted/>
    }
    .into_any()
}

/// The password, then off to the provider: what is linked opens the account.
#[component]
fn LinkDialog(open: RwSignal<bool>, way: RwSignal<Option<WayIn>>) -> impl IntoView {
    let password = RwSignal::new(String::new());
    let link = Action::new(move |(): &()| async move {
        let Some(way) = way.get_untracked() else { return Ok(()) };
        let address = start_link(way.id, password.get_untracked()).await?;
        drop(window().location().set_href(&address));
        Ok::<(), AppError>(())
    });
    let error = Signal::derive(move || link.value().get().and_then(Result::err));
    let wrong = Signal::derive(move || error.get().and_then(|error| error.field("password")));
    let title = Signal::derive(move || format!("Link {}", way.get().map(|way| way.name).unwrap_or_default()));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        link.dispatch(());
    };
    view! {
        <Dialog open title size=DialogSize::Small>
            <form class="form" on:submit=submit novalidate>
                <FormError error/>
                <p class="dialog-text">"Whoever signs in with it there can open your account here."</p>
                <OwnPassword id="link-password" value=password error=wrong autofocus=true/>
                <DialogActions>
                    <Button on_click=move || open.set(false)>"Cancel"</Button>
                    <Button submit=true variant=ButtonVariant::Primary loading=link.pending()>"Go to the provider"</Button>
                </DialogActions>
            </form>
        </Dialog>
    }
    .into_any()
}

#[component]
fn WayList(ways: SignInWays, #[prop(into)] on_link: Callback<WayIn>, #[prop(into)] on_unlink: Callback<LinkedIdentity>) -> impl IntoView {
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
        view! {
            <li class="row row-spread">
                <span>{way.name.clone()}</span>
                <Button size=ButtonSize::Small on_click=move || on_link.run(way.clone())>"Link…"</Button>
            </li>
        }
    };
    let is_included = includes(Feature::IdentityProviders);
    let others = move || {
        if is_included.get() || ways.linkable.is_empty() {
            ways.linkable.iter().cloned().map(linkable).collect_view().into_any()
        } else {
            view! { <li class="cell-note">{Feature::IdentityProviders.refusal()}</li> }.into_any()
        }
    };
    view! {
        <ul class="flow" aria-label="Ways to sign in">
            {ways.linked.into_iter().map(linked).collect_view()}
            {others}
        </ul>
    }
    .into_any()
}
