//! The screens of datasets, as the route table names them.

pub use super::detail::DatasetPage;
pub use super::list::DatasetsPage;
