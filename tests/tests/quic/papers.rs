//! A certificate for the servers, short and long.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use testkit::TempDir;

use crate::cases::Wish;
use crate::program;

/// Certificates of authorities behind the server's own in the long chain.
const MORE: usize = 8;

/// `cert.pem`, `long.pem` and `key.pem`, in a folder that goes away.
pub(crate) struct Papers {
    folder: TempDir,
}

impl Papers {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new("quic-papers");
        let made = Command::new(program::wirebook())
            .args(["cert", "--out"])
            .arg(folder.path())
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let read = |name| fs::read_to_string(folder.path().join(name)).unwrap();
        let long = read("cert.pem") + &read("ca.pem").repeat(MORE);
        fs::write(folder.path().join("long.pem"), long).unwrap();
        Self { folder }
    }

    /// The chain and the key that a server with these wishes shows.
    pub(crate) fn of(&self, wishes: &[Wish]) -> (PathBuf, PathBuf) {
        let long = wishes.contains(&Wish::LongChain);
        let chain = if long { "long.pem" } else { "cert.pem" };
        (self.file(chain), self.file("key.pem"))
    }

    /// A file beside them.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}
