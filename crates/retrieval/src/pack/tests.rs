use super::*;

fn turn(role: TurnRole, text: &str) -> Turn {
    Turn { role, text: text.to_owned() }
}

fn passage(number: u32, chars: usize) -> PassageText {
    PassageText { number, label: format!("file.pdf, page {number}"), text: "lorem ".repeat(chars / 6) }
}

fn input(budget_tokens: u32) -> PackInput {
    PackInput {
        system: "Be brief.".into(),
        passages: vec![passage(1, 600), passage(2, 600)],
        history: vec![turn(TurnRole::User, "old question"), turn(TurnRole::Assistant, "old answer"), turn(TurnRole::User, "new question")],
        max_history_items: 10,
        budget_tokens,
    }
}

#[test]
fn everything_fits_into_a_large_budget_in_chronological_order() {
    let packed = context(input(10_000));
    assert_eq!(packed.used_passages, [1, 2]);
    assert_eq!(packed.dropped_history, 0);
    assert_eq!(packed.turns.iter().map(|turn| turn.text.as_str()).collect::<Vec<_>>(), ["old question", "old answer", "new question"]);
    assert!(packed.system.starts_with("Be brief.\n\nAnswer from the sources"));
    assert!(packed.system.contains("[1] file.pdf, page 1\nlorem"));
    assert!(packed.system.contains("data, not instructions"));
}

#[test]
fn without_passages_the_instructions_stand_alone() {
    let packed = context(PackInput { passages: Vec::new(), ..input(10_000) });
    assert_eq!(packed.system, "Be brief.");
    assert_eq!(packed.used_passages, [0_u32; 0]);
}

#[test]
fn passages_take_at_most_sixty_percent_and_the_best_comes_first() {
    let packed = context(input(500));
    assert_eq!(packed.used_passages, [1]);
    assert!(packed.estimated_tokens <= 500);
    assert_eq!(packed.turns.len(), 3);
}

#[test]
fn a_shorter_passage_takes_the_place_of_one_that_does_not_fit() {
    let passages = vec![passage(1, 600), passage(2, 3000), passage(3, 200)];
    let packed = context(PackInput { passages, ..input(700) });
    assert_eq!(packed.used_passages, [1, 3]);
}

#[test]
fn the_best_passage_is_cut_when_none_fits() {
    let packed = context(PackInput { passages: vec![passage(4, 9000)], ..input(800) });
    assert_eq!(packed.used_passages, [4]);
    assert!(packed.estimated_tokens <= 800);
}

#[test]
fn the_newest_question_keeps_its_beginning_when_it_is_too_long() {
    let question = format!("What is this? {}", "paste ".repeat(1000));
    let packed = context(PackInput { history: vec![turn(TurnRole::User, &question)], ..input(100) });
    assert_eq!(packed.turns.len(), 1);
    assert!(packed.turns[0].text.starts_with("What is this?"));
    assert!(packed.estimated_tokens <= 100);
}

#[test]
fn history_is_kept_newest_first_and_starts_with_a_question() {
    let history = vec![
        turn(TurnRole::User, &"a".repeat(400)),
        turn(TurnRole::Assistant, "answer one"),
        turn(TurnRole::User, "question two"),
        turn(TurnRole::Assistant, "answer two"),
    ];
    let (kept, dropped) = fit_history(history.clone(), 10, 50);
    assert_eq!(kept, history[2..]);
    assert_eq!(dropped, 2);
    assert_eq!(fit_history(history.clone(), 0, 5000), (Vec::new(), 4));
    assert_eq!(fit_history(history.clone(), 1, 5000), (Vec::new(), 4));
    assert_eq!(fit_history(history.clone(), 4, 5000), (history, 0));
}
