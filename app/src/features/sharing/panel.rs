//! The panel of one thing: with whom it is shared, while it is private and the viewer's, and who sees it.

use super::access::AccessCard;
use super::shares::SharesCard;
use crate::ui::may;
use domain::Permission;
use domain::datasets::Visibility;
use domain::sharing::Shared;
use leptos::prelude::*;

/// For those who may change the thing. Who may not see the team's people sees neither.
#[component]
pub fn SharingPanel(
    /// The dataset or the prompt.
    thing: Shared,
    /// Who may see it, as it is stored.
    #[prop(into)]
    visibility: Signal<Visibility>,
    /// Whether it is the viewer's to share.
    #[prop(into)]
    is_shareable: Signal<bool>,
) -> impl IntoView {
    let sees_people = may(Permission::ViewMembers);
    let is_shared_singly = Memo::new(move |_| visibility.get() == Visibility::Private && is_shareable.get());
    let changed = RwSignal::new(0_u32);
    view! {
        <Show when=move || sees_people.get()>
            <Show when=move || is_shared_singly.get()><SharesCard thing changed/></Show>
            <AccessCard thing visibility changed/>
        </Show>
    }
    .into_any()
}
