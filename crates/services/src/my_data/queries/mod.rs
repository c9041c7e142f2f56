//! The SQL of my data: `exports`, and `leaving`, the end of an account.

pub(super) mod exports;
pub(super) mod leaving;
