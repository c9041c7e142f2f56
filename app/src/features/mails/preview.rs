//! Preview: one mail as it is sent, in colour and in plain text.
//!
//! The invariant: the mail's own HTML stands in a frame where nothing runs, under a policy of its own (`server::api::mails`). It is no part
//! of the page, and its links lead nowhere from there.

use crate::ui::Card;
use domain::mails::MailPreview;
use leptos::prelude::*;

/// One mail with made-up people in it.
#[component]
pub fn Preview(
    /// The mail.
    mail: MailPreview,
) -> impl IntoView {
    let MailPreview { kind, name, subject, text } = mail;
    let (sent, plain) = (format!("{name} as it is sent"), format!("{name} in plain text"));
    // A page does not learn how high a framed one is: the words make room for it (style/mails.css).
    let words = text.clone();
    view! {
        <Card title=name description=format!("Subject: {subject}")>
            <div class="mail-versions">
                <div class="mail-frame" data-words=words>
                    <iframe sandbox="" title=sent src=format!("/api/mails/{kind}/preview") tabindex="-1"></iframe>
                </div>
                <pre class="mail-text" tabindex="0" role="group" aria-label=plain>{text}</pre>
            </div>
        </Card>
    }
    .into_any()
}
