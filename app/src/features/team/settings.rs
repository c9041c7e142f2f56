//! Team settings: name and address, what the team decides for itself, and its end.

use super::api::{open_settings, preview_retention, rename_team, update_team_settings};
use super::deletion::Deletion;
use crate::error::AppError;
use crate::features::identity::use_confirming;
use crate::ui::layout::TeamSections;
use crate::ui::{
    Button, ButtonVariant, Card, ConfirmDialog, Field, FieldKind, FormError, FormSkeleton, LiveView, PageBody, PageHeader, PageWidth,
    Select, SelectOption, TextArea, use_toasts, use_viewer_resource,
};
use domain::FieldErrors;
use domain::team::{TeamDetail, TeamPatch, TeamSettings, days_in_words};
use leptos::prelude::*;

/// The settings of the viewer's team.
#[component]
pub fn TeamSettingsPage() -> impl IntoView {
    let detail = Resource::new(|| (), |()| open_settings());
    view! {
        <TeamSections/>
        <PageBody width=PageWidth::Narrow>
            <PageHeader title="Team settings"/>
            <LiveView resource=detail skeleton=|| view! { <FormSkeleton/> } let:detail>
                <div class="flow">
                    <NameForm detail/>
                    <LimitsForm detail/>
                    <Show when=move || detail.with(|detail| detail.is_deletable)><Deletion detail/></Show>
                </div>
            </LiveView>
        </PageBody>
    }
    .into_any()
}

fn at(error: Signal<Option<AppError>>, field: &'static str) -> Signal<Option<String>> {
    Signal::derive(move || error.get().and_then(|error| error.field(field)))
}

#[component]
fn NameForm(detail: Signal<TeamDetail>) -> impl IntoView {
    let start = detail.with_untracked(|detail| detail.patch.clone());
    let prefix = detail.with_untracked(|detail| detail.address_prefix.clone());
    let (name, slug) = (RwSignal::new(start.name), RwSignal::new(start.slug));
    let (toasts, viewer) = (use_toasts(), use_viewer_resource());
    let save = Action::new(move |patch: &TeamPatch| {
        let patch = patch.clone();
        async move {
            let taken = rename_team(patch).await?;
            name.set(taken.name);
            slug.set(taken.slug);
            toasts.success("Saved");
            viewer.refetch();
            Ok::<(), AppError>(())
        }
    });
    let error = Signal::derive(move || save.value().get().and_then(Result::err));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        save.dispatch(TeamPatch { name: name.get_untracked(), slug: slug.get_untracked() });
    };
    view! {
        <Card title="Name">
            <form class="form" on:submit=submit novalidate>
                <FormError error/>
                <Field label="Name" name="name" id="team-name" value=name error=at(error, "name") required=true maxlength=80 autocomplete="off"/>
                <Field
                    label="Address" name="slug" id="team-slug" value=slug error=at(error, "slug") required=true maxlength=60 autocomplete="off"
                    hint=format!("Members open this team at {prefix}… Small letters, figures and hyphens.")
                />
                <div class="form-actions"><Button submit=true variant=ButtonVariant::Primary loading=save.pending()>"Save name"</Button></div>
            </form>
        </Card>
    }
    .into_any()
}

/// A number a person may leave out.
fn optional_number(text: &str, field: &'static str) -> Result<Option<u32>, FieldErrors> {
    match text.trim() {
        "" => Ok(None),
        digits => digits.parse().map(Some).map_err(|_| FieldErrors::one(field, "Enter a whole number, or leave it empty.")),
    }
}

