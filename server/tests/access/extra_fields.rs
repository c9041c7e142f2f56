//! Fields that nobody asked for, in every server function and form: refused inside of what is asked for, and without effect beside it.

use super::{ADMINISTRATOR, Call, OWNER, PEOPLE, Row, World, rows};
use crate::support::Answer;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use sqlx::PgPool;
use std::collections::BTreeSet;

/// Whose ids are smuggled: their team is in none of the calls.
const OTHER_TEAM: usize = 1;
/// Gives power by what it is for.
const GIVES_POWER: [&str; 3] = ["POST /api/people/make-administrator", "POST /api/team/create", "POST /api/team/hand-over"];
/// Reads no form.
const TAKES_NO_FORM: &str = "POST /sign-out";

type Extra = (&'static str, Value);

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn fields_that_nobody_asked_for_are_refused_or_change_nothing(pool: PgPool) {
    let mut world = World::start(&pool).await;
    let other: domain::ViewerInfo = world.clients[OTHER_TEAM].server_fn("identity/viewer", Value::Null).await.json();
    let extras = [
        ("role", json!("Owner")),
        ("roles", json!(["Owner"])),
        ("is_admin", json!(true)),
        ("is_system_administrator", json!(true)),
        ("team_id", json!(other.team_id)),
        ("owner_id", json!(other.user_id)),
        ("user_id", json!(other.user_id)),
        ("created_by", json!(other.user_id)),
    ];
    let mut wrong = Vec::new();
    for row in rows().into_iter().filter(|row| row.route.starts_with("POST ")) {
        let person = least_who_may(&row);
        world.stand_as_before().await;
        let call = world.prepare(&row, person).await;
        let (powers, traces) = (powers(&pool).await, traces(&pool, &other).await);
        let mut note = |what: String| wrong.push(format!("{} ({}) as {}: {what}", row.route, row.case, PEOPLE[person]));
        for (answer, expected) in smuggle(&mut world, &row, person, call, &extras).await {
            if answer.status.as_u16() != expected {
                note(format!("{} instead of {expected}: {:.200}", answer.status.as_u16(), answer.text));
            }
        }
        let gained: Vec<String> = self::powers(&pool).await.difference(&powers).cloned().collect();
        if !gained.is_empty() && !GIVES_POWER.contains(&row.route) {
            note(format!("somebody gained {gained:?}"));
        }
        if self::traces(&pool, &other).await != traces {
            note("it reached the other team".to_owned());
        }
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

/// Of those in the team, the one with the fewest rights who may make the call.
fn least_who_may(row: &Row) -> usize {
    let fallback = if row.statuses[OWNER] == 404 { ADMINISTRATOR } else { OWNER };
    [3, 4, 5, OWNER, ADMINISTRATOR].into_iter().find(|person| row.statuses[*person] == 200).unwrap_or(fallback)
}

/// Every way to add the fields to a call: the answers, with the status each has to have.
async fn smuggle(world: &mut World, row: &Row, person: usize, call: Call, extras: &[Extra]) -> Vec<(Answer, u16)> {
    let mut answers = Vec::new();
    let plainly = row.statuses[person];
    match call {
        Call::Arguments(arguments) => {
            for place in objects_in(&arguments) {
                let mut changed = arguments.clone();
                add(changed.pointer_mut(&place).expect("it is there"), extras);
                answers.push((world.make(row, person, Call::Arguments(changed)).await, 422));
            }
            let mut changed = arguments;
            add(&mut changed, extras);
            answers.push((world.make(row, person, Call::Arguments(changed)).await, plainly));
        }
        Call::Form(path, mut fields) => {
            fields.extend(extras.iter().map(|(name, value)| (*name, text(value))));
            let expected = if row.route == TAKES_NO_FORM { plainly } else { 422 };
            answers.push((world.make(row, person, Call::Form(path, fields)).await, expected));
        }
        Call::Upload(path) => {
            let form = extras.iter().fold(Form::new(), |form, (name, value)| form.text(*name, text(value)));
            let file = Part::text("Some words.").file_name(format!("{}.txt", world.fresh_name()));
            answers.push((world.clients[person].post_multipart(&path, form.part("file", file)).await, plainly));
        }
        Call::Get(path) => panic!("{path} is no post"),
    }
    answers
}

/// The places of all objects inside of the arguments.
fn objects_in(arguments: &Value) -> Vec<String> {
    let members = arguments.as_object().into_iter().flatten().filter(|(_, value)| value.is_object());
    members
        .flat_map(|(name, value)| [String::new()].into_iter().chain(objects_in(value)).map(move |rest| format!("/{name}{rest}")))
        .collect()
}

/// Adds the fields that are not there already.
fn add(object: &mut Value, extras: &[Extra]) {
    let members = object.as_object_mut().expect("an object");
    for (name, value) in extras {
        members.entry(*name).or_insert_with(|| value.clone());
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Who manages the installation or owns a team or is invited to, and what each role may do.
async fn powers(pool: &PgPool) -> BTreeSet<String> {
    let all = "SELECT 'the installation, ' || id FROM users WHERE is_system_administrator
               UNION ALL SELECT 'a team, ' || team_id || ', ' || user_id FROM memberships WHERE 'Owner' = ANY (roles)
               UNION ALL SELECT 'an invitation, ' || id FROM invitations WHERE role = 'Owner'
               UNION ALL SELECT 'a right, ' || role || ', ' || permission FROM roles_permissions";
    sqlx::query_scalar::<_, String>(all).fetch_all(pool).await.expect("powers").into_iter().collect()
}

/// How often the other person and their team stand in any row of any table.
async fn traces(pool: &PgPool, other: &domain::ViewerInfo) -> i64 {
    let list = "SELECT format('(SELECT count(*) FROM %I WHERE %I IN ($1, $2))', relname, attname)
                FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
                WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
                      AND atttypid = 'uuid'::regtype";
    let counts: Vec<String> = sqlx::query_scalar(list).fetch_all(pool).await.expect("columns");
    let sum = sqlx::AssertSqlSafe(format!("SELECT {}", counts.join(" + ")));
    sqlx::query_scalar(sum).bind(other.user_id).bind(other.team_id).fetch_one(pool).await.expect("a sum")
}
