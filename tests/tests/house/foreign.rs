//! `unsafe` stands in `crates/sockets/src/sys/` and nowhere else, and says each time why it is
//! sound.

use crate::source::code;
use crate::{assert_none, tree};

const SYS: &str = "crates/sockets/src/sys/";

/// Whether `word` stands in `line` as a word of its own.
fn has_word(line: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    line.split(|c| !part(c)).any(|found| found == word)
}

/// Lines of code with the word `unsafe` in a file that may not have it.
fn outside_sys(path: &str, text: &str) -> Vec<String> {
    if path.starts_with(SYS) {
        return Vec::new();
    }
    code(text)
        .lines()
        .enumerate()
        .filter(|(_, line)| has_word(line, "unsafe"))
        .map(|(index, _)| format!("{path}:{}: `unsafe` outside {SYS}", index + 1))
        .collect()
}

/// Blocks and implementations that do not say, in the comment above them, why they are sound.
fn unexplained(path: &str, text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    code(text)
        .lines()
        .enumerate()
        .filter(|(_, line)| {
            let line = line.trim_end();
            has_word(line, "unsafe") && (line.contains("unsafe {") || line.contains("unsafe impl"))
        })
        .filter(|(index, _)| {
            // A statement may begin some lines above the block in it.
            let above = &lines[index.saturating_sub(8)..=*index];
            !above.iter().any(|line| line.contains("// SAFETY:"))
        })
        .map(|(index, _)| format!("{path}:{}: no `// SAFETY:` above", index + 1))
        .collect()
}

/// A crate root that does not forbid `unsafe` for the whole crate.
fn unforbidden(path: &str, text: &str) -> Option<String> {
    let root = path.strip_prefix("crates/")?;
    let (name, file) = root.split_once('/')?;
    let is_root = matches!(file, "src/lib.rs" | "src/main.rs") && name != "sockets";
    (is_root && !code(text).contains("#![forbid(unsafe_code)]"))
        .then(|| format!("{path}: no `#![forbid(unsafe_code)]`"))
}

#[test]
fn unsafe_stands_in_sys_alone() {
    let faults: Vec<String> =
        tree::files(&[".rs"]).iter().flat_map(|file| outside_sys(&file.path, &file.text)).collect();
    assert_none("unsafe code", &faults);
}

#[test]
fn every_unsafe_block_says_why_it_is_sound() {
    let faults: Vec<String> =
        tree::files(&[".rs"]).iter().flat_map(|file| unexplained(&file.path, &file.text)).collect();
    assert_none("unsafe without a reason", &faults);
}

#[test]
fn every_other_crate_forbids_unsafe() {
    let faults: Vec<String> = tree::files(&[".rs"])
        .iter()
        .filter_map(|file| unforbidden(&file.path, &file.text))
        .collect();
    assert_none("crate roots", &faults);
}

#[test]
fn an_unsafe_block_elsewhere_is_a_fault() {
    let text = "// unsafe in a comment\n#![forbid(unsafe_code)]\nfn f() { unsafe { g() } }\n";
    assert_eq!(outside_sys("crates/http/src/lib.rs", text).len(), 1);
    assert_eq!(outside_sys("crates/sockets/src/sys/tcp.rs", text).len(), 0);
    assert_eq!(outside_sys("crates/sockets/src/tcp.rs", text).len(), 1);
}

#[test]
fn an_unexplained_block_is_a_fault() {
    assert_eq!(unexplained("a.rs", "// SAFETY: f has no conditions\nunsafe { f() };\n").len(), 0);
    assert_eq!(unexplained("a.rs", "unsafe { f() };\n").len(), 1);
    assert_eq!(unexplained("a.rs", "unsafe extern \"C\" {\n}\n").len(), 0);
}

#[test]
fn a_root_that_does_not_forbid_is_a_fault() {
    assert!(unforbidden("crates/http/src/lib.rs", "// #![forbid(unsafe_code)]\n").is_some());
    assert!(unforbidden("crates/http/src/lib.rs", "#![forbid(unsafe_code)]\n").is_none());
    assert!(unforbidden("crates/sockets/src/lib.rs", "").is_none());
    assert!(unforbidden("crates/http/src/uri.rs", "").is_none());
}
