//! The screen of mails.

use super::api::{SendTestMail, open_mails};
use super::failed::FailedMails;
use super::preview::Preview;
use crate::ui::layout::AdminSections;
use crate::ui::{Badge, Button, ButtonVariant, Card, FormSkeleton, LiveView, PageBody, PageHeader, Tone};
use domain::mails::MailOverview;
use icondata_lu as lu;
use leptos::prelude::*;

/// Mails, for system administrators; for others there is nothing here.
#[component]
pub fn MailsPage() -> impl IntoView {
    let mails = Resource::new(|| (), |()| open_mails());
    let reload = Callback::new(move |()| mails.refetch());
    view! {
        <AdminSections/>
        <PageBody>
            <LiveView resource=mails skeleton=|| view! { <FormSkeleton/> } let:mails><MailsScreen mails reload/></LiveView>
        </PageBody>
    }
    .into_any()
}

#[component]
fn MailsScreen(mails: Signal<MailOverview>, reload: Callback<()>) -> impl IntoView {
    // These stay as they are while the server runs.
    let MailOverview { server, sender, waiting, previews, .. } = mails.get_untracked();
    let waits = Signal::derive(move || mails.with(what_waits));
    view! {
        <PageHeader
            title="Mails"
            description="What Lyceum sends to people, and whether it arrives."
        />
        <div class="flow">
            <Card title="Mail server">
                {match server {
                    Some(server) => view! { <MailServer server sender waits/> }.into_any(),
                    None => view! { <NoMailServer/>{(waiting > 0).then(|| view! { <p>{waits}</p> })} }.into_any(),
                }}
            </Card>
            <FailedMails mails on_changed=reload/>
            {previews.into_iter().map(|mail| view! { <Preview mail/> }).collect_view()}
        </div>
    }
    .into_any()
}

/// How many mails wait, and why those that were tried still do.
fn what_waits(mails: &MailOverview) -> String {
    let count = match mails.waiting {
        0 => return "No mail is waiting.".to_owned(),
        1 => "1 mail is waiting to be sent.".to_owned(),
        count => format!("{count} mails are waiting to be sent."),
    };
    match &mails.last_failure {
        Some(reason) => format!("{count} The last try failed: {reason}"),
        None => count,
    }
}

#[component]
fn NoMailServer() -> impl IntoView {
    view! {
        <p><Badge tone=Tone::Warning>"Not set up"</Badge></p>
        <p>
            "Nothing is mailed: whoever invites somebody gets a link to hand over, and whoever forgets their password has to ask you. To send mail, set " <code>"LYCEUM_SMTP_URL"</code> " and "
            <code>"LYCEUM_MAIL_FROM"</code> " and start Lyceum again."
        </p>
    }
    .into_any()
}

#[component]
fn MailServer(server: String, sender: String, waits: Signal<String>) -> impl IntoView {
    let test = ServerAction::<SendTestMail>::new();
    let answer = move || match test.value().get() {
        None => ().into_any(),
        Some(Ok(report)) if report.is_sent => view! { <p><Badge tone=Tone::Success>"Sent"</Badge>" "{report.sentence}</p> }.into_any(),
        Some(Ok(report)) => view! { <p><Badge tone=Tone::Danger>"Not sent"</Badge>" "{report.sentence}</p> }.into_any(),
        Some(Err(error)) => view! { <p><Badge tone=Tone::Danger>"Not sent"</Badge>" "{error.to_string()}</p> }.into_any(),
    };
    view! {
        <p>"Mail goes out through " <strong>{server}</strong> ", from " <strong>{sender}</strong> ". " {waits}</p>
        <div class="row">
            <Button
                variant=ButtonVariant::Primary icon=lu::LuSend loading=test.pending()
                on_click=move || { test.dispatch(SendTestMail {}); }
            >"Send a test mail to me"</Button>
        </div>
        <div role="status" class="mail-answer">{answer}</div>
    }
    .into_any()
}
