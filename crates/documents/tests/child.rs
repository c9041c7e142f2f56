//! Extraction in a child process: this program starts itself again as the child, well- and ill-behaved.
#![allow(clippy::unwrap_used, reason = "a test program without the harness that the lint knows")]

#[path = "support/mod.rs"]
mod support;

use std::{
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use documents::{ExtractFailure, ExtractRequest, Extracted, Format, Limits, Source, extract_in_child};
use libtest_mimic::{Arguments, Trial};

/// The first argument that makes this program a child; the second says what it does.
const AS_CHILD: &str = "as-child";

/// A child that starts another program and hangs; the rest of the word is the file it writes the number of that into.
const STARTS: &str = "starts ";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [first, behaviour] = arguments.as_slice()
        && first == AS_CHILD
    {
        return behave(behaviour);
    }
    let trials = vec![
        trial("a_file_is_read_in_a_child", a_file_is_read_in_a_child),
        trial("a_file_on_disk_is_read_in_a_child", a_file_on_disk_is_read_in_a_child),
        trial("a_refusal_of_the_child_arrives_unchanged", a_refusal_of_the_child_arrives_unchanged),
        trial("a_child_that_aborts_fails_its_file_only", a_child_that_aborts_fails_its_file_only),
        trial("a_child_that_exits_without_an_answer_has_crashed", a_child_that_exits_without_an_answer_has_crashed),
        trial("a_child_that_hangs_is_stopped", a_child_that_hangs_is_stopped),
        trial("what_a_child_that_hangs_has_started_is_stopped_too", what_a_child_that_hangs_has_started_is_stopped_too),
        trial("a_child_that_uses_up_its_processor_time_is_stopped", a_child_that_uses_up_its_processor_time_is_stopped),
        trial("the_child_limits_its_own_processor_time", the_child_limits_its_own_processor_time),
        trial("a_child_that_floods_is_stopped", a_child_that_floods_is_stopped),
        trial("a_child_that_runs_out_of_memory_says_so", a_child_that_runs_out_of_memory_says_so),
        trial("a_child_sees_nothing_of_the_servers_environment", a_child_sees_nothing_of_the_servers_environment),
        trial("a_program_that_is_not_there_is_the_servers_problem", a_program_that_is_not_there_is_the_servers_problem),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn trial(name: &str, test: fn()) -> Trial {
    Trial::test(name, move || {
        test();
        Ok(())
    })
}

/// What a child can do to its parent.
fn behave(behaviour: &str) -> ExitCode {
    match behaviour {
        "extract" => documents::child::run(),
        "exit" => ExitCode::SUCCESS,
        "abort" => {
            let _ = std::io::stdin().read_to_end(&mut Vec::new());
            std::process::abort()
        }
        "hang" => loop {
            std::thread::park();
        },
        starts if starts.starts_with(STARTS) => {
            let mut started = std::process::Command::new("sleep").arg("1000").spawn().expect("sleep is on the PATH");
            std::fs::write(&starts[STARTS.len()..], started.id().to_string()).expect("the file may be written");
            let _ = started.wait();
            ExitCode::FAILURE
        }
        "spin" => {
            rlimit::Resource::CPU.set(1, 2).expect("a lower limit may be set");
            spin()
        }
        "extract, then spin" => {
            documents::child::run();
            spin()
        }
        "flood" => {
            let mut stdout = std::io::stdout().lock();
            while stdout.write_all(&[b'x'; 4096]).is_ok() {}
            ExitCode::FAILURE
        }
        "environment" => {
            let mut names: Vec<String> = std::env::vars().map(|(name, _)| name).collect();
            names.sort();
            let page = domain::PageText { number: 1, text: names.join(",") };
            let answer: Result<Extracted, ExtractFailure> = Ok(Extracted { pages: vec![page], is_paginated: false, warnings: Vec::new() });
            println!("{}", serde_json::to_string(&answer).expect("the answer is plain data"));
            ExitCode::SUCCESS
        }
        other => panic!("no such behaviour: {other}"),
    }
}

/// A parser that never comes to an end.
fn spin() -> ! {
    let mut turns = 0_u64;
    loop {
        turns = std::hint::black_box(turns.wrapping_add(1));
    }
}

fn limits() -> Limits {
    Limits { wall: Duration::from_mins(1), ..Limits::default() }
}

fn run(program: &Path, behaviour: &str, request: ExtractRequest, limits: Limits) -> Result<Extracted, ExtractFailure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(extract_in_child(program, &[AS_CHILD, behaviour], request, limits))
}

fn run_self(behaviour: &str, request: ExtractRequest, limits: Limits) -> Result<Extracted, ExtractFailure> {
    run(&std::env::current_exe().unwrap(), behaviour, request, limits)
}

fn text(bytes: &[u8]) -> ExtractRequest {
    ExtractRequest { name: "a.txt".into(), format: Format::Text, source: Source::Bytes(bytes.to_vec()) }
}

fn a_file_is_read_in_a_child() {
    let bytes = support::pdf(&["Page one.", "Page two."]);
    let request = ExtractRequest { name: "a.pdf".into(), format: Format::Pdf, source: Source::Bytes(bytes) };
    let extracted = run_self("extract", request, limits()).unwrap();
    assert_eq!(extracted.pages[1], domain::PageText { number: 2, text: "Page two.".into() });
}

fn a_file_on_disk_is_read_in_a_child() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "from disk").unwrap();
    let request = ExtractRequest { source: Source::Path(file.path().to_owned()), ..text(b"") };
    assert_eq!(run_self("extract", request, limits()).unwrap().pages[0].text, "from disk");
    let gone = ExtractRequest { source: Source::Path(PathBuf::from("/no/such/file")), ..text(b"") };
    assert!(matches!(run_self("extract", gone, limits()), Err(ExtractFailure::Unavailable { .. })));
}

