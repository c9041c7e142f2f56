//! Uploads: a place to drop files, and a line for each that is under way or was refused.
//!
//! Files go one request each, two at a time; the queue belongs to the page of the browser, not to this component, so that
//! moving to another screen stops nothing. Who leaves the page while files are under way is asked first, and a page that is over waits
//! until they have arrived, and until what is said of those that were not taken is read.

use super::send::send;
use super::state::size;
use crate::browser::leaving;
use crate::page_team;
use crate::ui::{ButtonSize, Icon, IconButton, IconSize, Progress};
use domain::DatasetId;
use gloo::events::EventListener;
use icondata_lu as lu;
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use web_sys::{File, FileList};

/// Requests at once.
const AT_ONCE: usize = 2;

/// One file as the screen shows it.
#[derive(Clone, Copy)]
struct Line {
    key: usize,
    name: StoredValue<String>,
    percent: RwSignal<Option<f64>>,
    refusal: RwSignal<Option<String>>,
}

/// A file on its way to the server.
struct Waiting {
    url: String,
    file: File,
    line: Line,
}

/// What is still to be sent.
#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    running: usize,
    /// Asks before the page is left; there as long as something is under way.
    guard: Option<EventListener>,
}

thread_local! {
    static QUEUE: RefCell<Queue> = RefCell::default();
    /// What the screen says of files, for as long as it is there.
    static LINES: Cell<Option<RwSignal<Vec<Line>>>> = const { Cell::new(None) };
}

/// The drop zone and the lines below it.
#[component]
pub fn Uploads(
    /// Where the files go.
    dataset: Memo<DatasetId>,
    /// The largest file the server takes, in bytes.
    most_bytes: Memo<u64>,
    /// A file was taken.
    on_taken: Callback<()>,
) -> impl IntoView {
    let lines = RwSignal::new(Vec::<Line>::new());
    let count = StoredValue::new(0_usize);
    let accept = Callback::new(move |files: FileList| {
        let url = format!("/api/datasets/{}/documents", dataset.get_untracked());
        LINES.set(Some(lines));
        page_team::wait_while(is_busy);
        for file in (0..files.length()).filter_map(|place| files.get(place)) {
            count.update_value(|count| *count += 1);
            let line = Line {
                key: count.get_value(),
                name: StoredValue::new(file.name()),
                percent: RwSignal::new(Some(0.0)),
                refusal: RwSignal::new(too_large(&file, most_bytes.get_untracked())),
            };
            lines.update(|lines| lines.push(line));
            if line.refusal.with_untracked(Option::is_none) {
                QUEUE.with_borrow_mut(|queue| queue.push(Waiting { url: url.clone(), file, line }));
            }
        }
        pump(lines, on_taken);
    });
    let limit = move || format!("PDF, Word, HTML, Markdown, CSV or plain text, up to {} each.", size(most_bytes.get()));
    view! {
        <DropZone accept hint=Signal::derive(limit)/>
        <Show when=move || lines.with(|lines| !lines.is_empty())>
            <ul class="upload-lines" aria-label="Uploads">
                <For each=move || lines.get() key=|line| line.key let:line><UploadLine line lines/></For>
            </ul>
        </Show>
    }
    .into_any()
}

#[component]
fn DropZone(accept: Callback<FileList>, hint: Signal<String>) -> impl IntoView {
    let is_over = RwSignal::new(false);
    let input = NodeRef::<html::Input>::new();
    let dropped = move |event: ev::DragEvent| {
        event.prevent_default();
        is_over.set(false);
        if let Some(files) = event.data_transfer().and_then(|transfer| transfer.files()) {
            accept.run(files);
        }
    };
    let chosen = move |_| {
        let Some(input) = input.get_untracked() else { return };
        if let Some(files) = input.files() {
            accept.run(files);
        }
        // So that the same file can be chosen again after it was mended.
        input.set_value("");
    };
    let drag_over = move |event: ev::DragEvent| {
        event.prevent_default();
        is_over.set(true);
    };
    view! {
        <div
            class="drop-zone" class:drop-zone-over=is_over on:dragover=drag_over on:dragleave=move |_| is_over.set(false) on:drop=dropped
        >
            <Icon icon=lu::LuUpload size=IconSize::Large/>
            <input
                class="upload-input sr-only" id="upload-documents" type="file" multiple node_ref=input on:change=chosen
                aria-describedby="upload-hint"
            />
            <label class="upload-label" for="upload-documents">"Upload documents"</label>
            <p id="upload-hint">"Choose files, or drop them here. "{move || hint.get()}</p>
        </div>
    }
    .into_any()
}

#[component]
fn UploadLine(line: Line, lines: RwSignal<Vec<Line>>) -> impl IntoView {
    let name = line.name.get_value();
    let dismiss = move || lines.update(|lines| lines.retain(|other| other.key != line.key));
    view! {
        <li class="upload-line">
            <Show
                when=move || line.refusal.with(Option::is_some)
                fallback={
                    let name = name.clone();
                    move || view! { <Progress label=format!("Uploading {name}") value=line.percent/> }
                }
            >
                <p class="upload-refusal" role="alert">{move || line.refusal.get()}</p>
                <IconButton label=format!("Dismiss {}", line.name.get_value()) icon=lu::LuX size=ButtonSize::Small on_click=dismiss/>
            </Show>
        </li>
    }
    .into_any()
}

/// Sends what waits while there is room. Signals may be gone by the time a file is done: the screen was left.
fn pump(lines: RwSignal<Vec<Line>>, on_taken: Callback<()>) {
    while let Some(Waiting { url, file, line }) = QUEUE.with_borrow_mut(Queue::start_next) {
        let done = move |refusal: Option<String>| {
            QUEUE.with_borrow_mut(|queue| queue.running -= 1);
            match refusal {
                Some(sentence) => {
                    let _ = line.refusal.try_set(Some(sentence));
                }
                None => {
                    if lines.try_update(|lines| lines.retain(|other| other.key != line.key)).is_some() {
                        on_taken.run(());
                    }
                }
            }
            pump(lines, on_taken);
        };
        let progress = move |percent| {
            let _ = line.percent.try_set(Some(percent));
        };
        send(&url, &file, progress, done);
    }
    QUEUE.with_borrow_mut(Queue::rest);
}

/// Whether files are under way, or the screen says of some that they were not taken.
fn is_busy() -> bool {
    let says_something = LINES.get().and_then(|lines| lines.try_with_untracked(|lines| !lines.is_empty()));
    says_something.unwrap_or(false) || QUEUE.with_borrow(|queue| queue.guard.is_some())
}

impl Queue {
    fn push(&mut self, file: Waiting) {
        if self.guard.is_none() {
            self.guard = Some(leaving::guard(|| true));
        }
        self.waiting.push_back(file);
    }

    /// Nobody is asked any more once everything has arrived.
    fn rest(&mut self) {
        if self.running == 0 && self.waiting.is_empty() {
            self.guard = None;
        }
    }

    fn start_next(&mut self) -> Option<Waiting> {
        let next = if self.running < AT_ONCE { self.waiting.pop_front() } else { None };
        self.running += usize::from(next.is_some());
        next
    }
}

fn too_large(file: &File, most: u64) -> Option<String> {
    #[expect(clippy::cast_precision_loss, reason = "file sizes stay far below 2^53")]
    let is_too_large = file.size() > most as f64;
    is_too_large.then(|| {
        format!("“{}” is larger than {}, the most one file can have here. Split it and upload the parts.", file.name(), size(most))
    })
}
