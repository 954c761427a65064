//! One test for each rule of PEM (RFC 7468).
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

use x509::{
    Certificate, Limits, Violation,
    pem::{self, Pem},
};

fn labels(text: &str) -> Vec<String> {
    pem::parse(text.as_bytes()).unwrap().into_iter().map(|block| block.label).collect()
}

fn violation(text: &str) -> Violation {
    pem::parse(text.as_bytes()).unwrap_err().violation
}

const BLOCK: &str = "-----BEGIN X-----\nAQID\n-----END X-----\n";

#[test]
fn a_block_is_its_label_and_its_octets() {
    let block = Pem { label: "X".to_string(), der: vec![1, 2, 3], offset: 0 };
    assert_eq!(pem::parse(BLOCK.as_bytes()), Ok(vec![block]));
    assert_eq!(pem::encode("X", &[1, 2, 3]), BLOCK);
}

#[test]
fn lines_have_64_characters() {
    let text = pem::encode("X", &[0; 100]);
    let lines: Vec<usize> = text.lines().map(str::len).collect();
    assert_eq!(lines, [17, 64, 64, 8, 15]);
    assert_eq!(pem::parse(text.as_bytes()).unwrap()[0].der, [0; 100]);
    assert_eq!(pem::encode("X", &[]), "-----BEGIN X-----\n-----END X-----\n");
}

#[test]
fn what_stands_around_a_block_is_passed_over() {
    let text = format!("subject=CN = a\nissuer=b\n\n{BLOCK}more\n{BLOCK}-----\n--BEGIN--\n");
    assert_eq!(labels(&text), ["X", "X"]);
    assert_eq!(labels(""), Vec::<String>::new());
    assert_eq!(labels("no block at all"), Vec::<String>::new());
}

#[test]
fn line_ends_and_blanks_are_an_editors_business() {
    for text in [
        BLOCK.replace('\n', "\r\n"),
        BLOCK.replace('\n', "\r"),
        BLOCK.replace('\n', " \t\n\n"),
        BLOCK.replace("AQID", "A\n Q\nID "),
        BLOCK.trim_end().to_string(),
        format!("  {BLOCK}"),
    ] {
        assert_eq!(pem::parse(text.as_bytes()).unwrap()[0].der, [1, 2, 3], "{text:?}");
    }
}

#[test]
fn a_boundary_has_its_form() {
    for text in
        ["-----BEGIN X----", "-----BEGIN X----- y", "-----BEGIN -X-----", "-----BEGIN X -----"]
    {
        assert_eq!(
            violation(&BLOCK.replacen("-----BEGIN X-----", text, 1)),
            Violation::PemBoundary
        );
    }
    // Labels may have blanks and hyphens within, and may be empty.
    for label in ["A B-C", "", "PRIVATE KEY"] {
        let text = pem::encode(label, &[9]);
        assert_eq!(labels(&text), [label]);
    }
}

#[test]
fn both_labels_agree_and_every_block_ends() {
    for text in [
        "-----BEGIN X-----\nAQID\n-----END Y-----\n",
        "-----BEGIN X-----\nAQID\n",
        "-----BEGIN X-----\nAQID\n-----BEGIN X-----\n-----END X-----",
        "-----BEGIN X-----\nAQID\n-----END X----",
    ] {
        assert_eq!(violation(text), Violation::PemUnfinished, "{text}");
    }
    let error = pem::parse(b"ab\n-----BEGIN X-----\nAQID\n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "`-----END` at octet 3: no -----END line with the same label (RFC 7468 §3)"
    );
}

#[test]
fn base64_is_exact() {
    for base64 in ["AQI", "AQI=D", "AQ==AQ==", "AQ=D", "A!ID", "AQJ=", "Proc-Type: 4,ENCRYPTED"] {
        assert_eq!(violation(&BLOCK.replace("AQID", base64)), Violation::PemBase64, "{base64}");
    }
}

#[test]
fn a_block_that_is_wrong_hides_none_behind_it() {
    let text = format!("{}{BLOCK}", BLOCK.replace("AQID", "!"));
    let blocks: Vec<bool> = pem::parse_with(text.as_bytes(), &Limits::default())
        .unwrap()
        .map(|block| block.is_ok())
        .collect();
    assert_eq!(blocks, [false, true]);
    // Nor does one that forgot to end.
    let text = format!("-----BEGIN Y-----\nAQID\n{BLOCK}");
    let blocks = pem::parse_with(text.as_bytes(), &Limits::default()).unwrap();
    let labels: Vec<_> = blocks.map(|block| block.map(|block| block.label).ok()).collect();
    assert_eq!(labels, [None, Some("X".to_string())]);
}

#[test]
fn a_text_that_is_too_long_is_not_looked_at() {
    let limits = Limits { pem: 10, ..Limits::default() };
    let error = pem::parse_with(BLOCK.as_bytes(), &limits).unwrap_err();
    assert_eq!(error.violation, Violation::TooLong { limit: 10 });
}

#[test]
fn every_beginning_is_an_error_or_holds_fewer_blocks() {
    let text = BLOCK.repeat(2);
    testkit::prefixes(text.as_bytes(), |prefix| {
        let whole = prefix.len() / BLOCK.len();
        match pem::parse(prefix) {
            // The last line need not end.
            Ok(blocks) => assert!(blocks.len() <= whole + 1),
            Err(error) => assert!(error.offset <= BLOCK.len()),
        }
    });
}

#[test]
fn certificates_are_asked_for_by_label() {
    let error = Certificate::from_pem(BLOCK.as_bytes()).unwrap_err();
    assert_eq!(error.violation, Violation::PemMissing { label: "CERTIFICATE" });
    assert!(error.to_string().contains("no -----BEGIN CERTIFICATE-----"), "{error}");
}
