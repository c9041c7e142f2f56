//! The end of a team: its name is typed, and for 30 days an owner can take it back on the account screen.

use super::api::delete_team;
use crate::browser::leaving;
use crate::error::AppError;
use crate::features::identity::use_confirming;
use crate::ui::{Button, ButtonVariant, Card, Dialog, DialogActions, Field, FormError};
use domain::team::TeamDetail;
use leptos::prelude::*;

/// The card with the button, and the dialog behind it.
#[component]
pub fn Deletion(
    /// The team.
    detail: Signal<TeamDetail>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    view! {
        <Card
            title="Delete team"
            description="Nobody can enter it any more. For 30 days an owner can restore it on their account screen; then its chats, prompts, datasets and files are gone for good."
        >
            <Button variant=ButtonVariant::Danger on_click=move || open.set(true)>"Delete team…"</Button>
        </Card>
        <Dialog open title="Delete this team?"><DeletionForm detail open/></Dialog>
    }
    .into_any()
}

#[component]
fn DeletionForm(detail: Signal<TeamDetail>, open: RwSignal<bool>) -> impl IntoView {
    let name = detail.with_untracked(|detail| detail.patch.name.clone());
    let typed = RwSignal::new(String::new());
    let confirming = use_confirming();
    let delete = Action::new(move |name: &String| {
        let name = name.clone();
        async move {
            confirming.run(move || delete_team(name.clone())).await?;
            // Everything on screen belongs to the deleted team: begin afresh in another.
            leaving::go_on_at("/account");
            Ok::<(), AppError>(())
        }
    });
    let error = Signal::derive(move || delete.value().get().and_then(Result::err));
    let wrong = Signal::derive(move || error.get().and_then(|error| error.field("name")));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if leaving::may_leave() {
            delete.dispatch(typed.get_untracked());
        }
    };
    view! {
        <form class="form" on:submit=submit novalidate>
            <FormError error/>
            <p>"Everybody in it goes on in another team of theirs. Type “"{name}"” to confirm."</p>
            <Field label="Team name" name="name" id="delete-team-name" value=typed error=wrong autocomplete="off" autofocus=true/>
            <DialogActions>
                <Button on_click=move || open.set(false)>"Cancel"</Button>
                <Button submit=true variant=ButtonVariant::Danger loading=delete.pending()>"Delete team"</Button>
            </DialogActions>
        </form>
    }
    .into_any()
}
