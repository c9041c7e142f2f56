//! Where the files that browsers load are: scripts, styles, wasm, fonts.
//!
//! The invariant: the release runs from any working folder, because its site lies beside the program. Next:
//! `scripts/build`, which puts it there.

use leptos::config::{Env, LeptosOptions};
use std::path::{Path, PathBuf};

/// The names of the browser's files and the folder they are in.
pub fn leptos_options() -> LeptosOptions {
    let program = std::env::current_exe().unwrap_or_default();
    let beside = program.parent().unwrap_or(Path::new(".")).to_owned();
    let watched = std::env::var_os("LEPTOS_WATCH").is_some();
    LeptosOptions::builder()
        .output_name("lyceum")
        .site_root(site_folder(std::env::var_os("LEPTOS_SITE_ROOT").map(PathBuf::from), &beside).display().to_string())
        .site_pkg_dir("pkg")
        .hash_files(beside.join("hash.txt").exists())
        .env(if watched { Env::DEV } else { Env::PROD })
        .build()
}

/// What cargo-leptos says while it watches; else beside the program, or one up where debug builds have it.
fn site_folder(given: Option<PathBuf>, beside: &Path) -> PathBuf {
    let places = [beside.join("site"), beside.join("../site")];
    given.or_else(|| places.iter().find(|place| place.is_dir()).cloned()).unwrap_or_else(|| places[0].clone())
}

#[cfg(test)]
mod tests {
    use super::site_folder;

    #[test]
    fn the_site_is_beside_the_program_unless_cargo_leptos_says_otherwise() {
        let folder = tempfile::tempdir().unwrap();
        let release = folder.path().join("release");
        std::fs::create_dir_all(release.join("site")).unwrap();
        assert_eq!(site_folder(None, &release), release.join("site"));
        assert_eq!(site_folder(Some("target/site".into()), &release), std::path::Path::new("target/site"));
    }

    #[test]
    fn a_debug_program_finds_the_site_one_folder_up() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("site")).unwrap();
        std::fs::create_dir_all(folder.path().join("debug")).unwrap();
        assert!(site_folder(None, &folder.path().join("debug")).is_dir());
    }
}
