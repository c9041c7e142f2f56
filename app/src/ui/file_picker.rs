//! File picker: takes the text of a file into a form.

use super::field_frame::{ControlIds, FieldFrame};
use crate::browser::file_text;
use leptos::html;
use leptos::prelude::*;

/// Largest file it reads, in bytes; a form cannot send more.
const MOST_BYTES: f64 = 1024.0 * 1024.0;

/// Chooses a text file and hands its text on.
#[component]
pub fn FilePicker(
    /// The visible label; it is the accessible name.
    #[prop(into)]
    label: String,
    /// Types and endings that are offered.
    accept: &'static str,
    /// The text of the file that was chosen.
    #[prop(into)]
    on_text: Callback<String>,
) -> impl IntoView {
    let ids = ControlIds::new(None, "file");
    let input = NodeRef::<html::Input>::new();
    let wrong = RwSignal::new(None::<String>);
    let described_by = ids.described_by(false, wrong.into());
    let chosen = move |_| {
        let Some(file) = input.get_untracked().and_then(|input| input.files()).and_then(|files| files.get(0)) else { return };
        if file.size() > MOST_BYTES {
            wrong.set(Some(format!("“{}” is larger than 1 MB. Choose a smaller file.", file.name())));
            return;
        }
        file_text::read(&file, move |text| match text {
            Some(text) => {
                wrong.try_set(None);
                on_text.run(text);
            }
            None => {
                wrong.try_set(Some("The file could not be read. Choose it again.".to_owned()));
            }
        });
    };
    let control = ids.control.clone();
    let field = view! {
        <input
            node_ref=input id=control type="file" class="input-box" accept=accept aria-describedby=move || described_by.get()
            on:change=chosen
        />
    };
    view! { <FieldFrame ids label hide_label=false hint=None error=wrong.into()>{field.into_any()}</FieldFrame> }.into_any()
}
