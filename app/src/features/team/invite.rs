//! Invite: asks for an address and a role, then shows the link to hand over, once.

use super::api::InviteMember;
use super::{role_label, role_name};
use crate::browser::clipboard;
use crate::error::AppError;
use crate::ui::{Button, ButtonVariant, Dialog, DialogActions, Field, FieldKind, FormError, Select, SelectOption, use_toasts};
use domain::Role;
use domain::team::InvitationSent;
use leptos::prelude::*;

/// The dialog; it starts afresh each time it opens.
#[component]
pub fn InviteDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// An invitation was made.
    #[prop(into)]
    on_sent: Callback<()>,
) -> impl IntoView {
    let invite = ServerAction::<InviteMember>::new();
    Effect::new(move |_| {
        if open.get() {
            invite.clear();
        }
    });
    Effect::new(move |_| {
        if let Some(Ok(_)) = invite.value().get() {
            on_sent.run(());
        }
    });
    // A memo, so that the form with what was typed stays while the answer is only another error.
    let sent = Memo::new(move |_| invite.value().get().and_then(Result::ok));
    view! {
        <Dialog open title="Invite a member">
            {move || match sent.get() {
                Some(sent) => view! { <SentLink sent open/> }.into_any(),
                None => view! { <InviteForm invite open/> }.into_any(),
            }}
        </Dialog>
    }
    .into_any()
}

#[component]
fn InviteForm(invite: ServerAction<InviteMember>, open: RwSignal<bool>) -> impl IntoView {
    let error = Signal::derive(move || invite.value().get().and_then(Result::err));
    let field =
        move |name: &'static str| Signal::derive(move || error.with(|error| error.as_ref().and_then(|error: &AppError| error.field(name))));
    let roles: Vec<SelectOption> = Role::ALL.iter().map(|role| SelectOption::new(role.as_str(), role_label(*role))).collect();
    view! {
        <ActionForm action=invite attr:class="form">
            <FormError error/>
            <Field label="Email" name="email" id="invite-email" kind=FieldKind::Email error=field("email") required=true autofocus=true/>
            <Select label="Role" name="role" id="invite-role" options=roles initial=Role::Collaborator.as_str() error=field("role")/>
            <DialogActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button submit=true variant=ButtonVariant::Primary loading=invite.pending()>"Send invitation"</Button>
            </DialogActions>
        </ActionForm>
    }
    .into_any()
}

#[component]
fn SentLink(sent: InvitationSent, open: RwSignal<bool>) -> impl IntoView {
    let toasts = use_toasts();
    let link = sent.link.clone();
    let copy = move || {
        clipboard::copy(link.clone(), move |done| {
            if done { toasts.success("The link is copied.") } else { toasts.info("Select the link and copy it by hand.") }
        });
    };
    let sentence = format!(
        "Send this link to {}. It works once, for that address, and makes them {}.",
        sent.invitation.email,
        role_name(sent.invitation.role)
    );
    view! {
        <p>{sentence}</p>
        <Field label="Invitation link" name="link" id="invite-link" initial=sent.link hint="It is shown only now; mail is not sent by Lyceum."/>
        <DialogActions>
            <Button on_click=move || open.set(false)>"Done"</Button>
            <Button variant=ButtonVariant::Primary on_click=copy>"Copy link"</Button>
        </DialogActions>
    }
    .into_any()
}
