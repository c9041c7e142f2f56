//! Context: what a run puts before the model.
//!
//! The invariant: only passages that fitted are offered, each under the number it is cited by; an answer that goes on keeps
//! the numbers it has used.

use super::queries::messages::PersonRow;
use super::run::{Kept, Plan};
use domain::chat::Citation;
use domain::datasets::RankedChunk;
use llm::{ChatMessage, ChatRequest, Passage, Role};
use retrieval::pack::{self, PackInput, PassageText, Turn, TurnRole};
use retrieval::tokens;

/// Characters of a passage that a citation carries along.
const EXCERPT_CHARS: usize = 280;
/// Tokens left for an answer when the prompt sets no limit.
const USUAL_ANSWER_TOKENS: u32 = 4_096;
/// What asks a model to go on.
const GO_ON: &str = "Your last answer broke off. Go on exactly where it ended: no repetition, no introduction, the same format and the same source numbers.";

/// What is asked, and what may be cited.
pub(super) struct Packed {
    pub request: ChatRequest,
    pub offered: Vec<Citation>,
    /// Estimate, for providers that do not count.
    pub prompt_tokens: u32,
}

/// Packs instructions, passages and history into the model's budget.
pub(super) fn pack(plan: &Plan, chunks: &[RankedChunk]) -> Packed {
    let (draft, model) = (&plan.setup.draft, &plan.setup.model);
    let reserve = draft.max_completion_tokens.unwrap_or_else(|| USUAL_ANSWER_TOKENS.min(model.context_size / 4));
    let numbered = number(chunks, plan.kept.as_ref());
    let packed = pack::context(PackInput {
        system: instructions(&draft.instructions, &plan.background.person),
        passages: numbered.iter().map(|(number, chunk)| passage_text(*number, chunk)).collect(),
        history: turns(plan),
        // The question of an answer that goes on is history to the packer, and must not be the first to go.
        max_history_items: draft.max_history_items + if plan.kept.is_some() { 2 } else { 0 },
        budget_tokens: tokens::budget(model.context_size, reserve, draft.trim_ratio),
    });
    let used: Vec<_> = numbered.into_iter().filter(|(number, _)| packed.used_passages.contains(number)).collect();
    let system = (!packed.system.is_empty()).then_some(ChatMessage { role: Role::System, content: packed.system });
    let request = ChatRequest {
        model: model.name.clone(),
        messages: system.into_iter().chain(packed.turns.into_iter().map(message)).collect(),
        temperature: plan.setup.prompt_id.map(|_| draft.temperature),
        max_completion_tokens: draft.max_completion_tokens,
        passages: used.iter().map(|(number, chunk)| passage(*number, chunk)).collect(),
    };
    Packed {
        request,
        offered: used.iter().map(|(number, chunk)| citation(*number, chunk)).collect(),
        prompt_tokens: packed.estimated_tokens,
    }
}

/// Numbers the passages from 1, best first. What an answer that goes on has cited keeps its number.
fn number<'a>(chunks: &'a [RankedChunk], kept: Option<&Kept>) -> Vec<(u32, &'a RankedChunk)> {
    let cited = kept.map_or(&[][..], |kept| &kept.citations);
    let mut free = (1..).filter(|number| cited.iter().all(|citation| citation.number != *number));
    let mut number_of = |chunk: &RankedChunk| {
        let known = cited.iter().find(|citation| citation.chunk_id == chunk.chunk_id);
        known.map_or_else(|| free.next().expect("numbers do not end"), |citation| citation.number)
    };
    chunks.iter().map(|chunk| (number_of(chunk), chunk)).collect()
}

/// The conversation up to the newest turn, oldest first.
fn turns(plan: &Plan) -> Vec<Turn> {
    let mut turns = plan.background.history.clone();
    turns.push(Turn { role: TurnRole::User, text: plan.question.clone() });
    if let Some(kept) = &plan.kept {
        turns.push(Turn { role: TurnRole::Assistant, text: kept.text.clone() });
        turns.push(Turn { role: TurnRole::User, text: GO_ON.to_owned() });
    }
    turns
}

