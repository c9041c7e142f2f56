//! The screens of identity, as the route table names them.

pub use super::account::AccountPage;
pub use super::confirm_email::{ConfirmEmailPage, EmailConfirmedPage};
pub use super::email_code::{EmailCodePage, EnterEmailCodePage};
pub use super::finish_sign_up::FinishSignUpPage;
pub use super::forgot_password::{ForgotPasswordPage, ForgotPasswordSentPage};
pub use super::reset_password::{PasswordResetPage, ResetPasswordPage};
pub use super::sign_in::SignInPage;
pub use super::sign_in_code::SignInCodePage;
pub use super::sign_up::SignUpPage;
pub use super::two_step_required::TwoStepRequiredPage;
