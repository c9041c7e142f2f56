//! The rule of two-step sign-in: of whom a second step is required.

use super::api::{open_two_step_rule, require_two_step};
use crate::features::identity::use_confirming;
use crate::ui::{Button, Card, FormSkeleton, ResourceView, Select, SelectOption, use_toasts};
use domain::identity_providers::{TwoStepRequirement, TwoStepRule};
use leptos::prelude::*;
use leptos_router::components::A;

/// The card on the screen of sign-in.
#[component]
pub fn TwoStepRuleCard() -> impl IntoView {
    let rule = Resource::new(|| (), |()| open_two_step_rule());
    let (toasts, confirming) = (use_toasts(), use_confirming());
    let require = Action::new(move |&required_of: &TwoStepRequirement| async move {
        match confirming.run(move || require_two_step(required_of)).await {
            Ok(()) => toasts.success(format!("Two-step sign-in is required of {}", required_of.words())),
            Err(error) => toasts.app_error(&error),
        }
        rule.refetch();
    });
    view! {
        <Card
            title="Required two-step sign-in"
            description="Whoever it is required of and has no second step sets one up before anything else. A passkey or an identity provider is as good."
        >
            <ResourceView resource=rule skeleton=|| view! { <FormSkeleton/> } let:rule><RuleForm rule require/></ResourceView>
        </Card>
    }
    .into_any()
}

#[component]
fn RuleForm(rule: TwoStepRule, require: Action<TwoStepRequirement, ()>) -> impl IntoView {
    let chosen = RwSignal::new(rule.required_of.to_string());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Ok(required_of) = chosen.with_untracked(|chosen| chosen.parse::<TwoStepRequirement>()) {
            require.dispatch(required_of);
        }
    };
    // Said before it is tried: the server refuses it.
    let first = (!rule.viewer_passes).then(|| {
        view! {
            <p class="field-hint">
                "Set up two-step sign-in for yourself first, on your "<A href="/account" attr:class="text-link">"account page"</A>
                ". Before that you cannot require it of administrators or everybody."
            </p>
        }
    });
    view! {
        <form class="form" on:submit=submit>
            <Select label="Required of" name="required_of" options=choices() value=chosen/>
            {first}
            <div><Button submit=true loading=require.pending()>"Save"</Button></div>
        </form>
    }
    .into_any()
}

fn choices() -> Vec<SelectOption> {
    let label = |requirement: TwoStepRequirement| match requirement {
        TwoStepRequirement::Nobody => "Nobody",
        TwoStepRequirement::Administrators => "System administrators",
        TwoStepRequirement::Everybody => "Everybody",
    };
    TwoStepRequirement::ALL.iter().map(|requirement| SelectOption::new(requirement.as_str(), label(*requirement))).collect()
}
