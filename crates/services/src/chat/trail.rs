//! Trail: what the audit trail tells of an answer: which documents went to which model. Never a word of either.

use domain::audit::{Action, Details, Event, Named, SentDocument};
use domain::chat::{Citation, MessageStatus};
use domain::{MessageId, ModelId};

/// A question went to a model with passages of documents, and ended somehow.
pub(super) fn answered(message: MessageId, model: (ModelId, &str), outcome: MessageStatus, sent: &[Citation]) -> Event {
    let model = Named { id: model.0.as_uuid(), name: model.1.to_owned() };
    let details = Details { model: Some(model), outcome: Some(outcome), documents: Some(documents(sent)), ..Details::default() };
    Event::new(Action::ChatAnswered, message.as_uuid(), "").with(details)
}

/// The passages by their documents, each with the pages they stand on.
fn documents(sent: &[Citation]) -> Vec<SentDocument> {
    let mut documents: Vec<SentDocument> = Vec::new();
    for passage in sent {
        let known = documents.iter().position(|known| known.id == passage.document_id && known.name == passage.document_name);
        let place = known.unwrap_or_else(|| {
            documents.push(SentDocument { id: passage.document_id, name: passage.document_name.clone(), pages: Vec::new(), passages: 0 });
            documents.len() - 1
        });
        let document = &mut documents[place];
        document.passages += 1;
        document.pages.extend(passage.page);
    }
    for document in &mut documents {
        document.pages.sort_unstable();
        document.pages.dedup();
    }
    documents
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{ChunkId, DocumentId};

    #[test]
    fn passages_are_told_by_document_with_their_pages_and_without_their_text() {
        let (guide, notes) = (DocumentId::new(), DocumentId::new());
        let passage = |document_id, name: &str, page| Citation {
            number: 1,
            chunk_id: ChunkId::new(),
            document_id: Some(document_id),
            document_name: name.to_owned(),
            page,
            excerpt: "never told".to_owned(),
        };
        let sent = [passage(guide, "guide.pdf", Some(4)), passage(notes, "notes.md", None), passage(guide, "guide.pdf", Some(2))];
        let event = answered(MessageId::new(), (ModelId::new(), "m"), MessageStatus::Success, &sent);
        let told: Vec<_> = documents(&sent).into_iter().map(|document| (document.name, document.pages, document.passages)).collect();
        assert_eq!(told, [("guide.pdf".to_owned(), vec![2, 4], 2), ("notes.md".to_owned(), vec![], 1)]);
        assert!(!serde_json::to_string(&event.details).unwrap().contains("never told"));
    }
}
