//! Import: a list of people, pasted or from a file; a look at each line; then invitations for all valid ones. Who is invited already keeps
//! the link they have, unless that is ticked.

use super::api::{import_members, preview_import};
use super::invite::{day_options, role_options};
use super::role_label;
use crate::browser::clipboard;
use crate::error::AppError;
use crate::features::identity::use_confirming;
use crate::ui::{
    Badge, Button, ButtonVariant, Checkbox, Dialog, DialogActions, DialogSize, FilePicker, FormError, Select, Table, TextArea, Tone,
    use_toasts, use_viewer,
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
    renews: RwSignal<bool>,
}

impl ListForm {
    fn import(self) -> MemberImport {
        MemberImport {
            text: self.text.get_untracked(),
            role: self.role.get_untracked().parse().unwrap_or(Role::Viewer),
            days: self.days.get_untracked().parse().unwrap_or(NewInvitation::USUAL_DAYS),
            renews: self.renews.get_untracked(),
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
        renews: RwSignal::new(false),
    };
    let lines = RwSignal::new(None::<Vec<ImportLine>>);
    let outcome = RwSignal::new(None::<ImportOutcome>);
    let trouble = RwSignal::new(None::<AppError>);
    let confirming = use_confirming();
    let look = Action::new(move |(): &()| async move {
        match preview_import(form.import()).await {
            Ok(found) => {
                trouble.try_set(None);
                form.renews.try_set(false);
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
        (None, Some(found)) => view! { <Preview lines=found back=lines renews=form.renews send trouble/> }.into_any(),
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
                hint="One person per line: email, first name, last name, role, separated by commas, semicolons or tabs. A first line may name the columns, as exports of Google Workspace, Microsoft 365 and Slack do."
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
    renews: RwSignal<bool>,
    send: Action<(), ()>,
    trouble: RwSignal<Option<AppError>>,
) -> impl IntoView {
    let invited = lines.iter().filter(|line| line.is_invited).count();
    let valid = lines.iter().filter(|line| line.trouble.is_none() && !line.is_invited).count();
    let summary = found_sentence(valid, invited, lines.len());
    let count = Signal::derive(move || if renews.get() { valid + invited } else { valid });
    let row = move |line: ImportLine| {
        let state = match line.trouble {
            Some(sentence) => view! { <Badge tone=Tone::Danger>"Left out"</Badge><p class="cell-note">{sentence}</p> }.into_any(),
            None if line.is_invited => {
                let note = move || if renews.get() { "Gets a new link." } else { "Keeps the link they have." };
                view! { <Badge>"Invited already"</Badge><p class="cell-note">{note}</p> }.into_any()
            }
            None => view! { <Badge tone=Tone::Success>"Valid"</Badge> }.into_any(),
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
    let renewing = (invited > 0).then(|| {
        let (label, hint) = ("Give those who are invited already a new link", "The links they have stop working.");
        view! { <Checkbox label name="renews" id="import-renews" checked=renews hint/> }
    });
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
        {renewing}
        <DialogActions>
            <Button on_click=move || back.set(None)>"Change the list"</Button>
            <Button
                variant=ButtonVariant::Primary disabled=move || count.get() == 0 loading=send.pending()
                on_click=move || { send.dispatch(()); }
            >
                {move || match count.get() { 1 => "Invite 1 person".to_owned(), count => format!("Invite {count} people") }}
            </Button>
        </DialogActions>
    }
    .into_any()
}

/// What a look at the list found.
fn found_sentence(valid: usize, invited: usize, all: usize) -> String {
    let already = match invited {
        0 => String::new(),
        1 => " One is invited already.".to_owned(),
        count => format!(" {count} are invited already."),
    };
    format!("{valid} of {all} lines are valid.{already}")
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
    let row = |sent: InvitationSent| {
        let why = sent.not_mailed.map(|sentence| view! { <p class="cell-note">{sentence}</p> });
        view! { <tr><td class="cell-title">{sent.invitation.email}</td><td><code>{sent.link}</code>{why}</td></tr> }
    };
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
    let kept = match outcome.kept {
        0 => String::new(),
        1 => " One was invited already and keeps the link.".to_owned(),
        count => format!(" {count} were invited already and keep their links."),
    };
    let ended = if outcome.sent.iter().any(|sent| sent.replaces_link) { " Links that were sent before do not work any more." } else { "" };
    let mailed = outcome.sent.iter().filter(|sent| sent.is_mailed).count();
    let links = match (mailed, outcome.sent.len() - mailed) {
        (0, 0) => "",
        (_, 0) => {
            " A link is mailed to each. These lead to the same: hand one over yourself if its mail does not arrive. Each works once, and they are shown only now."
        }
        (0, _) => " Send each their link: it works once, and it is shown only now.",
        _ => " A link is mailed to each but those whose line says why not: send them theirs. Each works once, and they are shown only now.",
    };
    format!("{} invited.{left_out}{kept}{ended}{links}", outcome.sent.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::InvitationId;
    use domain::team::InvitationSummary;

    fn sent(is_mailed: bool) -> InvitationSent {
        let invitation = InvitationSummary {
            id: InvitationId::nil(),
            email: "grace@example.org".to_owned(),
            name: String::new(),
            role: Role::Viewer,
            expires_at: chrono::DateTime::UNIX_EPOCH,
            is_expired: false,
            is_void: false,
        };
        InvitationSent { invitation, link: String::new(), is_mailed, not_mailed: None, replaces_link: false }
    }

    fn outcome(is_mailed: bool, count: usize, refused: usize) -> ImportOutcome {
        let line = ImportLine {
            number: 1,
            email: String::new(),
            first_name: String::new(),
            last_name: String::new(),
            role: String::new(),
            trouble: Some("No.".to_owned()),
            is_invited: false,
        };
        ImportOutcome { sent: vec![sent(is_mailed); count], refused: vec![line; refused], kept: 0 }
    }

    #[test]
    fn links_are_to_be_sent_only_where_no_mail_took_them() {
        assert!(sent_sentence(&outcome(true, 2, 1)).starts_with("2 invited. One line was left out. A link is mailed to each."));
        assert!(sent_sentence(&outcome(false, 1, 0)).starts_with("1 invited. Send each their link"));
        assert_eq!(sent_sentence(&outcome(true, 0, 2)), "0 invited. 2 lines were left out.");
        let mut some = outcome(true, 2, 0);
        some.sent.push(sent(false));
        assert!(sent_sentence(&some).starts_with("3 invited. A link is mailed to each but those whose line says why not"));
    }

    #[test]
    fn who_was_invited_already_is_told_of_before_and_after() {
        assert_eq!(found_sentence(1, 0, 2), "1 of 2 lines are valid.");
        assert_eq!(found_sentence(0, 3, 4), "0 of 4 lines are valid. 3 are invited already.");
        let kept = ImportOutcome { kept: 1, ..outcome(true, 0, 0) };
        assert_eq!(sent_sentence(&kept), "0 invited. One was invited already and keeps the link.");
        let ended = ImportOutcome { sent: vec![InvitationSent { replaces_link: true, ..sent(false) }], ..kept };
        assert!(sent_sentence(&ended).contains(" Links that were sent before do not work any more. Send each their link"));
    }
}
