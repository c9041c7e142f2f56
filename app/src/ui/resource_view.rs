//! Resource view: the one home of waiting, failing and showing.
//!
//! [`ResourceView`] runs its children again with every new value; [`LiveView`] runs them once and lets new values flow
//! through a signal, so that drafts, open menus and focus survive a refetch.
//!
//! The one invariant: on the server what is shown is made once. A `Transition` there runs the closures below it again and again
//! to find out what they read, each time with new resources below; the browser would be handed the data of the first ones,
//! whose context is gone, and not of those it was shown. Screens are rendered as a whole on the server, so nothing is lost.

use super::error_panel::ErrorPanel;
use crate::browser::timer::in_browser;
use crate::error::AppError;
use leptos::prelude::*;
use leptos::tachys::reactive_graph::OwnedView;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What is loaded: a value, or what a browser may know about why not.
pub type Loaded<T> = Result<T, AppError>;

/// Shows the skeleton while loading, the error with a way on, or the value.
#[component]
pub fn ResourceView<T, F, V>(
    /// What is loaded.
    resource: Resource<Loaded<T>>,
    /// Its shape while it is loading; nothing unless given.
    #[prop(optional, into)]
    skeleton: ViewFn,
    /// Shows the value; `let:value` in a view.
    children: F,
) -> impl IntoView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
    F: Fn(T) -> V + Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let show = move || {
        let children = children.clone();
        Suspend::new(async move {
            match resource.await {
                Ok(value) => OwnedView::new(children(value)).into_any(),
                Err(error) => view! { <ErrorPanel error on_retry=move || resource.refetch()/> }.into_any(),
            }
        })
    };
    if in_browser() { view! { <Transition fallback=move || skeleton.run()>{show}</Transition> }.into_any() } else { made_once(show) }
}

/// What the server shows in place of a `Transition`. The number that one takes for itself in the browser is taken here too:
/// resources find their data by counting.
fn made_once(make: impl FnOnce() -> Suspend<AnyView>) -> AnyView {
    if let Some(context) = Owner::current_shared_context() {
        context.next_id();
    }
    OwnedView::new(make()).into_any()
}

/// Which of its three faces a [`LiveView`] shows.
#[derive(Clone, PartialEq)]
enum Face {
    Loading,
    Value,
    Failed(AppError),
}

/// Like [`ResourceView`], but its children are made once and follow the value through a signal.
#[component]
pub fn LiveView<T, F, V>(
    /// What is loaded, again and again.
    resource: Resource<Loaded<T>>,
    /// Its shape while it is loading for the first time; nothing unless given.
    #[prop(optional, into)]
    skeleton: ViewFn,
    /// Shows what failed instead of the usual panel.
    #[prop(optional)]
    failed: Option<fn(AppError) -> AnyView>,
    /// Shows the value; `let:value` in a view gives a `Signal<T>`.
    children: F,
) -> impl IntoView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
    F: Fn(Signal<T>) -> V + Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let draw = move |face: Face| match face {
        Face::Loading => ().into_any(),
        Face::Value => latest(resource).map(|value| children(value).into_any()).into_any(),
        Face::Failed(error) => match failed {
            Some(failed) => failed(error),
            None => view! { <ErrorPanel error on_retry=move || resource.refetch()/> }.into_any(),
        },
    };
    if !in_browser() {
        return made_once(move || {
            Suspend::new(async move {
                let face = resource.await.map_or_else(Face::Failed, |_| Face::Value);
                OwnedView::new(draw(face)).into_any()
            })
        });
    }
    let show = move || {
        let face = Memo::new(move |_| match resource.get() {
            None => Face::Loading,
            Some(Ok(_)) => Face::Value,
            Some(Err(error)) => Face::Failed(error),
        });
        move || draw(face.get())
    };
    view! { <Transition fallback=move || skeleton.run()>{show()}</Transition> }.into_any()
}

/// The latest value as a signal that keeps the last good one while the resource fails or reloads.
fn latest<T>(resource: Resource<Loaded<T>>) -> Option<Signal<T>>
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
{
    let first = untrack(move || resource.get()).and_then(Result::ok)?;
    let memo = Memo::new_owning(move |previous: Option<T>| match (resource.get(), previous) {
        (Some(Ok(value)), _) => (value, true),
        (_, Some(previous)) => (previous, false),
        (_, None) => (first.clone(), true),
    });
    Some(memo.into())
}
