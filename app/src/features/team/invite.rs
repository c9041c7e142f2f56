//! Invite: asks for an address and a role, then shows the link, once: to hand over, or to copy although it is mailed.

use super::api::{InviteMember, invite_member};
use super::{role_label, role_name};
use crate::browser::clipboard;
use crate::error::AppError;
use crate::features::identity::use_confirming;
use crate::ui::{Button, ButtonVariant, Dialog, DialogActions, Field, FieldKind, FormError, Select, SelectOption, use_toasts, use_viewer};
use domain::Role;
use domain::team::{InvitationSent, NewInvitation, days_in_words};
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
    let confirming = use_confirming();
    let invite = Action::new(move |asked: &InviteMember| {
        let asked = asked.clone();
        async move { confirming.run(move || send(asked.clone())).await }
    });
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

async fn send(InviteMember { email, role, first_name, last_name, days }: InviteMember) -> Result<InvitationSent, AppError> {
    invite_member(email, role, first_name, last_name, days).await
}

#[component]
fn InviteForm(invite: Action<InviteMember, Result<InvitationSent, AppError>>, open: RwSignal<bool>) -> impl IntoView {
    let roles = role_options(use_viewer().with_untracked(|viewer| viewer.is_owner));
    let error = Signal::derive(move || invite.value().get().and_then(Result::err));
    let field =
        move |name: &'static str| Signal::derive(move || error.with(|error| error.as_ref().and_then(|error: &AppError| error.field(name))));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Ok(asked) = InviteMember::from_event(&event) {
            invite.dispatch(asked);
        }
    };
    view! {
        <form class="form" on:submit=submit>
            <FormError error/>
            <Field label="Email" name="email" id="invite-email" kind=FieldKind::Email error=field("email") required=true autofocus=true/>
            <Select label="Role" name="role" id="invite-role" options=roles initial=Role::Collaborator.as_str() error=field("role")/>
            <Field label="First name" name="first_name" id="invite-first-name" error=field("first_name") autocomplete="off" hint="The sign-up form starts with the names you give here."/>
            <Field label="Last name" name="last_name" id="invite-last-name" error=field("last_name") autocomplete="off"/>
            <Select label="Link works for" name="days" id="invite-days" options=day_options() initial=NewInvitation::USUAL_DAYS.to_string() error=field("days")/>
            <DialogActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button submit=true variant=ButtonVariant::Primary loading=invite.pending()>"Send invitation"</Button>
            </DialogActions>
        </form>
    }
    .into_any()
}

/// How long a link can work.
pub fn day_options() -> Vec<SelectOption> {
    NewInvitation::DAYS.into_iter().map(|days| SelectOption::new(days.to_string(), days_in_words(days))).collect()
}

/// The roles the viewer can invite somebody as.
pub fn role_options(is_owner: bool) -> Vec<SelectOption> {
    let offered = Role::ALL.iter().filter(|role| may_give(**role, is_owner));
    offered.map(|role| SelectOption::new(role.as_str(), role_label(*role))).collect()
}

/// Whether the server lets a manager give this role: only owners make owners.
pub fn may_give(role: Role, is_owner: bool) -> bool {
    is_owner || role != Role::Owner
}

/// The link of an invitation, to be handed over; it is shown only now.
#[component]
pub fn SentLink(
    /// What was sent.
    sent: InvitationSent,
    /// Whether the dialog around it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let toasts = use_toasts();
    let link = sent.link.clone();
    let copy = move || {
        clipboard::copy(link.clone(), move |done| {
            if done { toasts.success("The link is copied.") } else { toasts.info("Select the link and copy it by hand.") }
        });
    };
    let (email, role) = (sent.invitation.email, role_name(sent.invitation.role));
    let act = if sent.is_mailed { "A link is mailed to" } else { "Send this link to" };
    let same = "This one leads to the same: hand it over yourself if the mail does not arrive. A new account made with it is confirmed by \
                mail. It is shown only now.";
    let hint = match sent.not_mailed {
        _ if sent.is_mailed => same.to_owned(),
        Some(sentence) => format!("{sentence} It is shown only now."),
        None => "It is shown only now; mail is not set up here.".to_owned(),
    };
    view! {
        <p>{format!("{act} {email}. It works once, for that address, and makes them {role}.")}</p>
        {sent.replaces_link.then(|| view! { <p>"The link they were sent before does not work any more."</p> })}
        <Field label="Invitation link" name="link" id="invite-link" initial=sent.link hint/>
        <DialogActions>
            <Button on_click=move || open.set(false)>"Done"</Button>
            <Button variant=ButtonVariant::Primary on_click=copy>"Copy link"</Button>
        </DialogActions>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_owners_are_offered_to_make_owners() {
        let offered = |is_owner| role_options(is_owner).into_iter().map(|option| option.value).collect::<Vec<_>>();
        assert_eq!(offered(true), ["Viewer", "Collaborator", "TeamManager", "Owner"]);
        assert_eq!(offered(false), ["Viewer", "Collaborator", "TeamManager"]);
    }
}
