//! Roving focus: one of several items is in the tab order and the arrow keys lead from one to the next.

use wasm_bindgen::JsCast;

/// Where a key leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// To the next item, from the last to the first.
    Next,
    /// To the one before, from the first to the last.
    Previous,
    /// To the first.
    First,
    /// To the last.
    Last,
}

impl Step {
    /// The step of a key in a vertical list.
    pub(crate) fn vertical(key: &str) -> Option<Self> {
        match key {
            "ArrowDown" => Some(Self::Next),
            "ArrowUp" => Some(Self::Previous),
            "Home" => Some(Self::First),
            "End" => Some(Self::Last),
            _ => None,
        }
    }

    /// The step of a key in a horizontal list.
    pub(crate) fn horizontal(key: &str) -> Option<Self> {
        match key {
            "ArrowRight" => Some(Self::Next),
            "ArrowLeft" => Some(Self::Previous),
            other => Self::vertical(other).filter(|step| matches!(step, Self::First | Self::Last)),
        }
    }

    /// The index it leads to among `count` items; `None` when there are none.
    pub(crate) fn apply(self, current: Option<usize>, count: usize) -> Option<usize> {
        let last = count.checked_sub(1)?;
        Some(match (self, current) {
            (Self::First, _) | (Self::Next, None) => 0,
            (Self::Last, _) | (Self::Previous, None) => last,
            (Self::Next, Some(index)) => {
                if index >= last {
                    0
                } else {
                    index + 1
                }
            }
            (Self::Previous, Some(index)) => index.checked_sub(1).unwrap_or(last),
        })
    }
}

/// Moves the focus among the elements of `root` that match `selector`.
pub(crate) fn focus_step(root: &web_sys::Element, selector: &str, step: Step) {
    let Ok(found) = root.query_selector_all(selector) else { return };
    let items: Vec<web_sys::HtmlElement> = (0..found.length()).filter_map(|index| found.item(index)?.dyn_into().ok()).collect();
    let active = leptos::prelude::document().active_element();
    let current = items.iter().position(|item| active.as_ref().is_some_and(|active| active.is_same_node(Some(item))));
    if let Some(index) = step.apply(current, items.len()) {
        // Focusing an element that was just found cannot fail in a way a person could mend.
        let _ = items[index].focus();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_wrap_around_at_both_ends() {
        assert_eq!(Step::Next.apply(Some(2), 3), Some(0));
        assert_eq!(Step::Previous.apply(Some(0), 3), Some(2));
        assert_eq!(Step::Next.apply(Some(0), 3), Some(1));
    }

    #[test]
    fn without_a_focused_item_the_arrows_enter_at_their_end() {
        assert_eq!(Step::Next.apply(None, 3), Some(0));
        assert_eq!(Step::Previous.apply(None, 3), Some(2));
    }

    #[test]
    fn an_empty_list_leads_nowhere() {
        assert_eq!(Step::First.apply(None, 0), None);
    }

    #[test]
    fn a_horizontal_list_ignores_the_vertical_arrows() {
        assert_eq!(Step::horizontal("ArrowDown"), None);
        assert_eq!(Step::horizontal("End"), Some(Step::Last));
    }
}
