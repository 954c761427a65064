//! The public test vectors: where they are, and what a test does where they are not.

use std::{
    env,
    io::Write,
    panic::Location,
    path::{Path, PathBuf},
};

/// The vectors' file or folder, as `http1/llhttp.json`: in the folder that `WIREBOOK_DATA` names,
/// or else in `../shared/data` beside the checkout. `None` where it is not there.
pub fn data(path: impl AsRef<Path>) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let root = env::var_os("WIREBOOK_DATA").map_or(beside, PathBuf::from);
    find(&root, path.as_ref())
}

fn find(root: &Path, path: &Path) -> Option<PathBuf> {
    let found = root.join(path);
    found.exists().then_some(found)
}

/// Says on standard error that the calling test is skipped, and why. The caller returns.
///
/// It writes to standard error straight: what goes through `eprintln!` in a test that passes is
/// never seen.
///
/// # Panics
/// Where `CI=true`: a skip there is a hole that nobody would notice.
#[track_caller]
pub fn skip(reason: &str) {
    let place = Location::caller();
    let line = format!("skipped: {}:{}: {reason}\n", place.file(), place.line());
    // A closed standard error is no reason to fail.
    let _ = std::io::stderr().write_all(line.as_bytes());
    let strict = env::var_os("CI").is_some_and(|value| value == "true");
    assert!(!strict, "skipped where CI=true: {reason}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TempDir;

    #[test]
    fn what_is_not_there_is_none() {
        let folder = TempDir::new("data");
        assert_eq!(find(folder.path(), Path::new("none.json")), None);
        std::fs::write(folder.path().join("some.json"), "{}").unwrap();
        assert!(find(folder.path(), Path::new("some.json")).is_some());
    }
}
