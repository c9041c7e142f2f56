//! The parent's side of an extraction: starts the child, feeds it, waits within limits and reads its answer.
//!
//! The one invariant: whatever the child does (crash, hang, flood), the caller gets a value, and the child is gone with all it started.
//! The child's side is [`crate::child`].

use std::{
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::{
    fs::File,
    io::{self, AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    process::{Child, ChildStdin, Command},
    time::timeout,
};

use crate::{
    ExtractFailure, Extracted, Format, Limits,
    child::{Answer, Header},
};

/// A file to read.
#[derive(Debug)]
pub struct ExtractRequest {
    /// The file's name, for sentences only.
    pub name: String,
    /// Its type, from [`Format::detect`].
    pub format: Format,
    /// Its bytes.
    pub source: Source,
}

/// Where the bytes are.
#[derive(Debug)]
pub enum Source {
    /// In memory.
    Bytes(Vec<u8>),
    /// In a file on this machine; opened by the parent, so the child needs no access to it.
    Path(PathBuf),
}

/// How much of the child's stderr is kept, to tell memory exhaustion from other crashes.
const STDERR_BYTES: u64 = 16 << 10;

/// Reads a file in a child process: `program args…`, which has to call [`crate::child::run`].
///
/// The child sees no environment but `PATH` and what its allocator may reserve, and is killed when this future is dropped.
pub async fn extract_in_child(program: &Path, args: &[&str], request: ExtractRequest, limits: Limits) -> Result<Extracted, ExtractFailure> {
    let name = request.name.clone();
    let mut child = command(program, args).spawn().map_err(|_| ExtractFailure::unavailable(&name))?;
    let _group = Group(child.id());
    let finished = timeout(limits.wall, converse(&mut child, request, limits)).await;
    // Whatever happened, the child does not stay: killing one that has ended is no error.
    let _ = child.kill().await;
    match finished {
        Err(_elapsed) => Err(ExtractFailure::timed_out(&name, limits.wall.as_secs())),
        Ok(Err(_broken_pipe)) => Err(ExtractFailure::unavailable(&name)),
        Ok(Ok(ended)) => ended.judge(&name, limits),
    }
}

/// The child and what it started, by the number of the child, which leads the group: killed when this is dropped.
struct Group(Option<u32>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.0.and_then(|leader| i32::try_from(leader).ok()) {
            // It fails where nobody of the group is left.
            let _ = killpg(Pid::from_raw(leader), Signal::SIGKILL);
        }
    }
}

fn command(program: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(args).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command.process_group(0);
    // In KiB. The program's allocator sets aside a gigabyte of addresses at its start, which is all the child may have.
    command.env("MIMALLOC_ARENA_RESERVE", "65536");
    command
}

/// How the child ended and what it said.
struct Ended {
    status: ExitStatus,
    answer: Vec<u8>,
    stderr: Vec<u8>,
}

async fn converse(child: &mut Child, request: ExtractRequest, limits: Limits) -> io::Result<Ended> {
    let piped = "stdin, stdout and stderr are piped by `command`";
    let stdin = child.stdin.take().expect(piped);
    let stdout = child.stdout.take().expect(piped);
    let stderr = child.stderr.take().expect(piped);
    // One byte over the limit tells a flood from a long answer.
    let most = u64::try_from(limits.output_bytes).unwrap_or(u64::MAX - 1) + 1;
    let (fed, answer, said) = tokio::join!(feed(stdin, request, limits), read_up_to(stdout, most), read_then_drain(stderr, STDERR_BYTES));
    fed?;
    let status = child.wait().await?;
    Ok(Ended { status, answer: answer?, stderr: said? })
}

/// Sends header and bytes. A child that stops reading has its reasons, which its answer tells; that is no error here.
async fn feed(mut stdin: ChildStdin, request: ExtractRequest, limits: Limits) -> io::Result<()> {
    let header = Header { name: request.name, format: request.format, cpu_seconds: limits.cpu_seconds, memory_bytes: limits.memory_bytes };
    let mut line = serde_json::to_vec(&header)?;
    line.push(b'\n');
    if stdin.write_all(&line).await.is_err() {
        return Ok(());
    }
    match request.source {
        Source::Bytes(bytes) => {
            let _ = stdin.write_all(&bytes).await;
        }
        Source::Path(path) => {
            let mut file = File::open(path).await?;
            match io::copy(&mut file, &mut stdin).await {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error),
                _ => {}
            }
        }
    }
    let _ = stdin.shutdown().await;
    Ok(())
}

/// Reads at most so much and closes the pipe, which ends a child that goes on writing.
async fn read_up_to(mut pipe: impl AsyncRead + Unpin, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    (&mut pipe).take(most).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

/// Keeps the beginning and reads the rest away, so that a child that complains at length is not held up.
async fn read_then_drain(mut pipe: impl AsyncRead + Unpin, most: u64) -> io::Result<Vec<u8>> {
    let bytes = read_up_to(&mut pipe, most).await?;
    io::copy(&mut pipe, &mut io::sink()).await?;
    Ok(bytes)
}

// The numbers of Linux and macOS.
const SIGKILL: i32 = 9;
const SIGXCPU: i32 = 24;

impl Ended {
    fn judge(self, name: &str, limits: Limits) -> Result<Extracted, ExtractFailure> {
        if self.answer.len() > limits.output_bytes {
            return Err(ExtractFailure::too_much_text(name));
        }
        if self.status.success() {
            return serde_json::from_slice::<Answer>(&self.answer).unwrap_or_else(|_| Err(ExtractFailure::crashed(name)));
        }
        if matches!(self.status.signal(), Some(SIGXCPU | SIGKILL)) {
            return Err(ExtractFailure::timed_out(name, limits.cpu_seconds));
        }
        // What the standard library prints before it aborts.
        if self.stderr.windows(20).any(|words| words == b"memory allocation of") {
            return Err(ExtractFailure::too_much_memory(name, limits.memory_bytes));
        }
        Err(ExtractFailure::crashed(name))
    }
}