/// The prompt's instructions, then how the person likes to be answered and what they want models to know.
fn instructions(prompt: &str, person: &PersonRow) -> String {
    let mut parts = Vec::new();
    if !prompt.trim().is_empty() {
        parts.push(prompt.trim().to_owned());
    }
    let chosen: Vec<String> = person.answers.instructions().collect();
    if !chosen.is_empty() {
        parts.push(chosen.join("\n"));
    }
    if !person.tone.is_empty() {
        parts.push(format!("The person wants to be answered like this: {}", person.tone));
    }
    if !person.about.is_empty() {
        parts.push(format!("What the person says about themselves: {}", person.about));
    }
    parts.join("\n\n")
}

fn passage_text(number: u32, chunk: &RankedChunk) -> PassageText {
    let page = chunk.page.map(|page| format!("page {page}"));
    let parts = [Some(chunk.document_name.clone()), page, chunk.heading.clone()];
    let label = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    PassageText { number, label, text: chunk.text.clone() }
}

fn passage(number: u32, chunk: &RankedChunk) -> Passage {
    Passage { number, document: chunk.document_name.clone(), page: chunk.page, heading: chunk.heading.clone(), text: chunk.text.clone() }
}

fn citation(number: u32, chunk: &RankedChunk) -> Citation {
    Citation {
        number,
        chunk_id: chunk.chunk_id,
        document_id: Some(chunk.document_id),
        document_name: chunk.document_name.clone(),
        page: chunk.page,
        excerpt: chunk.text.chars().take(EXCERPT_CHARS).collect(),
    }
}

fn message(turn: Turn) -> ChatMessage {
    let role = match turn.role {
        TurnRole::User => Role::User,
        TurnRole::Assistant => Role::Assistant,
    };
    ChatMessage { role, content: turn.text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::answers::{AnswerLanguage, AnswerPreferences, AnswerTone};
    use domain::{ChunkId, DatasetId, DocumentId};

    fn chunk() -> RankedChunk {
        RankedChunk {
            chunk_id: ChunkId::new(),
            document_id: DocumentId::new(),
            dataset_id: DatasetId::new(),
            document_name: "guide.pdf".to_owned(),
            page: Some(3),
            heading: None,
            text: "Keys hang in the blue cabinet.".to_owned(),
            text_rank: Some(1),
            vector_rank: None,
            score: 0.1,
        }
    }

    #[test]
    fn passages_are_numbered_from_one_and_cited_ones_keep_their_numbers() {
        let chunks = [chunk(), chunk(), chunk()];
        let numbers = |kept| number(&chunks, kept).into_iter().map(|(number, _)| number).collect::<Vec<_>>();
        assert_eq!(numbers(None), [1, 2, 3]);
        let kept = Kept { text: "so [2]".to_owned(), citations: vec![citation(2, &chunks[0])] };
        assert_eq!(numbers(Some(&kept)), [2, 1, 3]);
    }

    #[test]
    fn the_instructions_tell_tone_and_person_only_when_set() {
        let answers = AnswerPreferences::default();
        let person = |tone: &str, about: &str| PersonRow { tone: tone.to_owned(), about: about.to_owned(), answers };
        assert_eq!(instructions(" Be brief. ", &person("", "")), "Be brief.");
        assert_eq!(instructions("", &person("", "")), "");
        assert!(
            instructions("Be brief.", &person("kindly", "a nurse")).ends_with("kindly\n\nWhat the person says about themselves: a nurse")
        );
    }

    #[test]
    fn language_and_tone_stand_after_the_prompt_and_before_the_persons_own_words() {
        let answers = AnswerPreferences { language: AnswerLanguage::French, tone: AnswerTone::Formal };
        let person = PersonRow { tone: "kindly".to_owned(), about: String::new(), answers };
        let told = instructions("Be exact.", &person);
        let places: Vec<Option<usize>> =
            ["Be exact.", "Answer in French", "Write in a formal tone", "kindly"].iter().map(|words| told.find(words)).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{told}");
    }

    #[test]
    fn a_passage_is_labelled_with_its_document_and_page() {
        assert_eq!(passage_text(1, &chunk()).label, "guide.pdf, page 3");
        assert_eq!(passage_text(1, &RankedChunk { page: None, heading: Some("Keys".to_owned()), ..chunk() }).label, "guide.pdf, Keys");
    }
}
