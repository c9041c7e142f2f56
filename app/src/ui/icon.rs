//! Icon: one Lucide drawing beside the words it belongs to.
//!
//! The one invariant: an icon is never the only name of something, so it is always hidden from assistive technology.

use leptos::prelude::*;
use leptos::svg;

/// The drawing itself: `icondata_lu::LuPlus` and its siblings.
pub use icondata_core::Icon as IconDrawing;

/// How large an icon is, in the interface's own steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IconSize {
    /// 14 px: inside badges and small buttons.
    Small,
    /// 16 px: beside interface text.
    #[default]
    Medium,
    /// 20 px: alone on a button, in the sidebar's head.
    Large,
    /// 32 px: over an empty state.
    Huge,
}

impl IconSize {
    const fn pixels(self) -> &'static str {
        match self {
            Self::Small => "14",
            Self::Medium => "16",
            Self::Large => "20",
            Self::Huge => "32",
        }
    }
}

/// Draws a Lucide icon in the colour of the text around it.
#[component]
pub fn Icon(
    /// Which one.
    icon: IconDrawing,
    /// How large.
    #[prop(optional)]
    size: IconSize,
) -> impl IntoView {
    let mut data = String::with_capacity(icon.data.len() + 7);
    data.push_str("<g>");
    data.push_str(icon.data);
    data.push_str("</g>");
    svg::svg()
        .attr("class", "icon")
        .attr("width", size.pixels())
        .attr("height", size.pixels())
        .attr("viewBox", icon.view_box)
        .attr("stroke-linecap", icon.stroke_linecap)
        .attr("stroke-linejoin", icon.stroke_linejoin)
        .attr("stroke-width", "1.75")
        .attr("stroke", icon.stroke)
        .attr("fill", icon.fill.unwrap_or("currentColor"))
        .attr("aria-hidden", "true")
        .attr("focusable", "false")
        .child(svg::InertElement::new(data))
}
