//! The original file, as it was uploaded.

use super::{Datasets, access};
use crate::{Result, Viewer, audit};
use bytes::Bytes;
use domain::DocumentId;
use domain::audit::{Action, Event};
use futures::stream::BoxStream;
use object_store::ObjectStoreExt;
use object_store::path::Path;

/// The bytes of a document with what a download needs to say about them.
pub struct Original {
    /// Its file name: data, to be escaped wherever it goes.
    pub name: String,
    /// Its type, as found at the upload.
    pub media_type: String,
    /// How many bytes there are.
    pub size_bytes: u64,
    /// The bytes.
    pub bytes: BoxStream<'static, Result<Bytes, object_store::Error>>,
}

impl Datasets<'_> {
    /// Opens the file of a document the viewer may see, which is told: of everybody each time, of an owner who sees the team as somebody
    /// else once in that view.
    pub async fn open_original(&self, viewer: &Viewer, id: DocumentId) -> Result<Original> {
        // What is in Lyceum can be taken out when the licence is over, and a view that has begun goes on.
        let mut tx = self.services.parts.db.ongoing_opening_tx(viewer).await?;
        let document = access::visible_document(&mut tx, viewer, id).await?;
        let found = self.services.parts.objects.get(&Path::from(document.object_key)).await?;
        if viewer.seen_by.is_some() {
            audit::record_opened(tx, viewer, &[(Action::DocumentDownloaded, id.as_uuid(), document.name.as_str())]).await?;
        } else {
            let event = Event::new(Action::DocumentDownloaded, id.as_uuid(), document.name.as_str());
            audit::record(&mut tx, viewer, event).await?;
            tx.commit().await?;
        }
        Ok(Original { name: document.name, media_type: document.media_type, size_bytes: found.meta.size, bytes: found.into_stream() })
    }
}
