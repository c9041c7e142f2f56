//! "Add provider" and "Edit": the form, with the provider asked in place.

use super::api::{save_identity_provider, test_identity_provider};
use super::form::{ALWAYS, ProviderForm, Subject};
use crate::error::AppError;
use crate::features::identity::use_confirming;
use crate::features::team::role_label;
use crate::ui::{
    Badge, Button, ButtonVariant, Checkbox, Dialog, DialogActions, DialogSize, Field, FieldKind, FormError, Select, SelectOption, TextArea,
    Tone, use_toasts,
};
use domain::identity_providers::IdentityProviderReport;
use domain::{Role, TeamId};
use icondata_lu as lu;
use leptos::prelude::*;

/// Asks for what a provider needs. `on_saved` runs once it is stored.
#[component]
pub fn ProviderDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// Which provider; set before it opens.
    subject: RwSignal<Option<Subject>>,
    /// The teams new people can join.
    teams: Signal<Vec<(TeamId, String)>>,
    /// What follows when it is stored.
    #[prop(into)]
    on_saved: Callback<()>,
) -> impl IntoView {
    let title = Signal::derive(move || match subject.get() {
        Some(subject) if !subject.is_new => format!("Edit {}", subject.draft.name),
        _ => "Add provider".to_owned(),
    });
    view! {
        <Dialog open title size=DialogSize::Large>
            {move || subject.get().map(|subject| view! { <DialogForm open subject teams on_saved/> })}
        </Dialog>
    }
    .into_any()
}

#[component]
fn DialogForm(open: RwSignal<bool>, subject: Subject, teams: Signal<Vec<(TeamId, String)>>, on_saved: Callback<()>) -> impl IntoView {
    let form = ProviderForm::of(&subject.draft);
    let outcome = RwSignal::new(None::<Result<IdentityProviderReport, AppError>>);
    let (toasts, confirming, id) = (use_toasts(), use_confirming(), subject.id);
    let save = Action::new(move |(): &()| async move {
        match confirming.run(move || save_identity_provider(id, form.draft())).await {
            Ok(saved) => {
                open.set(false);
                toasts.success(format!("“{}” is saved", saved.draft.name));
                on_saved.run(());
            }
            Err(error) => drop(outcome.try_set(Some(Err(error)))),
        }
    });
    let test = Action::new(move |(): &()| async move {
        let result = test_identity_provider(form.issuer.get_untracked()).await;
        outcome.try_set(Some(result));
    });
    let trouble = Signal::derive(move || outcome.get().and_then(Result::err));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        outcome.set(None);
        save.dispatch(());
    };
    let try_it = move || {
        outcome.set(None);
        test.dispatch(());
    };
    view! {
        <form class="form" on:submit=submit novalidate=true>
            <FormError error=trouble/>
            <AboutProvider form trouble callback=subject.callback has_secret=subject.has_secret/>
            <AboutPeople form trouble teams/>
            <div role="status">{move || outcome.get().and_then(Result::ok).map(|report| view! { <ReportLine report/> })}</div>
            <DialogActions>
                <Button icon=lu::LuPlugZap loading=test.pending() on_click=try_it>"Test"</Button>
                <Button variant=ButtonVariant::Primary submit=true loading=save.pending()>"Save"</Button>
            </DialogActions>
        </form>
    }
    .into_any()
}

fn wrong(trouble: Signal<Option<AppError>>, name: &'static str) -> Signal<Option<String>> {
    Signal::derive(move || trouble.with(|trouble| trouble.as_ref().and_then(|error| error.field(name))))
}

