//! The button on the sign-in screen: asks the device, and posts its answer as the forms of that screen are posted.

use super::api::start_passkey_sign_in;
use crate::browser::passkey;
use crate::error::AppError;
use crate::ui::{Button, FormError};
use icondata_lu as lu;
use leptos::html;
use leptos::prelude::*;

/// A form whose one field the device fills in. Without JavaScript it is posted empty, and the answer says so.
#[component]
pub fn PasskeyWay(
    /// Where the person was going.
    next: String,
) -> impl IntoView {
    let (form, credential) = (NodeRef::<html::Form>::new(), NodeRef::<html::Input>::new());
    let ask = Action::new_local(move |(): &()| async move {
        let options = start_passkey_sign_in().await?;
        let found = passkey::get(&options).await.map_err(|trouble| AppError::Conflict(trouble.sentence().to_owned()))?;
        if let (Some(form), Some(credential)) = (form.get_untracked(), credential.get_untracked()) {
            credential.set_value(&found);
            // Posting it leads away from this page: there is nobody left to tell of a failure.
            let _ = form.submit();
        }
        Ok::<(), AppError>(())
    });
    let error = Signal::derive(move || ask.value().get().and_then(Result::err));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        ask.dispatch_local(());
    };
    view! {
        <form class="form" method="post" action="/sign-in/passkey" node_ref=form on:submit=submit>
            <FormError error/>
            <input type="hidden" name="credential" node_ref=credential/>
            <input type="hidden" name="next" value=next/>
            <Button submit=true wide=true icon=lu::LuKeyRound loading=ask.pending()>"Continue with a passkey"</Button>
        </form>
    }
    .into_any()
}
