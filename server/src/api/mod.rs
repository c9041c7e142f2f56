//! Plain routes: what is not a screen and not a server function. Each noun has its file with `routes()`.

pub mod audit;
pub mod datasets;
pub mod email_change;
pub mod email_code;
mod ending;
pub mod generations;
pub mod identity;
pub mod mails;
pub mod my_data;
pub mod oidc;
pub mod passkeys;
pub mod password_reset;
pub mod two_step;

use crate::error_page;
use crate::observe::current_request_id;
use app::error::AppError;
use app::server_context::told;
use axum::response::{IntoResponse, Response};
use services::Error;

/// An error of the services on its way out of a plain route: JSON with the status that goes with it, logged once.
#[derive(Debug)]
pub struct ApiError(AppError);

impl ApiError {
    /// What the browser learns of it.
    pub fn into_inner(self) -> AppError {
        self.0
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        Self(told(error, current_request_id))
    }
}

impl From<AppError> for ApiError {
    fn from(error: AppError) -> Self {
        Self(error)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        error_page::answer(false, None, &self.0)
    }
}
