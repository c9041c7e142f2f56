//! The banner of a licence that ends soon, for administrators, or that is over, for everybody.

use crate::ui::{ButtonLink, ButtonSize, Icon, Time, TimeStyle, use_viewer};
use domain::licences::LicenceNotice;
use icondata_lu as lu;
use leptos::prelude::*;

/// Nothing while there is no licence, or one that is valid for long.
#[component]
pub fn LicenceBanner() -> impl IntoView {
    let viewer = use_viewer();
    let notice = Memo::new(move |_| viewer.with(|viewer| viewer.licence.map(|notice| (notice, viewer.is_system_administrator))));
    move || notice.get().map(|(notice, administers)| view! { <Notice notice administers/> })
}

#[component]
fn Notice(notice: LicenceNotice, administers: bool) -> impl IntoView {
    let end = view! { <Time at=notice.expires_at style=TimeStyle::Date/> };
    let sentence = match (notice.is_over, administers) {
        (true, true) => view! { <span>"The licence expired on "{end}". Everything can be read and exported, but nothing changed."</span> }.into_any(),
        (true, false) => {
            view! { <span>"The licence expired on "{end}". Everything can be read and exported, but nothing changed. Ask your administrator."</span> }
                .into_any()
        }
        (false, _) => view! { <span>"The licence expires on "{end}". After that everything can be read and exported, but nothing changed."</span> }.into_any(),
    };
    view! {
        <div class="notice notice-warning licence-banner" role="status">
            <Icon icon=lu::LuCircleAlert/>
            {sentence}
            {administers.then(|| view! { <ButtonLink href="/admin/licences" size=ButtonSize::Small>"Replace the licence"</ButtonLink> })}
        </div>
    }
    .into_any()
}
