//! Page team: whose page this is, and the team it shows, which every call of the page tells the server.
//!
//! Who is signed in, and in which team they work, stands in a session that all tabs of a browser share: another tab goes on in another
//! team, begins or ends a view as somebody else, or signs somebody else in, and this page is still the one of before.
//! `server_context::check_page` refuses what comes from such a page.
//!
//! The invariant: as long as a page lives it is that of one person in one team. When that is over it is asked for anew
//! ([`begin_afresh`]). The frame says whose it is ([`meet`]), at first and whenever somebody comes back to it; on the server nobody does.
//! What ends it by its own doing goes on elsewhere: [`leaving::go_on_at`].

use crate::browser::leaving;
use crate::browser::timer::{self, in_browser};
use crate::error::AppError;
use domain::{TeamId, UserId, ViewerInfo};
use leptos::prelude::window;
use leptos::server_fn::client::Client;
use leptos::server_fn::client::browser::BrowserClient;
use leptos::server_fn::request::browser::BrowserRequest;
use leptos::server_fn::response::browser::BrowserResponse;
use leptos::server_fn::{BoxedStream, Bytes};
use std::cell::Cell;
use std::future::ready;
use std::ops::Deref;

/// The header with the id of the person whose page it is; of the one who is seen, while an owner sees the team as somebody else.
pub const PERSON_HEADER: &str = "x-lyceum-person";
/// The header with the id of the team that the page shows.
pub const TEAM_HEADER: &str = "x-lyceum-team";

/// How often it is looked whether the page can be asked for anew, in milliseconds.
const BUSY_MS: u32 = 500;

thread_local! {
    /// The person and the team of this page, once they are known.
    static SHOWN: Cell<Option<(UserId, TeamId)>> = const { Cell::new(None) };
    /// Whether the page is to be asked for anew, or was.
    static IS_OVER: Cell<bool> = const { Cell::new(false) };
    /// Says whether something is under way that the page waits for before.
    static IS_BUSY: Cell<Option<fn() -> bool>> = const { Cell::new(None) };
}

/// Takes the page for that of this person in this team, or begins afresh when it is another's. On the server nothing happens.
pub fn meet(viewer: &ViewerInfo) {
    if !in_browser() {
        return;
    }
    let met = (viewer.user_id, viewer.team_id);
    match SHOWN.get() {
        None => SHOWN.set(Some(met)),
        Some(shown) if shown == met => stay(),
        Some(_) => begin_afresh(),
    }
}

/// The page goes on: its person works in its team, or does so again.
pub fn stay() {
    IS_OVER.set(false);
}

/// Whether this page shows that team.
pub fn shows(team: TeamId) -> bool {
    SHOWN.get().is_some_and(|(_, shown)| shown == team)
}

/// What every call of this page says of it, as headers. On the server nothing.
pub fn headers() -> impl Iterator<Item = (&'static str, String)> {
    let shown = SHOWN.get().map(|(person, team)| [(PERSON_HEADER, person.to_string()), (TEAM_HEADER, team.to_string())]);
    shown.into_iter().flatten()
}

/// The page is not asked for anew while `is_busy` says that something is under way, however long it is over.
pub fn wait_while(is_busy: fn() -> bool) {
    IS_BUSY.set(Some(is_busy));
}

/// Asks for the page anew, once: whoever stays, because the browser warns them of what is not saved, is not asked again at every look.
/// On the server nothing happens.
pub fn begin_afresh() {
    if in_browser() && !leaving::is_going() && !IS_OVER.replace(true) {
        reload();
    }
}

/// Asks for the page anew once nothing is under way, unless it goes on by then or goes elsewhere.
fn reload() {
    if !IS_OVER.get() || leaving::is_going() {
        return;
    }
    if IS_BUSY.get().is_some_and(|is_busy| is_busy()) {
        timer::detached(BUSY_MS, reload);
    } else {
        // Browsers refuse that to pages that are going away: then it is over anyway.
        let _ = window().location().reload();
    }
}

/// The client of every server function: that of the browser, with whose page it is and of which team.
pub struct PageClient;

/// What would arrive on a line that is kept open.
type Arriving = <BoxedStream<Bytes, Bytes> as Deref>::Target;

impl Client<AppError> for PageClient {
    type Request = BrowserRequest;
    type Response = BrowserResponse;

    fn send(req: Self::Request) -> impl Future<Output = Result<Self::Response, AppError>> + Send {
        for (name, value) in headers() {
            req.headers().set(name, &value);
        }
        <BrowserClient as Client<AppError>>::send(req)
    }

    /// No server function of ours keeps a line open.
    #[allow(refining_impl_trait, reason = "nothing is opened, so that the types need only fit")]
    fn open_websocket(_: &str) -> impl Future<Output = Result<(Arriving, Vec<Bytes>), AppError>> + Send {
        ready(Err(AppError::Network))
    }

    fn spawn(future: impl Future<Output = ()> + Send + 'static) {
        <BrowserClient as Client<AppError>>::spawn(future);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    /// How the server functions of a file, or of all files of a folder, are declared.
    fn declared(at: &Path) -> Vec<String> {
        if at.is_dir() {
            return fs::read_dir(at).unwrap().flat_map(|entry| declared(&entry.unwrap().path())).collect();
        }
        let text = fs::read_to_string(at).unwrap();
        text.lines().filter(|line| line.starts_with("#[server(")).map(str::to_owned).collect()
    }

    #[test]
    fn every_server_function_is_told_the_team_of_the_page() {
        let all = declared(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")));
        assert!(all.len() > 100, "{}", all.len());
        for line in all {
            assert!(line.contains("client = crate::page_team::PageClient"), "{line}");
        }
    }
}