#[component]
fn LimitsForm(detail: Signal<TeamDetail>) -> impl IntoView {
    let start = detail.get_untracked();
    let text = |number: Option<u32>| RwSignal::new(number.map(|number| number.to_string()).unwrap_or_default());
    let (upload, retention) = (text(start.settings.max_upload_mb), text(start.settings.chat_retention_days));
    let requests = text(start.settings.requests_per_minute);
    let origins = RwSignal::new(start.settings.allowed_origins.join("\n"));
    let model = RwSignal::new(start.settings.default_model_id.map(|id| id.to_string()).unwrap_or_default());
    let (toasts, confirming) = (use_toasts(), use_confirming());
    // What goes is asked about before anything is saved.
    let (asking, doomed) = (RwSignal::new(false), RwSignal::new((0_u32, 0_u32)));
    let save = Action::new(move |&is_agreed: &bool| async move {
        let settings = TeamSettings {
            max_upload_mb: optional_number(&upload.get_untracked(), "max_upload_mb").map_err(AppError::Invalid)?,
            chat_retention_days: optional_number(&retention.get_untracked(), "chat_retention_days").map_err(AppError::Invalid)?,
            default_model_id: model.get_untracked().parse().ok(),
            requests_per_minute: optional_number(&requests.get_untracked(), "requests_per_minute").map_err(AppError::Invalid)?,
            allowed_origins: origins.get_untracked().lines().map(str::to_owned).collect(),
        };
        let going = match settings.chat_retention_days.filter(|_| !is_agreed) {
            Some(days) => preview_retention(settings.clone()).await?.map(|chats| (days, chats)),
            None => None,
        };
        if let Some(going) = going {
            doomed.set(going);
            asking.set(true);
            return Ok(());
        }
        let taken = confirming.run(move || update_team_settings(settings.clone())).await?;
        origins.set(taken.settings.allowed_origins.join("\n"));
        toasts.success("Saved");
        Ok::<(), AppError>(())
    });
    let error = Signal::derive(move || save.value().get().and_then(Result::err));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        save.dispatch(false);
    };
    let most = start.most_upload_mb;
    view! {
        <Card title="Limits and defaults" description="They hold for everybody in this team from their next request on.">
            <form class="form" on:submit=submit novalidate>
                <FormError error/>
                <Field
                    label="Largest file (MB)" name="max_upload_mb" id="team-max-upload" kind=FieldKind::Number value=upload
                    error=at(error, "max_upload_mb") min="1" max=most.to_string() autocomplete="off"
                    hint=format!("Larger uploads are refused. Empty leaves it at the {most} MB of this installation.")
                />
                <Select
                    label="Default model" name="default_model_id" id="team-default-model" options=model_options(&start) value=model
                    error=at(error, "default_model_id") hint="Answers in chats and prompts that name no model."
                />
                <Field
                    label="Keep chats for (days)" name="chat_retention_days" id="team-retention" kind=FieldKind::Number value=retention
                    error=at(error, "chat_retention_days") min="1" max="3650" autocomplete="off"
                    hint="A chat without a new message for so long is deleted for good, within the hour. Empty keeps chats."
                />
                <Field
                    label="Requests per minute" name="requests_per_minute" id="team-requests" kind=FieldKind::Number value=requests
                    error=at(error, "requests_per_minute") min="1" max=TeamSettings::MOST_REQUESTS_PER_MINUTE.to_string() autocomplete="off"
                    hint="Calls with API keys and questions in chat, together; further ones are told to wait. Empty sets no limit."
                />
                <TextArea
                    label="Allowed origins" name="allowed_origins" id="team-origins" value=origins error=at(error, "allowed_origins")
                    rows=3 mono=true placeholder="https://app.example.org"
                    hint="Web pages from there may call Lyceum with an API key of this team. One per line; empty allows none."
                />
                <div class="form-actions"><Button submit=true variant=ButtonVariant::Primary loading=save.pending()>"Save settings"</Button></div>
            </form>
        </Card>
        <ConfirmDialog
            open=asking title=Signal::derive(move || format!("Keep chats for {}?", days_in_words(doomed.get().0)))
            body=Signal::derive(move || what_goes(doomed.get())) confirm=Signal::derive(move || agreement(doomed.get()))
            harmless=Signal::derive(move || doomed.get().1 == 0) on_confirm=move || { save.dispatch(true); }
        />
    }
    .into_any()
}

/// What keeping chats for so many days does to those that are there.
fn what_goes((days, chats): (u32, u32)) -> String {
    let days = days_in_words(days);
    match chats {
        0 => format!("No chat of this team is that old yet. From now on one without a new message for {days} is deleted for good."),
        1 => format!("1 chat of this team had no new message for {days}. It is deleted for good within the hour."),
        _ => format!("{chats} chats of this team had no new message for {days}. They are deleted for good within the hour."),
    }
}

/// The affirmative answer to the question whether they are to go.
fn agreement((days, chats): (u32, u32)) -> String {
    if chats == 0 { format!("Keep chats for {}", days_in_words(days)) } else { "Delete older chats".to_owned() }
}

fn model_options(detail: &TeamDetail) -> Vec<SelectOption> {
    let installation = detail.models.iter().find(|model| model.is_default).map_or_else(String::new, |model| format!(" ({})", model.name));
    let own = detail.models.iter().map(|model| SelectOption::new(model.id.to_string(), format!("{} · {}", model.name, model.provider)));
    std::iter::once(SelectOption::new("", format!("As the installation has it{installation}"))).chain(own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_number_is_none_and_what_is_no_number_is_said_at_its_field() {
        assert_eq!(optional_number(" ", "x"), Ok(None));
        assert_eq!(optional_number(" 25 ", "x"), Ok(Some(25)));
        assert!(optional_number("-1", "x").is_err_and(|errors| errors.get("x").is_some()));
    }

    #[test]
    fn the_question_counts_the_chats_that_go() {
        assert!(what_goes((30, 12)).starts_with("12 chats of this team had no new message for 30 days. They are"));
        assert!(what_goes((1, 1)).starts_with("1 chat of this team had no new message for 1 day. It is"));
        assert!(what_goes((30, 0)).starts_with("No chat of this team is that old yet."));
    }

    #[test]
    fn who_agrees_reads_that_chats_are_deleted_only_where_some_are() {
        assert_eq!(agreement((30, 0)), "Keep chats for 30 days");
        assert_eq!(agreement((30, 1)), "Delete older chats");
    }
}
