//! Fields that nobody asked for, beside what deeds send: the deed is done, and nothing else; a form is refused, and nothing is done.

use super::deeds::{Deed, Stage, deeds};
use super::extra_fields::{Bystander, COUNTS, Extra, powers, smuggle, traces};
use super::{Trail, wait_for_answers};
use crate::support::{NOTHING, Snapshot};
use services::testing;
use sqlx::PgPool;

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_deed_is_done_as_ever_with_fields_that_nobody_asked_for(pool: PgPool) {
    let stage = Stage::start(&pool).await;
    // Never signed in, so that no licence gives them a seat.
    let other = testing::owner(&stage.app.services, "bystander@example.org").await;
    let other = Bystander { user: other.user_id, team: other.team_id };
    let extras = other.fields();
    let mut wrong = Vec::new();
    for deed in deeds().into_iter().filter(|deed| deed.route.starts_with("POST ")) {
        let found = judge(&stage, &deed, other, &extras).await;
        wrong.extend(found.into_iter().map(|what| format!("{} ({}): {what}", deed.route, deed.case)));
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

/// Does a deed without the fields, and then with them: what is wrong with the answers, or changes only by them.
async fn judge(stage: &Stage, deed: &Deed, other: Bystander, extras: &[Extra]) -> Vec<String> {
    let (pool, mut wrong) = (&stage.app.pool, Vec::new());
    let (answer, plainly) = stage.leave_traces(deed, Trail::Open).await;
    if !deed.is_done(&answer) {
        wrong.push(format!("it is not done even without the fields: {}", deed.describe(&answer)));
    }

    let (client, call) = stage.take_steps(deed).await;
    let before = (powers(pool).await, traces(pool, other).await);
    let (refused, taken) = smuggle(call, extras);
    let there = Snapshot::take(pool).await;
    for call in refused {
        let answer = call.send(deed.route, &client).await;
        if answer.status != 422 {
            wrong.push(format!("it is not refused: {}", deed.describe(&answer)));
        }
    }
    let by_refused = there.changed(pool).await;
    if by_refused != NOTHING {
        wrong.push(format!("it was refused, and changed {by_refused:?}"));
    }
    if let Some(call) = taken {
        let answer = call.send(deed.route, &client).await;
        if !deed.is_done(&answer) {
            wrong.push(format!("it is not done: {}", deed.describe(&answer)));
        }
        wait_for_answers(pool).await;
        let mut beyond = there.changed(pool).await;
        beyond.retain(|table| table != COUNTS && !plainly.contains(table));
        if !beyond.is_empty() {
            wrong.push(format!("it changed {beyond:?}, beside {plainly:?} as without the fields"));
        }
    }
    let gained: Vec<String> = powers(pool).await.difference(&before.0).cloned().collect();
    if !gained.is_empty() {
        wrong.push(format!("somebody gained {gained:?}"));
    }
    if traces(pool, other).await != before.1 {
        wrong.push("it reached the bystander".to_owned());
    }
    wrong
}
