//! Sends one file and tells how far it is. Only called in handlers, so only ever in a browser.

use crate::page_team;
use domain::datasets::UploadOutcome;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{File, FormData, ProgressEvent, XmlHttpRequest};

/// What is said when the server cannot be reached.
const BROKEN: &str = "did not arrive: the connection broke. Upload it again.";

/// Posts `file` as one multipart request. `on_progress` gets 0 to 100; `on_done` gets a sentence when it was refused.
pub fn send(url: &str, file: &File, on_progress: impl Fn(f64) + 'static, on_done: impl FnOnce(Option<String>) + 'static) {
    let name = file.name();
    match start(url, file, &name, on_progress) {
        Some(request) => {
            let finished = request.clone();
            // Fires once, whether the request succeeded, failed or was aborted.
            let done = Closure::once_into_js(move || on_done(refusal(&finished, &name)));
            request.set_onloadend(Some(done.unchecked_ref()));
        }
        None => on_done(Some(format!("“{name}” {BROKEN}"))),
    }
}

fn start(url: &str, file: &File, name: &str, on_progress: impl Fn(f64) + 'static) -> Option<XmlHttpRequest> {
    let form = FormData::new().ok()?;
    form.append_with_blob_and_filename("file", file, name).ok()?;
    let request = XmlHttpRequest::new().ok()?;
    let progress = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| {
        if event.length_computable() && event.total() > 0.0 {
            on_progress(event.loaded() * 100.0 / event.total());
        }
    });
    request.upload().ok()?.set_onprogress(Some(progress.as_ref().unchecked_ref()));
    // Lives as long as the page: a few words per uploaded file.
    progress.forget();
    request.open("POST", url).ok()?;
    for (name, value) in page_team::headers() {
        request.set_request_header(name, &value).ok()?;
    }
    request.send_with_opt_form_data(Some(&form)).ok()?;
    Some(request)
}

/// Why the file was not taken, as the server said it, or in our own words.
fn refusal(request: &XmlHttpRequest, name: &str) -> Option<String> {
    let status = request.status().unwrap_or_default();
    let body = request.response_text().ok().flatten().unwrap_or_default();
    if status == 200 {
        let outcomes: Vec<UploadOutcome> = serde_json::from_str(&body).unwrap_or_default();
        return match outcomes.into_iter().next() {
            Some(outcome) => outcome.refusal,
            None => Some(format!("“{name}” {BROKEN}")),
        };
    }
    match serde_json::from_str::<crate::error::AppError>(&body) {
        Ok(error) => Some(format!("“{name}” was not taken. {error}")),
        Err(_) => Some(format!("“{name}” {BROKEN}")),
    }
}
