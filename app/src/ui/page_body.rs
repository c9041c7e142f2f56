//! Page body: the column a screen lives in.

use leptos::prelude::*;

/// How wide the column is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PageWidth {
    /// 640 px: forms.
    Narrow,
    /// 960 px: lists and tables.
    #[default]
    Standard,
    /// 1240 px: two columns.
    Wide,
    /// All there is, without padding: the screen scrolls by itself (chat).
    Full,
}

impl PageWidth {
    const fn class(self) -> &'static str {
        match self {
            Self::Narrow => "page page-narrow",
            Self::Standard => "page",
            Self::Wide => "page page-wide",
            Self::Full => "page-full",
        }
    }
}

/// The centred column of a screen.
#[component]
pub fn PageBody(
    /// How wide it is.
    #[prop(optional)]
    width: PageWidth,
    /// The screen: a [`super::PageHeader`] and what follows.
    children: Children,
) -> impl IntoView {
    view! { <div class=width.class()>{children()}</div> }.into_any()
}
