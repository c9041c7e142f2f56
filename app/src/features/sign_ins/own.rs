//! Own: the latest sign-ins to one's account, so that a strange one is noticed.

use super::api::list_own_sign_ins;
use super::table::SignInTable;
use crate::ui::{Card, ResourceView, TableSkeleton};
use leptos::prelude::*;

/// The card on the account screen.
#[component]
pub fn OwnSignInsCard() -> impl IntoView {
    let entries = Resource::new(|| (), |()| list_own_sign_ins());
    view! {
        <Card title="Recent sign-ins" description="The last 20, and tries to sign in as you. Times are UTC. If one was not yours, change your password.">
            <ResourceView resource=entries skeleton=|| view! { <TableSkeleton/> } let:entries>
                <SignInTable label="Recent sign-ins" entries has_people=false/>
            </ResourceView>
        </Card>
    }
    .into_any()
}
