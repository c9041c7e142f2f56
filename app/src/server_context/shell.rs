//! The document around the application, as the server writes it.
//!
//! The one invariant: every script carries the nonce of the response and nothing else runs. The hydration tags are ours
//! because those of leptos 0.8.23 put the nonce into `crossorigin=` of the preloads, which breaks them (leptos#4843).

use crate::App;
use crate::browser::theme;
use crate::server_context::cookies;
use crate::ui::layout::fold_from_cookies;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::MetaTags;
use std::sync::OnceLock;

/// Addresses of the files a page needs.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SiteFiles {
    script: String,
    program: String,
    styles: String,
}

impl SiteFiles {
    /// The addresses under these options, with the hashes of the build where it made some.
    fn of(options: &LeptosOptions) -> &'static Self {
        static FILES: OnceLock<SiteFiles> = OnceLock::new();
        FILES.get_or_init(|| {
            let hashes = if options.hash_files { read_hashes(options) } else { String::new() };
            Self::named(&options.output_name, &options.site_pkg_dir, &hashes)
        })
    }

    /// The addresses under a name and folder, given the lines of the hash file.
    fn named(name: &str, folder: &str, hashes: &str) -> Self {
        let file = |kind: &str, extension: &str, plain: &str| {
            let hash = hashes.lines().filter_map(|line| line.split_once(':')).find(|(key, _)| key.trim() == kind);
            match hash {
                Some((_, hash)) => format!("/{folder}/{name}.{}.{extension}", hash.trim()),
                None => format!("/{folder}/{name}{plain}.{extension}"),
            }
        };
        // Without hashes cargo-leptos names the program by the output name alone, and says so in its build environment.
        let plain_program = if option_env!("LEPTOS_OUTPUT_NAME").is_none() && hashes.is_empty() { "_bg" } else { "" };
        Self { script: file("js", "js", ""), program: file("wasm", "wasm", plain_program), styles: file("css", "css", "") }
    }
}

/// The hash file beside the program; empty when there is none, so that plain names are used.
fn read_hashes(options: &LeptosOptions) -> String {
    let program = std::env::current_exe().unwrap_or_default();
    let folder = program.parent().unwrap_or(std::path::Path::new("."));
    std::fs::read_to_string(folder.join(options.hash_file.as_ref())).unwrap_or_default()
}

/// The whole document of one answer.
pub fn shell(options: LeptosOptions) -> impl IntoView {
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
                <HydrationTags files/>
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
fn HydrationTags(files: &'static SiteFiles) -> impl IntoView {
    let nonce = use_nonce().map(|nonce| nonce.to_string());
    let start = format!(
        "import({script:?}).then(module => module.default({{ module_or_path: {program:?} }}).then(() => module.hydrate()));",
        script = files.script,
        program = files.program,
    );
    view! {
        <link rel="modulepreload" href=files.script.as_str() nonce=nonce.clone()/>
        <link rel="preload" href=files.program.as_str() r#as="fetch" r#type="application/wasm" crossorigin=""/>
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
    fn without_hashes_the_plain_names_are_used() {
        let files = SiteFiles::named("lyceum", "pkg", "");
        assert_eq!(files.script, "/pkg/lyceum.js");
        assert_eq!(files.styles, "/pkg/lyceum.css");
    }
}
