//! Behaviour of chat, on a database and with a provider on the wire.

mod answers;
mod asking;
mod ending;
mod following;
mod leases;
mod passages;
mod provider;
mod rate;
mod rights;
mod trail;

use super::{EventStream, StoredEvent};
use crate::{Parts, Services, Viewer, testing};
use domain::chat::{Asked, ChatEvent, ConversationDetail, MessageView, NewQuestion};
use domain::models::{ModelType, NewModel, ProviderKind};
use domain::{ConversationId, GenerationId, ModelId};
use futures::StreamExt;
use provider::FakeProvider;
use sqlx::PgPool;
use std::sync::Arc;
use std::time::Duration;

/// Longer than anything here takes; a test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// A person, a provider they can ask, and the server they ask it through.
struct Scene {
    services: Services,
    viewer: Viewer,
    provider: FakeProvider,
    model: ModelId,
}

impl Scene {
    async fn new(pool: &PgPool) -> Self {
        Self::on(testing::services(pool)).await
    }

    /// Whose providers may be silent for so long between two pieces of an answer.
    async fn with_idle_limit(pool: &PgPool, idle: Duration) -> Self {
        let limits = egress::Limits { idle, ..egress::Limits::default() };
        let egress = Arc::new(testing::egress_to_loopback(limits));
        Self::on(Services::new(Parts { egress, ..testing::parts(pool) })).await
    }

    async fn on(services: Services) -> Self {
        let viewer = testing::owner(&services, "ada@example.org").await;
        let provider = FakeProvider::start().await;
        let administrator = testing::administrator(viewer.clone());
        let model = NewModel {
            provider: "Fake".to_owned(),
            kind: ProviderKind::OpenAiCompatible,
            base_url: provider.base_url.clone(),
            api_key: String::new(),
            name: "fake".to_owned(),
            model_type: ModelType::Llm,
            context_size: 8_000,
        };
        let model = services.models().add(&administrator, model).await.unwrap().id;
        Self { services, viewer, provider, model }
    }

    fn question(&self, conversation_id: Option<ConversationId>, text: &str) -> NewQuestion {
        NewQuestion { conversation_id, prompt_id: None, model_id: Some(self.model), text: text.to_owned() }
    }

    async fn ask(&self, text: &str) -> Asked {
        self.services.chat().ask(&self.viewer, self.question(None, text)).await.unwrap()
    }

    async fn ask_in(&self, conversation: ConversationId, text: &str) -> Asked {
        self.services.chat().ask(&self.viewer, self.question(Some(conversation), text)).await.unwrap()
    }

    async fn follow(&self, id: GenerationId, after: i64) -> EventStream {
        self.services.chat().follow(&self.viewer, id, after).await.unwrap().expect("something follows")
    }

    async fn open(&self, id: ConversationId) -> ConversationDetail {
        self.services.chat().open(&self.viewer, id).await.unwrap()
    }

    async fn answer(&self, id: ConversationId) -> MessageView {
        self.open(id).await.messages.pop().unwrap()
    }
}

fn generation(asked: &Asked) -> GenerationId {
    asked.answer.generation_id.unwrap()
}

/// The next event of a stream.
async fn next(events: &mut EventStream) -> StoredEvent {
    tokio::time::timeout(PATIENCE, events.next()).await.expect("an event in time").expect("an event")
}

/// All events to the end of the stream.
async fn rest(events: EventStream) -> Vec<ChatEvent> {
    let all = tokio::time::timeout(PATIENCE, events.collect::<Vec<_>>()).await.expect("an end in time");
    all.iter().map(|event| event.event().unwrap()).collect()
}

/// The text of all deltas.
fn text(events: &[ChatEvent]) -> String {
    let delta = |event: &ChatEvent| if let ChatEvent::Delta(text) = event { text.clone() } else { String::new() };
    events.iter().map(delta).collect()
}

/// Follows until some text has come.
async fn until_text(events: &mut EventStream) -> StoredEvent {
    loop {
        let event = next(events).await;
        if matches!(event.event().unwrap(), ChatEvent::Delta(_)) {
            return event;
        }
    }
}
