//! Import: a list of people, pasted or from a file; a look at each line; then invitations for all valid ones.

use super::api::{import_members, preview_import};
use super::invite::{day_options, role_options};
use super::role_label;
use crate::browser::clipboard;
use crate::error::AppError;
use crate::features::identity::use_confirming;
use crate::ui::{
    Badge, Button, ButtonVariant, Dialog, DialogActions, DialogSize, FilePicker, FormError, Select, Table, TextArea, Tone, use_toasts,
    use_viewer,
};
use domain::Role;
use domain::team::{ImportLine, ImportOutcome, InvitationSent, MemberImport, NewInvitation};
use leptos::prelude::*;

/// The dialog; it starts afresh each time it opens.
#[component]
pub fn ImportDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// Invitations were made.
    #[prop(into)]
    on_sent: Callback<()>,
) -> impl IntoView {
    view! { <Dialog open title="Import members" size=DialogSize::Large><Import open on_sent/></Dialog> }.into_any()
}

/// What stands in the form.
#[derive(Clone, Copy)]
struct ListForm {
    text: RwSignal<String>,
    role: RwSignal<String>,
    days: RwSignal<String>,
}

impl ListForm {
    fn import(self) -> MemberImport {
        MemberImport {
            text: self.text.get_untracked(),
            role: self.role.get_untracked().parse().unwrap_or(Role::Viewer),
            days: self.days.get_untracked().parse().unwrap_or(NewInvitation::USUAL_DAYS),
        }
    }
}

/// Three steps: the list, a look at it, the links.
#[component]
fn Import(open: RwSignal<bool>, on_sent: Callback<()>) -> impl IntoView {
    let form = ListForm {
        text: RwSignal::new(String::new()),
        role: RwSignal::new(Role::Viewer.as_str().to_owned()),
        days: RwSignal::new(NewInvitation::USUAL_DAYS.to_string()),
    };
    let lines = RwSignal::new(None::<Vec<ImportLine>>);
    let outcome = RwSignal::new(None::<ImportOutcome>);
    let trouble = RwSignal::new(None::<AppError>);
    let confirming = use_confirming();
    let look = Action::new(move |(): &()| async move {
        match preview_import(form.import()).await {
            Ok(found) => {
                trouble.try_set(None);
                lines.try_set(Some(found));
            }
            Err(error) => {
                trouble.try_set(Some(error));
            }
        }
    });
    let send = Action::new(move |(): &()| async move {
        match confirming.run(move || import_members(form.import())).await {
            Ok(done) => {
                outcome.try_set(Some(done));
                on_sent.run(());
            }
            Err(error) => {
                trouble.try_set(Some(error));
            }
        }
    });
    move || match (outcome.get(), lines.get()) {
        (Some(outcome), _) => view! { <Sent outcome open/> }.into_any(),
        (None, Some(found)) => view! { <Preview lines=found back=lines send trouble/> }.into_any(),
        (None, None) => view! { <ListFields form look open trouble/> }.into_any(),
    }
}

#[component]
fn ListFields(form: ListForm, look: Action<(), ()>, open: RwSignal<bool>, trouble: RwSignal<Option<AppError>>) -> impl IntoView {
    let roles = role_options(use_viewer().with_untracked(|viewer| viewer.is_owner));
    let error = move |name: &'static str| Signal::derive(move || trouble.with(|error| error.as_ref().and_then(|error| error.field(name))));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        look.dispatch(());
    };
    view! {
        <form class="form" on:submit=submit novalidate>
            <FormError error=trouble/>
            <TextArea
                label="List of people" name="text" id="import-text" value=form.text error=error("text") rows=8 mono=true
                placeholder="email, first name, last name, role"
                hint="One person per line: email, first name, last name, role, separated by commas, semicolons or tabs. A first line with these names may put them in another order."
            />
            <FilePicker label="Or take it from a file" accept=".csv,.tsv,.txt,text/csv,text/plain" on_text=move |text| form.text.set(text)/>
            <Select label="Role where a line names none" name="role" id="import-role" options=roles value=form.role/>
            <Select label="Links work for" name="days" id="import-days" options=day_options() value=form.days error=error("days")/>
            <DialogActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button submit=true variant=ButtonVariant::Primary loading=look.pending()>"Check the list"</Button>
            </DialogActions>
        </form>
    }
    .into_any()
}

