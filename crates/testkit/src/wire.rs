//! Files of annotated octets: what came over the wire, and what the parser made of it.
//!
//! ```text
//! # A comment; it says what the example shows.
//! > 00 00 04            the length            octets, then two spaces, then words for the reader
//! > 'GET / HTTP/1.1\r\n'  the request line    or text, with \r \n \t \\ \' \xNN
//! ---
//! what the parser said                        up to the next empty line; BLESS=1 rewrites it
//! ```
//!
//! Invariant: whatever is not under `---` is kept as it stands, comments and spacing included.
//!
//! Used by: `crates/*/tests/wire.rs`.

use crate::golden::{blessing, compare};
use std::{fs, path::Path};

/// Runs every `*.txt` of `folder`: `explain` gets the file's name without its ending and the octets
/// of one example, and answers what is to stand under its `---`.
///
/// # Panics
/// Where a file says something else; where a line of octets cannot be read, or stands under no
/// `---`; where an answer holds an empty line, which would end it; where the folder has no such
/// file, for a test that tests nothing has failed.
#[track_caller]
pub fn wire_files(folder: impl AsRef<Path>, mut explain: impl FnMut(&str, &[u8]) -> String) {
    let folder = folder.as_ref();
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => panic!("{}: {error}", folder.display()),
    };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    paths.sort();
    assert!(!paths.is_empty(), "{}: no *.txt", folder.display());
    for path in paths {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let said = match fs::read_to_string(&path) {
            Ok(said) => said,
            Err(error) => panic!("{}: {error}", path.display()),
        };
        let found = match run(&said, |octets| explain(&name, octets)) {
            Ok(found) => found,
            Err(line) => panic!(
                "{}:{line}: no octets, octets without an answer, or an answer with an empty line",
                path.display()
            ),
        };
        compare(&path, &found, blessing());
    }
}

/// The file with every answer replaced by what `explain` says; or the number of the line that is
/// wrong.
fn run(text: &str, mut explain: impl FnMut(&[u8]) -> String) -> Result<String, usize> {
    let (mut out, mut octets, mut answered) = (String::new(), Vec::new(), false);
    // Where octets stand that nobody has explained yet.
    let mut open = None;
    for (before, line) in text.lines().enumerate() {
        answered &= !line.is_empty();
        if answered {
            continue;
        }
        out += line;
        out.push('\n');
        if let Some(said) = line.strip_prefix('>') {
            octets.extend(octets_of_line(said).ok_or(before + 1)?);
            open = Some(before + 1);
        } else if line == "---" {
            let answer = explain(&std::mem::take(&mut octets));
            let answer = answer.trim_end_matches('\n');
            if answer.contains("\n\n") {
                return Err(before + 1);
            }
            out += answer;
            out.push('\n');
            (answered, open) = (true, None);
        }
    }
    open.map_or(Ok(out), Err)
}

/// The octets of one line, without its `>`: hex pairs or one quoted text, up to the first gap of
/// two spaces or the end. `None` where it is neither.
pub fn octets_of_line(line: &str) -> Option<Vec<u8>> {
    let line = line.trim_start_matches(' ');
    if let Some(text) = line.strip_prefix('\'') {
        return quoted(text);
    }
    let pairs = line.split("  ").next().unwrap_or_default().trim_end();
    if pairs.is_empty() {
        return Some(Vec::new());
    }
    pairs.split(' ').map(pair).collect()
}

fn pair(word: &str) -> Option<u8> {
    // from_str_radix alone would also take "+4" and "4".
    let exact = word.len() == 2 && word.bytes().all(|octet| octet.is_ascii_hexdigit());
    exact.then(|| u8::from_str_radix(word, 16).ok()).flatten()
}

fn quoted(text: &str) -> Option<Vec<u8>> {
    let mut octets = Vec::new();
    let mut letters = text.chars();
    loop {
        let octet = match letters.next()? {
            '\'' => break,
            '\\' => match letters.next()? {
                'r' => b'\r',
                'n' => b'\n',
                't' => b'\t',
                '\\' => b'\\',
                '\'' => b'\'',
                'x' => pair(&letters.by_ref().take(2).collect::<String>())?,
                _ => return None,
            },
            letter => {
                octets.extend(letter.encode_utf8(&mut [0; 4]).bytes());
                continue;
            }
        };
        octets.push(octet);
    }
    let rest = letters.as_str();
    (rest.is_empty() || rest.starts_with("  ")).then_some(octets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TempDir;

    #[test]
    fn lines_of_octets() {
        for (line, octets) in [
            (" 00 0a FF", Some(&b"\x00\x0a\xff"[..])),
            (" 00 04      a length of be or ad", Some(b"\x00\x04")),
            ("", Some(b"")),
            ("    only words", None),
            (" 4", None),
            (" +4", None),
            (" 00 length", None),
            (r" 'GET / HTTP/1.1\r\n'  the request line", Some(b"GET / HTTP/1.1\r\n")),
            (r" 'it\'s \x00\\'", Some(b"it's \x00\\")),
            (" 'never ends", None),
            (r" '\q'", None),
            (r" '\x0'", None),
            (" 'a' 'b'", None),
        ] {
            assert_eq!(octets_of_line(line).as_deref(), octets, "{line}");
        }
    }

    #[test]
    fn answers_are_replaced_and_all_else_is_kept() {
        let text = "# one\n> 01 02  two octets\n> 'c'\n---\nold\n  lines\n\n\n# two\n---\n";
        let found = run(text, |octets| format!("{} octets", octets.len())).unwrap();
        assert_eq!(
            found,
            "# one\n> 01 02  two octets\n> 'c'\n---\n3 octets\n\n\n# two\n---\n0 octets\n"
        );
        assert_eq!(run(&found, |octets| format!("{} octets", octets.len())).unwrap(), found);
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named() {
        assert_eq!(run("# fine\n> 0\n---\n", |_| String::new()), Err(2));
    }

    #[test]
    fn octets_that_nobody_explains_are_named() {
        assert_eq!(run("> 01\n---\nfine\n\n# end\n> 02\n", |_| "fine".into()), Err(6));
        assert_eq!(run("> 01\n", |_| String::new()), Err(1));
        assert_eq!(run("# only words\n", |_| String::new()), Ok("# only words\n".into()));
    }

    /// An empty line ends an answer: what stood behind it would be kept, and written once more.
    #[test]
    fn an_answer_with_an_empty_line_is_refused() {
        let twice = || run("> 01\n---\n", |_| "one\n\ntwo\n".into());
        assert_eq!(twice(), Err(2));
    }

    #[test]
    fn each_file_is_run_under_its_name() {
        let folder = TempDir::new("wire");
        std::fs::write(folder.path().join("b.txt"), "> 62\n---\nb: [98]\n").unwrap();
        std::fs::write(folder.path().join("a.txt"), "> 61\n---\na: [97]\n").unwrap();
        std::fs::write(folder.path().join("notes.md"), "> nothing to read").unwrap();
        let mut names = Vec::new();
        wire_files(folder.path(), |name, octets| {
            names.push(name.to_string());
            format!("{name}: {octets:?}\n")
        });
        assert_eq!(names, ["a", "b"]);
    }
}
