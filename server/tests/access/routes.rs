//! Routes: that nothing is served beside the lists which the rows go by, and nothing by another method than they say.

use crate::served;
use crate::support::{Answer, TestApp};
use axum::http::{Method, header};
use leptos_axum::generate_route_list;
use sqlx::PgPool;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// What a router is given something to serve by.
const WAYS: [&str; 9] = [
    ".route(",
    ".route_service(",
    ".nest(",
    ".nest_service(",
    ".merge(",
    ".fallback(",
    ".fallback_service(",
    ".method_not_allowed_fallback(",
    ".leptos_routes",
];

/// Every place where that is done, to the end of its line, and why nothing is served by it that has no row.
const PLACES: &[(&str, &str)] = &[
    (r#"health.rs: .route("/livez", get(|| async { "alive" }))"#, "for the machines that watch this one: one word, to everybody"),
    (r#"health.rs: .route("/readyz", get(readyz))"#, "for the machines that watch this one: whether the database answers, to everybody"),
    (
        r#"health.rs: .route("/metrics", get(figures))"#,
        "for the machines that watch this one: counts and times by route, status and kind, nothing of people and teams; docs/operations.md \
         has the proxy refuse it to everybody else",
    ),
    ("router.rs: .merge(watchers)", "those three"),
    (
        "router.rs: .leptos_routes_with_context(&state, pages, server_context(&state), document(&state));",
        "the screens and the server functions, which have rows",
    ),
    ("router.rs: .route(route.path, (route.handler)());", "the plain routes, which have rows"),
    ("router.rs: .fallback(file_or_not_found)", "the files of the site, which are everybody's, and what is not there"),
    ("router.rs: .fallback(render_not_found).layer(who_asks).with_state(state);", "the page of what is not there"),
    ("stand_in.rs: .fallback(answer).with_state(stand_in.clone());", "the bucket of the tests"),
];

#[test]
fn no_route_stands_beside_the_lists() {
    let mut found = BTreeSet::new();
    let mut folders = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder of the server") {
            let path = entry.expect("a file or a folder").path();
            let file = path.file_name().expect("its name").to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if file != "tests.rs" {
                let text = std::fs::read_to_string(path).expect("a file of the server");
                let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
                for way in WAYS {
                    let calls = code.match_indices(way).map(|(at, _)| code[at..].lines().next().unwrap_or_default());
                    found.extend(calls.map(|call| format!("{file}: {call}")));
                }
            }
        }
    }
    let known: BTreeSet<String> = PLACES.iter().map(|(place, _)| (*place).to_owned()).collect();
    assert_eq!(found, known);
}

/// A method that nobody has heard of is refused with those that there are; `any` would take it.
#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn every_address_takes_the_methods_that_the_lists_say_and_no_other(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let screens = generate_route_list(app::App).into_iter().map(|screen| format!("GET {}", screen.path()));
    let mut listed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for route in served().into_iter().chain(screens) {
        let (method, path) = route.split_once(' ').expect("a method and a path");
        let methods = listed.entry(path.to_owned()).or_default();
        methods.insert(method.to_owned());
        if method == "GET" {
            methods.insert("HEAD".to_owned());
        }
    }
    let (browser, unheard_of) = (app.anonymous(), Method::from_bytes(b"UNHEARDOF").expect("a method"));
    let mut wrong = Vec::new();
    for (path, methods) in listed {
        let address = path.replace(['{', '}'], "");
        let answer = Answer::of(browser.own_request(unheard_of.clone(), &address)).await;
        let taken = answer.header(header::ALLOW).unwrap_or_default().split(',').map(|method| method.trim().to_owned());
        let taken: BTreeSet<String> = taken.collect();
        if answer.status != 405 || taken != methods {
            wrong.push(format!("{path}: {} and {taken:?} instead of {methods:?}", answer.status.as_u16()));
        }
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}
