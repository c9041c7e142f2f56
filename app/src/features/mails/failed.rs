//! Failed: the mails that were given up, and sending them again while what they say is kept and of use.

use super::api::send_mails_again;
use crate::ui::{Button, ButtonSize, Column, Table, TableHead, Time, use_toasts};
use domain::MailId;
use domain::mails::{FailedMail, MailOverview};
use leptos::prelude::*;

/// Sends one mail again, or all that are kept.
type Again = Action<Option<MailId>, ()>;

/// The table of them; nothing while there are none.
#[component]
pub fn FailedMails(
    /// What became of mails.
    mails: Signal<MailOverview>,
    /// Something was changed.
    on_changed: Callback<()>,
) -> impl IntoView {
    let again = again_action(on_changed);
    let failed = Memo::new(move |_| mails.with(|mails| (mails.failed.clone(), mails.kept, mails.server.is_some())));
    move || {
        let (failed, kept, is_set_up) = failed.get();
        let kept = if is_set_up { kept } else { 0 };
        (!failed.is_empty()).then(|| view! { <FailedTable failed kept again/> })
    }
}

/// Asks for it and says what came of it.
fn again_action(on_changed: Callback<()>) -> Again {
    let toasts = use_toasts();
    Action::new(move |id: &Option<MailId>| {
        let id = *id;
        async move {
            match send_mails_again(id).await {
                Ok(1) => toasts.success("The mail is tried again."),
                Ok(count) => toasts.success(format!("{count} mails are tried again.")),
                Err(error) => toasts.app_error(&error),
            }
            on_changed.run(());
        }
    })
}

/// `kept` says how many can be sent again; none where mail is not set up.
#[component]
fn FailedTable(failed: Vec<FailedMail>, kept: u32, again: Again) -> impl IntoView {
    let all = (kept > 1).then(|| {
        view! {
            <div class="row">
                <Button size=ButtonSize::Small loading=again.pending() on_click=move || { again.dispatch(None); }>"Send all again"</Button>
                <span class="cell-note">{format!("{kept} mails are kept, because what they say is still of use.")}</span>
            </div>
        }
    });
    let columns = ["Mail", "To", "Given up (UTC)", "Reason"].map(Column::of);
    let columns: Vec<Column> = columns.into_iter().chain([Column::actions("Actions")]).collect();
    let can_send = kept > 0;
    view! {
        <section class="flow">
            <h2 class="section-title">"Not delivered"</h2>
            {all}
            <Table label="Not delivered">
                <TableHead columns/>
                <tbody>{failed.into_iter().map(|mail| view! { <FailedRow mail can_send again/> }).collect_view()}</tbody>
            </Table>
        </section>
    }
    .into_any()
}

#[component]
fn FailedRow(mail: FailedMail, can_send: bool, again: Again) -> impl IntoView {
    let FailedMail { id, name, recipient, failed_at, reason, is_kept } = mail;
    let which = format!(": {name} to {recipient}");
    let action = match (is_kept, can_send) {
        (true, true) => view! {
            <Button size=ButtonSize::Small disabled=again.pending() on_click=move || { again.dispatch(Some(id)); }>
                "Send again"<span class="sr-only">{which}</span>
            </Button>
        }
        .into_any(),
        (true, false) => ().into_any(),
        (false, _) => view! { <span class="cell-note">"Cannot be sent again"</span> }.into_any(),
    };
    view! {
        <tr>
            <td class="cell-title">{name}</td>
            <td>{if recipient.is_empty() { "Not known".to_owned() } else { recipient }}</td>
            <td><Time at=failed_at/></td>
            <td>{reason}</td>
            <td class="actions">{action}</td>
        </tr>
    }
    .into_any()
}
