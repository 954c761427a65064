//! Other people's programs: where they are, and how one is run to its end.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Where the program is; says that the test is skipped if it is nowhere.
#[track_caller]
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Servers live where only an administrator looks, and what setup brought where it says.
    let more = [PathBuf::from("/usr/sbin"), cache("cargo/bin"), cache("autobahn/bin")];
    let folders = std::env::split_paths(&path).chain(more);
    let found = folders.map(|folder| folder.join(program)).find(|file| file.is_file());
    if found.is_none() {
        testkit::skip(&format!("{program} is not installed (tests/interop/setup installs it)"));
    }
    found
}

/// A folder that `tests/interop/setup` filled.
pub(crate) fn cache(name: &str) -> PathBuf {
    let home = std::env::var_os("HOME").unwrap_or_default();
    let cache = std::env::var_os("XDG_CACHE_HOME").filter(|folder| !folder.is_empty());
    let cache = cache.map_or_else(|| PathBuf::from(home).join(".cache"), PathBuf::from);
    cache.join("wirebook").join(name)
}

/// `python3` about to run one of the scripts beside this file, with the packages of setup.
#[track_caller]
pub(crate) fn python(script: &str) -> Option<Command> {
    let program = find("python3")?;
    let packages = cache("python");
    if !packages.join("websockets").is_dir() || !packages.join("playwright").is_dir() {
        testkit::skip("no Python packages (tests/interop/setup installs them)");
        return None;
    }
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/python");
    let mut command = Command::new(program);
    command.env("PYTHONPATH", packages).env("PYTHONDONTWRITEBYTECODE", "1");
    command.arg(scripts.join(script));
    Some(command)
}

/// Runs a command to its end with `input` on its standard input.
pub(crate) fn run(command: &mut Command, input: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // Both ways at once, or a program that answers while it reads would wait for us for ever.
    let writer = std::thread::spawn(move || {
        // It may well end without having read everything.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}
