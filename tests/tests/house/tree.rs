//! The files of the project: those that git tracks or would track.
//!
//! Invariant: what `.gitignore` names (build output, a fuzzer's corpus) is never looked at.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The top folder of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// One file: its path below the top, with `/` between the parts, and its text.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Every text file whose path ends in one of `endings` (all of them, if there are none).
///
/// Files that are not UTF-8 are no text and are left out.
pub(crate) fn files(endings: &[&str]) -> Vec<File> {
    let mut found: Vec<File> = paths()
        .into_iter()
        .filter(|path| endings.is_empty() || endings.iter().any(|end| path.ends_with(end)))
        .filter_map(|path| {
            let text = std::fs::read_to_string(root().join(&path)).ok()?;
            Some(File { path, text })
        })
        .collect();
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// The text of one file, if it is there.
pub(crate) fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(root().join(path)).ok()
}

/// Paths that git tracks, and new ones it does not ignore.
fn paths() -> Vec<String> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output();
    match listed {
        Ok(output) if output.status.success() => {
            let text = String::from_utf8(output.stdout).expect("paths are UTF-8");
            text.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect()
        }
        // A copy of the tree without its history: walk it.
        _ => {
            let mut found = Vec::new();
            walk(&root(), "", &mut found);
            found
        }
    }
}

fn walk(folder: &Path, prefix: &str, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().expect("names are UTF-8");
        let path = format!("{prefix}{name}");
        if entry.file_type().unwrap().is_dir() {
            if !matches!(name.as_str(), ".git" | "target" | "corpus" | "artifacts" | "book") {
                walk(&entry.path(), &format!("{path}/"), found);
            }
        } else {
            found.push(path);
        }
    }
}

#[test]
fn this_very_file_is_found() {
    let here = "tests/tests/house/tree.rs";
    assert!(files(&[".rs"]).iter().any(|file| file.path == here && file.text.contains(here)));
}

#[test]
fn walking_finds_what_git_lists() {
    let mut walked = Vec::new();
    walk(&root(), "", &mut walked);
    assert!(walked.iter().any(|path| path == "tests/tests/house/tree.rs"));
    assert!(!walked.iter().any(|path| path.starts_with("target/") || path.starts_with(".git/")));
}
