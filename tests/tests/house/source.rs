//! Rust source with every comment and every literal blanked out, so that a brace or a word that is
//! found in it is code.
//!
//! ```text
//!   let s = "{"; // {        in
//!   let s = "          "     out: the same length, the same lines
//! ```
//!
//! Invariant: the answer has as many lines as the source, and an octet of code stands where it did.

/// The source without its comments and without the insides of its literals.
pub(crate) fn code(source: &str) -> String {
    let octets = source.as_bytes();
    let mut out = octets.to_vec();
    let mut at = 0;
    while at < octets.len() {
        let end = match octets[at] {
            b'/' if octets[at..].starts_with(b"//") => line_end(octets, at),
            b'/' if octets[at..].starts_with(b"/*") => block_end(octets, at),
            b'"' => string_end(octets, at),
            b'r' if !is_word(octets, at) => match raw_end(octets, at) {
                Some(end) => end,
                None => at,
            },
            b'\'' => char_end(octets, at).unwrap_or(at),
            _ => at,
        };
        if end == at {
            at += 1;
        } else {
            for octet in &mut out[at..end] {
                if *octet != b'\n' {
                    *octet = b' ';
                }
            }
            at = end;
        }
    }
    String::from_utf8(out).expect("only whole comments and literals were blanked")
}

/// Whether the octet before `at` belongs to the same word, so that `at` does not begin one.
fn is_word(octets: &[u8], at: usize) -> bool {
    // `br"…"` is a raw literal too; the b is a word of one letter then.
    let before = |n: usize| at.checked_sub(n).map(|at| octets[at]);
    let word = |octet: Option<u8>| octet.is_some_and(|o| o.is_ascii_alphanumeric() || o == b'_');
    if before(1) == Some(b'b') { word(before(2)) } else { word(before(1)) }
}

fn line_end(octets: &[u8], at: usize) -> usize {
    octets[at..].iter().position(|&octet| octet == b'\n').map_or(octets.len(), |n| at + n)
}

/// Block comments nest in Rust.
fn block_end(octets: &[u8], at: usize) -> usize {
    let (mut depth, mut here) = (0_usize, at);
    while here < octets.len() {
        if octets[here..].starts_with(b"/*") {
            depth += 1;
            here += 2;
        } else if octets[here..].starts_with(b"*/") {
            depth -= 1;
            here += 2;
            if depth == 0 {
                return here;
            }
        } else {
            here += 1;
        }
    }
    octets.len()
}

fn string_end(octets: &[u8], at: usize) -> usize {
    let mut here = at + 1;
    while here < octets.len() {
        match octets[here] {
            b'\\' => here += 2,
            b'"' => return here + 1,
            _ => here += 1,
        }
    }
    octets.len()
}

/// `r"…"`, `r#"…"#` and so on; `None` for a plain word that begins with r, `r#word` too.
fn raw_end(octets: &[u8], at: usize) -> Option<usize> {
    let hashes = octets[at + 1..].iter().take_while(|&&octet| octet == b'#').count();
    let open = at + 1 + hashes;
    if octets.get(open) != Some(&b'"') {
        return None;
    }
    let close: Vec<u8> = [b"\"".as_slice(), &vec![b'#'; hashes]].concat();
    let rest = &octets[open + 1..];
    let length = rest.windows(close.len()).position(|window| window == close);
    Some(length.map_or(octets.len(), |n| open + 1 + n + close.len()))
}

/// A literal such as `'{'` or `'\u{7f}'`; `None` for a lifetime.
fn char_end(octets: &[u8], at: usize) -> Option<usize> {
    let rest = &octets[at + 1..];
    let text = std::str::from_utf8(rest.get(..rest.len().min(16))?)
        .or_else(|error| std::str::from_utf8(&rest[..error.valid_up_to()]))
        .ok()?;
    let mut chars = text.char_indices();
    let inner = match chars.next()? {
        (_, '\\') => {
            // What follows the backslash is never the closing quote.
            chars.next()?;
            chars.find(|&(_, c)| c == '\'')?.0
        }
        _ => chars.next().filter(|&(_, c)| c == '\'')?.0,
    };
    Some(at + 1 + inner + 1)
}

#[test]
fn comments_and_literals_become_blanks() {
    let cases: [(&str, &str); 12] = [
        ("a // {\nb", "a     \nb"),
        ("a /* { /* { */ } */ b", "a                   b"),
        (r#"a "{ \" }" b"#, "a          b"),
        (r##"a r#"{ " }"# b"##, "a            b"),
        (r#"a br"{" b"#, "a b     b"),
        (r#"a b"{" b"#, "a b    b"),
        ("a '{' b", "a     b"),
        (r"a '\'' b", "a      b"),
        (r"a '\u{7b}' b", "a          b"),
        ("fn f<'a>(x: &'a str) {}", "fn f<'a>(x: &'a str) {}"),
        ("let r#type = render;", "let r#type = render;"),
        ("let c = 'é';", "let c =     ;"),
    ];
    for (source, expected) in cases {
        assert_eq!(code(source), expected, "of {source:?}");
    }
}

#[test]
fn lines_stay_where_they_were() {
    let source = "a\n/* b\nc */ d \"e\nf\" g\n";
    let blanked = code(source);
    assert_eq!(blanked.lines().count(), source.lines().count());
    assert_eq!(blanked.lines().nth(2).unwrap().trim(), "d");
    assert_eq!(blanked.lines().nth(3).unwrap().trim(), "g");
}
