//! Who runs Postgres. It refuses to be root, so that a server that is root starts it as nobody.
//!
//! The invariant: whoever it is reaches its data folder, even below folders that are closed to it (a clone in a
//! private home): it is then handed the folder as an open file and never walks the path. Next: [`super::cluster`].

use nix::fcntl::{OFlag, open};
use nix::sys::stat::Mode;
use nix::unistd::{Gid, Uid};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use tokio::process::Command;

/// `nobody` and its group, the same on every Linux.
const NOBODY: u32 = 65_534;

/// The user that Postgres runs as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Account {
    /// The one this program runs as.
    Ours,
    /// Nobody, because this program is root.
    Nobody,
}

/// A folder as its account can name it; valid for children started while this lives.
#[derive(Debug)]
pub(super) enum Reach {
    /// By its path.
    Path(PathBuf),
    /// As an open file that children inherit.
    Open(OwnedFd),
}

impl Account {
    /// The account for Postgres.
    pub(super) fn of_this_process() -> Self {
        if nix::unistd::geteuid().is_root() { Self::Nobody } else { Self::Ours }
    }

    /// A command run as this account. Groups are dropped with the user.
    pub(super) fn command(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        if self == Self::Nobody {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    /// Gives a file or folder to the account.
    pub(super) fn give(self, path: &Path) -> std::io::Result<()> {
        if self == Self::Nobody {
            nix::unistd::chown(path, Some(Uid::from_raw(NOBODY)), Some(Gid::from_raw(NOBODY)))?;
        }
        Ok(())
    }

    /// Whether the account can walk to this path. `path` is absolute and has no links.
    pub(super) fn can_walk_to(self, path: &Path) -> bool {
        self == Self::Ours || path.ancestors().skip(1).all(|folder| folder.metadata().is_ok_and(|folder| is_open(&folder)))
    }

    /// The folder as this account can name it.
    pub(super) fn reach(self, folder: &Path) -> std::io::Result<Reach> {
        if self.can_walk_to(folder) {
            return Ok(Reach::Path(folder.to_owned()));
        }
        // Without O_CLOEXEC: the child is to have it.
        Ok(Reach::Open(open(folder, OFlag::O_RDONLY | OFlag::O_DIRECTORY, Mode::empty())?))
    }
}

fn is_open(folder: &std::fs::Metadata) -> bool {
    let needed = if folder.uid() == NOBODY {
        0o100
    } else if folder.gid() == NOBODY {
        0o010
    } else {
        0o001
    };
    folder.mode() & needed != 0
}

impl Reach {
    /// What to call the folder in the child's arguments.
    pub(super) fn path(&self) -> PathBuf {
        match self {
            Self::Path(path) => path.clone(),
            Self::Open(folder) => PathBuf::from(format!("/proc/self/fd/{}", folder.as_raw_fd())),
        }
    }
}
