//! The screens of identity, as the route table names them.

pub use super::account::AccountPage;
pub use super::forgot_password::ForgotPasswordPage;
pub use super::sign_in::SignInPage;
pub use super::sign_up::SignUpPage;
