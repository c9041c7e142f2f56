//! Preview: one mail as it is read, in colour and in plain text.
//!
//! The mail's own HTML is not put into the page: the page draws the same parts, so that nothing has to be trusted.

use crate::ui::Card;
use domain::mails::MailPreview;
use leptos::prelude::*;

/// One mail with made-up people in it.
#[component]
pub fn Preview(
    /// The mail.
    mail: MailPreview,
) -> impl IntoView {
    let MailPreview { name, subject, heading, paragraphs, button, notes, text } = mail;
    let plain = format!("{name} in plain text");
    view! {
        <Card title=name description=format!("Subject: {subject}")>
            <div class="mail-versions">
                <div class="mail-letter">
                    <p class="mail-brand">"Lyceum"</p>
                    <h3>{heading}</h3>
                    {paragraphs.into_iter().map(|words| view! { <p>{words}</p> }).collect_view()}
                    {button.map(|words| view! { <p><span class="mail-button">{words}</span></p> })}
                    {notes.into_iter().map(|words| view! { <p class="mail-note">{words}</p> }).collect_view()}
                </div>
                <pre class="mail-text" tabindex="0" role="group" aria-label=plain>{text}</pre>
            </div>
        </Card>
    }
    .into_any()
}
