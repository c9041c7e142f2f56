//! Fields that nobody asked for, in every server function and form: refused inside of what is asked for, and without effect beside it.
//! What changes without them is found out first; with them nothing else does, and where they are refused nothing at all. What succeeds only
//! after steps before is called with them by [`super::extra_fields_of_deeds`].

use super::call::with_file;
use super::deeds::deeds;
use super::{ADMINISTRATOR, Call, OWNER, PEOPLE, Row, World, rows};
use crate::served;
use crate::support::{Answer, NOTHING, Snapshot};
use domain::{TeamId, UserId, ViewerInfo};
use reqwest::multipart::Form;
use serde_json::{Value, json};
use sqlx::PgPool;
use std::collections::BTreeSet;

/// Whose ids are smuggled: their team is in none of the calls.
const OTHER_TEAM: usize = 1;
/// Gives power by what it is for.
const GIVES_POWER: [&str; 3] = ["POST /api/people/make-administrator", "POST /api/team/create", "POST /api/team/hand-over"];
/// Where tries are counted, with whatever fields they come.
pub(super) const COUNTS: &str = "throttles";
/// Server functions whose call succeeds nowhere here with the fields, and why. Forms refuse whatever they do not know.
const NOT_SHOWN: [(&str, &str); 0] = [];

