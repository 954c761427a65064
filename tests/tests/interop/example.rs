//! The examples of our packages, as this build makes them.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::program::built;

/// Where an example is.
pub(crate) fn example(package: &str, name: &str) -> PathBuf {
    built(package, ["--example", name]).join("examples").join(name)
}

/// An example that serves, ended when it is dropped.
pub(crate) struct Example {
    child: Child,
    /// The first line it printed: where it is.
    pub(crate) url: String,
}

impl Example {
    /// Starts the example, which prints where it is once it listens.
    pub(crate) fn start(package: &str, name: &str, arguments: &[&str]) -> Self {
        let mut child = Command::new(example(package, name))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = lines.next().expect("it says where it listens").unwrap();
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url }
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
