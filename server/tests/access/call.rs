//! Call: what is sent to one address, and how a browser or a program sends it.

use crate::support::{Answer, TestClient};
use reqwest::multipart::{Form, Part};
use serde_json::Value;

/// One call.
pub enum Call {
    /// Arguments of a server function.
    Arguments(Value),
    /// A plain route: its path with ids in place, and its body as a form or a file.
    Get(String),
    /// A posted form.
    Form(String, Vec<(&'static str, String)>),
    /// An uploaded text file.
    Upload(String),
}

impl Call {
    /// Makes it as somebody; `route` is that of its row or deed.
    pub async fn send(self, route: &str, client: &TestClient) -> Answer {
        match self {
            Self::Arguments(arguments) => client.server_fn(route.trim_start_matches("POST /api/"), arguments).await,
            Self::Get(path) => client.get_json(&path).await,
            Self::Form(path, fields) => {
                let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
                client.post_form(&path, &fields).await
            }
            Self::Upload(path) => client.post_multipart(&path, with_file(Form::new())).await,
        }
    }
}

/// A form with the text file that is uploaded.
pub fn with_file(form: Form) -> Form {
    form.part("file", Part::text("Some words.").file_name("words.txt"))
}