pub(super) type Extra = (&'static str, Value);

/// Somebody outside of everything that is done here, and their team.
#[derive(Clone, Copy)]
pub(super) struct Bystander {
    pub(super) user: UserId,
    pub(super) team: TeamId,
}

impl Bystander {
    /// The fields: their ids, and as much power as words give.
    pub(super) fn fields(self) -> [Extra; 8] {
        [
            ("role", json!("Owner")),
            ("roles", json!(["Owner"])),
            ("is_admin", json!(true)),
            ("is_system_administrator", json!(true)),
            ("team_id", json!(self.team)),
            ("owner_id", json!(self.user)),
            ("user_id", json!(self.user)),
            ("created_by", json!(self.user)),
        ]
    }
}

#[test]
fn every_function_is_called_with_the_fields_and_succeeds() {
    let by_row = rows().into_iter().filter(|row| row.statuses[least_who_may(row)] == 200).map(|row| row.route);
    let shown: BTreeSet<&str> = by_row.chain(deeds().into_iter().map(|deed| deed.route)).collect();
    let left = served().into_iter().filter(|route| route.starts_with("POST /api/") && !shown.contains(route.as_str()));
    assert_eq!(left.collect::<Vec<_>>(), NOT_SHOWN.map(|(route, _)| route));
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn fields_that_nobody_asked_for_are_refused_or_change_nothing(pool: PgPool) {
    let mut world = World::start(&pool).await;
    let other: ViewerInfo = world.clients[OTHER_TEAM].server_fn("identity/viewer", Value::Null).await.json();
    let other = Bystander { user: other.user_id, team: other.team_id };
    let extras = other.fields();
    let mut wrong = Vec::new();
    for row in rows().into_iter().filter(|row| row.route.starts_with("POST ")) {
        let person = least_who_may(&row);
        let found = judge(&mut world, &row, person, other, &extras).await;
        wrong.extend(found.into_iter().map(|what| format!("{} ({}) as {}: {what}", row.route, row.case, PEOPLE[person])));
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

/// Of those in the team, the one with the fewest rights who may make the call.
fn least_who_may(row: &Row) -> usize {
    let fallback = if row.statuses[OWNER] == 404 { ADMINISTRATOR } else { OWNER };
    [3, 4, 5, OWNER, ADMINISTRATOR].into_iter().find(|person| row.statuses[*person] == 200).unwrap_or(fallback)
}

/// Makes the call of a row without the fields, and then with them: what is wrong with the answers, or changes only by them.
async fn judge(world: &mut World, row: &Row, person: usize, other: Bystander, extras: &[Extra]) -> Vec<String> {
    let (pool, mut wrong) = (world.app.pool.clone(), Vec::new());
    let mut expect = |answer: &Answer, status: u16| {
        if answer.status.as_u16() != status {
            wrong.push(format!("{} instead of {status}: {:.200}", answer.status.as_u16(), answer.text));
        }
    };
    let call = begin(world, row, person).await;
    let before = look(world).await;
    expect(&world.make(row, person, call).await, row.statuses[person]);
    let plainly = changed(world, &before).await;

    // Whoever has an export waits for it before they ask for another.
    sqlx::query("DELETE FROM exports").execute(&pool).await.expect("no exports");
    let call = begin(world, row, person).await;
    let (powers, traces) = (powers(&pool).await, traces(&pool, other).await);
    let (refused, taken) = smuggle(call, extras);
    let before = look(world).await;
    for call in refused {
        expect(&call.send(row.route, &world.clients[person]).await, 422);
    }
    let by_refused = before.changed(&pool).await;
    let mut beyond = Vec::new();
    if let Some(call) = taken {
        expect(&make_with(world, row, person, call, extras).await, row.statuses[person]);
        beyond = changed(world, &before).await;
        beyond.retain(|table| table != COUNTS && !plainly.contains(table));
    }
    if by_refused != NOTHING {
        wrong.push(format!("it was refused, and changed {by_refused:?}"));
    }
    if !beyond.is_empty() {
        wrong.push(format!("it changed {beyond:?}, beside {plainly:?} as without the fields"));
    }
    let gained: Vec<String> = self::powers(&pool).await.difference(&powers).cloned().collect();
    if !gained.is_empty() && !GIVES_POWER.contains(&row.route) {
        wrong.push(format!("somebody gained {gained:?}"));
    }
    if self::traces(&pool, other).await != traces {
        wrong.push("it reached the other team".to_owned());
    }
    wrong
}

/// The call of a row, to be made next, with everybody in their place again.
async fn begin(world: &mut World, row: &Row, person: usize) -> Call {
    world.stand_as_before().await;
    world.prepare(row, person).await
}

/// What there is now.
async fn look(world: &World) -> Snapshot {
    world.wait_for_answers().await;
    Snapshot::take_with_all_seen(&world.app.pool).await
}

/// The tables in which something is different since then.
async fn changed(world: &World, before: &Snapshot) -> Vec<String> {
    world.wait_for_answers().await;
    before.changed(&world.app.pool).await
}

/// Every way to add the fields to a call: the calls that are refused for them, and the one that is taken all the same.
pub(super) fn smuggle(call: Call, extras: &[Extra]) -> (Vec<Call>, Option<Call>) {
    match call {
        Call::Arguments(mut arguments) => {
            let within = |place: String| {
                let mut changed = arguments.clone();
                add(changed.pointer_mut(&place).expect("it is there"), extras);
                Call::Arguments(changed)
            };
            let refused = objects_in(&arguments).into_iter().map(within).collect();
            add(&mut arguments, extras);
            (refused, Some(Call::Arguments(arguments)))
        }
        Call::Form(path, mut fields) => {
            fields.extend(extras.iter().map(|(name, value)| (*name, text(value))));
            (vec![Call::Form(path, fields)], None)
        }
        Call::Upload(path) => (Vec::new(), Some(Call::Upload(path))),
        Call::Get(path) => panic!("{path} is no post"),
    }
}

/// Makes a call with the fields; into an upload they are put only here.
async fn make_with(world: &mut World, row: &Row, person: usize, call: Call, extras: &[Extra]) -> Answer {
    match call {
        Call::Upload(path) => {
            let form = extras.iter().fold(Form::new(), |form, (name, value)| form.text(*name, text(value)));
            world.clients[person].post_multipart(&path, with_file(form)).await
        }
        call => world.make(row, person, call).await,
    }
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
pub(super) async fn powers(pool: &PgPool) -> BTreeSet<String> {
    let all = "SELECT 'the installation, ' || id FROM users WHERE is_system_administrator
               UNION ALL SELECT 'a team, ' || team_id || ', ' || user_id FROM memberships WHERE 'Owner' = ANY (roles)
               UNION ALL SELECT 'an invitation, ' || id FROM invitations WHERE role = 'Owner'
               UNION ALL SELECT 'a right, ' || role || ', ' || permission FROM roles_permissions";
    sqlx::query_scalar::<_, String>(all).fetch_all(pool).await.expect("powers").into_iter().collect()
}

/// How often the other person and their team stand in any row of any table.
pub(super) async fn traces(pool: &PgPool, other: Bystander) -> i64 {
    let list = "SELECT format('(SELECT count(*) FROM %I WHERE %I IN ($1, $2))', relname, attname)
                FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
                WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
                      AND atttypid = 'uuid'::regtype";
    let counts: Vec<String> = sqlx::query_scalar(list).fetch_all(pool).await.expect("columns");
    let sum = sqlx::AssertSqlSafe(format!("SELECT {}", counts.join(" + ")));
    sqlx::query_scalar(sum).bind(other.user).bind(other.team).fetch_one(pool).await.expect("a sum")
}
