//! The screen of mails.

use super::api::{SendTestMail, open_mails};
use super::preview::Preview;
use crate::ui::layout::AdminSections;
use crate::ui::{Badge, Button, ButtonVariant, Card, FormSkeleton, PageBody, PageHeader, ResourceView, Table, Time, Tone};
use domain::mails::{FailedMail, MailOverview};
use icondata_lu as lu;
use leptos::prelude::*;

/// Mails, for system administrators; for others there is nothing here.
#[component]
pub fn MailsPage() -> impl IntoView {
    let mails = Resource::new(|| (), |()| open_mails());
    view! {
        <AdminSections/>
        <PageBody>
            <ResourceView resource=mails skeleton=|| view! { <FormSkeleton/> } let:mails><MailsScreen mails/></ResourceView>
        </PageBody>
    }
    .into_any()
}

#[component]
fn MailsScreen(mails: MailOverview) -> impl IntoView {
    let MailOverview { server, sender, waiting, failed, previews } = mails;
    view! {
        <PageHeader
            title="Mails"
            description="What Lyceum sends to people, and whether it arrives."
        />
        <div class="flow">
            <Card title="Mail server">
                {match server {
                    Some(server) => view! { <MailServer server sender waiting/> }.into_any(),
                    None => view! { <NoMailServer/> }.into_any(),
                }}
            </Card>
            {(!failed.is_empty()).then(|| view! { <FailedMails failed/> })}
            {previews.into_iter().map(|mail| view! { <Preview mail/> }).collect_view()}
        </div>
    }
    .into_any()
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
fn MailServer(server: String, sender: String, waiting: u32) -> impl IntoView {
    let test = ServerAction::<SendTestMail>::new();
    let waits = match waiting {
        0 => "No mail is waiting.".to_owned(),
        1 => "1 mail is waiting to be sent.".to_owned(),
        count => format!("{count} mails are waiting to be sent."),
    };
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

#[component]
fn FailedMails(failed: Vec<FailedMail>) -> impl IntoView {
    let row = |mail: FailedMail| {
        view! {
            <tr>
                <td class="cell-title">{mail.name}</td>
                <td><Time at=mail.failed_at/></td>
                <td>{mail.reason}</td>
            </tr>
        }
    };
    view! {
        <section class="flow">
            <h2 class="section-title">"Not delivered"</h2>
            <Table label="Not delivered">
                <thead>
                    <tr>
                        <th scope="col">"Mail"</th>
                        <th scope="col">"Given up"</th>
                        <th scope="col">"Reason"</th>
                    </tr>
                </thead>
                <tbody>{failed.into_iter().map(row).collect_view()}</tbody>
            </Table>
        </section>
    }
    .into_any()
}
