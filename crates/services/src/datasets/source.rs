//! The page behind a citation, with the passage marked.

use super::queries::{self, PassagePlace};
use super::{Datasets, access};
use crate::{Error, Result, Viewer, audit};
use documents::Format;
use domain::audit::Action;
use domain::datasets::SourcePage;
use domain::{ChunkId, DocumentId, PageText};

impl Datasets<'_> {
    /// A page of a document the viewer may see. A passage that is gone (the document was read anew) is simply not marked.
    pub async fn source_page(&self, viewer: &Viewer, id: DocumentId, page: u32, chunk: Option<ChunkId>) -> Result<SourcePage> {
        let mut tx = self.services.parts.db.opening_tx(viewer).await?;
        let document = access::visible_document(&mut tx, viewer, id).await?;
        let text = queries::find_page(&mut tx, id, page).await?.ok_or(Error::NotFound)?;
        let place = match chunk {
            Some(chunk) => queries::find_passage(&mut tx, id, chunk).await?,
            None => None,
        };
        audit::record_opened(tx, viewer, &[(Action::DocumentOpenedInView, id.as_uuid(), document.name.as_str())]).await?;
        Ok(SourcePage {
            document_id: id,
            document_name: document.name,
            is_paginated: document.is_paginated,
            page_count: document.page_count,
            mark: place.and_then(|place| mark(&place, page, &text)),
            page: PageText { number: page, text },
            is_pdf: document.media_type == Format::Pdf.media_type(),
        })
    }
}

/// The part of the page that the passage covers, in characters.
fn mark(place: &PassagePlace, page: u32, text: &str) -> Option<(u32, u32)> {
    let length = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    if !(place.page_first..=place.page_last).contains(&page) {
        return None;
    }
    let start = if page == place.page_first { place.char_start } else { 0 };
    let end = match page {
        _ if page == place.page_first => place.char_end,
        _ if page == place.page_last => place.page_last_end,
        _ => length,
    };
    (start < end.min(length)).then_some((start, end.min(length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passage_over_three_pages_is_marked_on_each_of_them() {
        let place = PassagePlace { page_first: 2, page_last: 4, char_start: 5, char_end: 10, page_last_end: 3 };
        let on = |page| mark(&place, page, "0123456789");
        assert_eq!((on(1), on(2), on(3), on(4), on(5)), (None, Some((5, 10)), Some((0, 10)), Some((0, 3)), None));
    }

    #[test]
    fn a_mark_never_runs_past_the_page() {
        let place = PassagePlace { page_first: 1, page_last: 1, char_start: 2, char_end: 99, page_last_end: 99 };
        assert_eq!(mark(&place, 1, "äöü"), Some((2, 3)));
        assert_eq!(mark(&place, 1, "äö"), None);
    }
}
