//! The document around the application, as the server writes it.
//!
//! The one invariant: every script carries the nonce of the response and nothing else runs. The hydration tags are ours
//! because those of leptos 0.8.23 put the nonce into `crossorigin=` of the preloads, which breaks them (leptos#4843).

use crate::App;
use crate::browser::theme;
use crate::error::GiveStatus;
use crate::server_context::{cookies, refuse, request_parts};
use crate::ui::layout::fold_from_cookies;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::MetaTags;
use std::collections::HashMap;
use std::path::Path;
use std::sync::OnceLock;

/// Addresses of the files a page needs.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SiteFiles {
    script: String,
    program: String,
    styles: String,
    /// The files of each part of the screens, by its name.
    parts: HashMap<String, Vec<String>>,
}

impl SiteFiles {
    /// The addresses under these options, with the hashes of the build where it made some.
    fn of(options: &LeptosOptions) -> &'static Self {
        static FILES: OnceLock<SiteFiles> = OnceLock::new();
        FILES.get_or_init(|| {
            let hashes = if options.hash_files { read_hashes(options) } else { String::new() };
            Self { parts: read_parts(options, &hashes), ..Self::named(&options.output_name, &options.site_pkg_dir, &hashes) }
        })
    }

    /// The addresses under a name and folder, given the lines of the hash file.
    fn named(name: &str, folder: &str, hashes: &str) -> Self {
        let file = |kind: &str, extension: &str, plain: &str| match hash_of(hashes, kind) {
            Some(hash) => format!("/{folder}/{name}.{hash}.{extension}"),
            None => format!("/{folder}/{name}{plain}.{extension}"),
        };
        // Without hashes cargo-leptos names the program by the output name alone, and says so in its build environment.
        let plain_program = if option_env!("LEPTOS_OUTPUT_NAME").is_none() && hashes.is_empty() { "_bg" } else { "" };
        Self {
            script: file("js", "js", ""),
            program: file("wasm", "wasm", plain_program),
            styles: file("css", "css", ""),
            parts: HashMap::new(),
        }
    }

    /// The files of the part that shows an address.
    fn of_part(&self, path: &str) -> &[String] {
        part_of(path).and_then(|part| self.parts.get(part)).map_or(&[], Vec::as_slice)
    }
}

/// The part of `crate::screens` that shows an address; none for the chat.
fn part_of(path: &str) -> Option<&'static str> {
    match path.split('/').nth(1)? {
        "" | "chat" => None,
        "datasets" | "prompts" => Some("library"),
        "team" | "teams" => Some("team"),
        "account" => Some("account"),
        "admin" => Some("admin"),
        _ => Some("entrance"),
    }
}

/// The hash of one kind of file among the lines of the hash file.
fn hash_of<'a>(hashes: &'a str, kind: &str) -> Option<&'a str> {
    hashes.lines().filter_map(|line| line.split_once(':')).find(|(key, _)| key.trim() == kind).map(|(_, hash)| hash.trim())
}

/// What the build wrote of the parts, as addresses; nothing when the program was not cut into parts.
fn read_parts(options: &LeptosOptions, hashes: &str) -> HashMap<String, Vec<String>> {
    let folder = &options.site_pkg_dir;
    let name = match hash_of(hashes, "manifest") {
        Some(hash) => format!("__wasm_split_manifest.{hash}.json"),
        None => "__wasm_split_manifest.json".to_owned(),
    };
    let text = std::fs::read_to_string(Path::new(&*options.site_root).join(&**folder).join(name)).unwrap_or_default();
    let mut parts: HashMap<String, Vec<String>> = serde_json::from_str(&text).unwrap_or_default();
    for file in parts.values_mut().flatten() {
        *file = format!("/{folder}/{file}.wasm");
    }
    parts
}

/// The hash file beside the program; empty when there is none, so that plain names are used.
fn read_hashes(options: &LeptosOptions) -> String {
    let program = std::env::current_exe().unwrap_or_default();
    let folder = program.parent().unwrap_or(std::path::Path::new("."));
    std::fs::read_to_string(folder.join(options.hash_file.as_ref())).unwrap_or_default()
}

/// The whole document of one answer.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    provide_context(GiveStatus(|error| drop(refuse(error.clone()))));
    let files = SiteFiles::of(&options);
    let cookies = cookies();
    let data_theme = theme::attribute(theme::from_cookies(&cookies));
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=data_theme data-sidebar=fold_from_cookies(&cookies)>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="preload" href="/fonts/inter-latin.woff2" r#as="font" r#type="font/woff2" crossorigin=""/>
                <link rel="stylesheet" href=files.styles.clone()/>
                <link rel="icon" href="/favicon.svg" r#type="image/svg+xml"/>
                <HydrationTags files path=request_parts().map(|parts| parts.uri.path().to_owned()).unwrap_or_default()/>
                <AutoReload options/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// Loads the program and starts it, with the nonce where a nonce belongs.
#[component]
fn HydrationTags(files: &'static SiteFiles, path: String) -> impl IntoView {
    let nonce = use_nonce().map(|nonce| nonce.to_string());
    let start = format!(
        "import({script:?}).then(module => module.default({{ module_or_path: {program:?} }}).then(() => module.hydrate()));",
        script = files.script,
        program = files.program,
    );
    let programs = std::iter::once(&files.program).chain(files.of_part(&path));
    let programs =
        programs.map(|file| view! { <link rel="preload" href=file.as_str() r#as="fetch" r#type="application/wasm" crossorigin=""/> });
    view! {
        <link rel="modulepreload" href=files.script.as_str() nonce=nonce.clone()/>
        {programs.collect_view()}
        <script type="module" nonce=nonce>{start}</script>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashed_files_are_addressed_by_their_hashes() {
        let files = SiteFiles::named("lyceum", "pkg", "js: aa\nwasm: bb\ncss: cc\n");
        assert_eq!(files.script, "/pkg/lyceum.aa.js");
        assert_eq!(files.program, "/pkg/lyceum.bb.wasm");
        assert_eq!(files.styles, "/pkg/lyceum.cc.css");
    }

    #[test]
    fn a_screen_comes_with_the_files_of_its_part_and_the_chat_without() {
        let parts = HashMap::from([("team".to_owned(), vec!["/pkg/chunk_1.wasm".to_owned(), "/pkg/split_team.wasm".to_owned()])]);
        let files = SiteFiles { parts, ..SiteFiles::named("lyceum", "pkg", "") };
        assert_eq!(files.of_part("/team/audit").len(), 2);
        assert!(files.of_part("/chat").is_empty() && files.of_part("/account").is_empty());
    }

    #[test]
    fn every_address_has_the_part_that_shows_it() {
        for (path, part) in [
            ("/", None),
            ("/chat", None),
            ("/chat/018f", None),
            ("/sign-in/code", Some("entrance")),
            ("/datasets/018f", Some("library")),
            ("/prompts", Some("library")),
            ("/team/audit", Some("team")),
            ("/teams/acme", Some("team")),
            ("/account", Some("account")),
            ("/account/two-step-required", Some("account")),
            ("/admin/audit", Some("admin")),
        ] {
            assert_eq!(part_of(path), part, "{path}");
        }
    }

    #[test]
    fn without_hashes_the_plain_names_are_used() {
        let files = SiteFiles::named("lyceum", "pkg", "");
        assert_eq!(files.script, "/pkg/lyceum.js");
        assert_eq!(files.styles, "/pkg/lyceum.css");
    }
}
