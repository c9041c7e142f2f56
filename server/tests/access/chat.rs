//! Rows of chat: a conversation is its owner's alone.

use super::{Call, PRIVATE, Row, SIGNED_IN, Statuses, TEAM_READS, function};
use domain::datasets::Visibility::{Private, Team};
use serde_json::json;

/// A finished answer cannot be gone on with; whoever it belongs to is told so.
const FINISHED: Statuses = [401, 404, 404, 404, 404, 404, 409, 401, 404];

pub fn rows() -> Vec<Row> {
    vec![
        function("POST /api/chat/opening", "a new one", SIGNED_IN, |_| Box::pin(async move { Call::Arguments(json!({ "id": null })) })),
        function("POST /api/chat/opening", "the owner's", PRIVATE, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": world.asked().await.conversation_id })) })
        }),
        function("POST /api/chat/open", "the owner's", PRIVATE, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": world.asked().await.conversation_id })) })
        })
        .by_key(200, 403),
        function("POST /api/chat/list", "one's own", SIGNED_IN, |_| {
            Box::pin(async move { Call::Arguments(json!({ "page": { "index": 0, "size": 50 } })) })
        })
        .by_key(200, 403),
        function("POST /api/chat/search", "one's own", SIGNED_IN, |_| {
            Box::pin(async move { Call::Arguments(json!({ "words": "this", "page": { "index": 0, "size": 50 } })) })
        }),
        function("POST /api/chat/ask", "in a new one", SIGNED_IN, |_| {
            Box::pin(async move {
                let question = json!({ "conversation_id": null, "prompt_id": null, "model_id": null, "text": "What is this?" });
                Call::Arguments(json!({ "question": question }))
            })
        })
        .by_key(200, 403),
        function("POST /api/chat/ask", "in the owner's", PRIVATE, |world| {
            Box::pin(async move {
                let id = world.answered().await.conversation_id;
                let question = json!({ "conversation_id": id, "prompt_id": null, "model_id": null, "text": "And this?" });
                Call::Arguments(json!({ "question": question }))
            })
        })
        .by_key(200, 403),
        function("POST /api/chat/stop", "the owner's", PRIVATE, |world| {
            Box::pin(async move { Call::Arguments(json!({ "generation_id": world.asked().await.answer.generation_id })) })
        })
        .by_key(200, 403),
        function("POST /api/chat/continue", "the owner's, finished", FINISHED, |world| {
            Box::pin(async move { Call::Arguments(json!({ "message_id": world.answered().await.answer.id })) })
        }),
        function("POST /api/chat/retry", "the owner's", PRIVATE, |world| {
            Box::pin(async move { Call::Arguments(json!({ "message_id": world.answered().await.answer.id })) })
        }),
        function("POST /api/chat/rename", "the owner's", PRIVATE, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": world.asked().await.conversation_id, "title": "Another title" })) })
        }),
        function("POST /api/chat/delete", "the owner's", PRIVATE, |world| {
            Box::pin(async move { Call::Arguments(json!({ "id": world.answered().await.conversation_id })) })
        }),
        function("POST /api/chat/source", "of the team, not read yet", [401, 404, 404, 404, 404, 404, 404, 401, 404], |world| {
            Box::pin(async move { Call::Arguments(json!({ "document_id": world.document(Team).await, "page": 1, "chunk_id": null })) })
        }),
        function("POST /api/chat/source", "of the team", TEAM_READS, |world| {
            Box::pin(async move { Call::Arguments(json!({ "document_id": world.read_document(Team).await, "page": 1, "chunk_id": null })) })
        }),
        function("POST /api/chat/source", "private", PRIVATE, |world| {
            Box::pin(
                async move { Call::Arguments(json!({ "document_id": world.read_document(Private).await, "page": 1, "chunk_id": null })) },
            )
        }),
        function("GET /api/generations/{id}/events", "the owner's", PRIVATE, |world| {
            Box::pin(async move {
                let generation = world.asked().await.answer.generation_id.expect("it is being written");
                Call::Get(format!("/api/generations/{generation}/events"))
            })
        })
        .by_key(200, 403),
    ]
}
