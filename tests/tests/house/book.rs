//! The book shows the code that runs, in two languages that say the same.
//!
//! ```text
//!   docs/en/…/page.md   ◄── same headings, same includes ──►   docs/ko/…/page.md
//!   {{#include ../../../crates/http1/src/framing.rs:order}}
//!                                                   └── // ANCHOR: order … // ANCHOR_END: order
//! ```
//!
//! mdBook prints an empty block for an anchor that is not there, without a word; hence this test.

use std::collections::BTreeMap;
use std::path::Path;

use crate::{assert_none, floors, tree};

/// Levels of the headings of a page, in order; `#` inside a code block is no heading.
fn headings(page: &str) -> Vec<usize> {
    prose(page)
        .filter_map(|line| {
            let level = line.bytes().take_while(|&octet| octet == b'#').count();
            (level > 0 && line[level..].starts_with(' ')).then_some(level)
        })
        .collect()
}

/// The lines of a page that stand outside of fenced code.
fn prose(page: &str) -> impl Iterator<Item = &str> {
    let mut fence = None;
    page.lines().filter(move |line| {
        let ticks = line.trim_start().bytes().take_while(|&octet| octet == b'`').count();
        match fence {
            None if ticks >= 3 => fence = Some(ticks),
            Some(open) if ticks >= open && line.trim().len() == ticks => fence = None,
            _ => return fence.is_none(),
        }
        false
    })
}

/// What a page includes: `path:anchor`, or `path` alone for a whole file.
fn includes(page: &str) -> Vec<&str> {
    page.split("{{#")
        .skip(1)
        .filter_map(|rest| {
            let (inside, _) = rest.split_once("}}")?;
            let (verb, argument) = inside.split_once(' ')?;
            matches!(verb, "include" | "rustdoc_include" | "playground").then_some(argument.trim())
        })
        .collect()
}

/// `folder/../x` made plain, below the top of the tree.
fn joined(page: &str, path: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// What is wrong with one include of `page`; `read` gives the text of a file of the tree.
fn include_fault(
    page: &str,
    include: &str,
    read: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    let (path, anchor) = include.split_once(':').unwrap_or((include, ""));
    let Some(text) = read(&joined(page, path)) else {
        return Some(format!("{page}: includes {path}, which is not there"));
    };
    if anchor.contains(':')
        || anchor.bytes().any(|octet| octet.is_ascii_digit()) && is_range(anchor)
    {
        return Some(format!("{page}: includes {include} by line numbers, which drift"));
    }
    let mark = |word: &str| {
        text.lines().filter(|line| line.trim_end().ends_with(&format!("{word}: {anchor}"))).count()
    };
    let marks = (mark("ANCHOR"), mark("ANCHOR_END"));
    (!anchor.is_empty() && marks != (1, 1)).then(|| {
        format!("{page}: {path} has {} ANCHOR and {} ANCHOR_END of '{anchor}'", marks.0, marks.1)
    })
}

fn is_range(anchor: &str) -> bool {
    anchor.bytes().all(|octet| octet.is_ascii_digit() || octet == b':')
}

/// Faults of two languages against each other: page by page, headings and includes.
fn pair_faults(en: &BTreeMap<String, String>, ko: &BTreeMap<String, String>) -> Vec<String> {
    let mut faults = Vec::new();
    for (here, there, names) in [(en, ko, ("en", "ko")), (ko, en, ("ko", "en"))] {
        for path in here.keys().filter(|path| !there.contains_key(*path)) {
            faults.push(format!("docs/{}/{path} is not in docs/{}", names.0, names.1));
        }
    }
    for (path, page) in en {
        let Some(other) = ko.get(path) else { continue };
        if headings(page) != headings(other) {
            let (a, b) = (headings(page), headings(other));
            faults.push(format!("{path}: headings differ: en {a:?}, ko {b:?}"));
        }
        if includes(page) != includes(other) {
            let (a, b) = (includes(page), includes(other));
            faults.push(format!("{path}: includes differ: en {a:?}, ko {b:?}"));
        }
    }
    faults
}

/// Links from a page to files of the tree; a link to the web is not ours to check.
fn links(page: &str) -> Vec<&str> {
    let text = page.split("](").skip(1);
    text.filter_map(|rest| rest.split([')', '#', ' ']).next())
        .filter(|link| !link.is_empty() && !link.contains("://") && !link.starts_with("mailto:"))
        .collect()
}

/// What a fenced shell line runs, if that is nothing of ours or something that is not there.
fn command_fault(line: &str, exists: impl Fn(&str) -> bool) -> Option<String> {
    let line = line.trim().trim_start_matches("$ ");
    let words: Vec<&str> = line.split_whitespace().take_while(|word| *word != "#").collect();
    let after = |flag: &str| words.iter().skip_while(|word| **word != flag).nth(1).copied();
    let verbs = ["run", "test", "bench", "build", "doc", "clippy", "fmt", "install"];
    match words.first() {
        Some(&"cargo") if !words.get(1).is_some_and(|verb| verbs.contains(verb)) => {
            Some(format!("`{line}`: no such command of cargo"))
        }
        Some(&"cargo") => match after("-p") {
            Some(package) if !floors::names().iter().any(|name| name == package) => {
                Some(format!("`{line}`: no package '{package}'"))
            }
            _ => None,
        },
        Some(path) if path.contains('/') && !path.contains("://") && !exists(path) => {
            Some(format!("`{line}`: no file {path}"))
        }
        _ => None,
    }
}

/// Lines of the fenced blocks whose language is a shell's.
fn shell_lines(page: &str) -> Vec<&str> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in page.lines() {
        match line.trim_start().strip_prefix("```") {
            Some(language) => inside = !inside && matches!(language, "sh" | "console" | "bash"),
            None if inside => found.push(line),
            None => {}
        }
    }
    found
}

