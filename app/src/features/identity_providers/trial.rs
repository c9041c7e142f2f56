//! Trial: there and back as whoever signs in goes, and what came of it, which signs nobody in.

use super::api::{read_trial, start_trial};
use crate::ui::{Badge, Card, ConfirmDialog, ResourceView, Tone, use_toasts};
use domain::IdentityProviderId;
use domain::identity_providers::{Foretold, IdentityProviderSummary, Trial, TrialClaims, TrialEnd};
use leptos::prelude::*;

/// Says what happens, and leads to the provider.
#[component]
pub fn TrialDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// Which provider; set before it opens.
    provider: RwSignal<Option<IdentityProviderSummary>>,
) -> impl IntoView {
    let toasts = use_toasts();
    let go = Action::new(move |&id: &IdentityProviderId| async move {
        match start_trial(id).await {
            Ok(address) => drop(window().location().set_href(&address)),
            Err(error) => {
                toasts.app_error(&error);
                open.set(false);
            }
        }
    });
    let name = move || provider.get().map(|provider| provider.draft.name).unwrap_or_default();
    let title = Signal::derive(move || format!("Try signing in with {}?", name()));
    view! {
        <ConfirmDialog
            open title confirm="Go to the provider" harmless=true pending=go.pending()
            body="You come back as whoever you are signed in as there: to try somebody else, sign out there first. Then you see what the provider says of them and what a sign-in would lead to; nobody is signed in, and nothing is linked."
            on_confirm=move || if let Some(provider) = provider.get_untracked() { go.dispatch(provider.id); }
        />
    }
    .into_any()
}

/// The latest trial of this browser; nothing where there was none lately.
#[component]
pub fn TrialCard() -> impl IntoView {
    let trial = Resource::new(|| (), |()| read_trial());
    let show = |trial: Option<Trial>| trial.map(|trial| view! { <Outcome trial/> });
    view! { <ResourceView resource=trial children=show/> }.into_any()
}

#[component]
fn Outcome(trial: Trial) -> impl IntoView {
    let (tone, word) = match trial.end {
        Some(TrialEnd::Would(Foretold::LinkFirst)) => (Tone::Warning, "Link first"),
        Some(TrialEnd::Would(_)) => (Tone::Success, "It works"),
        Some(TrialEnd::Refused(_)) => (Tone::Danger, "Refused"),
        None => (Tone::Neutral, "Not back yet"),
    };
    let fact = |(label, value): (String, String)| view! { <div><dt>{label}</dt><dd>{value}</dd></div> };
    let said = trial.claims.map(|claims| view! { <dl class="facts">{facts(claims).into_iter().map(fact).collect_view()}</dl> });
    view! {
        <Card title=format!("Trial of {}", trial.provider)>
            <p><Badge tone>{word}</Badge>" "{trial.sentence}</p>
            {said}
        </Card>
    }
    .into_any()
}

/// What the provider said, a line each.
fn facts(claims: TrialClaims) -> Vec<(String, String)> {
    let verified = match claims.is_verified {
        Some(true) => "Yes",
        Some(false) => "No",
        None => "It does not say",
    };
    let or_none = |text: String| if text.is_empty() { "None".to_owned() } else { text };
    let mut facts = vec![
        ("Issuer".to_owned(), claims.issuer),
        ("Subject".to_owned(), claims.subject),
        ("Email address".to_owned(), or_none(claims.email.unwrap_or_default())),
        ("Address is verified".to_owned(), verified.to_owned()),
        ("Name".to_owned(), or_none(claims.name)),
    ];
    if !claims.role_claim.is_empty() {
        facts.push((format!("Claim “{}”", claims.role_claim), or_none(claims.role_values.join(", "))));
    }
    facts.push(("Role".to_owned(), claims.role));
    facts
}
