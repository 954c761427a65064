//! The program `wirebook` as this build makes it, and a server of it in a process of its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

/// Where the program is; built once, for a test of another package does not build it.
pub(crate) fn wirebook() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| built("wirebook", ["--bin", "wirebook"]).join("wirebook"))
}

/// Builds a program as this test was built, and answers with the folder of such programs.
pub(crate) fn built(package: &str, target: [&str; 2]) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    // This test is TARGET/PROFILE/deps/interop-…; the program is TARGET/PROFILE/wirebook.
    let here = std::env::current_exe().unwrap();
    let folder = here.ancestors().nth(2).unwrap();
    let profile = if folder.ends_with("release") { "release" } else { "dev" };
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--package", package])
        .args(target)
        .args(["--profile", profile])
        .current_dir(root)
        .status()
        .unwrap();
    assert!(built.success(), "{package} builds");
    folder.to_path_buf()
}

/// `wirebook serve`, ended when it is dropped.
pub(crate) struct Serve {
    child: Child,
    pub(crate) address: SocketAddr,
    /// Where it speaks TLS, if the arguments say that it should.
    #[allow(dead_code, reason = "not every program of tests speaks TLS to it")]
    pub(crate) tls: Option<SocketAddr>,
}

impl Serve {
    /// Serves `folder` on a port of the kernel's choice, once it listens.
    pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Self {
        Self::spawn(Command::new(wirebook()).args(["serve"]).args(arguments).arg(folder))
    }

    /// Serves the page that the program brings along.
    #[allow(dead_code, reason = "not every program of tests asks for it")]
    pub(crate) fn page(arguments: &[&str]) -> Self {
        Self::spawn(Command::new(wirebook()).args(["serve"]).args(arguments))
    }

    fn spawn(command: &mut Command) -> Self {
        let mut child = command
            .args(["--http", "127.0.0.1:0"])
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let line = lines.next().expect("it says where it listens").unwrap();
        let place = |scheme: &str| {
            let behind = line.split(scheme).nth(1)?;
            behind.split('/').next()?.parse().ok()
        };
        let address = place("http://").unwrap_or_else(|| panic!("no address in: {line}"));
        let tls = place("https://");
        // What else it says is read away, so that it never waits for us.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address, tls }
    }

    #[allow(dead_code, reason = "not every program of tests looks at its memory")]
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
