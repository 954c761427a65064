//! Programs that a figure needs: ours, built on the spot, and the system's, where they are.

use crate::figure::root;
use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

/// A program of the system. `None` after saying that the figure is not compared; where CI=true, a
/// failure.
#[track_caller]
pub(crate) fn system(name: &str) -> Option<Command> {
    let found = std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(name).exists()));
    if !found {
        testkit::skip(&format!("no {name} on this machine, a figure of the book is not compared"));
        return None;
    }
    Some(Command::new(name))
}

/// Builds an example of a package and answers where it is.
pub(crate) fn example(package: &str, name: &str) -> PathBuf {
    build(&["-p", package, "--example", name])
}

/// Builds the program and answers where it is.
pub(crate) fn wirebook() -> PathBuf {
    build(&["-p", "wirebook"])
}

/// Builds what the arguments say and answers where the one program is.
fn build(arguments: &[&str]) -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--message-format=json-render-diagnostics"])
        .args(arguments)
        .current_dir(root())
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "cargo build {arguments:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let (_, rest) = text.rsplit_once("\"executable\":\"").unwrap();
    PathBuf::from(rest.split('"').next().unwrap())
}

/// A process that ends with the test.
pub(crate) struct Running(pub(crate) Child);

impl Running {
    /// Starts it with its output caught.
    pub(crate) fn start(command: &mut Command) -> Self {
        Self(command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap())
    }

    /// Its next line of output.
    pub(crate) fn line(&mut self) -> String {
        // One octet at a time would do: a line is short, and what follows it stays unread.
        let mut line = String::new();
        BufReader::with_capacity(1, self.0.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        line
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
