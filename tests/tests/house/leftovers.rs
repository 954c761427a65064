//! Nothing unfinished, nothing skipped, and nothing that holds on one machine only.

use crate::source::code;
use crate::{assert_none, tree};

/// Code that says "later".
const UNFINISHED: [&str; 3] = ["todo!(", "unimplemented!(", "#[ignore"];

/// A comment that says "later"; written in two halves, for this file is read too.
const REMINDER: &str = concat!("FIX", "ME");

/// Beginnings of paths that exist where somebody worked and nowhere else.
const FOLDERS: [&str; 2] = [concat!("/wo", "rk/"), concat!("/ro", "ot/")];

fn unfinished(path: &str, text: &str) -> Vec<String> {
    let code = code(text);
    let coded = code.lines().enumerate().flat_map(|(index, line)| {
        let found = UNFINISHED.iter().filter(move |word| line.contains(**word));
        found.map(move |word| format!("{path}:{}: `{word}`", index + 1))
    });
    let noted = text.lines().enumerate().filter(|(_, line)| line.contains(REMINDER));
    coded.chain(noted.map(|(index, _)| format!("{path}:{}: {REMINDER}", index + 1))).collect()
}

/// Absolute paths; `http://host/work/` is none, for a path begins where no name does.
fn machine_paths(path: &str, text: &str) -> Vec<String> {
    let begins = |before: Option<char>| {
        !before
            .is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | '}' | '*'))
    };
    text.lines()
        .enumerate()
        .filter(|(_, line)| {
            FOLDERS.iter().any(|folder| {
                line.match_indices(folder).any(|(at, _)| begins(line[..at].chars().next_back()))
            })
        })
        .map(|(index, line)| format!("{path}:{}: {}", index + 1, line.trim()))
        .collect()
}

#[test]
fn nothing_is_left_unfinished() {
    let faults: Vec<String> =
        tree::files(&[".rs"]).iter().flat_map(|file| unfinished(&file.path, &file.text)).collect();
    assert_none("left over", &faults);
}

#[test]
fn no_file_names_a_folder_of_one_machine() {
    let faults: Vec<String> =
        tree::files(&[]).iter().flat_map(|file| machine_paths(&file.path, &file.text)).collect();
    assert_none("paths of one machine", &faults);
}

#[test]
fn each_kind_of_leftover_is_a_fault() {
    for word in UNFINISHED {
        assert_eq!(unfinished("a.rs", &format!("{word}\n")).len(), 1, "{word}");
        assert_eq!(unfinished("a.rs", &format!("let a = \"{word}\"; // {word}\n")).len(), 0);
    }
    assert_eq!(unfinished("a.rs", &format!("// {REMINDER}: later\n")).len(), 1);
}

#[test]
fn a_path_of_one_machine_is_a_fault() {
    for folder in FOLDERS {
        assert_eq!(machine_paths("a.md", &format!("see `{folder}main`\n")).len(), 1, "{folder}");
        assert_eq!(machine_paths("a.md", &format!("{folder}main\n")).len(), 1, "{folder}");
        assert_eq!(machine_paths("a.md", &format!("http://host{folder}main\n")).len(), 0);
        assert_eq!(machine_paths("a.md", &format!("../net{folder}main\n")).len(), 0);
    }
}
