//! Files to 500 lines and functions to 70, so that either can be held in the mind at once.
//!
//! The counter reads what rustfmt wrote: a function begins at the line that holds the word `fn` and
//! ends where the brace it opened closes. A closure is part of the function around it.

use crate::source::code;
use crate::{assert_none, tree};

const FILE_LINES: usize = 500;
const FUNCTION_LINES: usize = 70;

/// Files that are one table and little else may be longer: the RFC's table is that long.
const TABLES: [&str; 0] = [];

fn long_file(path: &str, text: &str) -> Option<String> {
    let lines = text.lines().count();
    (lines > FILE_LINES && !TABLES.contains(&path))
        .then(|| format!("{path}: {lines} lines, at most {FILE_LINES}"))
}

/// A function: its name, the line it begins in (from 1) and how many lines it has.
#[derive(Debug, PartialEq)]
struct Function {
    name: String,
    line: usize,
    lines: usize,
}

fn functions(source: &str) -> Vec<Function> {
    let code = code(source);
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        if let Some(name) = function_name(line)
            && let Some(count) = body_lines(&lines[index..])
        {
            found.push(Function { name, line: index + 1, lines: count });
        }
    }
    found
}

/// The name after the word `fn`, if the line declares a function rather than a type `fn(…)`.
fn function_name(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    words.find(|&word| word == "fn")?;
    let name: String =
        words.next()?.chars().take_while(|&c| c.is_alphanumeric() || c == '_').collect();
    (!name.is_empty()).then_some(name)
}

/// Lines from the declaration to its closing brace; `None` where a `;` says there is no body.
fn body_lines(lines: &[&str]) -> Option<usize> {
    // Round and square brackets too: a `;` inside of them, as in `[u8; 4]`, ends nothing.
    let (mut braces, mut brackets) = (0_usize, 0_usize);
    for (index, line) in lines.iter().enumerate() {
        for octet in line.bytes() {
            match octet {
                b'(' | b'[' => brackets += 1,
                b')' | b']' => brackets = brackets.saturating_sub(1),
                b';' if braces == 0 && brackets == 0 => return None,
                b'{' => braces += 1,
                b'}' => {
                    braces = braces.saturating_sub(1);
                    if braces == 0 && brackets == 0 {
                        return Some(index + 1);
                    }
                }
                _ => {}
            }
        }
    }
    None
}

fn long_functions(path: &str, text: &str) -> Vec<String> {
    functions(text)
        .into_iter()
        .filter(|function| function.lines > FUNCTION_LINES)
        .map(|Function { name, line, lines }| {
            format!("{path}:{line}: `{name}` has {lines} lines, at most {FUNCTION_LINES}")
        })
        .collect()
}

fn wide_lines(path: &str, text: &str) -> Vec<String> {
    let width = |line: &str| line.chars().count();
    text.lines()
        .enumerate()
        // A link or a long literal cannot be broken; rustfmt leaves it and so do we.
        .filter(|(_, line)| width(line) > 100 && !line.contains("://") && !line.contains('"'))
        .map(|(index, line)| format!("{path}:{}: {} columns", index + 1, width(line)))
        .collect()
}

#[test]
fn no_file_is_longer_than_500_lines() {
    let faults: Vec<String> =
        tree::files(&[".rs"]).iter().filter_map(|file| long_file(&file.path, &file.text)).collect();
    assert_none("files too long to be read at once (split by verb or concept)", &faults);
}

#[test]
fn no_function_is_longer_than_70_lines() {
    let faults: Vec<String> = tree::files(&[".rs"])
        .iter()
        .flat_map(|file| long_functions(&file.path, &file.text))
        .collect();
    assert_none("functions too long to be read at once", &faults);
}

#[test]
fn no_line_is_wider_than_100_columns() {
    let faults: Vec<String> =
        tree::files(&[".rs"]).iter().flat_map(|file| wide_lines(&file.path, &file.text)).collect();
    assert_none("lines wider than a page", &faults);
}

#[test]
fn a_long_file_is_a_fault() {
    assert_eq!(long_file("a.rs", &"x\n".repeat(FILE_LINES)), None);
    assert!(long_file("a.rs", &"x\n".repeat(FILE_LINES + 1)).unwrap().contains("501 lines"));
}

#[test]
fn a_long_function_is_a_fault() {
    let of = |lines: usize| format!("fn f() {{\n{}}}\n", "    g();\n".repeat(lines - 2));
    assert_eq!(long_functions("a.rs", &of(FUNCTION_LINES)), Vec::<String>::new());
    assert_eq!(
        long_functions("a.rs", &of(FUNCTION_LINES + 1)),
        ["a.rs:1: `f` has 71 lines, at most 70"]
    );
}

#[test]
fn braces_in_literals_and_comments_count_for_nothing() {
    let source =
        "/// fn no() {\nfn f() -> [u8; 2] {\n    let _ = \"}\"; // }\n    let _ = '}';\n}\n";
    assert_eq!(functions(source), [Function { name: "f".into(), line: 2, lines: 4 }]);
}

#[test]
fn declarations_without_a_body_are_no_functions() {
    let source =
        "trait T {\n    fn a(&self, b: [u8; 2]);\n    fn c(&self) {}\n}\ntype F = fn(u8);\n";
    assert_eq!(functions(source), [Function { name: "c".into(), line: 3, lines: 1 }]);
}

#[test]
fn a_wide_line_is_a_fault() {
    assert!(wide_lines("a.rs", &"x".repeat(100)).is_empty());
    assert_eq!(wide_lines("a.rs", &"x".repeat(101)), ["a.rs:1: 101 columns"]);
}
