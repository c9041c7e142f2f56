//! The menu itself: its trigger, its panel, and the keys.

use super::roving::{Step, focus_step};
use crate::browser::{animation_frame, placement};
use crate::ui::icon::{Icon, IconDrawing};
use icondata_lu as lu;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Which edge of the trigger the panel keeps to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MenuAlign {
    /// The right edges line up.
    #[default]
    End,
    /// The left edges line up.
    Start,
}

/// What the items of a menu know about it.
#[derive(Clone, Copy)]
pub(super) struct MenuContext {
    open: RwSignal<bool>,
    trigger: NodeRef<html::Button>,
}

impl MenuContext {
    /// Closes the menu and gives the focus back to its trigger.
    pub(super) fn close(self) {
        self.open.set(false);
        if let Some(trigger) = self.trigger.get_untracked() {
            // The trigger may be gone together with what the action removed.
            let _ = trigger.focus();
        }
    }
}

/// A button that opens a list of actions. Arrows, Home and End move, Esc closes, Tab leaves.
#[component]
pub fn Menu(
    /// The accessible name of the trigger and of the list.
    #[prop(into)]
    label: String,
    /// Drawn on the trigger; an ellipsis unless given.
    #[prop(optional)]
    icon: Option<IconDrawing>,
    /// What the trigger shows instead of an icon.
    #[prop(optional, into)]
    trigger: Option<ViewFn>,
    /// Which edge the panel keeps to.
    #[prop(optional)]
    align: MenuAlign,
    /// [`super::MenuItem`]s, [`super::MenuLink`]s and [`super::MenuSeparator`]s.
    children: ChildrenFn,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let button = NodeRef::<html::Button>::new();
    let root = NodeRef::<html::Div>::new();
    let panel = NodeRef::<html::Div>::new();
    let context = MenuContext { open, trigger: button };
    provide_context(context);
    Effect::new(move |_| {
        if open.get() {
            animation_frame::next(move || enter(button, panel, align));
        }
    });
    let keys = move |event: leptos::ev::KeyboardEvent| on_key(&event, context, panel);
    let left = move |event: leptos::ev::FocusEvent| {
        let target = event.related_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        // The row may be gone by the time its focus leaves: what was chosen removed it.
        let inside = root.try_get_untracked().flatten().is_some_and(|root| root.contains(target.as_ref()));
        if target.is_none() || !inside {
            open.try_set(false);
        }
    };
    let has_own_trigger = trigger.is_some();
    let face = trigger.map_or_else(|| view! { <Icon icon=icon.unwrap_or(lu::LuEllipsis)/> }.into_any(), |trigger| trigger.run());
    let spoken = (!has_own_trigger).then(|| label.clone());
    let name = StoredValue::new(label);
    let children = StoredValue::new(children);
    view! {
        <div class="menu-root" node_ref=root on:keydown=keys on:focusout=left>
            <button
                node_ref=button type="button" aria-haspopup="menu"
                aria-label=spoken.clone() title=spoken
                class=if has_own_trigger { "menu-trigger" } else { "icon-button" }
                aria-expanded=move || if open.try_get().unwrap_or_default() { "true" } else { "false" }
                on:click=move |event| {
                    event.prevent_default();
                    event.stop_propagation();
                    open.update(|open| *open = !*open);
                }
            >
                {has_own_trigger.then(|| view! { <span class="sr-only">{name.get_value()}</span> })}
                {face}
            </button>
            <Show when=move || open.try_get().unwrap_or_default()>
                <div class="menu-panel" role="menu" aria-label=name.get_value() node_ref=panel>
                    {children.with_value(|children| children())}
                </div>
            </Show>
        </div>
    }
    .into_any()
}

const ITEMS: &str = "[role=menuitem]:not([aria-disabled=true])";

/// Puts the panel beside its trigger and the focus on its first item.
fn enter(button: NodeRef<html::Button>, panel: NodeRef<html::Div>, align: MenuAlign) {
    let (Some(button), Some(panel)) = (button.try_get_untracked().flatten(), panel.try_get_untracked().flatten()) else { return };
    placement::beside(&panel, &button, align == MenuAlign::End);
    focus_step(&panel, ITEMS, Step::First);
}

fn on_key(event: &leptos::ev::KeyboardEvent, context: MenuContext, panel: NodeRef<html::Div>) {
    let key = event.key();
    if !context.open.get_untracked() {
        if key == "ArrowDown" {
            event.prevent_default();
            context.open.set(true);
        }
        return;
    }
    if key == "Escape" {
        event.prevent_default();
        event.stop_propagation();
        context.close();
    } else if let (Some(step), Some(panel)) = (Step::vertical(&key), panel.get_untracked()) {
        event.prevent_default();
        focus_step(&panel, ITEMS, step);
    }
}
