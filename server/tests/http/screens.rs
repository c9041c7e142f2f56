//! Screens as the server writes them: what is shown was loaded once, and the browser is handed just that.

use crate::support::TestApp;
use futures::future::join_all;
use sqlx::PgPool;

/// Screens of somebody who may do everything.
const SCREENS: [&str; 10] = [
    "/chat",
    "/datasets",
    "/prompts",
    "/prompts/new",
    "/team",
    "/team/groups",
    "/account",
    "/admin/models",
    "/admin/roles",
    "/admin/sign-in",
];
/// How often each is asked for at the same time: answers that overtake each other are what is looked for.
const AT_ONCE: usize = 6;

/// The data a document hands to the browser, as it is written there.
fn handed_over(document: &str) -> Vec<&str> {
    document.split("__RESOLVED_RESOURCES[").skip(1).filter_map(|part| part.split("</script>").next()).collect()
}

#[sqlx::test(migrator = "services::MIGRATIONS")]
async fn a_screen_loads_what_it_shows_once_however_busy_the_server_is(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let ada = app.sign_up("ada@example.org").await;
    for screen in SCREENS {
        for answer in join_all((0..AT_ONCE).map(|_| ada.get(screen))).await {
            assert_eq!(answer.status, 200, "{screen}: {}", answer.text);
            let document = answer.text;
            let data = handed_over(&document);
            let holding = |words: &str| data.iter().filter(|value| value.contains(words)).count();
            assert_eq!(holding("is_system_administrator"), 1, "who looks at {screen}: {data:#?}");
            assert_eq!(holding("groups\\\":[],\\\"total"), 1, "the chats beside {screen}: {data:#?}");
            assert_eq!(holding("\\\"Err\\\""), 0, "{screen}: {data:#?}");
        }
    }
}
