//! What a run printed, against what the file says it prints.
//!
//! `BLESS=1 cargo test -p CRATE` rewrites the files; the difference is read before it is committed.
//!
//! Invariant: without `BLESS=1` nothing is ever written.

use std::{env, fs, path::Path};

/// Compares `found` with the file at `path`, or writes it there under `BLESS=1`.
///
/// The path is usually `concat!(env!("CARGO_MANIFEST_DIR"), "/tests/…")`.
///
/// # Panics
/// Where the two differ, telling the first line that does; or the file cannot be read or written.
#[track_caller]
pub fn golden(path: impl AsRef<Path>, found: &str) {
    compare(path.as_ref(), found, blessing());
}

/// Whether golden files are to be rewritten.
pub(crate) fn blessing() -> bool {
    env::var_os("BLESS").is_some_and(|value| value == "1")
}

#[track_caller]
pub(crate) fn compare(path: &Path, found: &str, bless: bool) {
    let shown = path.display();
    if bless {
        if let Some(folder) = path.parent() {
            let _ = fs::create_dir_all(folder);
        }
        match fs::write(path, found) {
            Ok(()) => return,
            Err(error) => panic!("{shown}: {error}"),
        }
    }
    let said = match fs::read_to_string(path) {
        Ok(said) => said,
        Err(error) => panic!("{shown}: {error} (BLESS=1 writes it)"),
    };
    if said == found {
        return;
    }
    let (mut said_lines, mut found_lines) = (said.lines(), found.lines());
    let mut number = 0;
    loop {
        number += 1;
        let (said, found) = (said_lines.next(), found_lines.next());
        if said != found || said.is_none() {
            let said = said.unwrap_or("(the end)");
            let found = found.unwrap_or("(the end)");
            panic!(
                "{shown}:{number}\n  says:  {said}\n  found: {found}\n\
                 BLESS=1 rewrites the file; read the difference before you commit it"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TempDir;
    use std::panic::catch_unwind;

    #[test]
    fn blessing_writes_and_comparing_reads() {
        let folder = TempDir::new("golden");
        let path = folder.path().join("deep/er/story.txt");
        compare(&path, "one\ntwo\n", true);
        compare(&path, "one\ntwo\n", false);
    }

    #[test]
    fn a_difference_is_told_by_its_line() {
        let folder = TempDir::new("golden");
        let path = folder.path().join("story.txt");
        compare(&path, "one\ntwo\n", true);
        for (found, line) in [("one\n2\n", ":2\n"), ("one\n", ":2\n"), ("one\ntwo", ":3\n")] {
            let path = path.clone();
            let panic = catch_unwind(move || compare(&path, found, false)).unwrap_err();
            let text = panic.downcast_ref::<String>().unwrap();
            assert!(text.contains(line), "{text}");
        }
    }

    #[test]
    fn a_missing_file_is_a_failure() {
        let folder = TempDir::new("golden");
        let path = folder.path().join("none.txt");
        assert!(catch_unwind(move || compare(&path, "", false)).is_err());
    }
}
