//! Rows of people: for administrators of the installation. Everybody something is done to is made for the call.

use super::{ADMINISTRATORS, Call, Row, Statuses, World, function};
use crate::support::PASSWORD;
use domain::UserId;
use serde_json::json;
use services::testing;

/// Something that wants the administrator's password, with another one.
const NOT_MEANT: Statuses = [401, 404, 404, 404, 404, 404, 404, 401, 422];
/// Nobody does it to themselves.
const NOT_ONESELF: Statuses = [401, 404, 404, 404, 404, 404, 404, 401, 409];

pub fn rows() -> Vec<Row> {
    vec![
        function("POST /api/people/list", "", ADMINISTRATORS, |_| {
            Box::pin(async move { Call::Arguments(json!({ "words": "", "page": { "index": 0, "size": 50 } })) })
        }),
        function("POST /api/people/suspend", "somebody", ADMINISTRATORS, |world| {
            Box::pin(async move { Call::Arguments(json!({ "user_id": somebody(world).await, "password": PASSWORD })) })
        }),
        function("POST /api/people/suspend", "somebody, with another password", NOT_MEANT, |world| {
            Box::pin(async move { Call::Arguments(json!({ "user_id": somebody(world).await, "password": "nobody's password at all" })) })
        }),
        function("POST /api/people/suspend", "the administrator", NOT_ONESELF, |world| {
            Box::pin(async move { Call::Arguments(json!({ "user_id": world.administrator.user_id, "password": PASSWORD })) })
        }),
        function("POST /api/people/reinstate", "somebody", ADMINISTRATORS, |world| {
            Box::pin(async move {
                let person = somebody(world).await;
                world.app.services.people().suspend(&world.administrator, person, password()).await.expect("suspended");
                Call::Arguments(json!({ "user_id": person }))
            })
        }),
        function("POST /api/people/make-administrator", "somebody", ADMINISTRATORS, |world| {
            Box::pin(async move { Call::Arguments(json!({ "user_id": somebody(world).await, "password": PASSWORD })) })
        }),
        function("POST /api/people/take-administration", "another administrator’s", ADMINISTRATORS, |world| {
            Box::pin(async move {
                let person = somebody(world).await;
                world.app.services.people().make_administrator(&world.administrator, person, password()).await.expect("an administrator");
                Call::Arguments(json!({ "user_id": person, "password": PASSWORD }))
            })
        }),
    ]
}

fn password() -> secrecy::SecretString {
    PASSWORD.to_owned().into()
}

/// Somebody with a team of their own.
async fn somebody(world: &World) -> UserId {
    let email = format!("{}@example.org", world.fresh_name().replace(' ', "-"));
    testing::owner(&world.app.services, &email).await.user_id
}
