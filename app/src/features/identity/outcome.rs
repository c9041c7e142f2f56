//! Outcome: what became of a form that was posted, for the screen that shows it again.

use crate::error::AppError;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What was typed, but for passwords, and what is wrong with it. The server puts it into the context of the rendering; it
/// travels to the browser with the page, so that both draw the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormOutcome {
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Address.
    pub email: String,
    /// Token of the invitation.
    pub invitation: String,
    /// Token of the link that was mailed.
    pub token: String,
    /// Where the person was going.
    pub next: String,
    /// It was taken, and a mail says how it goes on.
    pub is_mailed: bool,
    /// Why it was not taken.
    pub error: Option<AppError>,
}

impl FormOutcome {
    /// The outcome this page was rendered with; empty for a page that was only opened.
    pub fn of_this_page() -> Self {
        SharedValue::new(|| use_context::<Self>().unwrap_or_default()).into_inner()
    }

    /// What is wrong with a field.
    pub fn field(&self, name: &str) -> Option<String> {
        self.error.as_ref().and_then(|error| error.field(name))
    }

    /// What is wrong with the whole form.
    pub fn form_error(&self) -> Option<AppError> {
        match &self.error {
            Some(AppError::Invalid(_)) => self.field("form").map(AppError::Conflict),
            other => other.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::FieldErrors;

    #[test]
    fn what_belongs_to_a_field_is_shown_there_and_the_rest_at_the_head() {
        let mut errors = FieldErrors::one("email", "No.");
        errors.add("form", "Not at all.");
        let outcome = FormOutcome { error: Some(AppError::Invalid(errors)), ..FormOutcome::default() };
        assert_eq!(outcome.field("email").as_deref(), Some("No."));
        assert_eq!(outcome.form_error(), Some(AppError::Conflict("Not at all.".to_owned())));
    }

    #[test]
    fn a_page_that_was_only_opened_shows_no_error() {
        assert_eq!(FormOutcome::default().form_error(), None);
    }
}
