//! Rows of people: for administrators of the installation. Everybody something is done to is made for the call.

use super::{ADMINISTRATORS, Call, Row, Statuses, World, function};
use domain::UserId;
use serde_json::json;
use services::testing;

/// Nobody does it to themselves.
const NOT_ONESELF: Statuses = [401, 404, 404, 404, 404, 404, 404, 401, 409];

pub fn rows() -> Vec<Row> {
    vec![
        function("POST /api/people/list", "", ADMINISTRATORS, |_| {
            Box::pin(async move { Call::Arguments(json!({ "words": "", "page": { "index": 0, "size": 50 } })) })
        }),
        function("POST /api/people/suspend", "somebody", ADMINISTRATORS, |world| {
            Box::pin(async move { Call::Arguments(json!({ "user_id": somebody(world).await })) })
        }),
        function("POST /api/people/suspend", "the administrator", NOT_ONESELF, |world| {
            Box::pin(async move { Call::Arguments(json!({ "user_id": world.administrator.user_id })) })
        }),
        function("POST /api/people/reinstate", "somebody", ADMINISTRATORS, |world| {
            Box::pin(async move {
                let person = somebody(world).await;
                world.app.services.people().suspend(&world.administrator, person).await.expect("suspended");
                Call::Arguments(json!({ "user_id": person }))
            })
        }),
        function("POST /api/people/make-administrator", "somebody", ADMINISTRATORS, |world| {
            Box::pin(async move { Call::Arguments(json!({ "user_id": somebody(world).await })) })
        }),
        function("POST /api/people/take-administration", "another administrator’s", ADMINISTRATORS, |world| {
            Box::pin(async move {
                let person = somebody(world).await;
                world.app.services.people().make_administrator(&world.administrator, person).await.expect("an administrator");
                Call::Arguments(json!({ "user_id": person }))
            })
        }),
        function("POST /api/people/deletion-terms", "somebody’s", ADMINISTRATORS, |world| {
            Box::pin(async move { Call::Arguments(json!({ "user_id": somebody(world).await })) })
        }),
        function("POST /api/people/delete", "somebody", ADMINISTRATORS, |world| {
            Box::pin(async move {
                let (person, email) = somebody_at(world).await;
                Call::Arguments(json!({ "user_id": person, "email": email }))
            })
        }),
        function("POST /api/people/delete", "the administrator", NOT_ONESELF, |world| {
            Box::pin(
                async move { Call::Arguments(json!({ "user_id": world.administrator.user_id, "email": "administrator@example.org" })) },
            )
        }),
        function("POST /api/people/keep", "somebody who is to go", ADMINISTRATORS, |world| {
            Box::pin(async move {
                let (person, email) = somebody_at(world).await;
                world.app.services.people().delete(&world.administrator, person, &email).await.expect("they are to go");
                Call::Arguments(json!({ "user_id": person }))
            })
        }),
    ]
}

/// Somebody with a team of their own.
async fn somebody(world: &World) -> UserId {
    somebody_at(world).await.0
}

/// The same with their address.
async fn somebody_at(world: &World) -> (UserId, String) {
    let email = format!("{}@example.org", world.fresh_name().replace(' ', "-"));
    (testing::owner(&world.app.services, &email).await.user_id, email)
}