#[component]
fn Preview(
    lines: Vec<ImportLine>,
    back: RwSignal<Option<Vec<ImportLine>>>,
    send: Action<(), ()>,
    trouble: RwSignal<Option<AppError>>,
) -> impl IntoView {
    let valid = lines.iter().filter(|line| line.trouble.is_none()).count();
    let summary = format!("{valid} of {} lines are valid.", lines.len());
    let row = |line: ImportLine| {
        let state = match line.trouble {
            None => view! { <Badge tone=Tone::Success>"Valid"</Badge> }.into_any(),
            Some(sentence) => view! { <Badge tone=Tone::Danger>"Left out"</Badge><p class="cell-note">{sentence}</p> }.into_any(),
        };
        view! {
            <tr>
                <td class="num">{line.number}</td>
                <td>{line.email}</td>
                <td>{format!("{} {}", line.first_name, line.last_name).trim().to_owned()}</td>
                <td>{line.role.parse::<Role>().map(role_label).map_or(line.role, str::to_owned)}</td>
                <td>{state}</td>
            </tr>
        }
    };
    view! {
        <FormError error=trouble/>
        <p role="status">{summary}</p>
        <Table label="People in the list">
            <thead>
                <tr>
                    <th scope="col" class="num">"Line"</th>
                    <th scope="col">"Email"</th>
                    <th scope="col">"Name"</th>
                    <th scope="col">"Role"</th>
                    <th scope="col">"State"</th>
                </tr>
            </thead>
            <tbody>{lines.into_iter().map(row).collect_view()}</tbody>
        </Table>
        <DialogActions>
            <Button on_click=move || back.set(None)>"Change the list"</Button>
            <Button variant=ButtonVariant::Primary disabled=valid == 0 loading=send.pending() on_click=move || { send.dispatch(()); }>
                {match valid { 1 => "Invite 1 person".to_owned(), valid => format!("Invite {valid} people") }}
            </Button>
        </DialogActions>
    }
    .into_any()
}

#[component]
fn Sent(outcome: ImportOutcome, open: RwSignal<bool>) -> impl IntoView {
    let toasts = use_toasts();
    let all = outcome.sent.iter().map(|sent| format!("{}\t{}", sent.invitation.email, sent.link)).collect::<Vec<_>>().join("\n");
    let copy = move || {
        clipboard::copy(all.clone(), move |done| {
            if done { toasts.success("The links are copied.") } else { toasts.info("Select the links and copy them by hand.") }
        });
    };
    let row =
        |sent: InvitationSent| view! { <tr><td class="cell-title">{sent.invitation.email}</td><td><code>{sent.link}</code></td></tr> };
    let sentence = sent_sentence(&outcome);
    view! {
        <p role="status">{sentence}</p>
        <Table label="Invitation links">
            <thead><tr><th scope="col">"Email"</th><th scope="col">"Link"</th></tr></thead>
            <tbody>{outcome.sent.into_iter().map(row).collect_view()}</tbody>
        </Table>
        <DialogActions>
            <Button on_click=move || open.set(false)>"Done"</Button>
            <Button variant=ButtonVariant::Primary on_click=copy>"Copy all links"</Button>
        </DialogActions>
    }
    .into_any()
}

/// What came of the list, and what is to be done with the links.
fn sent_sentence(outcome: &ImportOutcome) -> String {
    let left_out = match outcome.refused.len() {
        0 => String::new(),
        1 => " One line was left out.".to_owned(),
        count => format!(" {count} lines were left out."),
    };
    let links = match outcome.sent.as_slice() {
        [] => "",
        // Mail is set up for all of them or for none.
        [first, ..] if first.is_mailed => {
            " A link is mailed to each. These lead to the same: hand one over yourself if its mail does not arrive. Each works once, and they are shown only now."
        }
        _ => " Send each their link: it works once, and it is shown only now.",
    };
    format!("{} invited.{left_out}{links}", outcome.sent.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::InvitationId;
    use domain::team::InvitationSummary;

    fn outcome(is_mailed: bool, sent: usize, refused: usize) -> ImportOutcome {
        let invitation = InvitationSummary {
            id: InvitationId::nil(),
            email: "grace@example.org".to_owned(),
            name: String::new(),
            role: Role::Viewer,
            expires_at: chrono::DateTime::UNIX_EPOCH,
            is_expired: false,
        };
        let line = ImportLine {
            number: 1,
            email: String::new(),
            first_name: String::new(),
            last_name: String::new(),
            role: String::new(),
            trouble: Some("No.".to_owned()),
        };
        ImportOutcome { sent: vec![InvitationSent { invitation, link: String::new(), is_mailed }; sent], refused: vec![line; refused] }
    }

    #[test]
    fn links_are_to_be_sent_only_where_no_mail_took_them() {
        assert!(sent_sentence(&outcome(true, 2, 1)).starts_with("2 invited. One line was left out. A link is mailed to each."));
        assert!(sent_sentence(&outcome(false, 1, 0)).starts_with("1 invited. Send each their link"));
        assert_eq!(sent_sentence(&outcome(true, 0, 2)), "0 invited. 2 lines were left out.");
    }
}