fn pages(folder: &str) -> BTreeMap<String, String> {
    tree::files(&[".md"])
        .into_iter()
        .filter_map(|file| Some((file.path.strip_prefix(folder)?.to_owned(), file.text.clone())))
        .collect()
}

#[test]
fn every_page_has_its_other_language() {
    assert_none("en and ko", &pair_faults(&pages("docs/en/"), &pages("docs/ko/")));
    if let (Some(en), Some(ko)) = (tree::read("README.md"), tree::read("README.ko.md")) {
        assert_eq!(headings(&en), headings(&ko), "headings of README.md and README.ko.md");
    }
}

#[test]
fn every_include_and_link_resolves() {
    let mut faults = Vec::new();
    for file in tree::files(&[".md"]) {
        let page = &file.text;
        faults.extend(
            includes(page)
                .into_iter()
                .filter_map(|include| include_fault(&file.path, include, tree::read)),
        );
        let prose: String = prose(page).flat_map(|line| [line, "\n"]).collect();
        for link in links(&prose) {
            if !Path::new(&tree::root()).join(joined(&file.path, link)).exists() {
                faults.push(format!("{}: links to {link}, which is not there", file.path));
            }
        }
    }
    assert_none("includes and links", &faults);
}

#[test]
fn the_commands_of_the_readme_exist() {
    let exists = |path: &str| tree::root().join(path).exists();
    let faults: Vec<String> = ["README.md", "README.ko.md"]
        .iter()
        .filter_map(|path| tree::read(path))
        .flat_map(|page| {
            let lines = shell_lines(&page).into_iter().map(str::to_owned).collect::<Vec<_>>();
            lines.into_iter().filter_map(|line| command_fault(&line, exists)).collect::<Vec<_>>()
        })
        .collect();
    assert_none("commands of the README", &faults);
}

#[test]
fn headings_are_counted_outside_of_code() {
    let page = "# a\n```sh\n# no\n```\n## b\n````text\n```\n# no\n````\n### c\n#no\n";
    assert_eq!(headings(page), [1, 2, 3]);
}

#[test]
fn a_dangling_include_is_a_fault() {
    let read = |path: &str| {
        (path == "crates/a/src/lib.rs").then(|| "// ANCHOR: x\nf();\n// ANCHOR_END: x\n".to_owned())
    };
    let fault = |include: &str| include_fault("docs/en/src/page.md", include, read);
    assert_eq!(fault("../../../crates/a/src/lib.rs:x"), None);
    assert_eq!(fault("../../../crates/a/src/lib.rs"), None);
    assert!(fault("../../../crates/a/src/lib.rs:y").unwrap().contains("0 ANCHOR"));
    assert!(fault("../../../crates/a/src/lib.rs:1:3").unwrap().contains("line numbers"));
    assert!(fault("../../../crates/a/src/lib.rs:7").unwrap().contains("line numbers"));
    assert!(fault("../../crates/a/src/lib.rs:x").unwrap().contains("not there"));
    let open = |_: &str| Some("// ANCHOR: x\nf();\n".to_owned());
    assert!(include_fault("p.md", "a.rs:x", open).unwrap().contains("0 ANCHOR_END"));
}

#[test]
fn two_languages_that_differ_are_a_fault() {
    let book = |pages: &[(&str, &str)]| -> BTreeMap<String, String> {
        pages.iter().map(|(path, page)| ((*path).to_owned(), (*page).to_owned())).collect()
    };
    let en = book(&[("a.md", "# A\n{{#include x.rs:y}}\n"), ("b.md", "# B\n")]);
    assert_eq!(pair_faults(&en, &en), Vec::<String>::new());
    assert_eq!(pair_faults(&en, &book(&[])).len(), 2);
    assert_eq!(pair_faults(&book(&[]), &en).len(), 2);
    let ko = book(&[("a.md", "# 가\n"), ("b.md", "# 나\n## 다\n")]);
    let faults = pair_faults(&en, &ko);
    assert!(faults[0].contains("includes differ") && faults[1].contains("headings differ"));
}

#[test]
fn a_command_that_is_not_there_is_a_fault() {
    let none = |_: &str| false;
    assert_eq!(command_fault("cargo run --release -- tour", none), None);
    assert_eq!(command_fault("$ cargo test -p wire", none), None);
    assert!(command_fault("cargo test -p wires", none).unwrap().contains("no package"));
    assert!(command_fault("cargo xtask", none).unwrap().contains("no such command"));
    assert!(command_fault("fuzz/runs uri 60", none).unwrap().contains("no file"));
    assert_eq!(shell_lines("```sh\na\n```\n```rust\nb\n```\n"), ["a"]);
}