#[component]
fn AboutProvider(form: ProviderForm, trouble: Signal<Option<AppError>>, callback: String, has_secret: bool) -> impl IntoView {
    let hint = if has_secret {
        "One is stored. Leave this empty to keep it."
    } else {
        "Stored encrypted and never shown again. Some providers give none."
    };
    view! {
        <div class="form-row">
            <Field
                label="Name" name="name" id="provider-name" value=form.name error=wrong(trouble, "name") maxlength=60 autocomplete="off"
                hint="People read “Continue with …”." autofocus=true
            />
            <Field
                label="Issuer" name="issuer" kind=FieldKind::Url value=form.issuer error=wrong(trouble, "issuer") autocomplete="off"
                placeholder="https://login.example.org" hint="Exactly as the provider spells it."
            />
        </div>
        <p class="field-hint">"Tell the provider to send people back to " <code class="provider-callback">{callback}</code></p>
        <div class="form-row">
            <Field label="Client ID" name="client_id" value=form.client_id error=wrong(trouble, "client_id") maxlength=500 autocomplete="off"/>
            <Field
                label="Client secret" name="client_secret" kind=FieldKind::Password value=form.client_secret
                error=wrong(trouble, "client_secret") autocomplete="off" hint=hint
            />
        </div>
        <div class="form-row">
            <Field label="Scopes" name="scopes" value=form.scopes error=wrong(trouble, "scopes") autocomplete="off"/>
            <Field
                label="Email domains" name="email_domains" value=form.email_domains error=wrong(trouble, "email_domains") autocomplete="off"
                placeholder="example.org" hint="Only people of these come in, also of those who are linked: you, too. Empty lets all come in."
            />
        </div>
        <Checkbox
            label="Trust this provider’s addresses" name="trusts_addresses" checked=form.trusts_addresses
            hint="For one that never says whether an address is verified, such as Microsoft Entra ID. Addresses of the domains above then count as verified. Only where your administrators alone give people these addresses, as in a tenant of your own."
        />
    }
    .into_any()
}

#[component]
fn AboutPeople(form: ProviderForm, trouble: Signal<Option<AppError>>, teams: Signal<Vec<(TeamId, String)>>) -> impl IntoView {
    let choices = Signal::derive(move || {
        let none = SelectOption::new("", "Only a team of their own");
        std::iter::once(none).chain(teams.get().into_iter().map(|(id, name)| SelectOption::new(id.to_string(), name))).collect::<Vec<_>>()
    });
    let roles: Vec<SelectOption> =
        Role::ALL.iter().filter(|role| **role != Role::Owner).map(|role| SelectOption::new(role.as_str(), role_label(*role))).collect();
    let times = vec![SelectOption::new("", "When the account is made"), SelectOption::new(ALWAYS, "At every sign-in")];
    view! {
        <Checkbox
            label="Make an account for people who have none" name="creates_accounts" checked=form.creates_accounts
            hint="Otherwise only people who have an account or an open invitation come in."
        />
        <div class="form-row">
            <Select label="Team of new people" name="default_team_id" options=choices value=form.default_team error=wrong(trouble, "default_team_id")/>
            <Select label="Their role" name="default_role" options=roles value=form.default_role/>
        </div>
        <div class="form-row">
            <Field
                label="Role claim" name="role_claim" value=form.role_claim error=wrong(trouble, "role_claim") maxlength=200 autocomplete="off"
                placeholder="groups" hint="What the provider tells of somebody’s roles. May stay empty."
            />
            <TextArea
                label="Roles by value" name="role_rules" value=form.role_rules error=wrong(trouble, "role_rules") rows=3 mono=true
                placeholder="engineers = Collaborator" hint="A line each. The highest one counts."
            />
        </div>
        <Select
            label="Take roles from the provider" name="updates_roles" options=times value=form.updates_roles
            hint="At every sign-in, a value with a rule replaces the role in that team, also one that was given by hand. A team’s last owner stays one."
        />
    }
    .into_any()
}

/// What a test found, in one line.
#[component]
pub fn ReportLine(
    /// What was found.
    report: IdentityProviderReport,
) -> impl IntoView {
    let (tone, word) = if report.is_working { (Tone::Success, "It answers") } else { (Tone::Danger, "Not usable") };
    view! { <p><Badge tone>{word}</Badge>" "{report.sentence}</p> }
}
