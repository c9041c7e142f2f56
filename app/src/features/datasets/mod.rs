//! Datasets: sets of documents that are searched together.
//!
//! list          [`page::DatasetsPage`] → `list`, `create_dialog`
//! one           [`page::DatasetPage`] → `detail` → tabs `documents` (with `uploads`, `send`), `search`, `settings`
//! server fns    [`api`]; files go to `POST /api/datasets/{id}/documents`, which is no server function
//! rules + SQL   `services::datasets`, `services::search`      tables: datasets, documents, document_pages, chunks

pub mod api;
mod create_dialog;
mod detail;
mod document_table;
mod documents;
mod list;
pub mod page;
mod search;
mod send;
mod settings;
pub mod state;
mod uploads;