fn a_refusal_of_the_child_arrives_unchanged() {
    let request = ExtractRequest { name: "b.docx".into(), format: Format::Docx, source: Source::Bytes(support::docx("<w:p/>")) };
    assert_eq!(run_self("extract", request, limits()), Err(ExtractFailure::NoText { name: "b.docx".into() }));
    assert_eq!(run_self("extract", text(b""), limits()), Err(ExtractFailure::Empty { name: "a.txt".into() }));
}

fn a_child_that_aborts_fails_its_file_only() {
    let failure = run_self("abort", text(b"x"), limits()).unwrap_err();
    assert_eq!(failure, ExtractFailure::Crashed { name: "a.txt".into() });
    assert!(failure.to_string().starts_with("“a.txt” made the reader crash"));
}

fn a_child_that_exits_without_an_answer_has_crashed() {
    let large = vec![b'x'; 4 << 20];
    assert!(matches!(run_self("exit", text(&large), limits()), Err(ExtractFailure::Crashed { .. })));
}

fn a_child_that_hangs_is_stopped() {
    let limits = Limits { wall: Duration::from_millis(300), ..limits() };
    let large = vec![b'x'; 4 << 20];
    assert!(matches!(run_self("hang", text(&large), limits), Err(ExtractFailure::TimedOut { .. })));
}

fn what_a_child_that_hangs_has_started_is_stopped_too() {
    let noted = tempfile::NamedTempFile::new().unwrap();
    let limits = Limits { wall: Duration::from_secs(2), ..limits() };
    let behaviour = format!("{STARTS}{}", noted.path().display());
    assert!(matches!(run_self(&behaviour, text(b"x"), limits), Err(ExtractFailure::TimedOut { .. })));
    let started = std::fs::read_to_string(noted.path()).unwrap();
    // What is dead and was asked after by nobody yet is a zombie.
    let is_running = || {
        let stat = std::fs::read_to_string(format!("/proc/{started}/stat")).unwrap_or_default();
        stat.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with('Z'))
    };
    assert!(!started.is_empty());
    for _ in 0..100 {
        if !is_running() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{started} runs on");
}

fn a_child_that_uses_up_its_processor_time_is_stopped() {
    assert!(matches!(run_self("spin", text(b"x"), limits()), Err(ExtractFailure::TimedOut { .. })));
}

fn the_child_limits_its_own_processor_time() {
    // The second it may compute is what ends it, not the minute it may take: the sentence tells them apart.
    let limits = Limits { cpu_seconds: 1, ..limits() };
    let failure = run_self("extract, then spin", text(b"x"), limits).unwrap_err();
    assert_eq!(failure, ExtractFailure::TimedOut { name: "a.txt".into(), seconds: 1 });
}

fn a_child_that_floods_is_stopped() {
    let limits = Limits { output_bytes: 1 << 20, ..limits() };
    assert!(matches!(run_self("flood", text(b"x"), limits), Err(ExtractFailure::TooComplex { .. })));
}

fn a_child_that_runs_out_of_memory_says_so() {
    // The first has no room for the parser, the second none for the text.
    for (megabytes, file) in [(150_u64, 40), (200, 40)] {
        let limits = Limits { memory_bytes: megabytes << 20, ..limits() };
        let large = vec![b'x'; file << 20];
        let failure = run_self("extract", text(&large), limits).unwrap_err();
        assert!(failure.to_string().contains(&format!("reading it takes more than {megabytes} MB of memory")), "{failure}");
    }
}

fn a_child_sees_nothing_of_the_servers_environment() {
    let extracted = run_self("environment", text(b"x"), limits()).unwrap();
    assert_eq!(extracted.pages[0].text, "MIMALLOC_ARENA_RESERVE,PATH");
}

fn a_program_that_is_not_there_is_the_servers_problem() {
    let failure = run(Path::new("/no/such/program"), "extract", text(b"x"), limits()).unwrap_err();
    assert!(failure.is_transient());
    assert!(failure.to_string().contains("a problem on the server"));
}
