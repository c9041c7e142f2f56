//! What a person reads when no language model is set up.

use futures::TryStreamExt;

use super::ExtractiveModel;
use crate::{ChatDelta, ChatMessage, ChatModel, ChatRequest, Embedder, FinishReason, LlmError, Passage, Role};

fn passage(number: u32, page: u32, heading: &str, text: &str) -> Passage {
    let heading = (!heading.is_empty()).then(|| heading.to_owned());
    Passage { number, document: "Handbook.pdf".to_owned(), page: Some(page), heading, text: text.to_owned() }
}

fn handbook() -> Vec<Passage> {
    vec![
        passage(
            1,
            12,
            "Leave",
            "Every employee has 28 days of paid vacation a year. Unused vacation days expire at the end of March. \
             The office dog is called Bruno.",
        ),
        passage(2, 30, "Working hours", "The office opens at seven. Core hours are from ten to three."),
        passage(3, 31, "", "Sick leave needs a certificate from the third day on, see [4] and `form_7`."),
    ]
}

async fn ask(question: &str, passages: Vec<Passage>) -> String {
    ask_with(ExtractiveModel::default(), question, passages).await
}

async fn ask_with(model: ExtractiveModel, question: &str, passages: Vec<Passage>) -> String {
    let messages = vec![ChatMessage { role: Role::User, content: question.to_owned() }];
    let request = ChatRequest { messages, passages, ..ChatRequest::default() };
    let deltas: Vec<ChatDelta> = model.stream(request).await.unwrap().try_collect().await.unwrap();
    assert_eq!(deltas.last(), Some(&ChatDelta::Finished(FinishReason::Stop)));
    let text = |delta| match delta {
        ChatDelta::Text(text) => Some(text),
        _ => None,
    };
    deltas.into_iter().filter_map(text).collect()
}

#[tokio::test]
async fn the_sentence_that_answers_comes_first_with_its_marker_and_place() {
    let answer = ask("How many vacation days does an employee have?", handbook()).await;
    assert!(answer.starts_with("The built-in model quotes your documents"), "{answer}");
    let first_quote = answer.lines().find(|line| line.starts_with("> ")).unwrap();
    assert_eq!(first_quote, "> Every employee has 28 days of paid vacation a year. [1]");
    assert!(answer.contains("**Handbook.pdf, page 12 · Leave**"), "{answer}");
    assert!(answer.contains("Unused vacation days expire at the end of March. [1]"), "{answer}");
    assert!(!answer.contains("Bruno"), "{answer}");
    assert!(answer.trim_end().ends_with("**Admin → Models**."), "{answer}");
}

#[tokio::test]
async fn the_same_question_gets_the_same_answer() {
    let question = "When does the office open?";
    assert_eq!(ask(question, handbook()).await, ask(question, handbook()).await);
}

#[tokio::test]
async fn brackets_and_marks_of_the_document_do_not_become_citations_or_formatting() {
    let answer = ask("Who needs a sick certificate?", handbook()).await;
    assert!(answer.contains("on, see (4) and \\`form\\_7\\`. [3]"), "{answer}");
    assert!(!answer.contains("[4]"), "{answer}");
}

#[tokio::test]
async fn without_passages_it_says_so_and_how_to_get_written_answers() {
    let answer = ask("Anything?", Vec::new()).await;
    assert!(answer.contains("nothing to quote"), "{answer}");
    assert!(answer.contains("no dataset is attached"), "{answer}");
    assert!(answer.contains("Admin → Models"), "{answer}");
}

#[tokio::test]
async fn a_question_in_other_words_gets_the_first_passages_and_a_plain_word_about_it() {
    let answer = ask("Quelle heure?", handbook()).await;
    assert!(answer.contains("No sentence uses the words of the question"), "{answer}");
    assert_eq!(answer.matches("\n> ").count(), 2, "{answer}");
}

#[tokio::test]
async fn sentences_that_say_the_same_are_quoted_once() {
    let text = "The notice period is three months. Other text stands between the two of them.";
    let twice = vec![passage(1, 1, "", text), passage(2, 2, "", text)];
    let answer = ask("What is the notice period?", twice).await;
    assert_eq!(answer.matches("three months").count(), 1, "{answer}");
}

#[tokio::test]
async fn what_the_search_found_first_is_quoted_beside_sentences_with_more_words_of_the_question() {
    let manual = vec![
        passage(1, 14, "", "Call asn1_free to have it deleted with all that is in it."),
        passage(
            2,
            3,
            "",
            "A function of the structure which it deletes. This function reads a structure. That function writes a structure.",
        ),
    ];
    let answer = ask("Which function deletes a structure?", manual.clone()).await;
    assert!(answer.contains("[1]") && answer.contains("[2]"), "{answer}");
    let answer = ask("Which function deletes a structure?", vec![manual[1].clone(), passage(3, 9, "", "Nothing about it here.")]).await;
    assert!(!answer.contains("[3]"), "{answer}");
    let unrelated = vec![passage(3, 9, "", "Nothing about it here."), manual[1].clone()];
    assert!(!ask("Which function deletes a structure?", unrelated).await.contains("[3]"));
}

struct Fixed(fn(&str) -> Result<Vec<f32>, LlmError>);

#[async_trait::async_trait]
impl Embedder for Fixed {
    fn dimensions(&self) -> usize {
        2
    }

    async fn embed(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>, LlmError> {
        texts.iter().map(|text| (self.0)(text)).collect()
    }
}

#[tokio::test]
async fn what_the_search_found_first_is_not_quoted_for_a_faint_likeness() {
    let likeness = |text: &str| Ok(if text.contains("weather") { vec![0.1, 0.995] } else { vec![1.0, 0.0] });
    let model = ExtractiveModel::new(Some(std::sync::Arc::new(Fixed(likeness))));
    let passages = vec![
        passage(1, 1, "", "It is about the weather of all days."),
        passage(2, 2, "", "The notice period is three months. A notice period begins on the first day of a month."),
    ];
    let answer = ask_with(model, "What is the notice period?", passages).await;
    assert!(answer.contains("[2]") && !answer.contains("[1]"), "{answer}");
}

#[tokio::test]
async fn what_the_search_found_first_is_not_quoted_for_what_another_passage_says_too() {
    let text = "The notice period is three months.";
    let passages = vec![passage(1, 1, "", text), passage(2, 2, "Notice period", text)];
    let answer = ask("What is the notice period?", passages).await;
    assert_eq!(answer.matches("three months").count(), 1, "{answer}");
}

#[tokio::test]
async fn meaning_finds_what_words_do_not_and_a_failing_embedder_is_done_without() {
    let knows_dogs = |text: &str| Ok(if text.contains("Bruno") || text.contains("canine") { vec![1.0, 0.0] } else { vec![0.0, 1.0] });
    let model = ExtractiveModel::new(Some(std::sync::Arc::new(Fixed(knows_dogs))));
    let answer = ask_with(model, "Name our canine colleague", handbook()).await;
    assert!(answer.lines().find(|line| line.starts_with("> ")).unwrap().contains("Bruno"), "{answer}");

    let failing = ExtractiveModel::new(Some(std::sync::Arc::new(Fixed(|_| Err(LlmError::Empty)))));
    let question = "When does the office open?";
    assert_eq!(ask_with(failing, question, handbook()).await, ask(question, handbook()).await);
}
