//! Viewer: what every screen inside the frame may know about the person in front of it.

use super::resource_view::Loaded;
use domain::licences::Feature;
use domain::{Permission, ViewerInfo};
use leptos::prelude::*;

/// Where the viewer is loaded from; refetch it after changing what the frame shows of them.
#[derive(Clone, Copy)]
pub struct ViewerResource(pub Resource<Loaded<ViewerInfo>>);

/// The person in front of the screen. Only inside the frame.
pub fn use_viewer() -> Signal<ViewerInfo> {
    expect_context::<Signal<ViewerInfo>>()
}

/// Where the viewer is loaded from. Only inside the frame.
pub fn use_viewer_resource() -> Resource<Loaded<ViewerInfo>> {
    expect_context::<ViewerResource>().0
}

/// Whether the viewer may do something; hides what the server would refuse.
pub fn may(permission: Permission) -> Signal<bool> {
    let viewer = use_viewer();
    Signal::derive(move || viewer.with(|viewer| viewer.may(permission)))
}

/// Whether the viewer may make and change things of a kind, which takes that they see them.
pub fn may_change(see: Permission, change: Permission) -> Signal<bool> {
    let viewer = use_viewer();
    Signal::derive(move || viewer.with(|viewer| viewer.may(see) && viewer.may(change)))
}

/// Whether a part of the product is there; hides what the server would refuse. [`super::Included`] says why it is not.
pub fn includes(feature: Feature) -> Signal<bool> {
    let viewer = use_viewer();
    Signal::derive(move || viewer.with(|viewer| viewer.includes(feature)))
}
