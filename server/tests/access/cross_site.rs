//! What another site's page posts in somebody's name: to every server function and plain route, in every encoding a page can make
//! and some it cannot, with arguments that would do something.

use super::{ADMINISTRATOR, Call, OWNER, World, rows};
use crate::support::{Answer, NOTHING, Snapshot, form};
use futures::future::join_all;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;
use sqlx::PgPool;

/// What a browser says of where such a post comes from; the last says nothing and brings the session all the same.
const ORIGINS: [&[(&str, &str)]; 7] = [
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "same-site"), ("origin", "https://evil.example")],
    &[("sec-fetch-site", "none")],
    &[("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-origin")],
    &[("origin", "https://evil.example")],
    &[("origin", "null")],
    &[],
];

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn no_function_takes_what_another_site_posts_in_any_encoding(pool: PgPool) {
    let mut world = World::start(&pool).await;
    let mut posts = Vec::new();
    for row in rows().into_iter().filter(|row| row.route.starts_with("POST ")) {
        let person = if row.statuses[OWNER] == 404 { ADMINISTRATOR } else { OWNER };
        let call = world.prepare(&row, person).await;
        posts.push((row.route.trim_start_matches("POST "), person, call));
    }
    world.wait_for_answers().await;
    let before = Snapshot::take(&pool).await;
    for (route, person, call) in posts {
        let (path, fields) = shape(route, call);
        let sent = bodies(&fields).into_iter().flat_map(|body| ORIGINS.map(|origin| (body.clone(), origin)));
        let answers = join_all(sent.map(|((encoding, body), origin)| {
            let request = world.clients[person].request(Method::POST, &path).header("accept", "*/*").body(body);
            let request = encoding.into_iter().fold(request, |request, encoding| request.header(CONTENT_TYPE, encoding));
            let request = origin.iter().fold(request, |request, (name, value)| request.header(*name, *value));
            async move { (encoding, origin, Answer::of(request).await) }
        }));
        for (encoding, origin, answer) in answers.await {
            let said = (answer.status.as_u16(), answer.text.as_str());
            assert_eq!(said, (403, "\"Forbidden\""), "{path} as {encoding:?} from {origin:?}");
        }
    }
    assert_eq!(before.changed(&pool).await, NOTHING);
}

/// Where a call goes, and its fields.
fn shape(route: &str, call: Call) -> (String, Value) {
    match call {
        Call::Arguments(arguments) => (route.to_owned(), arguments),
        Call::Form(path, fields) => (path, fields.into_iter().map(|(name, value)| (name.to_owned(), Value::String(value))).collect()),
        Call::Get(path) | Call::Upload(path) => (path, Value::Object(serde_json::Map::default())),
    }
}

/// The fields in every encoding.
fn bodies(fields: &Value) -> Vec<(Option<&'static str>, String)> {
    let json = fields.to_string();
    vec![
        (Some("application/x-www-form-urlencoded"), form(fields)),
        (Some("application/json"), json.clone()),
        (Some("text/plain"), json.clone()),
        (Some("multipart/form-data; boundary=x"), multipart(fields)),
        (Some("application/cbor"), json.clone()),
        (None, json),
    ]
}

fn multipart(fields: &Value) -> String {
    let parts = fields.as_object().into_iter().flatten().map(|(name, value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
    });
    let file = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"evil.txt\"\r\n\r\nevil\r\n--x--\r\n".to_owned();
    parts.chain([file]).collect()
}
