//! Verify: asks whether the trail is whole, and says what was found.

use super::api::verify_audit;
use crate::ui::{Badge, Button, Tone};
use domain::audit::AuditScope;
use icondata_lu as lu;
use leptos::prelude::*;

/// A button that looks through the chain, and what it found.
#[component]
pub fn VerifyChain(
    /// Whose trail it is.
    scope: AuditScope,
) -> impl IntoView {
    let verify = Action::new(move |(): &()| verify_audit(scope));
    let found = move || match verify.value().get() {
        None => ().into_any(),
        Some(Ok(report)) => {
            let (tone, word) = if report.is_whole { (Tone::Success, "Whole") } else { (Tone::Danger, "Broken") };
            view! { <Badge tone>{word}</Badge>" "<span class="audit-found">{report.sentence}</span> }.into_any()
        }
        Some(Err(error)) => view! { <Badge tone=Tone::Warning>"Not known"</Badge>" "<span>{error.to_string()}</span> }.into_any(),
    };
    view! {
        <div class="row">
            <Button icon=lu::LuShieldCheck loading=verify.pending() on_click=move || { verify.dispatch(()); }>"Verify chain"</Button>
            <p role="status">{found}</p>
        </div>
    }
    .into_any()
}
